// The HTTP side: samples of what monitoring programs post, and what the bridge answered.

import { get, post } from "./api.js";
import { clock, el } from "./dom.js";
import { t } from "./words.js";

const OWN = { name: t("A body of your own"), form: "alertmanager", body: null, over: null };
const SHOWN = 20;
const LISTENING = 20000; // ms in which what arrives is put down to the last body that was posted
const $ = (id) => document.getElementById(id);
const state = { samples: [], last: null };

const picked = () => state.samples[$("sample").selectedIndex];
const pretty = (body) => JSON.stringify(body, null, 2);

function pick() {
  const { form, body, over } = picked();
  $("form").value = form;
  $("payload").value = body ? pretty(body) : "";
  $("over").hidden = !over;
  $("no-over").hidden = Boolean(over) || !body;
}

async function send(what) {
  const row = el("li", {}, el("time", {}, clock(new Date())), " ", what, el("code.answer", {}, "…"));
  $("posted").prepend(row);
  while ($("posted").children.length > SHOWN) $("posted").lastChild.remove();
  // before it is answered: what was posted may arrive sooner than the answer
  state.last = { row, at: Date.now() };
  const answer = await post("/demo/post", { form: $("form").value, body: $("payload").value });
  const taken = answer.status >= 200 && answer.status < 300;
  row.classList.add(taken ? "taken" : "refused");
  row.querySelector(".answer").textContent = answer.error ?? `POST ${answer.path} → ${answer.status} ${answer.answer}`;
}

function arrived({ detail }) {
  if (!state.last || Date.now() - state.last.at > LISTENING) return;
  state.last.row.append(el("span.came", {}, detail.replaced ? t("{name}: replaced", detail) : t("{name}: arrived", detail)));
}

export async function posting() {
  const { forms, samples } = await get("/demo/samples");
  state.samples = [...samples, OWN];
  $("form").replaceChildren(...forms.map(({ id, label, path }) => el("option", { value: id }, `${label} · ${path}`)));
  $("sample").replaceChildren(...state.samples.map(({ name }) => el("option", {}, name)));
  $("sample").addEventListener("change", pick);
  $("posting").addEventListener("submit", (event) => {
    event.preventDefault();
    if ($("payload").value.trim()) send(picked().name);
  });
  $("over").addEventListener("click", () => {
    $("form").value = picked().form;
    $("payload").value = pretty(picked().over);
    send(t("{sample}: its resolution", { sample: picked().name }));
  });
  document.addEventListener("arrived", arrived);
  pick();
}
