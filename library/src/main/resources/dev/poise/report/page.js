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

// The last call of a page's script: the way to every section shown, by its short name.
function finish() {
  const shown = [...document.querySelectorAll("main section[data-name]")].filter(section => !section.hidden);
  byId("sections").append(...shown.map(section => element("a", { href: "#" + section.id }, section.dataset.name)));
  byId("footer").append("Written by Poise. This file is complete in itself and loads nothing. Charts: Apache ECharts.");
}
