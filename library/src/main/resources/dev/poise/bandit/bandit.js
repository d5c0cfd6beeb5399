// Draws a study of the bandit: the distribution round by round, curves, numbers.

const VERDICTS = { "inside": ["in its band", "chosen", "+"], "mean inside": ["mean in its band", "watch", "~"], "outside": ["not in its band", "rejected", "×"] };
const three = value => value === null || value === undefined ? "–" : value.toFixed(3).replace("-", "\u2212");
const between = (low, high) => `${three(low)} to ${three(high)}`;
const axis = {
  axisLine: { onZero: false, lineStyle: { color: "var(--line)" } }, axisTick: { show: false },
  axisLabel: { color: "var(--muted)", fontSize: 11.5, hideOverlap: true }, splitLine: { lineStyle: { color: "var(--grid)" } },
  nameTextStyle: { color: "var(--muted)", fontSize: 12 }, nameLocation: "middle",
};
let group = data.groups[0];
let shown = new Set();
let playing = null;

const problemOf = one => data.problems.find(problem => problem.name === one.problem);
const hue = index => `var(--c${index % 10})`;
const dashed = index => index >= 10;

// ---- claims ----

function claims() {
  if (!data.claims) return;
  byId("claims-hint").append(`Bands were set before these runs. ${data.inside[0]} of ${data.inside[1]} figures of the tables below are in theirs.`);
  show("claims");
  byId("claim-list").append(...data.claims.map(claim => {
    const [word, colour] = VERDICTS[claim.verdict];
    const entry = element("li", {}, element("b", {}, word), element("span", {}, claim.text),
      element("span", {}, `${three(claim.mean)} (${between(claim.low, claim.high)})`));
    entry.style.setProperty("--hue", `var(--${colour})`);
    return entry;
  }));
}

// ---- the stage: one setting, one round ----

const stage = echarts.init(byId("stage").firstElementChild, null, { renderer: "svg" });
const current = () => group.settings[byId("setting").selectedIndex];

function drawStage() {
  const one = current();
  const at = Number(byId("round").value);
  const problem = problemOf(one);
  const frame = one.frames[at];
  const most = Math.max(...frame, ...problem.data);
  const top = [0.1, 0.2, 0.5, 1].find(value => value >= most) ?? 1;
  const place = k => problem.discrete ? String(k) : ((2 * k + 1) / frame.length - 1).toFixed(2);
  stage.setOption({
    animation: false, grid: { left: 58, right: 46, top: 14, bottom: 44 },
    tooltip: { trigger: "axis", confine: true, valueFormatter: value => number(value) },
    xAxis: { ...axis, type: "category", data: frame.map((_, k) => place(k)), name: problem.discrete ? "action" : "first of the action’s numbers", nameGap: 28, axisLabel: { ...axis.axisLabel, interval: 9 } },
    yAxis: [{ ...axis, type: "value", min: 0, max: top, interval: top / 4, axisLine: { show: false }, name: "probability", nameGap: 40 },
      { ...axis, type: "value", min: 0, max: 1, interval: 0.25, splitLine: { show: false }, axisLine: { show: false } }],
    series: [
      { name: "policy π", type: "bar", data: frame, barCategoryGap: "12%", itemStyle: { color: "var(--chosen)" }, emphasis: { disabled: true } },
      { name: "reference data", type: "line", step: "middle", showSymbol: false, data: problem.data, lineStyle: { color: "var(--muted)", width: 1.3 }, itemStyle: { color: "var(--muted)" }, emphasis: { disabled: true } },
      { name: "reward", type: "line", yAxisIndex: 1, showSymbol: false, data: problem.reward, lineStyle: { color: "var(--margin)", width: 1.6, type: "dashed" }, itemStyle: { color: "var(--margin)" }, emphasis: { disabled: true } },
    ],
  });
  const figures = one.figures;
  const text = `round ${one.round[at]}: reward ${three(figures.reward.mean[at])} (${between(figures.reward.low[at], figures.reward.high[at])}), KL from the data ${three(figures.kl_to_data.mean[at])} nats, ${plain.format(one.queries[at])} rewards asked`;
  byId("reading").textContent = text;
  byId("stage").setAttribute("aria-label", `Distribution of ${one.name}, ${text}`);
  byId("round").setAttribute("aria-valuetext", `round ${one.round[at]}`);
}

function stop() {
  clearInterval(playing);
  playing = null;
  byId("play").textContent = "Play";
  byId("play").setAttribute("aria-pressed", "false");
}

function play() {
  if (playing) return stop();
  const slider = byId("round");
  if (slider.value === slider.max) slider.value = 0;
  byId("play").textContent = "Pause";
  byId("play").setAttribute("aria-pressed", "true");
  playing = setInterval(() => {
    slider.value = Number(slider.value) + 1;
    drawStage();
    if (slider.value === slider.max) stop();
  }, 220);
}

function chooseSetting() {
  stop();
  const slider = byId("round");
  slider.max = current().round.length - 1;
  slider.value = slider.max;
  drawStage();
}

// ---- curves ----

const CURVES = [
  { key: "reward", title: "Expected reward", bounds: [0, 1], text: "Of all actions, not of samples. 1 is the peak." },
  { key: "kl_to_data", title: "KL(π ‖ data)", unit: "nats", bounds: [0, undefined], text: "What the reward cost: how far the policy has gone from where it started." },
  { path: true, title: "Reward against KL", bounds: [0, 1], text: "The same two against each other, a point a measurement: higher at the same KL is better." },
  { key: "staleness", title: "Staleness", unit: "nats", bounds: [0, undefined], text: "KL(π ‖ the policy that wrote the samples) behind the last of a round’s steps." },
  { key: "entropy", title: "Entropy", unit: "nats", text: "How undecided the policy is. At 0 it always does the same, and learns nothing more from its own samples." },
  { key: "margin", title: "Implicit margin", unit: "nats", text: "Log-ratio of better less that of worse answers, over the round’s pairs. A round whose answers are all worth the same has none." },
  { key: "better", title: "Log-ratio of better answers", unit: "nats", text: "log π/π_ref. Below 0 the better answers themselves have become less likely: displacement." },
  { key: "grad_norm", title: "Gradient norm", bounds: [0, undefined], text: "Of the round’s last step. Scales differ between losses; Adam divides them away." },
];
const GRID = { left: 52, right: 16, top: 12, bottom: 44 };
const drawn = [];

function points(one, curve, part) {
  const across = curve.path ? one.figures.kl_to_data.mean : one[byId("along").value];
  return across.map((x, i) => [x, one.figures[curve.key ?? "reward"][part][i]]).filter(point => point[0] !== null && point[1] !== null);
}

// Intervals are polygons of our own behind the chart, which knows lines and no bands.
function bands(chart) {
  chart.layer.replaceChildren();
  if (chart.curve.path) return;
  for (const [index, one] of chart.lines) {
    const high = points(one, chart.curve, "high");
    const low = points(one, chart.curve, "low");
    const floor = chart.canvas.getHeight() - GRID.bottom;
    const corners = [...high, ...low.reverse()].map(point => {
      const [x, y] = chart.canvas.convertToPixel({ xAxisIndex: 0, yAxisIndex: 0 }, point);
      return [x, Math.min(floor, Math.max(GRID.top, y))];
    });
    const polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");
    polygon.setAttribute("points", corners.map(corner => corner.join(",")).join(" "));
    polygon.style.fill = hue(index);
    chart.layer.append(polygon);
  }
}

function drawCurve(chart) {
  const { curve, canvas } = chart;
  chart.lines = group.settings.map((one, index) => [index, one]).filter(([index]) => shown.has(index));
  const [low, high] = curve.bounds ?? [];
  canvas.setOption({
    animation: false, grid: GRID,
    tooltip: { trigger: curve.path ? "item" : "axis", confine: true, valueFormatter: value => three(Array.isArray(value) ? value[1] : value) },
    xAxis: { ...axis, type: "value", splitLine: { show: false }, name: curve.path ? "KL(π ‖ data), nats" : byId("along").selectedOptions[0].text, nameGap: 28 },
    yAxis: { ...axis, type: "value", scale: true, min: low, max: high, interval: high === 1 ? 0.25 : undefined, splitNumber: 4, axisLine: { show: false } },
    series: chart.lines.map(([index, one]) => ({
      name: one.name, type: "line", showSymbol: curve.path === true, symbolSize: 5, symbol: "circle", data: points(one, curve, "mean"), emphasis: { disabled: true },
      itemStyle: { color: hue(index) }, lineStyle: { color: hue(index), width: 1.9, type: dashed(index) ? "dashed" : "solid" },
    })),
  }, { replaceMerge: ["series"] });
  bands(chart);
  const last = chart.lines.map(([, one]) => `${one.name} ${three(one.figures[curve.key ?? "reward"].mean.at(-1))}`).join("; ");
  chart.plot.setAttribute("aria-label", `${curve.title}, at the end: ${last}`);
}

function curves() {
  byId("curves-hint").append(`Means over ${data.seeds} seeds; shaded: 95 % intervals. Press a method to draw it or to take it away.`);
  for (const curve of CURVES) {
    const layer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    layer.setAttribute("class", "bands");
    layer.setAttribute("aria-hidden", "true");
    const drawing = element("div", { class: "drawing" });
    const plot = element("div", { class: "plot curve", role: "img" }, layer, drawing);
    byId("charts").append(element("figure", { class: "chart" },
      element("h3", {}, curve.title, element("small", {}, curve.unit ?? "")), plot, element("figcaption", {}, curve.text)));
    const chart = { curve, plot, layer, lines: [], canvas: echarts.init(drawing, null, { renderer: "svg" }) };
    new ResizeObserver(() => { chart.canvas.resize(); bands(chart); }).observe(drawing);
    drawn.push(chart);
  }
}

function chips() {
  byId("chips").replaceChildren(...group.settings.map((one, index) => {
    const chip = element("button", { type: "button", "aria-pressed": String(shown.has(index)) }, one.name);
    chip.style.setProperty("--hue", hue(index));
    chip.style.setProperty("--style", dashed(index) ? "dashed" : "solid");
    chip.addEventListener("click", () => {
      if (shown.has(index)) shown.delete(index); else shown.add(index);
      chip.setAttribute("aria-pressed", String(shown.has(index)));
      drawn.forEach(drawCurve);
    });
    return chip;
  }));
}

// ---- numbers ----

function table(title, head, rows) {
  const row = (tag, cells) => element("tr", {}, ...cells.map((cell, i) => element(i === 0 ? "th" : tag, i === 0 || tag === "th" ? { scope: tag === "th" ? "col" : "row" } : {}, cell)));
  return element("div", { class: "numbers" }, element("h3", {}, title), element("div", { class: "scroll" },
    element("table", {}, element("thead", {}, row("th", head)), element("tbody", {}, ...rows.map(cells => row("td", cells))))));
}

function cell(one) {
  const node = element("span", {}, three(one.mean));
  if (one.reference === undefined) return node;
  const [word, colour, mark] = VERDICTS[one.verdict];
  const sign = element("i", { title: word, "aria-label": word }, mark);
  sign.style.setProperty("--hue", `var(--${colour})`);
  node.append(" ", element("small", {}, (one.band[0] === one.reference ? "≥ " : "") + three(one.reference)), sign);
  return node;
}

function numbers() {
  const last = (one, key) => one.figures[key].mean.at(-1);
  const rows = group.settings.map(one => [one.name, three(last(one, "reward")), between(one.figures.reward.low.at(-1), one.figures.reward.high.at(-1)),
    three(last(one, "kl_to_data")), three(last(one, "kl_from_data")), three(last(one, "entropy")), three(last(one, "margin")), three(last(one, "staleness")),
    plain.format(one.queries.at(-1)), plain.format(one.steps.at(-1)), one.last_rewards.map(value => value.toFixed(2)).join(" ")]);
  const parts = [table(`${group.title}: at the end`, ["", "reward", "95 % interval", "KL(π ‖ data)", "KL(data ‖ π)", "entropy", "margin", "staleness", "queries", "steps", "each seed’s reward"], rows)];
  const compared = data.tables?.find(one => one.title === group.title);
  if (compared) parts.unshift(table(`${group.title}: expected reward, beside the reference`, ["after round", ...compared.rounds.map(String)], compared.rows.map(one => [one.name, ...one.cells.map(cell)])));
  byId("tables").replaceChildren(...parts);
}

// ---- all of it ----

function chooseGroup() {
  group = data.groups[byId("group").selectedIndex];
  // Six at most, from all over the list: neighbours tend to be alike.
  shown = new Set([...group.settings.keys()].filter(index => index % Math.ceil(group.settings.length / 6) === 0));
  byId("setting").replaceChildren(...group.settings.map(one => element("option", {}, one.name)));
  chooseSetting();
  chips();
  drawn.forEach(drawCurve);
  numbers();
}

byId("lead").append(data.lead);
byId("numbers-hint").append(data.tables ? "Measured, and small behind it the figure of an earlier re-implementation of ours in NumPy and PyTorch with other seeds; the paper’s own were not available. + in its band, ~ only the mean is, × not." : "All figures are means over seeds, after the last round.");
byId("group").append(...data.groups.map(one => element("option", {}, `${one.title}: ${problemOf(one.settings[0]).words}`)));
byId("group").addEventListener("change", chooseGroup);
byId("setting").addEventListener("change", chooseSetting);
byId("round").addEventListener("input", () => { stop(); drawStage(); });
byId("play").addEventListener("click", play);
byId("along").addEventListener("change", () => drawn.forEach(drawCurve));
new ResizeObserver(() => stage.resize()).observe(byId("stage"));
claims();
curves();
chooseGroup();
finish();
