// Follows runs: asks which have changed, fetches those, and redraws what is shown. Text from a run only ever becomes
// text nodes and attribute values.

const EVERY = 2000; // ms between looks
const HUES = 10;
const token = new URLSearchParams(location.search).get("token");
const runs = new Map(); // id -> { id, stamp, hue, shown, view }
const charts = new Map(); // title -> { canvas, summary }
let taken = 0;

// A line: metric and how it is drawn.
const CHARTS = [
  ["Loss", "", [["loss", "solid"], ["eval_loss", "dotted"]]],
  ["Reward accuracy", "", [["rewards/accuracies", "solid"], ["eval_rewards/accuracies", "dotted"], ["monitor/accuracy", "dotted"]]],
  ["Reward margin", "", [["rewards/margins", "solid"], ["eval_rewards/margins", "dotted"]]],
  ["Log-probability of both answers", "nats", [["logps/chosen", "solid"], ["logps/rejected", "dashed"]]],
  ["Held-out answers, a token", "nats", [["monitor/logps_mean/chosen", "solid"], ["monitor/logps_mean/rejected", "dashed"]]],
  ["Displaced answers", "share", [["monitor/displaced", "solid"]]],
  ["Entropy over the likeliest tokens", "bits", [["monitor/entropy_top", "solid"], ["monitor/own/entropy_top", "dashed"]]],
  ["Mass of the likeliest tokens", "share", [["monitor/mass_top", "solid"], ["monitor/own/mass_top", "dashed"]]],
  ["Diversity of own answers (EAD)", "", [["monitor/own/ead", "solid"]]],
  ["KL to the reference", "nats", [["monitor/own/kl_k3", "solid"]]],
  ["Length of own answers", "tokens", [["monitor/own/length", "solid"]]],
  ["Win rate against the start", "share", [["monitor/own/win", "solid"]]],
  ["Reward of own answers", "", [["monitor/own/reward", "solid"]]],
  ["Gradient norm", "", [["grad_norm", "solid"]]],
  ["Learning rate", "", [["learning_rate", "solid"]]],
  ["Tokens per second", "", [["tokens_per_second", "solid"]]],
];

const hue = run => `var(--run-${run.hue})`;
const shown = () => [...runs.values()].filter(run => run.shown && run.view);
const curve = (run, name) => run.view.curves.find(one => one.name === name);

// ---- what the server says ----

async function ask(path) {
  const reply = await fetch(path, token ? { headers: { Authorization: "Bearer " + token } } : {});
  if (reply.status === 404) return null;
  if (!reply.ok) throw new Error(await reply.text());
  return reply.json();
}

async function look() {
  try {
    const stamps = await ask("/runs");
    let changed = false;
    for (const id of [...runs.keys()].filter(id => !(id in stamps))) {
      runs.delete(id);
      changed = true;
    }
    for (const [id, stamp] of Object.entries(stamps)) {
      const known = runs.get(id);
      if (known?.stamp === stamp) continue;
      const view = await ask("/run?id=" + encodeURIComponent(id));
      if (!view) continue;
      changed = true;
      if (known) Object.assign(known, { stamp, view });
      else runs.set(id, { id, stamp, view, hue: taken++ % HUES, shown: true });
    }
    if (changed) draw();
    say("", false);
  } catch (problem) {
    say("The server does not answer; what is shown may be old. " + problem.message, true);
  }
  setTimeout(look, document.hidden ? 5 * EVERY : EVERY);
}

function say(text, lost) {
  const running = [...runs.values()].filter(run => run.view?.state.toLowerCase() === "running").length;
  byId("state").textContent = text || `${runs.size} ${runs.size === 1 ? "run" : "runs"}, ${running} running`;
  byId("state").classList.toggle("lost", lost);
}

// ---- the list ----

function list() {
  const focused = document.activeElement?.dataset?.run;
  byId("runs").querySelectorAll("label").forEach(node => node.remove());
  byId("none").hidden = runs.size > 0;
  for (const run of runs.values()) {
    const box = element("input", { type: "checkbox", "data-run": run.id });
    box.checked = run.shown;
    box.addEventListener("change", () => { run.shown = box.checked; draw(); });
    const alarms = run.view.events.filter(event => event.kind === "ALARM").length;
    const label = element("label", {}, box, element("i", {}), element("b", {}, run.id),
      element("small", {}, [run.view.state.toLowerCase(), "step " + plain.format(run.view.step), alarms ? alarms + (alarms === 1 ? " alarm" : " alarms") : ""].filter(Boolean).join(" · ")));
    label.style.setProperty("--hue", hue(run));
    byId("runs").append(label);
    if (focused === run.id) box.focus();
  }
}

// ---- charts ----

const axis = {
  axisLine: { lineStyle: { color: "var(--line)" } }, axisTick: { show: false },
  axisLabel: { color: "var(--muted)", fontSize: 11.5, hideOverlap: true }, splitLine: { lineStyle: { color: "var(--grid)" } },
};

function tip(title, rows) {
  return element("div", { class: "tip" }, element("div", {}, title), ...rows.map(([colour, name, value]) => {
    const row = element("div", {}, element("i", {}), element("span", {}, name), value);
    row.style.setProperty("--hue", colour);
    return row;
  }));
}

const tooltip = {
  backgroundColor: "var(--surface)", borderColor: "var(--line)", textStyle: { color: "var(--ink)", fontSize: 12.5 }, confine: true,
};

function linesOf(lines) {
  return shown().flatMap(run => lines.map(([metric, style]) => ({ run, metric, style, curve: curve(run, metric) })).filter(line => line.curve));
}

// Alarms of a run as numbered marks, numbered as in the list below.
function marks(run) {
  const alarms = numbered().filter(one => one.run === run);
  return alarms.length ? { silent: true, symbol: "none", animation: false,
    data: alarms.map(one => ({ xAxis: one.event.step, label: { formatter: String(one.number) } })),
    label: { position: "end", distance: 2, color: hue(run), fontSize: 12, fontWeight: "bold" },
    lineStyle: { color: hue(run), type: "solid", width: 1, opacity: 0.5 } } : undefined;
}

function option(unit, lines) {
  const first = new Set();
  return {
    animation: false, grid: { left: 58, right: 16, top: 20, bottom: 26 },
    tooltip: { ...tooltip, trigger: "axis", axisPointer: { type: "line", lineStyle: { color: "var(--muted)" } },
      formatter: points => tip("step " + plain.format(points[0].value[0]), points.map(point =>
        [point.color, point.seriesName, number(point.value[1]) + (unit ? "\u2009" + unit : "")])) },
    xAxis: { ...axis, type: "value", min: "dataMin", max: "dataMax", minInterval: 1, splitLine: { show: false } },
    yAxis: { ...axis, type: "value", scale: true, splitNumber: 4, axisLine: { show: false }, axisLabel: { ...axis.axisLabel, formatter: number } },
    series: lines.map(line => {
      const alarms = first.has(line.run) ? undefined : marks(line.run);
      first.add(line.run);
      return { type: "line", animation: false, emphasis: { disabled: true }, name: line.run.id + " · " + line.metric,
        data: line.curve.steps.map((step, i) => [step, line.curve.values[i]]), showSymbol: line.curve.steps.length < 2,
        itemStyle: { color: hue(line.run) }, lineStyle: { color: hue(line.run), width: 1.8, type: line.style }, markLine: alarms };
    }),
  };
}

function chart(title, unit) {
  const drawing = element("div", { class: "drawing" });
  const plot = element("div", { class: "plot", tabindex: "0", role: "img", "data-chart": title }, drawing);
  const figure = element("figure", { class: "chart" }, element("h3", {}, title, element("small", {}, unit)), plot);
  byId("charts").append(figure);
  const canvas = echarts.init(drawing, null, { renderer: "svg" });
  canvas.group = "steps";
  new ResizeObserver(() => canvas.resize()).observe(drawing);
  const one = { canvas, figure, plot, lines: [], at: -1 };
  plot.addEventListener("keydown", event => read(one, title, event));
  plot.addEventListener("blur", () => canvas.dispatchAction({ type: "hideTip" }));
  return one;
}

function read(one, title, event) {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }[event.key];
  if (by === undefined || !one.lines.length) return;
  event.preventDefault();
  const longest = one.lines.reduce((a, b) => b.curve.steps.length > a.curve.steps.length ? b : a);
  const last = longest.curve.steps.length - 1;
  one.at = Math.max(0, Math.min(last, (one.at < 0 ? last + (by > 0 ? -by : 1) : one.at) + by));
  const step = longest.curve.steps[one.at];
  one.canvas.dispatchAction({ type: "showTip", seriesIndex: one.lines.indexOf(longest), dataIndex: one.at });
  byId("spoken").textContent = `${title}, step ${step}: ` + one.lines.map(line => {
    const nearest = line.curve.steps.reduce((best, s, i) => Math.abs(s - step) < Math.abs(line.curve.steps[best] - step) ? i : best, 0);
    return `${line.run.id} ${number(line.curve.values[nearest])}`;
  }).join(", ");
}

function curves() {
  for (const [title, unit, lines] of CHARTS) {
    const drawn = linesOf(lines);
    if (!charts.has(title)) {
      if (!drawn.length) continue;
      charts.set(title, chart(title, unit));
    }
    const one = charts.get(title);
    one.figure.hidden = !drawn.length;
    one.lines = drawn;
    one.canvas.setOption(option(unit, drawn), { notMerge: true });
    one.plot.setAttribute("aria-label", `${title}: ` + (drawn.map(line => `${line.run.id} ${line.metric} from ${number(line.curve.values[0])} to ${number(line.curve.values.at(-1))}`).join("; ") || "nothing shown"));
  }
  // In the order above, whichever came first.
  byId("charts").append(...CHARTS.map(([title]) => charts.get(title)?.figure).filter(Boolean));
  echarts.connect("steps");
}

// ---- the plane of both likelihoods ----

const PLANES = [["monitor/logps_mean/chosen", "monitor/logps_mean/rejected"], ["eval_logps/chosen", "eval_logps/rejected"]];
const canvases = new Map(); // id -> canvas

function canvas(id) {
  if (!canvases.has(id)) {
    const one = echarts.init(byId(id), null, { renderer: "svg" });
    new ResizeObserver(() => one.resize()).observe(byId(id));
    canvases.set(id, one);
  }
  return canvases.get(id);
}

function plane() {
  const sides = shown().flatMap(run => {
    const points = PLANES.map(([good, bad]) => joined(curve(run, bad), curve(run, good))).find(some => some.length > 1);
    return points ? [{ name: run.id, hue: hue(run), points: points.map(([x, y, step]) => [x - points[0][0], y - points[0][1], step]) }] : [];
  });
  const worth = shown().map(run => ({ name: run.id, hue: hue(run), points: joined(curve(run, "monitor/logps_mean/chosen"), curve(run, "monitor/own/win")) }))
    .filter(path => path.points.length > 1);
  byId("plane").hidden = !sides.length && !worth.length;
  byId("plane-figure").hidden = !sides.length;
  byId("worth-figure").hidden = !worth.length;
  if (sides.length) relation(canvas("plane-plot"), "rejected, change in nats", "chosen, change in nats", sides, { cross: true });
  if (worth.length) {
    const fitted = fits(worth.flatMap(path => path.points));
    byId("worth-fit").textContent = fitWords(fitted);
    relation(canvas("worth-plot"), "held-out chosen answers, nats a token", "P_win, share", worth, { fitted });
  }
}

function pairs() {
  const read = shown().filter(run => run.view.moves?.pairs.length);
  byId("pairs").hidden = !read.length;
  byId("moved").replaceChildren(...read.flatMap(run => [element("h3", {}, run.id, element("small", {}, "step " + plain.format(run.view.moves.step))), moved(run.view.moves, hue(run))]));
}

// ---- alarms ----

function numbered() {
  return shown().flatMap(run => run.view.events.filter(event => event.kind === "ALARM" || event.kind === "STOP").map(event => ({ run, event })))
    .map((one, i) => ({ ...one, number: i + 1 }));
}

function alarms() {
  const all = numbered();
  byId("alarms").hidden = !all.length;
  byId("told").replaceChildren(...all.map(({ run, event, number }) => {
    const node = element("li", {}, element("h3", {}, number + ". " + event.title),
      element("p", { class: "about" }, `${run.id}, step ${plain.format(event.step)}` + (event.since < event.step ? `, since step ${plain.format(event.since)}` : "")),
      element("p", {}, [event.happened, event.meaning, event.advice].filter(Boolean).join(" ")));
    node.style.setProperty("--hue", hue(run));
    return node;
  }));
}

// ---- samples ----

function options(select, values, chosen) {
  select.replaceChildren(...values.map(value => element("option", { value }, String(value))));
  select.value = values.map(String).includes(chosen) ? chosen : String(values.at(-1));
}

function samples() {
  const sampled = shown().filter(run => run.view.samples.length);
  byId("samples").hidden = !sampled.length;
  if (!sampled.length) return;
  options(byId("sample-run"), sampled.map(run => run.id), byId("sample-run").value);
  const run = runs.get(byId("sample-run").value);
  const steps = [...new Set(run.view.samples.flatMap(prompt => prompt.completions.map(one => one.step)))].sort((a, b) => a - b);
  options(byId("sample-step"), steps, byId("sample-step").value);
  const step = Number(byId("sample-step").value);
  byId("prompts").replaceChildren(...run.view.samples.map(prompt => {
    const side = (title, at, colour) => {
      const text = prompt.completions.findLast(one => one.step === at)?.text.trim();
      const node = element("div", { class: "side" }, element("h4", {}, title), element("p", { class: text ? "text" : "text empty" }, text || "(nothing)"));
      node.style.setProperty("--hue", colour);
      return node;
    };
    return element("article", { class: "prompt" }, element("h3", {}, prompt.prompt),
      element("div", { class: "sides" }, side("step " + steps[0], steps[0], "var(--muted)"), ...(step === steps[0] ? [] : [side("step " + step, step, hue(run))])));
  }));
}

byId("sample-run").addEventListener("change", samples);
byId("sample-step").addEventListener("change", samples);

function draw() {
  list();
  curves();
  plane();
  pairs();
  alarms();
  samples();
  navigate();
}

// The sections shown change while runs come: the way to them with them.
function navigate() {
  byId("sections").replaceChildren();
  byId("footer").replaceChildren();
  finish();
}

byId("lead").append("Live: what is written to the runs in this directory shows here within seconds.");
look();
