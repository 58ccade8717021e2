// The Slack side: channels, messages, composer.

import { get, latest, listen, post } from "./api.js";
import { attachment, blocks } from "./blocks.js";
import { choose, mark } from "./choose.js";
import { completing } from "./complete.js";
import { avatar, clock, el } from "./dom.js";
import { HOME, home, opened } from "./home.js";
import { modals } from "./modal.js";
import { mrkdwn, names } from "./mrkdwn.js";
import { t } from "./words.js";

// in the language of the person's Slack, as a person would type it
const SUGGESTIONS = {
  "en-US": [
    "/b24 @anna Deploy of *api* finished",
    "/b24 help",
    "/b24 remind me to stretch in 10 seconds",
    "/b24 remind @carol to water the plants tomorrow at 9",
  ],
  "ru-RU": [
    "/b24 @anna Выкладка *api* закончена",
    "/b24 помощь",
    "/b24 напомни мне размяться через 10 секунд",
    "/b24 напомни @carol полить цветы завтра в 9",
  ],
};
const LANGUAGES = {
  "en-US": "{name} reads Slack in English: the bridge answers in English. Commands are understood in both languages.",
  "ru-RU": "{name} reads Slack in Russian: the bridge answers in Russian. Commands are understood in both languages.",
};
const EMPTY = "Nothing has been said here yet. Press one of the suggestions below, or the monitoring bot’s alert.";
const INCIDENTS = "C0INCIDENT";
const TAKE = "Alerts of this channel come through the bridge’s bot: raise one, and take it with the button in Anna’s or Bob’s chat.";
// the two shortcuts of the app's manifest
const SEND = "send_to_bitrix24";
const WRITE = "notify_bitrix24";
const state = { me: "", channel: "C0ALERTS", people: [], groups: [], channels: [] };
const $ = (id) => document.getElementById(id);

function shown(message) {
  const act = (action) => post("/slack/sandbox/block_action", { user: state.me, ts: message.ts, action });
  const content = message.blocks?.length ? blocks(message.blocks, act) : [message.text ? mrkdwn(message.text) : ""];
  const date = new Date(Number(message.ts) * 1000);
  return el(`article.message${message.only_for ? ".private" : ""}`, {
    id: `${message.channel ?? state.channel}-p${message.ts.replace(".", "")}`, "data-ts": message.ts },
    avatar(message.author.name, { bot: message.author.bot }),
    el("div.body", {},
      message.only_for ? el("p.only", {}, t("Only visible to you"), message.prompt ? el("code", {}, message.prompt) : "") : "",
      el("header", {}, el("strong", {}, message.author.name), message.author.bot ? el("span.app", {}, t("app")) : "",
        el("time", { dateTime: date.toISOString() }, clock(date)),
        message.edited || message.replaced ? el("span.edited", {}, t("(edited)")) : ""),
      content,
      (message.attachments ?? []).map(attachment)),
    // Slack has no shortcuts on what only one person sees
    message.only_for ? "" : el("button.chip.menu", { type: "button", onclick: () => shortcut(SEND, message.ts) },
      "Send to Bitrix24"));
}

const shortcut = (id, ts = "") => post("/slack/sandbox/shortcut", { user: state.me, callback_id: id, ts });

const refresh = latest(async () => {
  if (state.channel === HOME) return home($("messages"), state.me);
  const { messages } = await get("/slack/sandbox/messages", { channel: state.channel, user: state.me });
  const list = $("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  list.replaceChildren(...(messages.length ? messages.map(shown) : [el("p.empty", {}, t(state.channel === INCIDENTS ? TAKE : EMPTY))]));
  if (atEnd) list.scrollTop = list.scrollHeight;
  for (const image of list.querySelectorAll("img")) image.addEventListener("load", () => atEnd && (list.scrollTop = list.scrollHeight));
});

// One question at a time: of two, the older answer may come last, and the chip would keep it.
const bridge = latest(async () => {
  const { connections } = await get("/slack/sandbox/connections");
  const ready = connections.length > 0;
  $("bridge").className = `bridge ${ready ? "ready" : "waiting"}`;
  $("bridge").textContent = ready ? t("Bridge: connected") : t("Bridge: not connected yet …");
});

async function become(id) {
  state.me = id;
  mark($("people"), id);
  tongue();
  if (state.channel === HOME) await opened(id);
  refresh();
  modal();
}

export async function go(id) {
  if (id !== HOME && !state.channels.some((channel) => channel.id === id)) return;
  state.channel = id;
  mark($("channels"), id);
  document.querySelector(".compose").hidden = id === HOME;
  if (id === HOME) await opened(state.me);
  $("text").setAttribute("placeholder", t("Message #{channel}, or /b24 @anna …", { channel: names.channels[id] }));
  await refresh();
}

const me = () => state.people.find((user) => user.id === state.me);

function tongue() {
  const { locale, real_name: name } = me();
  $("tongue").value = locale;
  $("told").textContent = t(LANGUAGES[locale], { name: name.split(" ")[0] });
  $("suggestions").replaceChildren(...SUGGESTIONS[locale].map((text) => el("button.chip", { type: "button",
    title: t("Send this"), onclick: () => say(text) }, el("code", {}, text))));
}

const modal = latest(() => modals(state.me));

async function say(text) {
  const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
  if (command) {
    await post("/slack/sandbox/command", { user: state.me, channel: state.channel, command: command[1], text: command[2] });
  } else {
    await post("/slack/sandbox/message", { user: state.me, channel: state.channel, text });
  }
}

function composer() {
  const box = $("text");
  const known = [...state.people.map((user) => ({ handle: user.name, name: user.real_name })), ...state.groups];
  completing(box, $("complete"), () => known);
  const send = () => {
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    $("messages").scrollTop = $("messages").scrollHeight;
    say(text);
  };
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  $("shortcut").addEventListener("click", () => shortcut(WRITE));
  $("tongue").addEventListener("change", async () => {
    me().locale = $("tongue").value;
    tongue();
    await post("/slack/sandbox/language", { user: state.me, locale: me().locale });
    if (state.channel === HOME) await opened(state.me);
  });
  const monitored = () => {
    const channel = state.channel === INCIDENTS ? INCIDENTS : "C0ALERTS";
    go(channel);
    return channel;
  };
  $("raise").addEventListener("click", () => {
    const channel = monitored();
    // without its picture a bot's message fits into the chat, text and buttons
    const picture = channel === INCIDENTS ? {} : { image_url: `${location.origin}/static/errors.png` };
    return post("/slack/sandbox/alert", { channel, ...picture });
  });
  for (const id of ["worsen", "clear"]) {
    $(id).addEventListener("click", async () => {
      const { ts } = await post(`/slack/sandbox/${id}`, { channel: monitored() });
      $(id).title = ts ? "" : t("There is no alert to clear: raise one first.");
    });
  }
}

export async function slack() {
  const { users, groups, channels } = await get("/slack/sandbox/people");
  state.people = users.filter((user) => !user.is_bot);
  state.groups = groups;
  state.channels = channels.filter((channel) => channel.name).sort((a, b) => a.name.localeCompare(b.name));
  for (const user of users) names.users[user.id] = user.real_name;
  for (const user of state.people) names.people[user.id] = user.real_name;
  for (const group of groups) names.groups[group.id] = group.handle;
  for (const channel of state.channels) names.channels[channel.id] = channel.name;
  state.me = state.people[0].id;
  const tabs = state.channels.map((channel) => ({ id: channel.id, label: `# ${channel.name}` }));
  tabs.push({ id: HOME, label: t("App Home") });
  choose($("channels"), tabs, { role: "tab", picked: state.channel, pick: go });
  const faces = state.people.map((user) => ({ id: user.id, label: user.real_name.split(" ")[0] }));
  choose($("people"), faces, { role: "radio", picked: state.me, pick: become });
  composer();
  tongue();
  await Promise.all([refresh(), bridge(), modal()]);
  listen("/slack/sandbox/events", (change) => {
    if (!change || change.kind === "message" || change.kind === "reset") refresh();
    if (!change || change.kind === "view" || change.kind === "reset") modal();
    if (change?.kind === "view" && state.channel === HOME) refresh();
    if (!change || change.kind === "connections") bridge();
  });
}
