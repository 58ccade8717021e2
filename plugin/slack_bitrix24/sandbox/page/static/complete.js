// "@" in the composer: the people and groups that Slack knows, by handle and by each of their names.

import { el } from "./dom.js";

const MOST = 6;
const TYPED = /(?:^|[\s(,])@([\p{L}\p{N}._-]*)$/u;

const begins = (entry, typed) =>
  [entry.handle, ...entry.name.split(/\s+/)].some((word) => word.toLowerCase().startsWith(typed));

// `entries`: { handle, name } of each. While the list is open, its keys go before those of the box.
export function completing(box, list, entries) {
  let found = [];
  let at = 0;
  let start = 0;

  function close() {
    found = [];
    list.hidden = true;
    list.replaceChildren();
    box.removeAttribute("aria-activedescendant");
  }

  function take(index) {
    const put = `@${found[index].handle} `;
    box.setRangeText(put, start, box.selectionStart, "end");
    close();
    box.focus();
  }

  function mark() {
    for (const [index, node] of [...list.children].entries()) node.setAttribute("aria-selected", String(index === at));
    box.setAttribute("aria-activedescendant", `complete-${at}`);
  }

  function look() {
    const before = box.value.slice(0, box.selectionStart);
    const typed = TYPED.exec(before);
    found = typed ? entries().filter((entry) => begins(entry, typed[1].toLowerCase())).slice(0, MOST) : [];
    if (!found.length) return close();
    start = before.length - typed[1].length - 1;
    at = 0;
    // mousedown: a click would first take the focus away from the box
    list.replaceChildren(...found.map((entry, index) => el("li", { role: "option", id: `complete-${index}`,
      onmousedown: (event) => {
        event.preventDefault();
        take(index);
      } }, el("strong", {}, entry.name), " ", el("code", {}, `@${entry.handle}`))));
    list.hidden = false;
    return mark();
  }

  function key(event) {
    if (!found.length || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) at = (at + step + found.length) % found.length;
    if (step) mark();
    else if (event.key === "Enter" || event.key === "Tab") take(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  box.addEventListener("input", look);
  box.addEventListener("keydown", key);
  box.addEventListener("blur", close);
}
