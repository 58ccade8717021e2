// Dialogs with bots: below a person's notification centre, the newest message at the end, with its buttons.

import { get, post } from "./api.js";
import { attachment } from "./attach.js";
import { clock, el, link } from "./dom.js";
import { message } from "./nodes.js";
import { t } from "./words.js";

function button(key, one, person) {
  if (key.TYPE === "NEWLINE") return el("span.newline");
  if (key.LINK) return el("span.key", {}, link(key.LINK, key.TEXT));
  const click = () => post("/sandbox/click",
    { message: one.id, user: person.id, command: key.COMMAND ?? "", params: key.COMMAND_PARAMS ?? "" });
  return el("button.key", { type: "button", disabled: one.spinning || key.DISABLED === "Y", onclick: click }, key.TEXT);
}

function bubble(one, chat, person) {
  const mine = one.authorId === person.id;
  if (one.gone) return el("p.bubble.gone", { "data-message": one.id }, t("This message was deleted"));
  return el(`article.bubble${mine ? ".mine" : ""}${one.spinning ? ".spinning" : ""}`, { "data-message": one.id },
    el("header", {}, el("strong", {}, mine ? person.name : chat.bot.name), el("time", {}, clock(new Date(one.date))),
      one.edited ? el("span.edited", {}, t("edited")) : "", one.viewedByOthers ? el("span.read", { title: t("read") }, "✓✓") : ""),
    message(one.nodes),
    one.attach ? attachment(one.attach) : "",
    one.file ? el("p.at-file-text", {}, `📎 ${one.file.name}`) : "",
    one.keyboard.length ? el("div.keys", {}, one.keyboard.map((key) => button(key, one, person))) : "");
}

function dialog(chat, person) {
  const write = t("Write to {name}", { name: chat.bot.name });
  const say = el("input", { type: "text", placeholder: write, "aria-label": write });
  const send = async (event) => {
    event.preventDefault();
    if (say.value) await post("/sandbox/say", { bot: chat.bot.id, user: person.id, text: say.value });
    say.value = "";
  };
  return el("section.chat", { "data-bot": chat.bot.id, "aria-label": t("{name}’s chat with {bot}", { name: person.name, bot: chat.bot.name }) },
    el("header", {}, el("strong", {}, chat.bot.name), el("span.tag", {}, t("bot")),
      el("button.view", { type: "button", onclick: () => post("/sandbox/view", { bot: chat.bot.id, user: person.id }) }, t("Mark as read"))),
    el("div.bubbles", {}, chat.messages.map((one) => bubble(one, chat, person))),
    el("form", { onsubmit: send }, say));
}

export class Chats {
  constructor(person) {
    this.person = person;
    this.node = el("div.chats", { hidden: true });
    this.shown = "";
  }

  async load() {
    const all = await get("/sandbox/chats", { user: this.person.id });
    const told = JSON.stringify(all);
    // Drawn anew only when something has changed: what somebody is typing stays.
    if (told === this.shown) return;
    const typing = this.node.querySelector("input")?.value ?? "";
    this.shown = told;
    this.node.hidden = !all.length;
    this.node.replaceChildren(...all.map((chat) => dialog(chat, this.person)));
    const input = this.node.querySelector("input");
    if (input) input.value = typing;
    for (const list of this.node.querySelectorAll(".bubbles")) list.scrollTop = list.scrollHeight;
  }
}
