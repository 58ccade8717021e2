// The keys of the page. Without this file everything works with links and forms.
"use strict";

document.documentElement.classList.add("js");

const rows = () => [...document.querySelectorAll("tr.row")];
const typing = (target) => target instanceof Element && target.matches("input:not([type=radio]), textarea, select");

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.classList.contains("chosen"));
  const next = all[Math.max(0, Math.min(all.length - 1, at < 0 && step < 0 ? 0 : at + step))];
  if (!next) return;
  all[at]?.classList.remove("chosen");
  next.classList.add("chosen");
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

let leads = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (leads) {
    leads = false;
    const part = document.querySelector(`nav a[data-key="${CSS.escape(event.key)}"]`);
    if (part) part.click();
    return;
  }
  switch (event.key) {
    case "/": {
      const search = document.querySelector("[data-search]");
      if (!search) return;
      search.focus();
      search.select();
      break;
    }
    case "j": move(1); break;
    case "k": move(-1); break;
    case "g": leads = true; break;
    case "Escape": if (document.getElementById("story")) history.back(); break;
    default: return;
  }
  event.preventDefault();
});

// The whole row leads to its story, also for a finger; what is a link by itself stays one.
document.addEventListener("click", (event) => {
  const row = event.target instanceof Element ? event.target.closest("tr.row") : null;
  if (!row || event.target.closest("a, button, input, form") || String(getSelection())) return;
  row.querySelector("a")?.click();
});
