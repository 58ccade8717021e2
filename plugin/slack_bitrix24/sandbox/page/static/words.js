// The page's own words, English or Russian. What the bridge says in Slack follows each person's Slack, not the page.

import { RUSSIAN } from "./russian.js";

const KEPT = "language";
const SPOKEN = ["aria-label", "placeholder", "title"];
const asked = new URLSearchParams(location.search).get("lang");
const wanted = asked ?? localStorage.getItem(KEPT) ?? navigator.language;

export const language = wanted.toLowerCase().startsWith("ru") ? "ru" : "en";

// A text with {names} in it, in the page's language.
export function t(text, values = {}) {
  const said = language === "ru" ? RUSSIAN[text] ?? text : text;
  return said.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function put(text) {
  const bare = text.trim().replace(/\s+/g, " ");
  return bare && RUSSIAN[bare] ? text.replace(text.trim(), RUSSIAN[bare]) : text;
}

function translate(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) node.data = put(node.data);
  for (const name of SPOKEN) {
    for (const node of root.querySelectorAll(`[${name}]`)) node.setAttribute(name, put(node.getAttribute(name)));
  }
}

export function words() {
  const button = document.getElementById("language");
  button.textContent = language === "ru" ? "English" : "Русский";
  button.lang = language === "ru" ? "en" : "ru";
  button.addEventListener("click", () => {
    localStorage.setItem(KEPT, button.lang);
    // an address with ?lang= would go before what was chosen
    location.assign(location.pathname + location.hash);
    if (location.hash) location.reload();
  });
  document.documentElement.lang = language;
  if (language !== "ru") return;
  translate(document.body);
  document.title = put(document.title);
}
