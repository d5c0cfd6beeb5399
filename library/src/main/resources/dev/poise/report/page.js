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
