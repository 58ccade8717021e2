// What goes wrong in life: Bitrix24 is away, the bridge dies, time passes. Nothing that was taken gets lost.

import { get, post } from "./api.js";
import { day, time } from "./dom.js";
import { t } from "./words.js";

const AGAIN = 500; // ms until a killed bridge is looked at again
const $ = (id) => document.getElementById(id);

function shown({ away, bridge, alive, passed, page }) {
  time.passed = passed;
  $("away").setAttribute("aria-pressed", String(away));
  // a bridge that somebody else started can be neither killed from here nor waited for, and has a time of its own
  $("kill").hidden = !bridge;
  $("operators").hidden = !page;
  if (page) $("operators").href = page;
  $("passing").hidden = !bridge;
  const words = [
    passed && t("It is {time} here.", { time: day(time.now(), { today: false }) }),
    away && t("Bitrix24 does not answer: the bridge keeps what comes and sends it later."),
    bridge && !alive && t("The bridge is dead; it is started again in a few seconds."),
  ];
  $("trouble").textContent = words.filter(Boolean).join(" ");
  if (bridge && !alive) setTimeout(look, AGAIN);
}

async function look() {
  shown(await get("/demo/switches"));
}

export async function switches() {
  $("away").addEventListener("click", async () => {
    const away = $("away").getAttribute("aria-pressed") !== "true";
    shown(await post("/demo/switches", { away }));
  });
  $("kill").addEventListener("click", async () => shown(await post("/demo/switches", { kill: true })));
  for (const button of $("passing").querySelectorAll("button")) {
    button.addEventListener("click", async () =>
      shown(await post("/demo/switches", { pass: Number(button.dataset.seconds) })));
  }
  await look();
}
