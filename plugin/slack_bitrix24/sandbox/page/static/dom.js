// Builds DOM nodes. Text only ever becomes text: nothing here or elsewhere on the page parses HTML.

import { language, t } from "./words.js";

export function el(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "style") Object.assign(node.style, value);
    else if (key in node && key !== "list" && !key.includes("-")) node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ""));
  return node;
}

// Only these may be followed; anything else in a message stays text.
export function safeUrl(url) {
  const text = String(url ?? "").trim();
  if (/^(https?:|mailto:|tel:)/i.test(text) || /^\/(?!\/)/.test(text)) return text;
  return "";
}

export function link(url, ...children) {
  const href = safeUrl(url);
  if (!href) return el("span", {}, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

// A picture that turns into its name where it can't be shown (this page only loads pictures of this machine).
export function picture(url, name, props = {}) {
  const image = el("img", { alt: name || "picture", ...props });
  image.addEventListener("error", () => image.replaceWith(el("span.no-picture", {}, t("[picture: {name}]", { name: name || url }))));
  image.src = safeUrl(url) || "data:,";
  return image;
}

export function initials(name) {
  const words = String(name || "?").split(/\s+/).filter(Boolean);
  return words.slice(0, 2).map((word) => word[0]).join("").toUpperCase();
}

const HUES = { anna: 265, bob: 205, carol: 330 };

export function avatar(name, { url = "", bot = false } = {}) {
  if (safeUrl(url)) return picture(url, "", { className: "avatar", width: 36, height: 36 });
  const first = String(name || "").split(" ")[0].toLowerCase();
  const hue = HUES[first] ?? [...String(name)].reduce((sum, char) => (sum * 31 + char.codePointAt(0)) % 360, 7);
  const style = { background: bot ? "#35424f" : `hsl(${hue} 45% 46%)` };
  return el("span.avatar", { style, "aria-hidden": "true" }, bot ? "⚙" : initials(name));
}

// The demo's time: this machine's and what was let pass on top of it, in seconds.
export const time = { passed: 0, now: () => new Date(Date.now() + time.passed * 1000) };

export function clock(date) {
  return date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

export function day(date, { today = time.now().toDateString() === date.toDateString() } = {}) {
  return today ? t("today, {time}", { time: clock(date) }) : date.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}
