// Block Kit and legacy attachments as DOM nodes: https://docs.slack.dev/reference/block-kit/blocks

import { el, link, picture } from "./dom.js";
import { emoji, mrkdwn, names, plain, user } from "./mrkdwn.js";

function text(object) {
  if (!object) return "";
  return object.type === "mrkdwn" ? mrkdwn(object.text) : plain(object.text);
}

function button(element, block, act) {
  if (element.url) return link(element.url, text(element.text));
  if (element.type !== "button") return el("span.muted", {}, `[${element.type}]`);
  const pressed = () => act({ ...element, block_id: block.block_id });
  const style = element.style ? `.${element.style === "danger" ? "danger" : "primary"}` : "";
  return el(`button.button${style}`, { type: "button", onclick: pressed }, text(element.text));
}

const BLOCKS = {
  section: (block, act) => el("div.section", {},
    el("div", {}, text(block.text),
      block.fields ? el("div.fields", {}, block.fields.map((field) => el("div", {}, text(field)))) : ""),
    block.accessory ? accessory(block, act) : ""),
  header: (block) => el("h4", {}, text(block.text)),
  context: (block) => el("div.context", {}, block.elements.map((one) =>
    one.type === "image" ? picture(one.image_url, one.alt_text, { width: 20, height: 20 }) : text(one))),
  divider: () => el("hr"),
  image: (block) => el("figure", {}, picture(block.image_url, block.alt_text)),
  actions: (block, act) => el("div.actions", {}, block.elements.map((one) => button(one, block, act))),
  rich_text: (block) => el("div.rich", {}, block.elements.map(rich)),
  markdown: (block) => el("div", {}, block.text),
};

function accessory(block, act) {
  if (block.accessory.type === "image") {
    return picture(block.accessory.image_url, block.accessory.alt_text, { width: 64, height: 64 });
  }
  return button(block.accessory, block, act);
}

function rich(element) {
  const inside = () => element.elements.map(inline);
  if (element.type === "rich_text_quote") return el("blockquote", {}, inside());
  if (element.type === "rich_text_preformatted") return el("pre", {}, inside());
  if (element.type === "rich_text_list") {
    const items = element.elements.map((section) => el("li", {}, section.elements.map(inline)));
    return el(element.style === "ordered" ? "ol" : "ul", { style: { marginLeft: `${20 * (element.indent ?? 0)}px` } }, items);
  }
  return el("div.line", {}, inside());
}

function inline(element) {
  let node = leaf(element);
  for (const [style, tag] of [["code", "code"], ["strike", "s"], ["italic", "i"], ["bold", "b"]]) {
    if (element.style?.[style]) node = el(tag, {}, node);
  }
  return node;
}

function leaf(element) {
  switch (element.type) {
    case "link": return link(element.url, element.text || element.url);
    case "user": return user(element.user_id);
    case "usergroup": return el("span.ment", {}, `@${names.groups[element.usergroup_id] ?? element.usergroup_id}`);
    case "channel": return el("span.ment", {}, `#${names.channels[element.channel_id] ?? element.channel_id}`);
    case "broadcast": return el("span.ment", {}, `@${element.range}`);
    case "emoji": return emoji(element.name, element.unicode);
    case "date": return el("time", {}, element.fallback ?? "");
    default: return el("span.pre", {}, element.text ?? "");
  }
}

export function blocks(list, act = () => {}) {
  return list.map((block) => BLOCKS[block.type]?.(block, act) ?? el("div.muted", {}, `[${block.type}]`));
}

export function attachment(body) {
  const colour = /^[0-9a-f]{6}$/i.test(body.color ?? "") ? `#${body.color}` : "";
  const fields = (body.fields ?? []).map((field) => el(field.short ? "div" : "div.wide", {},
    el("b", {}, mrkdwn(field.title)), mrkdwn(field.value)));
  const date = Number(body.ts) ? ` · ${new Date(Number(body.ts) * 1000).toLocaleTimeString()}` : "";
  return el("div.attachment", { style: { borderColor: colour } },
    body.pretext ? mrkdwn(body.pretext) : "",
    body.author_name ? el("div.muted", {}, body.author_name) : "",
    body.title ? el("div.title", {}, link(body.title_link, plain(body.title))) : "",
    body.text ? mrkdwn(body.text) : "",
    body.blocks ? blocks(body.blocks) : "",
    fields.length ? el("div.fields", {}, fields) : "",
    body.image_url ? picture(body.image_url, "chart", { className: "chart" }) : "",
    body.footer || date ? el("div.footer", {}, `${body.footer ?? ""}${date}`) : "");
}
