// One of several: tabs and radio buttons, by mouse and by arrow keys.

import { el } from "./dom.js";

export function choose(container, items, { role, picked, pick }) {
  const buttons = items.map(({ id, label }) => el("button", { type: "button", role, "data-id": id,
    onclick: () => pick(id) }, label));
  container.replaceChildren(...buttons);
  container.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  });
  mark(container, picked);
}

export function mark(container, id) {
  for (const button of container.children) {
    const on = button.dataset.id === id;
    button.setAttribute(button.getAttribute("role") === "tab" ? "aria-selected" : "aria-checked", String(on));
    button.tabIndex = on ? 0 : -1;
  }
}
