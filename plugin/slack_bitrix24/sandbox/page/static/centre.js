// One card per person, newest first: what the notification centre shows, the push on a telephone, the e-mail copy.

import { get, latest, listen } from "./api.js";
import { attachment } from "./attach.js";
import { Chats } from "./chat.js";
import { avatar, day, el } from "./dom.js";
import { message } from "./nodes.js";
import { t } from "./words.js";

const SHOWN = 50;

function notification(one, fresh) {
  const author = one.author?.name ?? "Bitrix24";
  const date = new Date(one.date);
  return el(`article.notification${fresh ? ".fresh" : ""}`, { "data-id": one.id, "aria-label": t("From {name}", { name: author }) },
    el("header", {}, avatar(author, { bot: !one.author }),
      el("div", {}, el("strong", {}, author), el("time", { dateTime: one.date }, day(date)))),
    el("div.view-centre", {}, message(one.nodes), one.attach ? attachment(one.attach) : ""),
    el("p.view-push", {}, el("strong", {}, `${author}: `), one.push),
    el("div.view-mail", {}, one.mail
      ? [el("strong", {}, one.mail.subject), el("pre", {}, one.mail.text)]
      : el("em", {}, t("no mail is sent of this one"))));
}

const VIEWS = { centre: "Centre", push: "Push", mail: "Mail" };

class Centre {
  constructor(person) {
    this.person = person;
    this.chats = new Chats(person);
    this.known = null;
    this.unread = new Set();
    this.badge = el("button.badge", { type: "button", hidden: true, onclick: () => this.read() });
    this.list = el("div.notifications", { role: "log", "aria-live": "polite", tabIndex: 0,
      "aria-label": t("Notifications of {name}", person) });
    this.node = el("section.centre", { "data-user": person.id, "data-view": "centre", "aria-label": t("{name}’s notification centre", person) },
      el("header", {}, avatar(person.name), el("div", {},
        el("h3", {}, person.name), el("p", {}, t("Bitrix24 user {id}", person))), this.badge),
      this.views(), this.list, this.chats.node);
    this.refresh = latest(() => Promise.all([this.load(), this.chats.load()]));
  }

  views() {
    const buttons = Object.entries(VIEWS).map(([view, name]) => el("button.view", { type: "button", "data-view": view,
      "aria-pressed": String(view === "centre"), onclick: () => this.look(view) }, t(name)));
    return el("div.views", { role: "group", "aria-label": t("How {name} sees it", this.person) }, buttons);
  }

  look(view) {
    this.node.dataset.view = view;
    for (const button of this.node.querySelectorAll(".view")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === view));
    }
  }

  async load() {
    const all = await get("/sandbox/seen", { user: this.person.id });
    const ids = new Set(all.map((one) => one.id));
    const fresh = this.known ? [...ids].filter((id) => !this.known.has(id)) : [];
    const gone = this.known ? [...this.known].filter((id) => !ids.has(id)) : [];
    this.known = ids;
    if (fresh.length) document.dispatchEvent(new CustomEvent("arrived", { detail: {
      name: this.person.name, replaced: gone.length > 0 } }));
    this.unread = new Set([...this.unread, ...fresh].filter((id) => ids.has(id)));
    const kept = new Map([...this.list.querySelectorAll("[data-id]")].map((node) => [Number(node.dataset.id), node]));
    const nodes = all.slice(0, SHOWN).map((one) => kept.get(one.id) ?? notification(one, fresh.includes(one.id)));
    this.list.replaceChildren(...(nodes.length ? nodes : [this.empty()]));
    this.show();
  }

  empty() {
    const first = this.person.name.split(" ")[0];
    return el("p.empty", {}, t("Nothing yet. What is sent to {name} appears here: try ", { name: first }),
      el("code", {}, `/b24 @${first.toLowerCase()} hello`));
  }

  show() {
    const count = this.unread.size;
    this.badge.hidden = !count;
    this.badge.textContent = String(count);
    this.badge.setAttribute("aria-label", t("{count} unread for {name}: mark as read", { count, name: this.person.name }));
    for (const node of this.list.children) node.classList.toggle("unread", this.unread.has(Number(node.dataset.id)));
  }

  read() {
    this.unread.clear();
    this.show();
  }
}

export async function centres(container, ids) {
  const people = await get("/sandbox/users");
  const found = ids.map((id) => people.find((person) => person.id === id)).filter(Boolean);
  const cards = found.map((person) => new Centre(person));
  container.replaceChildren(...cards.map((card) => card.node));
  const refresh = () => Promise.all(cards.map((card) => card.refresh()));
  await refresh();
  listen("/sandbox/events", refresh, { event: "notification" });
}
