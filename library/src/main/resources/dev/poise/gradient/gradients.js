// Draws a study of gradients.

const VERDICTS = {
  as_intended: ["as intended", "chosen"], both_up: ["both up", "neutral"], both_down: ["both down", "rejected"],
  chosen_down_only: ["chosen down only", "watch"], chosen_unmoved: ["chosen unmoved", "line"],
};
const share = value => plain.format(Math.round(value * 1000) / 10) + "\u2009%";
const or = (value, unknown = "–") => value === null || value === undefined ? unknown : number(value);

function table(head, rows) {
  const cells = (tag, row) => element("tr", {}, ...row.map(text => element(tag, tag === "th" ? { scope: "col" } : {}, text)));
  return element("div", { class: "scroll" }, element("table", { class: "table" },
    element("thead", {}, cells("th", head)), element("tbody", {}, ...rows.map(row => cells("td", row)))));
}

// ---- head ----

function tile(name, value, detail) {
  return element("div", {}, element("dt", {}, name), element("dd", { class: "value" }, value), element("dd", { class: "detail" }, detail));
}

function head() {
  const summary = data.summary;
  if (!summary) {
    byId("lead").append("Maps of a recipe’s objectives; no model was asked.");
    return;
  }
  byId("lead").append(`${plain.format(summary.pairs)} pairs · one step of ${summary.optimiser === "sgd" ? "gradient descent" : "AdamW from rest"} at a learning rate of ${number(summary.learning_rate)}`);
  const falls = counts => share((counts.both_down + counts.chosen_down_only) / summary.pairs);
  const spread = name => summary.spreads.find(one => one.name === name);
  const overlap = spread("<g+,g->/|g+|^2");
  const remedy = spread("lambda of likelihood (sum)");
  show("figures",
    tile("Chosen answer falls, alone", falls(summary.alone), "pairs with a step to themselves"),
    tile("Chosen answer falls, batch", falls(summary.batch), "pairs in their batch’s step"),
    tile("Overlap ρ", or(overlap.median), `median; 5 to 95\u2009%: ${or(overlap.p5)} to ${or(overlap.p95)}`),
    tile("Likelihood that would help", or(remedy.p95), "λ of summed log-likelihood for 95\u2009% of pairs alone"),
  );
  const check = summary.checks.find(one => one.name === "batch, chosen") ?? summary.checks[0];
  if (check) byId("figures").append(tile("Forecast against real step", or(check.correlation), `correlation, chosen, batch; slope ${or(check.slope)}`));
}

function verdicts() {
  const summary = data.summary;
  const kinds = Object.keys(VERDICTS).filter(kind => summary.alone[kind] + summary.batch[kind] > 0);
  const bar = (name, counts) => [element("span", {}, name), element("div", { class: "bar", role: "img", "aria-label": kinds.map(kind => `${VERDICTS[kind][0]} ${counts[kind]}`).join(", ") },
    ...kinds.map(kind => {
      const part = element("span", { title: `${VERDICTS[kind][0]}: ${plain.format(counts[kind])} pairs` });
      part.style.flex = counts[kind] + " 0 0";
      part.style.setProperty("--hue", `var(--${VERDICTS[kind][1]})`);
      return part;
    }))];
  show("verdicts",
    element("div", { class: "bars" }, ...bar("alone", summary.alone), ...bar("in a batch", summary.batch)),
    element("ul", { class: "legend" }, ...kinds.map(kind => {
      const entry = element("li", {}, `${VERDICTS[kind][0]}: ${share(summary.alone[kind] / summary.pairs)} alone, ${share(summary.batch[kind] / summary.pairs)} in a batch`);
      entry.style.setProperty("--hue", `var(--${VERDICTS[kind][1]})`);
      return entry;
    })));
}

// ---- scatters ----

const axis = {
  axisLine: { onZero: false, lineStyle: { color: "var(--line)" } }, axisTick: { show: false },
  axisLabel: { color: "var(--muted)", fontSize: 11.5, hideOverlap: true }, splitLine: { lineStyle: { color: "var(--grid)" } },
  nameTextStyle: { color: "var(--muted)", fontSize: 12 }, nameLocation: "middle",
};

function scatter(title, text, xName, yName, sets, diagonal) {
  const drawing = element("div", { class: "drawing" });
  const plot = element("div", { class: "plot square", role: "img", "aria-label": title }, drawing);
  const key = element("ul", { class: "legend" }, ...sets.map(set => {
    const entry = element("li", {}, set.name);
    entry.style.setProperty("--hue", `var(--${set.hue})`);
    return entry;
  }));
  byId("scatters").append(element("figure", { class: "chart" }, element("h3", {}, title), key, plot, element("figcaption", {}, text)));
  const all = sets.flatMap(set => set.points.flatMap(point => diagonal ? [point[0], point[1]] : [point[0]]));
  const low = all.reduce((a, b) => Math.min(a, b), Infinity), high = all.reduce((a, b) => Math.max(a, b), -Infinity);
  const label = { formatter: value => number(value), color: "var(--muted)", fontSize: 11.5, hideOverlap: true };
  const canvas = echarts.init(drawing, null, { renderer: sets[0].points.length > 600 ? "canvas" : "svg" });
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const resolved = JSON.parse(JSON.stringify(axis).replaceAll(/var\(--(\w+)\)/g, (_, name) => colour(name)));
  resolved.axisLabel = { ...label, color: colour("muted") };
  canvas.setOption({
    animation: false, grid: { left: 74, right: 18, top: 12, bottom: 46 },
    xAxis: { ...resolved, type: "value", scale: true, name: xName, nameGap: 30, splitNumber: 4 },
    yAxis: { ...resolved, type: "value", scale: true, name: yName, nameGap: 58, splitNumber: 4 },
    tooltip: { formatter: point => `pair ${point.value[2]}: ${number(point.value[0])}, ${number(point.value[1])}`, confine: true },
    series: [
      ...sets.map(set => ({ type: "scatter", data: set.points, symbolSize: set.points.length > 600 ? 3.5 : 6, itemStyle: { color: colour(set.hue), opacity: 0.6 } })),
      ...(diagonal && low < high ? [{ type: "line", silent: true, symbol: "none", data: [[low, low], [high, high]], lineStyle: { color: colour("muted"), width: 1, type: "dashed" } }] : []),
    ],
  });
  new ResizeObserver(() => canvas.resize()).observe(drawing);
}

function check() {
  const points = data.points;
  const sets = (from, to) => ["Chosen", "Rejected"].map(side => ({
    name: side.toLowerCase(), hue: side.toLowerCase(),
    points: points[from + side].map((value, i) => [value, points[to + side][i], points.index[i]]),
  }));
  show("check");
  const names = ["", "correlation", "slope", "signs", "error", "median"];
  if (data.summary.checks.length) {
    scatter("A step on each pair alone", "Change of log π(y|x), nats, summed over tokens.", "forecast", "real step", sets("alone", "actualAlone"), true);
    scatter("A step on each pair’s batch", "The same where consecutive pairs share a step, as in training.", "forecast", "real step", sets("batch", "actualBatch"), true);
  } else byId("check-title").textContent = "Forecasts";
  const byChes = { name: "chosen", hue: "chosen", points: points.ches.map((value, i) => [value, points.aloneChosen[i], points.index[i]]) };
  scatter("Similarity in the model against the chosen answer’s change", "CHES by length (Razin et al. 2024): the further right, the more alike the model holds the two answers.", "CHES, by length", "forecast, alone", [byChes], false);
  const error = value => value === null ? "–" : number(100 * value) + "\u2009%";
  if (data.summary.checks.length) byId("scatters").append(element("figure", { class: "chart" }, element("h3", {}, "How well they agree"),
    table(names, data.summary.checks.map(one => [one.name, or(one.correlation), or(one.slope), share(one.signs), error(one.relative_error), error(one.median_error)])),
    element("figcaption", {}, "Slope of real steps on forecasts: 1 is perfect. Relative error is ‖real − forecast‖ / ‖real‖ over all pairs, median error the middle one of the pairs’ own.")));
}

// ---- ranking ----

function ranking() {
  const rows = data.ranking.map(pair => [String(pair.index), VERDICTS[pair.verdict][0], number(pair.change_chosen), number(pair.change_rejected),
    or(pair.inner_products.all.overlap), or(pair.weights.ratio, "∞"), or(pair.lambda.likelihood_sum), or(pair.lambda.exmate_mean, "none"),
    or(pair.ches.normalised), number(pair.similarity.edit_distance), String(pair.similarity.common_prefix), `${pair.chosen.tokens}, ${pair.rejected.tokens}`]);
  const node = table(["pair", "forecast", "chosen", "rejected", "ρ", "w⁺/w⁻", "λ likelihood", "λ ExMATE", "CHES", "edit distance", "prefix", "tokens"], rows);
  const looked = new Set(data.tokens.map(pair => pair.index));
  node.querySelectorAll("tbody tr").forEach((row, i) => {
    const index = data.ranking[i].index;
    if (!looked.has(index)) return;
    row.dataset.index = index;
    row.addEventListener("click", () => { byId("pair").value = index; byId("pair").dispatchEvent(new Event("change")); byId("tokens").scrollIntoView(); });
  });
  show("ranking", node);
}

// ---- tokens ----

const piece = id => data.pieces[id] ?? "?";
const visible = text => text.replaceAll("\n", "↵").replaceAll("\t", "⇥") || "∅";
const named = id => element("code", { class: "token" }, visible(piece(id)));

function tokens() {
  if (!data.tokens.length) return;
  const pair = element("select", { id: "pair" }, ...data.tokens.map(one => element("option", { value: one.index }, String(one.index))));
  const measured = data.tokens[0].chosen[0].actual !== undefined;
  const by = element("select", { id: "by" }, ...(measured ? [element("option", { value: "actual" }, "the real step, all parameters")] : []),
    element("option", { value: "forecast" }, "the forecast of gradient descent on the output matrix"));
  const body = element("div", {});
  show("tokens", element("div", { class: "controls" }, element("label", { for: "pair" }, "Pair "), pair, element("label", { for: "by" }, "coloured by "), by), body);
  const redraw = () => {
    const one = data.tokens.find(entry => entry.index === +pair.value);
    const reading = element("div", { class: "panel reading", "aria-live": "polite" });
    const most = Math.max(...[...one.chosen, ...one.rejected].map(move => Math.abs(move[by.value]))) || 1;
    body.replaceChildren(element("div", { class: "sides" }, side("chosen", one.chosen, by.value, most, reading), side("rejected", one.rejected, by.value, most, reading)), reading);
    const start = Math.max(0, one.chosen.findIndex(move => move.place === "parting"));
    read(reading, "chosen", start, one.chosen[start]);
  };
  pair.addEventListener("change", redraw);
  by.addEventListener("change", redraw);
  redraw();
}

function side(name, moves, by, most, reading) {
  const text = element("div", { class: "tokens" }, ...moves.map((move, i) => {
    const token = element("span", { class: move.place, tabindex: "0", title: `${number(move[by])} nats` }, visible(piece(move.id)) + (piece(move.id).includes("\n") ? "\n" : ""));
    // The square root keeps small changes visible beside one large one.
    const strength = Math.round(70 * Math.sqrt(Math.abs(move[by]) / most));
    token.style.background = `color-mix(in srgb, var(--${move[by] < 0 ? "rejected" : "chosen"}) ${strength}%, transparent)`;
    const choose = () => {
      document.querySelector(".chosen-one")?.classList.remove("chosen-one");
      token.classList.add("chosen-one");
      read(reading, name, i, move);
    };
    token.addEventListener("click", choose);
    token.addEventListener("focus", choose);
    return token;
  }));
  const change = moves.reduce((sum, move) => sum + move[by], 0);
  const node = element("div", { class: "side" }, element("h4", {}, name, element("span", { class: change < 0 ? "badge worse" : "badge better" }, `${number(change)} nats over ${moves.length} tokens`)), text);
  node.style.setProperty("--hue", `var(--${name})`);
  return node;
}

function read(panel, name, position, move) {
  const places = { shared: "shared with the other answer", parting: "where the answers part", later: "behind the point where the answers part" };
  const list = (title, rows, unit) => element("div", {}, element("h3", {}, title),
    rows.length ? element("table", {}, element("tbody", {}, ...rows.map(([what, value]) => element("tr", {}, element("td", {}, what), element("td", {}, number(value) + unit))))) : element("p", { class: "hint" }, "none"));
  const own = [[named(move.id), move.own], ...move.other.map(([id, value]) => [named(id), value]), ...move.others.map(([id, value]) => [named(id), value])];
  panel.replaceChildren(
    element("p", { class: "hint" }, `Token ${position} of the ${name} answer, `, named(move.id), `, ${places[move.place]}: log p ${number(move.p)}, forecast over the output matrix ${number(move.forecast)} nats` + (move.actual === undefined ? "" : `, real step ${number(move.actual)} nats`)),
    element("div", { class: "columns" },
      list("Push on the logits, −∂L/∂s", own, ""),
      list("Where mass goes, these logits alone", move.gaining.map(([id, value]) => [named(id), value]), ""),
      ...(move.actual === undefined ? [] : [list("What gained in the real step", move.gained.map(([id, value]) => [named(id), value]), "")])));
}

// ---- maps ----

// What is nothing looks like the page behind it, light or dark.
const DARK = matchMedia("(prefers-color-scheme: dark)").matches;
const SEQUENTIAL = DARK
  ? [[30, 36, 44], [24, 74, 118], [58, 138, 196], [198, 222, 243]]
  : [[247, 251, 255], [158, 202, 225], [49, 130, 189], [8, 48, 107]];
const DIVERGING = DARK
  ? [[250, 150, 110], [160, 62, 44], [30, 36, 44], [34, 92, 146], [112, 182, 238]]
  : [[178, 24, 43], [239, 138, 98], [247, 247, 247], [103, 169, 207], [33, 102, 172]];

function colourAt(ramp, share) {
  const place = Math.min(1, Math.max(0, share)) * (ramp.length - 1);
  const from = Math.min(ramp.length - 2, Math.floor(place));
  return ramp[from].map((channel, i) => Math.round(channel + (ramp[from + 1][i] - channel) * (place - from)));
}

function map(name, formula, grid, ramp, low, high, ends) {
  const size = grid.length;
  const canvas = element("canvas", { width: size, height: size, role: "img", "aria-label": `${name} over both probabilities` });
  const context = canvas.getContext("2d");
  const image = context.createImageData(size, size);
  grid.forEach((row, y) => row.forEach((value, x) => {
    const [r, g, b] = value === null ? [128, 128, 128] : colourAt(ramp, high > low ? (value - low) / (high - low) : 0.5);
    image.data.set([r, g, b, 255], 4 * ((size - 1 - y) * size + x));
  }));
  context.putImageData(image, 0, 0);
  const bar = element("i", {});
  bar.style.background = `linear-gradient(to right, ${ramp.map(([r, g, b]) => `rgb(${r} ${g} ${b})`).join(", ")})`;
  return element("figure", { class: "map" }, element("figcaption", {}, element("b", {}, name), " " + formula),
    element("div", { class: "field" }, element("span", { class: "up" }, "f⁻, rejected"), canvas,
      element("span", { class: "along" }, element("span", {}, "0"), element("span", {}, "f⁺, chosen"), element("span", {}, "1")),
      element("span", { class: "scale" }, ends[0], bar, ends[1])));
}

function maps() {
  show("maps");
  for (const one of data.maps) {
    const known = [...one.good, ...one.bad].flat().filter(value => value !== null);
    const least = known.reduce((a, b) => Math.min(a, b), Infinity);
    // Poles on the edge would leave the rest white: the scale ends where 49 of 50 cells do.
    const sorted = known.map(Math.abs).sort((a, b) => a - b);
    const high = sorted[Math.floor(0.98 * (sorted.length - 1))] || 1;
    const narrow = least > 0 && least < high && least > 0.3 * high;
    const both = (f) => one.good.map((row, y) => row.map((value, x) => value === null || one.bad[y][x] === null ? null : f(value, one.bad[y][x])));
    const ratio = both((good, bad) => good > 0 && bad > 0 ? Math.log10(bad / good) : good > 0 ? -2 : null);
    const bounds = [least < 0 ? -high : narrow ? least : 0, high];
    const ramp = least < 0 ? DIVERGING : SEQUENTIAL;
    const ends = [number(bounds[0]), number(bounds[1]) + (sorted.at(-1) > high ? "+" : "")];
    byId("drawn").append(element("section", { class: "panel" }, element("h3", {}, one.name), element("div", { class: "row" },
      map("w⁺", "reward of the chosen", one.good, ramp, ...bounds, ends),
      map("w⁻", "penalty on the rejected", one.bad, ramp, ...bounds, ends),
      map("w⁺ − w⁻", "what reaches shared tokens", both((good, bad) => good - bad), DIVERGING, -high, high, [number(-high), number(high)]),
      map("w⁻/w⁺", "penalty by reward", ratio, DIVERGING.toReversed(), -2, 2, ["1/100", "100"]))));
  }
}

function origin() {
  show("setting");
  byId("origin").append(element("section", { class: "panel" }, element("table", {}, element("tbody", {}, ...data.facts.map(([name, value]) =>
    element("tr", {}, element("td", {}, name), element("td", {}, value)))))));
}

head();
if (data.summary) {
  verdicts();
  check();
  ranking();
  tokens();
}
maps();
origin();
finish();
