// Draws what an experiment found.

const VERDICTS = { HOLDS: ["holds here", "chosen"], FAILS: ["does not hold here", "rejected"], OPEN: ["not decided here", "watch"] };
const fixed = value => (Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1)).replace("-", "−");

function claim(one) {
  const [word, hue] = VERDICTS[one.verdict];
  const node = element("div", { class: "claim" },
    element("p", {}, one.text),
    element("p", {}, element("span", { class: "verdict" }, word)),
    element("p", { class: "measured" }, one.measured));
  node.style.setProperty("--hue", `var(--${hue})`);
  return node;
}

// Every bar on a common scale, its interval a line and its estimate a point.
function forest(chart) {
  const known = chart.bars.flatMap(bar => [bar.low, bar.high]).concat(chart.line === null ? [] : [chart.line]);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const margin = 0.04 * (high - low || 1);
  const place = value => 100 * (value - low + margin) / (high - low + 2 * margin) + "%";
  const rows = chart.bars.flatMap(bar => {
    const track = element("div", { class: "track", role: "img", "aria-label": `${fixed(bar.value)}, interval ${fixed(bar.low)} to ${fixed(bar.high)}` });
    if (chart.line !== null) {
      const line = element("s", {});
      line.style.left = place(chart.line);
      track.append(line);
    }
    const interval = element("i", {});
    interval.style.left = place(bar.low);
    interval.style.width = `calc(${place(bar.high)} - ${place(bar.low)})`;
    const point = element("b", {});
    point.style.left = place(bar.value);
    track.append(interval, point);
    return [element("span", {}, bar.name), track,
      element("span", { class: "number" }, fixed(bar.value) + " ", element("span", {}, `${fixed(bar.low)} to ${fixed(bar.high)}`))];
  });
  return element("div", {}, element("h3", {}, `${chart.name} (${chart.unit})`), element("p", { class: "hint" }, chart.hint),
    element("div", { class: "forest" }, ...rows));
}

const HUES = ["neutral", "rejected", "chosen", "margin", "watch", "muted"];
const axis = {
  axisLine: { lineStyle: { color: "var(--line)" } }, axisTick: { show: false }, nameLocation: "middle",
  nameTextStyle: { color: "var(--muted)", fontSize: 12 },
  axisLabel: { color: "var(--muted)", fontSize: 11.5, hideOverlap: true, formatter: number }, splitLine: { lineStyle: { color: "var(--grid)" } },
};
const drawn = [];

// Points and lines over two quantities; drawn once the page has its widths.
function plot(one) {
  const drawing = element("div", { class: "drawing" });
  const key = element("ul", { class: "key" }, ...one.traces.map((trace, i) => {
    const entry = element("li", { class: trace.mark.toLowerCase() }, trace.name);
    entry.style.setProperty("--hue", `var(--${HUES[i % HUES.length]})`);
    return entry;
  }));
  const spoken = one.traces.filter(trace => trace.mark === "LINE")
    .map(trace => `${trace.name} goes from ${number(trace.y[0])} to ${number(trace.y.at(-1))}`).join("; ");
  drawn.push(() => draw(one, drawing));
  return element("figure", { class: "chart" }, element("h3", {}, one.name), element("p", { class: "hint" }, one.hint), key,
    element("div", { class: "plot", role: "img", "aria-label": `${one.up} over ${one.across}. ${spoken}` }, drawing));
}

function draw(one, drawing) {
  const chart = echarts.init(drawing, null, { renderer: "svg" });
  chart.setOption({ animation: false, grid: { left: 66, right: 14, top: 12, bottom: 48 },
    tooltip: { trigger: "item", confine: true, formatter: at => `${at.seriesName}: ${at.value.map(number).join(", ")}` },
    xAxis: { ...axis, type: "value", scale: true, name: one.across, nameGap: 28, splitLine: { show: false } },
    yAxis: { ...axis, type: "value", scale: true, name: one.up, nameGap: 48, splitNumber: 4, axisLine: { show: false } },
    series: one.traces.map((trace, i) => {
      const color = `var(--${HUES[i % HUES.length]})`;
      return { name: trace.name, type: trace.mark === "POINTS" ? "scatter" : "line", animation: false, symbolSize: trace.mark === "POINTS" ? 7 : 5,
        showSymbol: trace.mark !== "BROKEN", data: trace.x.map((x, at) => [x, trace.y[at]]), itemStyle: { color, opacity: trace.mark === "POINTS" ? .6 : 1 },
        lineStyle: { color, width: 2, type: trace.mark === "BROKEN" ? "dashed" : "solid" } };
    }) });
  new ResizeObserver(() => chart.resize()).observe(drawing);
}

function tabled(one) {
  const words = one.rows.some(row => row.some(cell => cell.length > 60));
  return element("div", { class: "tabled" }, element("h3", {}, one.name), element("p", { class: "hint" }, one.hint),
    element("div", { class: "scroll" }, element("table", words ? { class: "words" } : {},
      element("thead", {}, element("tr", {}, ...one.head.map(title => element("th", { scope: "col" }, title)))),
      element("tbody", {}, ...one.rows.map(row => element("tr", {}, ...row.map(cell => element("td", {}, cell))))))));
}

function facts(part) {
  return element("dl", { class: "facts" }, ...part.facts.flatMap(fact => [element("dt", {}, fact.name), element("dd", {}, fact.value)]));
}

// A setting: claims first, then the figures behind them, then how they were made.
function part(one, index) {
  const id = "part-" + index;
  return element("section", { id, "data-name": one.name, "aria-labelledby": id + "-title" },
    element("h2", { id: id + "-title" }, one.name), element("p", { class: "hint" }, one.lead),
    element("div", { class: "claims" }, ...one.claims.map(claim)),
    ...(one.plots.length ? [element("div", { class: "charts" }, ...one.plots.map(plot))] : []),
    ...(one.charts.length ? [element("div", { class: "charts wide" }, ...one.charts.map(forest))] : []),
    ...one.tables.map(tabled),
    ...(one.facts.length ? [element("h3", { class: "made" }, "How it was made"), facts(one)] : []));
}

byId("lead").append(data.lead);
byId("setting").before(...data.parts.map(part));
byId("notes").append(...data.notes.map(note => element("li", {}, note)));
drawn.forEach(one => one());
finish();
