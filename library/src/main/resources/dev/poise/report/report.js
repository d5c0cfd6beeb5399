// Draws the data embedded in this page. Text from the run only ever becomes text nodes and attribute values.

const curves = new Map(data.curves.map(curve => [curve.name, curve]));

// ---- numbers ----

const percent = value => plain.format(Math.round(value * 1000) / 10);
const measured = (value, unit) => unit === "share" ? percent(value) + "\u2009%" : number(value);

// ---- head ----

function figure(entry) {
  const share = entry.unit === "share";
  const unit = share ? "%" : entry.unit;
  const shown = element("dd", { class: "value" }, share ? percent(entry.value) : number(entry.value));
  if (unit) shown.append(element("small", {}, "\u2009" + unit));
  const tile = element("div", {}, element("dt", {}, entry.name), shown);
  const about = [[entry.n === null ? "" : "n\u00a0=\u00a0" + plain.format(entry.n), entry.detail].filter(Boolean).join(" · ")];
  if (entry.low !== null && entry.high !== null) {
    if (share) tile.append(range(entry));
    const text = value => share ? percent(value) : number(value);
    about.unshift(`95\u2009% interval ${text(entry.low)} to ${text(entry.high)}${share ? "\u2009%" : ""}`);
    tile.className = "wide";
  }
  tile.append(...about.filter(Boolean).map(text => element("dd", { class: "detail" }, text)));
  return tile;
}

// A share's interval on the line from 0 to 100 %, with a tick at the middle.
function range(entry) {
  const bar = element("dd", { class: "range", "aria-hidden": "true" });
  const interval = element("i", {});
  interval.style.left = 100 * entry.low + "%";
  interval.style.width = 100 * (entry.high - entry.low) + "%";
  const point = element("b", {});
  point.style.left = 100 * entry.value + "%";
  bar.append(interval, point);
  return bar;
}

function head() {
  const last = Math.max(0, ...data.curves.map(curve => curve.steps.at(-1)));
  const epoch = curves.get("epoch")?.values.at(-1);
  const facts = [data.title.includes(data.run) ? "" : data.run, last ? plain.format(last) + " steps" : "nothing logged yet",
    epoch ? number(epoch) + (epoch === 1 ? " epoch" : " epochs") : ""];
  byId("lead").append(facts.filter(Boolean).join(" · "));
  byId("figures").append(...data.figures.map(figure));
  byId("figures").hidden = data.figures.length === 0;
  const findings = data.findings.map(finding => element("p", { class: "finding" }, element("strong", {}, finding.title + "."), finding.text));
  const notes = data.notes.map(text => element("p", { class: "note" }, text));
  if (findings.length + notes.length) show("findings", ...findings, ...notes);
}

// ---- alarms and decisions ----

// What stands as a numbered mark on every chart.
const marked = data.events.filter(event => event.kind === "ALARM" || event.kind === "STOP");
const MARKS = 9;

const about = event => "step " + plain.format(event.step) + (event.since < event.step ? ", since step " + plain.format(event.since) : "");

function told(event) {
  const number = marked.indexOf(event) + 1;
  const over = data.events.find(other => other.kind === "CLEAR" && other.name === event.name && other.step > event.step);
  const lines = [["", event.happened], ["It usually means: ", event.meaning], ["What to try: ", event.advice],
    ["", event.kind === "ALARM" && over ? "It was over at step " + plain.format(over.step) + "." : ""]].filter(([, text]) => text);
  return element("li", { class: "event " + event.kind.toLowerCase() },
    element("h3", {}, element("b", {}, number), event.title, element("small", {}, about(event))),
    ...lines.map(([lead, text]) => lead ? element("p", {}, element("strong", {}, lead), text) : element("p", {}, text)));
}

function events() {
  if (!data.events.length) return;
  const decisions = data.events.filter(event => event.kind === "GOVERNOR" || event.kind === "BEST");
  byId("told").append(...marked.map(told));
  if (marked.length) byId("events-hint").append("Numbers stand on the charts below at the step of the alarm"
    + (marked.length > MARKS ? `, the first ${MARKS} of them.` : "."));
  else byId("events-hint").append("No alarm.");
  show("events");
  if (decisions.length) byId("events").append(element("details", { class: "decisions" },
    element("summary", {}, decisions.length + (decisions.length === 1 ? " decision" : " decisions") + " of the governor and of what is best"),
    element("ul", {}, ...decisions.map(event => element("li", {}, "step " + plain.format(event.step) + ": " + event.happened)))));
}

// ---- charts ----

// A line: metric, label, hue. Its held-out twin, eval_ + metric, is drawn with it.
const CHARTS = [
  { title: "Loss", lines: [["loss", "loss", "neutral"]],
    text: "What the run minimises, a mean over examples. Worry when the held-out loss turns up while the training loss goes on falling: from there on the run memorises, and an earlier checkpoint is better." },
  { title: "Reward margin", lines: [["rewards/margins", "margin", "margin"]], mark: 0,
    text: "How much further the policy has moved towards the chosen answer than towards the rejected one, measured from the reference and scaled by beta. It starts at 0 and should rise; a margin that grows without end is overfitting, not success." },
  { title: "Reward accuracy", lines: [["rewards/accuracies", "accuracy", "margin"]], unit: "share", bounds: [0, 1], every: 0.25, mark: 0.5,
    text: "Share of pairs whose chosen answer has the higher reward. Chance is 50\u00a0%; the first value can be far below, because policy and reference still agree and a tie counts as wrong. Worry when the held-out share stays near chance." },
  { title: "Rewards of both answers", lines: [["rewards/chosen", "chosen", "chosen"], ["rewards/rejected", "rejected", "rejected"]], mark: 0,
    text: "beta (log \u03c0 \u2212 log \u03c0 of the reference), the movement of each answer without the noise of which pairs a batch holds. A chosen curve below 0 is likelihood displacement: the chosen answers themselves have become less likely." },
  { title: "Log-probability of both answers", lines: [["logps/chosen", "chosen", "chosen"], ["logps/rejected", "rejected", "rejected"]], unit: "nats",
    text: "log \u03c0(y|x) in nats, summed over an answer\u2019s tokens, a mean over pairs. Longer answers are lower, so compare a curve with its own start and not chosen with rejected." },
  { title: "Log-probability, change since the start", lines: [["logps/chosen", "chosen", "chosen"], ["logps/rejected", "rejected", "rejected"]], unit: "nats", fromStart: true, mark: 0,
    text: "The same curves less their start, on held-out pairs where there are any. Both may fall while the margin grows; that is likelihood displacement, common with DPO (Razin et al. 2024, arXiv:2410.08847). Worry when the chosen curve falls by many nats." },
  { title: "Gradient norm", lines: [["grad_norm", "norm", "neutral"]],
    text: "Length of the gradient before clipping. Single spikes are unlucky batches; worry when the level climbs or every step is clipped." },
  { title: "Learning rate", lines: [["learning_rate", "learning rate", "neutral"]], exact: true,
    text: "The schedule as it ran: warm-up, then decay. If the loss jumps where this peaks, the peak is too high." },
  { title: "Entropy", lines: [["entropy", "entropy", "neutral"]], unit: "nats",
    text: "How undecided the model is, mean over answer tokens in nats. A slow fall is normal; worry when it drops towards 0 (samples become alike) or climbs (answers lose their shape)." },
  { title: "Token accuracy", lines: [["mean_token_accuracy", "accuracy", "neutral"]], unit: "share",
    text: "Share of the chosen answers\u2019 tokens that the model would have picked greedily. Worry when it falls in preference tuning: the model is losing the language of the good answers." },
  { title: "Pairs per second", lines: [["pairs_per_second", "pairs/s", "neutral"]], bounds: [0, undefined],
    text: "Speed of training, evaluation aside. Steps with long answers are slower; worry when the level sinks over the run." },
  { title: "Tokens per second", lines: [["tokens_per_second", "tokens/s", "neutral"]], bounds: [0, undefined],
    text: "The same counted in tokens, which is steadier where answers differ in length." },
];
// Read by monitors, not averaged over steps: exact.
CHARTS.push(...[
  { title: "Held-out answers, a token", lines: [["monitor/logps_mean/chosen", "chosen", "chosen"], ["monitor/logps_mean/rejected", "rejected", "rejected"]], unit: "nats",
    text: "Mean log-probability of an answer\u2019s tokens, a mean over held-out answers. Higher is not better without end: win rates tend to peak in the middle (arXiv:2410.11677)." },
  { title: "Change since the reference", lines: [["monitor/change/chosen", "chosen", "chosen"], ["monitor/change/rejected", "rejected", "rejected"]], unit: "nats", mark: 0,
    text: "The same less what the reference says, nats a token. Chosen below 0 while rejected falls faster is likelihood displacement." },
  { title: "Displaced answers", lines: [["monitor/displaced", "displaced", "rejected"]], unit: "share", bounds: [0, 1], every: 0.25,
    text: "Share of held-out chosen answers that are less likely than under the reference." },
  { title: "Entropy over the likeliest tokens", lines: [["monitor/entropy_top", "held-out answers", "chosen"], ["monitor/own/entropy_top", "own answers", "neutral"]], unit: "bits",
    text: "Entropy of the k likeliest next tokens, renormalised, at most log2 k. With DPO and IPO the point where it turns down often coincides with the turn of the win rate." },
  { title: "Mass of the likeliest tokens", lines: [["monitor/mass_top", "held-out answers", "chosen"], ["monitor/own/mass_top", "own answers", "neutral"]], unit: "share",
    text: "What the k likeliest next tokens hold together. Worry when it falls: probability leaks to tokens that nobody asked for." },
  { title: "Raw entropy over the likeliest tokens", lines: [["monitor/entropy_top_raw", "held-out answers", "chosen"], ["monitor/own/entropy_top_raw", "own answers", "neutral"]], unit: "bits",
    text: "The same without renormalisation, so that mass and entropy move it together." },
  { title: "Held-out margin", lines: [["monitor/margin", "margin", "margin"]], unit: "nats", mark: 0,
    text: "How much further the policy moved towards chosen than towards rejected answers since the reference, summed over tokens, without beta." },
  { title: "Held-out accuracy", lines: [["monitor/accuracy", "accuracy", "margin"], ["monitor/accuracy_low", "95 % from", "neutral"], ["monitor/accuracy_high", "95 % to", "neutral"]], unit: "share", bounds: [0, 1], every: 0.25, mark: 0.5,
    text: "Share of held-out pairs with a positive margin, and the ends of Wilson\u2019s interval." },
  { title: "Weight left", lines: [["monitor/weight_left", "left", "neutral"]], unit: "share", bounds: [0, undefined],
    text: "Mean of 2\u03c3(\u2212\u03b2\u0394): how much of DPO\u2019s first push is left on held-out pairs. At 0 the loss has nothing more to say." },
  { title: "KL to the reference", lines: [["monitor/own/kl_k1", "k1", "neutral"], ["monitor/own/kl_k3", "k3", "margin"]], unit: "nats", mark: 0,
    text: "Two unbiased estimates from the policy\u2019s own answers, nats an answer; k3 varies less while the two are close." },
  { title: "Diversity of own answers", lines: [["monitor/own/ead", "EAD", "neutral"], ["monitor/own/self_bleu", "self-BLEU", "rejected"]],
    text: "Expectation-adjusted distinct n-grams across answers (more is more varied) and self-BLEU (more is more alike)." },
  { title: "Win rate against the start", lines: [["monitor/own/win", "P_win", "chosen"]], unit: "share", bounds: [0, 1], every: 0.25, mark: 0.5,
    text: "Mean of σ(reward − reward of the answer at the start). A half is a draw." },
  { title: "Reward of own answers", lines: [["monitor/own/reward", "reward", "neutral"]],
    text: "Mean reward of the policy\u2019s own answers, by monitor.generate.reward." },
  { title: "Length of own answers", lines: [["monitor/own/length", "tokens", "neutral"]], bounds: [0, undefined],
    text: "Tokens an answer, cut at the recipe\u2019s limit." },
  { title: "Shape of own answers", lines: [["monitor/own/unfinished", "cut at the limit", "neutral"], ["monitor/own/repetition", "repetition", "rejected"], ["monitor/own/unchanged", "as at step 0", "margin"]], unit: "share", bounds: [0, 1], every: 0.25,
    text: "Answers that did not end, 4-grams said before in the same answer, and how far answers begin as they did at step 0." },
  { title: "Governed weight", lines: [["monitor/weight", "weight", "neutral"]], text: "The weight that monitor.governor has set." },
].map(chart => ({ ...chart, exact: true })));
const NOT_DRAWN = ["monitor/seconds", "monitor/time_share", "monitor/own/seconds", "monitor/own/time_share",
  ...[1, 2, 3, 4, 5].map(n => "monitor/own/distinct_" + n), "monitor/logps/chosen", "monitor/logps/rejected", "monitor/logps_mean/margin", "monitor/entropy", "monitor/own/entropy",
  "epoch", "global_step", "num_tokens", "total_flos"];

// Every metric that no chart above claims gets a chart of its own.
function otherCharts() {
  const claimed = new Set([...NOT_DRAWN, ...CHARTS.flatMap(chart => chart.lines.map(line => line[0]))]);
  const names = new Set(data.curves.filter(curve => curve.logged > 1).map(curve => curve.name.replace(/^eval_/, "")));
  return [...names].filter(name => !claimed.has(name))
    .map(name => ({ title: name, lines: [[name, name, "neutral"]], text: "Logged under this name by the run." }));
}

function linesOf(chart) {
  const both = chart.lines.flatMap(([metric, label, hue]) => [line(chart, metric, label, hue, false), line(chart, "eval_" + metric, label, hue, true)])
    .filter(Boolean);
  const heldOut = both.filter(one => one.heldOut && one.steps.length > 2);
  return chart.fromStart && heldOut.length ? heldOut : both;
}

// What is drawn strongly is `values`; `logged` is drawn faintly behind it where it differs.
function line(chart, metric, label, hue, heldOut) {
  const curve = curves.get(metric);
  if (!curve) return null;
  const smoothed = !chart.exact && curve.smooth.some((value, i) => value !== curve.values[i]);
  const values = smoothed ? curve.smooth : curve.values;
  const common = { label, long: heldOut ? label + ", held out" : label, colour: `var(--${hue})`, heldOut, steps: curve.steps };
  if (chart.fromStart) return { ...common, values: values.map(value => value - values[0]), logged: null };
  return { ...common, values, logged: smoothed ? curve.values : null };
}

const axis = {
  axisLine: { lineStyle: { color: "var(--line)" } }, axisTick: { show: false },
  axisLabel: { color: "var(--muted)", fontSize: 11.5, hideOverlap: true }, splitLine: { lineStyle: { color: "var(--grid)" } },
};

function series(one) {
  const points = values => one.steps.map((step, i) => [step, values[i]]);
  const common = { type: "line", silent: true, emphasis: { disabled: true }, animation: false };
  const few = one.heldOut || one.steps.length < 2;
  const main = { ...common, data: points(one.values), showSymbol: few, symbol: "circle", symbolSize: 6,
    itemStyle: { color: one.colour },
    lineStyle: { color: one.colour, width: 2, type: one.heldOut ? "dotted" : "solid" } };
  const asLogged = one.logged && { ...common, data: points(one.logged), showSymbol: false, lineStyle: { color: one.colour, width: 1, opacity: 0.3 } };
  return one.logged ? [asLogged, main] : [main];
}

function option(chart, lines, steps) {
  const [low, high] = chart.bounds ?? [];
  const drawn = lines.flatMap(series);
  if (chart.mark !== undefined) drawn[0].markLine = { silent: true, symbol: "none", label: { show: false }, animation: false,
    data: [{ yAxis: chart.mark }], lineStyle: { color: "var(--muted)", type: "dashed", width: 1, opacity: 0.7 } };
  if (marked.length) drawn.push({ type: "line", data: [], silent: true, animation: false, markLine: { silent: true, symbol: "none", animation: false,
    data: marked.slice(0, MARKS).filter(event => event.step >= steps[0] && event.step <= steps[1])
      .map(event => ({ xAxis: event.step, label: { formatter: String(marked.indexOf(event) + 1) } })),
    label: { position: "end", distance: 2, color: "var(--watch)", fontSize: 12, fontWeight: "bold", opacity: 1 }, lineStyle: { color: "var(--watch)", type: "solid", width: 1, opacity: 0.6 } } });
  return {
    animation: false, grid: { left: 54, right: 14, top: marked.length ? 20 : 12, bottom: 28 }, series: drawn,
    xAxis: { ...axis, type: "value", min: steps[0], max: Math.max(steps[0] + 1, steps[1]), minInterval: 1, splitLine: { show: false } },
    yAxis: { ...axis, type: "value", scale: true, min: low, max: high, splitNumber: 4, interval: chart.every, axisLine: { show: false },
      axisLabel: { ...axis.axisLabel, formatter: value => measured(value, chart.unit) } },
  };
}

// The position of the step nearest to `step`.
function indexAt(steps, step) {
  let low = 0;
  for (let high = steps.length - 1; low < high;) {
    const middle = (low + high) >> 1;
    if (steps[middle] + steps[middle + 1] < 2 * step) low = middle + 1; else high = middle;
  }
  return low;
}

function table(chart, lines) {
  const steps = (lines.find(one => one.heldOut) ?? lines[0]).steps;
  const rows = steps.length <= 12 ? steps : Array.from({ length: 12 }, (_, i) => steps[Math.round(i * (steps.length - 1) / 11)]);
  const head = element("tr", {}, ...["step", ...lines.map(one => one.long)].map(text => element("th", { scope: "col" }, text)));
  const body = rows.map(step => element("tr", {}, element("td", {}, plain.format(step)),
    ...lines.map(one => element("td", {}, measured(one.values[indexAt(one.steps, step)], chart.unit)))));
  return element("div", { class: "scroll" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

// One chart: its figure on the page, and what moves with the pointer.
function draw(chart, lines, steps, point) {
  const values = lines.map(() => element("span", {}));
  const key = element("ul", { class: lines.length > 2 ? "key two" : "key" }, ...lines.map((one, i) => {
    const entry = element("li", one.heldOut ? { class: "held-out", title: one.long } : {}, lines[i - 1]?.label === one.label ? "held out" : one.long, values[i]);
    entry.style.setProperty("--hue", one.colour);
    return entry;
  }));
  const summary = lines.map(one => `${one.long} from ${measured(one.values[0], chart.unit)} to ${measured(one.values.at(-1), chart.unit)}`).join("; ");
  const drawing = element("div", { class: "drawing" });
  const plot = element("div", { class: "plot", tabindex: "0", role: "img", "aria-label": `${chart.title}, step ${steps[0]} to ${steps[1]}: ${summary}. Arrow keys read single steps.` }, drawing);
  const details = element("details", {}, element("summary", {}, "Numbers"));
  details.addEventListener("toggle", () => details.open && details.children.length === 1 && details.append(table(chart, lines)));
  const title = element("h3", {}, chart.title, element("small", {}, ["nats", "bits"].includes(chart.unit) ? chart.unit : ""));
  byId("charts").append(element("figure", { class: "chart" }, title, key, plot, element("figcaption", {}, chart.text), details));

  const pointer = element("div", { class: "pointer" });
  const dots = lines.map(one => {
    const dot = element("div", { class: "dot" });
    dot.style.setProperty("--hue", one.colour);
    return dot;
  });
  plot.append(pointer, ...dots);
  const canvas = echarts.init(drawing, null, { renderer: "svg" });
  canvas.setOption(option(chart, lines, steps));
  const pixel = (step, value) => canvas.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, [step, value]);

  plot.addEventListener("pointermove", event => {
    const left = plot.getBoundingClientRect().left;
    point(canvas.convertFromPixel({ xAxisIndex: 0 }, event.clientX - left));
  });
  plot.addEventListener("pointerleave", () => point(null));
  plot.addEventListener("blur", () => point(null));
  plot.addEventListener("keydown", event => move(event, point, () => chart.title + ": " + read(lines, chart)));
  new ResizeObserver(() => canvas.resize()).observe(drawing);
  return { steps: lines.flatMap(one => one.steps), mark(step) {
    pointer.hidden = step === null;
    lines.forEach((one, i) => {
      const at = step === null ? one.steps.length - 1 : indexAt(one.steps, step);
      const value = one.values[at];
      values[i].textContent = measured(value, chart.unit);
      dots[i].hidden = step === null;
      if (step === null) return;
      const [x, y] = pixel(one.steps[at], value);
      dots[i].style.left = x + "px";
      dots[i].style.top = y + "px";
    });
    if (step === null) return;
    pointer.style.left = pixel(step, 0)[0] + "px";
    pointer.dataset.step = plain.format(step);
  } };
}

// ---- the pointer that all charts share ----

let pointed = null;
let all = [];

function read(lines, chart) {
  const at = one => one.values[indexAt(one.steps, pointed)];
  return `step ${pointed}, ` + lines.map(one => `${one.long} ${measured(at(one), chart.unit)}`).join(", ");
}

function move(event, point, spoken) {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -all.length, End: all.length }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const from = pointed === null ? (by < 0 ? all.length : -1) : indexAt(all, pointed);
  point(all[Math.min(all.length - 1, Math.max(0, from + by))]);
  byId("spoken").textContent = spoken();
}

function charts() {
  const drawable = [...CHARTS, ...otherCharts()].map(chart => [chart, linesOf(chart)]).filter(([, lines]) => lines.length);
  if (!drawable.length) return;
  show("curves");
  const ends = drawable.flatMap(([, lines]) => lines.flatMap(one => [one.steps[0], one.steps.at(-1)]));
  const steps = [Math.min(...ends), Math.max(...ends)];
  const marks = [];
  const point = step => {
    const nearest = step === null ? null : all[indexAt(all, step)];
    pointed = nearest;
    marks.forEach(one => one.mark(nearest));
  };
  for (const [chart, lines] of drawable) marks.push(draw(chart, lines, steps, point));
  all = [...new Set(marks.flatMap(one => one.steps))].sort((a, b) => a - b);
  point(null);
  const smoothed = drawable.some(([, lines]) => lines.some(one => one.logged));
  const thinned = Math.max(...data.curves.map(curve => curve.logged)) > Math.max(...data.curves.map(curve => curve.steps.length));
  byId("curves-hint").append("Over optimiser steps. Point at a chart, or use the arrow keys in it, to read all of them at one step."
    + (smoothed ? " Strong lines are running means over 4 % of the run, faint ones are as logged." : "")
    + (thinned ? " Long curves are thinned to 1,000 points that keep their shape." : ""));
}

// ---- likelihood ----

function related(title, across, up, points, caption, settings) {
  const drawing = element("div", { class: "drawing" });
  byId("relations").append(element("figure", { class: "chart" }, element("h3", {}, title),
    element("div", { class: "plot square", role: "img", "aria-label": `${up} over ${across}, from ${number(points[0][0])}, ${number(points[0][1])} to ${number(points.at(-1)[0])}, ${number(points.at(-1)[1])}` }, drawing),
    element("figcaption", {}, caption)));
  const canvas = echarts.init(drawing, null, { renderer: "svg" });
  relation(canvas, across, up, [{ name: data.run, hue: "var(--neutral)", points }], settings);
  new ResizeObserver(() => canvas.resize()).observe(drawing);
}

function likelihood() {
  const sides = joined(curves.get("monitor/logps_mean/rejected"), curves.get("monitor/logps_mean/chosen"));
  const worth = joined(curves.get("monitor/logps_mean/chosen"), curves.get("monitor/own/win"));
  if (sides.length > 1 || worth.length > 1) show("likelihood");
  if (sides.length > 1) related("Both answers", "rejected, change in nats a token", "chosen, change in nats a token",
    sides.map(([x, y, step]) => [x - sides[0][0], y - sides[0][1], step]),
    "Every point is a reading of held-out answers. Up and left is what tuning is for; down and left of the cross both fall, likelihood displacement.", { cross: true });
  if (worth.length > 1) {
    const fitted = fits(worth);
    related("Win rate over likelihood", "held-out chosen answers, nats a token", "P_win, share", worth,
      "P_win of the policy\u2019s own answers against those at the start. " + fitWords(fitted), { fitted });
  }
  if (data.moves?.pairs.length) {
    show("pairs", moved(data.moves, "var(--neutral)"));
    byId("pairs-hint").append(`Held-out pairs at step ${plain.format(data.moves.step)}: change of log-probability since the reference, nats a token.`);
  }
}

// ---- samples ----

function side(title, completion, other, hue) {
  const heading = element("h4", {}, title);
  const text = completion?.text.trimStart();
  const node = element("div", { class: "side" }, heading,
    element("p", text ? { class: "text" } : { class: "text empty" }, text || (completion ? "(nothing: it ended at once)" : "(not sampled at this step)")));
  node.style.setProperty("--hue", `var(--${hue})`);
  if (completion?.reward != null) {
    const change = other?.reward == null ? 0 : completion.reward - other.reward;
    heading.append(element("span", { class: change > 0 ? "badge better" : change < 0 ? "badge worse" : "badge" },
      "reward " + number(completion.reward) + (change > 0 ? " ↑" : change < 0 ? " ↓" : "")));
  }
  return node;
}

function prompt(entry, before, after) {
  const at = step => entry.completions.findLast(completion => completion.step === step);
  const first = at(before);
  const sides = [side("before, step " + plain.format(before), first, null, "line")];
  if (after !== before) sides.push(side("after, step " + plain.format(after), at(after), first, "neutral"));
  return element("article", { class: "prompt" }, element("h3", {}, entry.prompt || "(empty prompt)"), element("div", { class: "sides" }, ...sides));
}

function samples() {
  const steps = [...new Set(data.samples.flatMap(entry => entry.completions.map(completion => completion.step)))].sort((a, b) => a - b);
  if (!steps.length) return;
  const choice = element("select", { id: "after" }, ...steps.slice(1).map(step => element("option", { value: step }, plain.format(step))));
  let shown = 6;
  const more = element("button", { type: "button" });
  const redraw = () => {
    byId("prompts").replaceChildren(...data.samples.slice(0, shown).map(entry => prompt(entry, steps[0], steps.length > 1 ? +choice.value : steps[0])));
    more.textContent = `Show ${data.samples.length - shown} more prompts`;
    more.hidden = shown >= data.samples.length;
  };
  choice.value = steps.at(-1);
  choice.addEventListener("change", redraw);
  more.addEventListener("click", () => { shown = data.samples.length; redraw(); });
  const mean = step => {
    const rewards = data.samples.flatMap(entry => entry.completions.filter(one => one.step === step && one.reward !== null).map(one => one.reward));
    return rewards.length ? number(rewards.reduce((a, b) => a + b) / rewards.length) : null;
  };
  if (steps.length > 1 && mean(steps[0]) && mean(steps.at(-1))) {
    byId("samples-choice").append(`Mean reward of these samples: ${mean(steps[0])} at step ${plain.format(steps[0])}, ${mean(steps.at(-1))} at step ${plain.format(steps.at(-1))}. `);
  }
  if (steps.length > 2) byId("samples-choice").append(element("label", { for: "after" }, "Compare the start with step "), choice);
  show("samples", more);
  redraw();
}

// ---- recipe, manifest, data ----

function recipe(text) {
  const code = element("pre", { tabindex: "0" });
  for (const row of text.trimEnd().split("\n")) {
    const parts = /^(\s*(?:- )?)([\w.\/-]+:)(.*)$/.exec(row);
    if (row.trimStart().startsWith("#")) code.append(element("i", {}, row));
    else if (parts) code.append(parts[1], element("b", {}, parts[2]), parts[3]);
    else code.append(row);
    code.append("\n");
  }
  return code;
}

function rows(entries, name) {
  return element("table", { class: name }, element("tbody", {}, ...Object.entries(entries)
    .map(([key, value]) => element("tr", {}, element("td", {}, key), element("td", {}, typeof value === "number" ? plain.format(value) : value)))));
}

function origin() {
  const panel = (title, content) => element("section", { class: "panel" }, element("h3", {}, title), content);
  const panels = [];
  if (data.recipe !== null) panels.push(panel("Recipe, as bound", recipe(data.recipe)));
  if (Object.keys(data.manifest).length) panels.push(panel("Manifest", rows(data.manifest, "facts")));
  if (Object.keys(data.quarantine).length) panels.push(panel("Rows put aside", rows(data.quarantine, "counts")));
  if (panels.length) { show("setting"); byId("origin").append(...panels); }
}

head();
events();
charts();
likelihood();
samples();
origin();
if (data.problems.length) byId("footer").append(element("ul", {}, ...data.problems.map(text => element("li", {}, text))));
finish();
