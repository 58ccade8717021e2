// Bitrix24's BB codes as DOM nodes: https://apidocs.bitrix24.com/api-reference/chats/messages/index.html

import { clock, el, link, picture } from "./dom.js";

const MESSAGE = new Set(["b", "i", "u", "s", "url", "user", "chat", "code", "br", "size", "color", "img", "icon", "put",
  "send", "call", "timestamp", "disk", "context"]);
const ATTACH = new Set(["user", "chat", "send", "put", "call", "br", "b", "u", "i", "s", "url"]);
const ALONE = new Set(["br", "timestamp", "icon", "disk"]);
const TAG = /\[(\/?)([a-z]+)(?:=([^\]]*)|( [^\]]*))?\]/gi;

// Returns a tree of strings and {tag, value, children, open}: a tag that is never closed stays text.
function parse(text, allowed) {
  const root = { tag: "", children: [] };
  const stack = [root];
  let end = 0;
  const top = () => stack[stack.length - 1];
  const say = (part) => part && top().children.push(part);
  TAG.lastIndex = 0;
  for (let match = TAG.exec(text); match; match = TAG.exec(text)) {
    const [whole, closing, name, value, rest] = match;
    const tag = name.toLowerCase();
    if (!allowed.has(tag)) continue;
    if (top().tag === "code" && !(closing && tag === "code")) continue;
    if (closing && !stack.some((node) => node.tag === tag)) continue;
    say(text.slice(end, match.index));
    end = match.index + whole.length;
    if (ALONE.has(tag)) {
      if (!closing) top().children.push({ tag, value: value ?? "", rest: rest ?? "", children: [] });
    } else if (!closing) {
      stack.push({ tag, value: value ?? "", rest: rest ?? "", children: [], open: whole });
    } else {
      while (top().tag !== tag) unclosed(stack);
      const node = stack.pop();
      top().children.push(node);
    }
  }
  say(text.slice(end));
  while (stack.length > 1) unclosed(stack);
  return root.children;
}

function unclosed(stack) {
  const node = stack.pop();
  stack[stack.length - 1].children.push(node.open, ...node.children);
}

function textOf(node) {
  return typeof node === "string" ? node : node.children.map(textOf).join("");
}

const DRAW = {
  b: (node) => el("b", {}, draw(node.children)),
  i: (node) => el("i", {}, draw(node.children)),
  u: (node) => el("u", {}, draw(node.children)),
  s: (node) => el("s", {}, draw(node.children)),
  br: () => el("br"),
  code: (node) => el("pre.code", {}, textOf(node).replace(/^\n|\n$/g, "")),
  url: (node) => link(node.value || textOf(node), draw(node.children)),
  user: (node) => el("span.mention", { title: `Bitrix24 user ${node.value}` }, draw(node.children)),
  chat: (node) => el("span.mention", {}, draw(node.children)),
  size: (node) => el("span", { style: { fontSize: `${Math.min(Math.max(parseInt(node.value, 10) || 14, 8), 30)}px` } },
    draw(node.children)),
  color: (node) => el("span", { style: { color: /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(node.value) ? node.value : "" } },
    draw(node.children)),
  img: (node) => picture(textOf(node).trim(), "picture", { className: "bb-picture" }),
  icon: (node) => picture(node.value.split(" ")[0], "icon", { width: 20, height: 20 }),
  timestamp: (node) => el("time", {}, clock(new Date(parseInt(node.value, 10) * 1000))),
  disk: (node) => el("span.mention", {}, `Drive file ${node.value}`),
};

function draw(nodes) {
  return nodes.map((node) => {
    if (typeof node === "string") return lines(node);
    return (DRAW[node.tag] ?? ((other) => el("span", {}, draw(other.children))))(node);
  });
}

function lines(text) {
  return text.split("\n").flatMap((line, number) => (number ? [el("br"), line] : [line]));
}

// Top level nodes, cut into lines: quotes are a matter of whole lines.
function cut(nodes) {
  const found = [[]];
  for (const node of nodes) {
    const parts = typeof node === "string" ? node.split("\n") : [node];
    parts.forEach((part, number) => {
      if (number) found.push([]);
      if (part !== "") found[found.length - 1].push(part);
    });
  }
  return found;
}

export function message(text) {
  const out = el("div.bb");
  let quote = null;
  let fenced = false;
  let previous = false;
  for (const line of cut(parse(String(text ?? ""), MESSAGE))) {
    const first = typeof line[0] === "string" ? line[0] : "";
    if (line.length === 1 && /^-{6,}$/.test(first.trim())) {
      fenced = !fenced;
      quote = fenced ? out.appendChild(el("blockquote")) : null;
      previous = false;
      continue;
    }
    const quoted = first.startsWith(">>");
    if (quoted && !fenced) {
      quote ??= out.appendChild(el("blockquote"));
      line[0] = first.slice(2);
    } else if (!fenced) {
      if (quote) previous = false;
      quote = null;
    }
    const target = quote ?? out;
    if (quote ? target.childNodes.length : previous) target.append(el("br"));
    target.append(...draw(line).flat(Infinity));
    previous = !quote && !line.some((node) => node.tag === "code");
  }
  return out;
}

// The smaller set that MESSAGE blocks and GRID values of an ATTACH know.
export function attached(text) {
  return el("span.bb", {}, draw(parse(String(text ?? ""), ATTACH)));
}

