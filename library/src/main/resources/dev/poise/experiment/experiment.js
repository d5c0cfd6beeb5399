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

byId("lead").append(data.lead);
byId("claim-list").append(...data.claims.map(claim));
byId("chart-list").append(...data.charts.map(forest));
byId("facts").append(...data.facts.flatMap(fact => [element("dt", {}, fact.name), element("dd", {}, fact.value)]));
byId("notes").append(...data.notes.map(note => element("li", {}, note)));
finish();
