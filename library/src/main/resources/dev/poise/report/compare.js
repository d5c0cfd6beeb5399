// Draws the comparison embedded in this page.

const HUES = ["neutral", "rejected", "chosen", "margin", "watch", "muted"];
const hue = i => `var(--${HUES[i % HUES.length]})`;

function named(i) {
  const mark = element("b", {});
  mark.style.setProperty("--hue", hue(i));
  return element("th", { scope: "col" }, mark, data.runs[i]);
}

function compared(first, rows) {
  const head = element("tr", {}, ...first.map(text => element("th", { scope: "col" }, text)), ...data.runs.map((_, i) => named(i)));
  return element("div", { class: "scroll" }, element("table", { class: "compared" }, element("thead", {}, head),
    element("tbody", {}, ...rows.map(cells => element("tr", {}, ...cells.map(cell => element("td", {}, cell)))))));
}

byId("lead").append(data.runs.join(" \u00b7 "));
byId("differences-hint").append(data.differences.length ? "What is the same everywhere is left out." : "Nothing: same recipe, data, code and machine.");
show("differences", ...(data.differences.length ? [compared(["key"], data.differences.map(row => [element("span", {}, row.key, element("small", {}, row.of)), ...row.values]))] : []));
if (data.told.some(events => events.length)) show("alarms", compared([""], [["", ...data.told.map(events =>
  element("span", {}, ...events.flatMap(event => [`step ${plain.format(event.step)}: ${event.kind === "STOP" ? "stopped by " + event.name : event.title}`, element("br", {})])))]]));
if (data.outcomes.length) show("outcomes", compared(["metric"], data.outcomes.map(row => [row.metric, ...row.values.map(value => value === null ? "-" : number(value))])));

const axis = {
  axisLine: { lineStyle: { color: "var(--line)" } }, axisTick: { show: false },
  axisLabel: { color: "var(--muted)", fontSize: 11.5, hideOverlap: true, formatter: number }, splitLine: { lineStyle: { color: "var(--grid)" } },
};

if (data.curves.length) show("curves");
for (const overlay of data.curves) {
  const drawing = element("div", { class: "drawing" });
  const key = element("ul", { class: "key" }, ...overlay.lines.flatMap((line, i) => {
    if (!line) return [];
    const entry = element("li", {}, data.runs[i], element("span", {}, number(line.values.at(-1))));
    entry.style.setProperty("--hue", hue(i));
    return [entry];
  }));
  const label = overlay.metric + ": " + overlay.lines.flatMap((line, i) => line ? [`${data.runs[i]} ends at ${number(line.values.at(-1))}`] : []).join("; ");
  byId("charts").append(element("figure", { class: "chart" }, element("h3", {}, overlay.metric), key,
    element("div", { class: "plot", role: "img", "aria-label": label }, drawing)));
  const chart = echarts.init(drawing, null, { renderer: "svg" });
  chart.setOption({ animation: false, grid: { left: 54, right: 14, top: 12, bottom: 28 },
    xAxis: { ...axis, type: "value", minInterval: 1, splitLine: { show: false } },
    yAxis: { ...axis, type: "value", scale: true, splitNumber: 4, axisLine: { show: false } },
    series: overlay.lines.flatMap((line, i) => line ? [{ type: "line", silent: true, animation: false, showSymbol: line.steps.length < 3,
      data: line.steps.map((step, at) => [step, line.smooth[at]]), itemStyle: { color: hue(i) }, lineStyle: { color: hue(i), width: 2 } }] : []) });
  new ResizeObserver(() => chart.resize()).observe(drawing);
}
if (data.problems.length) byId("footer").append(element("ul", {}, ...data.problems.map(text => element("li", {}, text))));
finish();
