// The ways in side by side with Bitrix24; on a telephone one of the three at a time.

import { choose, mark } from "./choose.js";

const TABS = [
  { id: "slack", label: "Slack" },
  { id: "posting", label: "HTTP" },
  { id: "bitrix24", label: "Bitrix24" },
];

export function show(id) {
  document.querySelector("main").dataset.tab = id;
  mark(document.getElementById("tabs"), id);
}

export function tabs() {
  choose(document.getElementById("tabs"), TABS, { role: "tab", picked: "slack", pick: show });
}
