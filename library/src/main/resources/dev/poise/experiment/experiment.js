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

function facts(part) {
  return element("dl", { class: "facts" }, ...part.facts.flatMap(fact => [element("dt", {}, fact.name), element("dd", {}, fact.value)]));
}

// A setting: claims first, then the figures behind them, then how they were made.
function part(one, index) {
  const id = "part-" + index;
  return element("section", { id, "data-name": one.name, "aria-labelledby": id + "-title" },
    element("h2", { id: id + "-title" }, one.name), element("p", { class: "hint" }, one.lead),
    element("div", { class: "claims" }, ...one.claims.map(claim)),
    element("div", { class: "charts wide" }, ...one.charts.map(forest)),
    element("h3", {}, "How it was made"), facts(one));
}

byId("lead").append(data.lead);
byId("setting").before(...data.parts.map(part));
byId("notes").append(...data.notes.map(note => element("li", {}, note)));
finish();
