// Starts both halves of the page.

import { centres } from "./centre.js";
import { el } from "./dom.js";
import { go, slack } from "./slack.js";

const PORTAL_USERS = [10, 12, 14];

// A link back to Slack leads to #CHANNEL/pTS
async function followLink() {
  const [channel, message] = location.hash.slice(1).split("/");
  if (!channel) return;
  await go(channel);
  const node = message && document.getElementById(`${channel}-${message}`);
  if (node) {
    node.scrollIntoView({ block: "center" });
    node.classList.add("target");
  }
}

async function start() {
  await Promise.all([slack(), centres(document.getElementById("centres"), PORTAL_USERS)]);
  addEventListener("hashchange", followLink);
  await followLink();
  document.documentElement.dataset.ready = "yes";
}

start().catch((error) => {
  document.body.prepend(el("p.failed", { role: "alert" }, `The page could not start: ${error.message}`));
});
