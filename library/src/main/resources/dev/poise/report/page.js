"use strict";
// What every page of ours shares. Text from outside only ever becomes text nodes and attribute values.

const data = JSON.parse(document.getElementById("data").textContent);
const byId = id => document.getElementById(id);

function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function show(id, ...children) {
  byId(id).hidden = false;
  byId(id).append(...children);
}

const plain = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, useGrouping: true });
const compact = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, notation: "compact" });

function number(value) {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) return value.toExponential(2).replace(/\.?0+e/, "e").replace("-", "\u2212");
  return (size < 1e5 ? plain : compact).format(value).replace("-", "\u2212");
}

document.title = data.title + " \u00b7 Poise";
byId("title").append(data.title);

// ---- views that live and frozen pages share ----

const quantity = {
  type: "value", scale: true, nameLocation: "middle", nameTextStyle: { color: "var(--muted)", fontSize: 12 },
  axisLine: { lineStyle: { color: "var(--line)" } }, axisTick: { show: false },
  axisLabel: { color: "var(--muted)", fontSize: 11.5, hideOverlap: true, formatter: number }, splitLine: { lineStyle: { color: "var(--grid)" } },
};

// Two curves where both are known: [x, y, step].
function joined(x, y) {
  if (!x || !y) return [];
  const known = new Map(y.steps.map((step, i) => [step, y.values[i]]));
  return x.steps.map((step, i) => [x.values[i], known.get(step), step]).filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b));
}

// Least-squares line and parabola through points, by orthogonal polynomials; null with fewer than four different x.
function fits(points) {
  if (new Set(points.map(([x]) => x)).size < 4) return null;
  const mean = values => values.reduce((a, b) => a + b) / values.length;
  const middle = mean(points.map(([x]) => x));
  const scale = Math.sqrt(mean(points.map(([x]) => (x - middle) ** 2)));
  const u = points.map(([x]) => (x - middle) / scale);
  const skew = mean(u.map(v => v ** 3));
  const bent = v => v * v - skew * v - 1;
  const level = mean(points.map(([, y]) => y));
  const slope = mean(points.map(([, y], i) => (y - level) * u[i]));
  const bend = mean(points.map(([, y], i) => (y - level - slope * u[i]) * bent(u[i]))) / mean(u.map(v => bent(v) ** 2));
  const line = x => level + slope * (x - middle) / scale;
  const parabola = x => line(x) + bend * bent((x - middle) / scale);
  const error = fit => Math.sqrt(mean(points.map(([x, y]) => (y - fit(x)) ** 2)));
  return { line, parabola, lineError: error(line), error: error(parabola), opens: Math.sign(bend), turn: middle + scale * (skew - slope / bend) / 2 };
}

// Paths over two quantities; a cross at zero, or both fits through all points. Paths: { name, hue, points }.
function relation(canvas, across, up, paths, { cross = false, fitted = null } = {}) {
  const xs = paths.flatMap(path => path.points.map(([x]) => x));
  const from = Math.min(...xs), to = Math.max(...xs);
  const curve = (name, fit) => ({ type: "line", name, silent: true, animation: false, showSymbol: false,
    data: Array.from({ length: 61 }, (_, i) => from + (to - from) * i / 60).map(x => [x, fit(x)]),
    lineStyle: { color: "var(--muted)", width: 1.5, type: name === "line" ? "dotted" : "dashed" } });
  canvas.setOption({
    animation: false, grid: { left: 70, right: 20, top: 16, bottom: 48 },
    tooltip: { backgroundColor: "var(--surface)", borderColor: "var(--line)", textStyle: { color: "var(--ink)", fontSize: 12.5 }, confine: true, trigger: "item",
      formatter: point => element("div", {}, `${point.seriesName}, step ${plain.format(point.value[2])}: ${number(point.value[0])}, ${number(point.value[1])}`) },
    xAxis: { ...quantity, name: across, nameGap: 30 }, yAxis: { ...quantity, name: up, nameGap: 50 },
    series: [...paths.map(({ name, hue, points }, i) => ({ type: "line", name, animation: false, data: points, symbol: "circle", symbolSize: 6, showAllSymbol: true,
      itemStyle: { color: hue }, lineStyle: { color: hue, width: 1.5, opacity: fitted ? 0.35 : 1 },
      markLine: cross && !i ? { silent: true, symbol: "none", label: { show: false }, data: [{ xAxis: 0 }, { yAxis: 0 }], lineStyle: { color: "var(--muted)", type: "dashed", opacity: 0.6 } } : undefined })),
    ...(fitted ? [curve("line", fitted.line), curve("parabola", fitted.parabola)] : [])],
  }, { notMerge: true });
}

function fitWords(fit) {
  if (!fit) return "Too few readings for a fit.";
  const share = fit.lineError === 0 ? 0 : 100 * (1 - fit.error / fit.lineError);
  return `A parabola (dashed) leaves ${plain.format(Math.round(share))} % less error than a line (dotted)`
    + (fit.opens < 0 ? ` and turns down at ${number(fit.turn)}.` : " and does not turn down.");
}

// Pairs by how far they moved.
function moved(moves, hue) {
  const widest = Math.max(...moves.pairs.flatMap(pair => [Math.abs(pair.chosen), Math.abs(pair.rejected)]), 1e-12);
  const bar = value => {
    const track = element("i", { class: value < 0 ? "falls" : "rises" });
    track.style.setProperty("--size", `${50 * Math.abs(value) / widest}%`);
    return element("td", { class: "move" }, element("span", { class: "swing" }, track), (value > 0 ? "+" : "") + number(value));
  };
  const table = element("table", { class: "moved" }, element("thead", {}, element("tr", {}, ...["pair", "chosen", "rejected"].map(title => element("th", { scope: "col" }, title)))),
    element("tbody", {}, ...moves.pairs.map(pair => element("tr", {}, element("td", {}, element("span", { class: "from" }, pair.source), element("small", {}, "\u2026" + pair.prompt.trim())), bar(pair.chosen), bar(pair.rejected)))));
  table.style.setProperty("--hue", hue);
  return element("div", { class: "scroll" }, table);
}

// The last call of a page's script: the way to every section shown, by its short name.
function finish() {
  const shown = [...document.querySelectorAll("main section[data-name]")].filter(section => !section.hidden);
  byId("sections").append(...shown.map(section => element("a", { href: "#" + section.id }, section.dataset.name)));
  byId("footer").append("Written by Poise. This file is complete in itself and loads nothing. Charts: Apache ECharts.");
}
