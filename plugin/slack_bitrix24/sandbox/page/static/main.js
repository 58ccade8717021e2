// Starts all parts of the page.

import { centres } from "./centre.js";
import { el } from "./dom.js";
import { posting } from "./posting.js";
import { go, slack } from "./slack.js";
import { switches } from "./switches.js";
import { show, tabs } from "./tabs.js";
import { t, words } from "./words.js";

const PORTAL_USERS = [10, 12, 14];

// A link back to Slack leads to #CHANNEL/pTS
async function followLink() {
  const [channel, message] = location.hash.slice(1).split("/");
  if (!channel) return;
  show("slack");
  await go(channel);
  const node = message && document.getElementById(`${channel}-${message}`);
  if (node) {
    node.scrollIntoView({ block: "center" });
    node.classList.add("target");
  }
}

async function start() {
  words();
  tabs();
  await Promise.all([slack(), posting(), switches(), centres(document.getElementById("centres"), PORTAL_USERS)]);
  addEventListener("hashchange", followLink);
  await followLink();
  document.documentElement.dataset.ready = "yes";
}

start().catch((error) => {
  document.body.prepend(el("p.failed", { role: "alert" }, t("The page could not start: {reason}", { reason: error.message })));
});
