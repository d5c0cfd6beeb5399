// Draws advice: the place first, then what to do, then the evidence behind it.

const percent = value => (100 * value < 10 && value > 0 ? (100 * value).toFixed(1) : (100 * value).toFixed(0)) + " %";
const shown = one => one.unit === "share" ? percent(one.value) : number(one.value);
const range = one => one.unit === "share" ? `${percent(one.low)} to ${percent(one.high)}` : `${number(one.low)} to ${number(one.high)}`;
const known = key => data.evidence.find(one => one.key === key);
const sentence = text => text.charAt(0).toUpperCase() + text.slice(1);

byId("lead").append("What one can know of a model, a data set and a reward before any tuning.");
byId("found").append(sentence(data.found) + ".");
if (data.confidence) byId("confidence").append(sentence(data.confidence) + ".");

// The cells of the paper's grid: across, how common good answers are; up, how far data and model overlap.
function cell(key) {
  const place = data.places.find(one => one.key === key);
  const node = element("div", { class: "cell" + (place.here ? " here" : "") },
    element("strong", {}, sentence(place.title)), element("p", {}, sentence(place.words) + "."));
  const share = data.standing.shares[key];
  if (place.here || share) node.append(element("p", { class: "share" }, share === undefined ? "cannot be told apart yet" : percent(share) + " of resamples"));
  return node;
}
byId("grid").append(
  element("span", { class: "side" }, "data overlap"), cell("broad"), cell("near"),
  element("span", { class: "side" }, "data lie away"), element("div", { class: "two" }, cell("skewed"), cell("astray")), cell("near_skewed"),
  element("span", {}), element("span", { class: "foot" }, "good answers are rare under the model"), element("span", { class: "foot" }, "good answers are common"));

byId("because").append(...data.advice.because.map(line => element("li", {}, sentence(line) + ".")));
if (data.standing.lacking) show("lacking", ...data.standing.lacking.map(line => element("li", {}, "It needs " + line + ".")));

byId("course").append(sentence((data.standing.decided ? "" : "meanwhile ") + data.advice.title) + ".");
byId("why").append(data.advice.why);
byId("recipe").append(data.recipe);
byId("cautions").append(...data.advice.cautions.map(line => element("li", {}, sentence(line) + ".")));

byId("next").append(...data.advice.next.map(one => {
  const item = element("li", {}, element("p", {}, sentence(one.what) + "."));
  if (one.gain) item.append(element("p", { class: "gain" }, (one.gain.value > 0 ? "+" : "") + number(one.gain.value) + " ", element("span", {}, `${range(one.gain)}, ${number(one.gain.n)} prompts`)));
  if (one.rows.length) item.append(element("details", {}, element("summary", {}, `${one.rows.length} rows, by index from 0`), element("p", { class: "rows" }, one.rows.join(", "))));
  return item;
}));

// ---- charts ----

const drawings = [];
const axis = { axisLine: { lineStyle: { color: "var(--line)" } }, axisTick: { show: false }, nameLocation: "middle", nameTextStyle: { color: "var(--muted)", fontSize: 12 },
  axisLabel: { color: "var(--muted)", fontSize: 11.5, hideOverlap: true }, splitLine: { lineStyle: { color: "var(--grid)" } } };

function chart(title, hint, spoken, option) {
  const drawing = element("div", { class: "drawing" });
  drawings.push(() => {
    const canvas = echarts.init(drawing, null, { renderer: "svg" });
    canvas.setOption({ animation: false, grid: { left: 60, right: 16, top: 14, bottom: 44 }, tooltip: { trigger: "axis", confine: true }, ...option });
    new ResizeObserver(() => canvas.resize()).observe(drawing);
  });
  return element("figure", { class: "chart" }, element("h3", {}, title), element("p", { class: "hint" }, hint), element("div", { class: "plot", role: "img", "aria-label": spoken }, drawing));
}

if (data.best_of.length > 1) {
  const best = data.best_of;
  byId("charts").append(chart("The best of N own answers", "Expected reward, without bias, with its interval.", `From ${number(best[0].value)} for one to ${number(best.at(-1).value)} for the best of ${best.at(-1).answers}`, {
    xAxis: { ...axis, type: "category", name: "N", nameGap: 26, data: best.map(one => one.answers) },
    yAxis: { ...axis, type: "value", scale: true, splitNumber: 4, axisLabel: { ...axis.axisLabel, formatter: number } },
    tooltip: { trigger: "axis", confine: true, formatter: at => { const one = best[at[0].dataIndex]; return `best of ${one.answers}: ${number(one.value)} (${range(one)}), ${one.n} prompts`; } },
    series: [
      { type: "line", data: best.map(one => one.low), stack: "band", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, silent: true },
      { type: "line", data: best.map(one => one.high - one.low), stack: "band", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: "var(--chosen)", opacity: .18 }, silent: true, stackStrategy: "all" },
      { type: "line", data: best.map(one => one.value), symbolSize: 7, lineStyle: { color: "var(--chosen)", width: 2 }, itemStyle: { color: "var(--chosen)" } }],
  }));
}

function ranks(key, title, low, high) {
  const places = data.ranks[key];
  if (!places) return;
  byId("charts").append(chart(title, `Where the data's answers stand among the model's own, from ${low} to ${high}. Level with the dashed line, they would be alike.`,
    `${percent(places[0])} stand below all, ${percent(places.at(-1))} above all; alike would be ${percent(1 / places.length)} each`, {
      xAxis: { ...axis, type: "category", data: places.map((_, i) => i), name: "own answers below", nameGap: 26 },
      yAxis: { ...axis, type: "value", splitNumber: 4, axisLabel: { ...axis.axisLabel, formatter: percent } },
      tooltip: { trigger: "axis", confine: true, valueFormatter: percent },
      series: [{ type: "bar", name: "share of answers", data: places, itemStyle: { color: "var(--neutral)" }, barCategoryGap: "18%",
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: "var(--muted)", type: "dashed" }, data: [{ yAxis: 1 / places.length }] } }],
    }));
}
ranks("likelihood", "Rank by likelihood a token", "less likely than all", "likelier than all");
ranks("length", "Rank by length", "shorter than all", "longer than all");

// ---- numbers ----

const thresholds = { mass: data.common, overlap_likelihood: data.overlapping, overlap_length: data.overlapping, reach: data.overlapping };

function track(one) {
  if (one.unit !== "share") return element("span", {});
  const node = element("span", { class: "track" });
  const interval = element("i", {});
  interval.style.left = 100 * one.low + "%";
  interval.style.width = 100 * (one.high - one.low) + "%";
  const point = element("b", {});
  point.style.left = 100 * one.value + "%";
  if (one.key in thresholds) {
    const line = element("s", {});
    line.style.left = 100 * thresholds[one.key] + "%";
    node.append(line);
  }
  node.append(interval, point);
  return node;
}

for (const topic of new Set(data.evidence.map(one => one.topic))) {
  const ones = data.evidence.filter(one => one.topic === topic);
  byId("topics").append(element("h3", { class: "topic" }, ones[0].title), element("div", { class: "numbers" }, ...ones.map(one =>
    element("div", { class: "number" }, element("div", { class: "what" }, element("span", {}, sentence(one.name)), element("small", {}, one.hint)),
      track(one), element("div", { class: "value" }, shown(one) + (one.unit === "share" ? "" : " " + one.unit), element("small", {}, `${range(one)}, n ${one.n}`))))));
}

// ---- steps ----

function bars(token, most) {
  const row = (name, value, before) => {
    const bar = element("i", { class: name });
    bar.style.width = 100 * value / most + "%";
    return element("div", { class: "bar" }, element("span", {}, name), element("div", {}, bar), element("span", {}, percent(value) + (before === undefined ? "" : value === before ? "" : value > before ? " ↑" : " ↓")));
  };
  return element("div", { class: "token" }, element("p", {}, element("code", {}, token.piece.replaceAll(" ", "␣")), token.side ? element("span", { class: "badge " + (token.side === "chosen" ? "better" : "worse") }, token.side) : ""),
    row("now", token.p), row("forward", token.forward, token.p), row("reverse", token.reverse, token.p));
}
if (data.steps.length) {
  show("steps");
  byId("positions").append(...data.steps.map(step => {
    const most = Math.max(...step.tokens.flatMap(token => [token.p, token.forward, token.reverse]));
    return element("div", { class: "prompt" }, element("h3", {}, "Row " + step.index), ...step.tokens.map(token => bars(token, most)));
  }));
}

byId("facts").append(...data.facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
drawings.forEach(draw => draw());
finish();
