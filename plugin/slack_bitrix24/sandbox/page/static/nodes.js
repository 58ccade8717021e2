// Texts of Bitrix24 as DOM nodes. What is drawn was parsed by the portal (/sandbox/seen): a node is a string or
// {tag, children} with href or value.

import { el, link, picture } from "./dom.js";

const DRAW = {
  b: (node) => el("b", {}, nodes(node.children)),
  i: (node) => el("i", {}, nodes(node.children)),
  u: (node) => el("u", {}, nodes(node.children)),
  s: (node) => el("s", {}, nodes(node.children)),
  br: () => el("br"),
  pre: (node) => el("pre.code", {}, trimmed(node.children)),
  blockquote: (node) => el("blockquote", {}, nodes(node.children)),
  a: (node) => link(node.href, nodes(node.children)),
  size: (node) => el("span", { style: { fontSize: `${node.value}px` } }, nodes(node.children)),
  color: (node) => el("span", { style: { color: node.value } }, nodes(node.children)),
  picture: (node) => picture(node.href, "picture", { className: "bb-picture" }),
  smile: (node) => el("span.smile", { title: "a smiley, drawn as a picture" }, nodes(node.children)),
  mention: (node) => el("span.mention", {}, nodes(node.children)),
};

// A line's break at the edge of code stands for the block that it is.
function trimmed(children) {
  const kept = children.filter((node, place) => node.tag !== "br" || (place > 0 && place < children.length - 1));
  return nodes(kept);
}

export function nodes(given) {
  return (given ?? []).map((node) => {
    if (typeof node === "string") return node;
    return (DRAW[node.tag] ?? ((other) => el("span", {}, nodes(other.children))))(node);
  });
}

export function message(given) {
  return el("div.bb", {}, nodes(given));
}

export function attached(given) {
  return el("span.bb", {}, nodes(given));
}
