// An ATTACH as Bitrix24 draws it: https://apidocs.bitrix24.com/api-reference/chats/messages/attachments/index.html
// Each block holds a list; texts are nodes that the portal has parsed.

import { avatar, el, link, picture } from "./dom.js";
import { attached } from "./nodes.js";

const BASE = "#3f9bdc";
const HEX = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;

// The client draws COLOR; COLOR_TOKEN says nothing to it.
function colour(holder) {
  return HEX.test(holder.COLOR ?? "") ? holder.COLOR : "";
}

function pixels(value, most) {
  const number = parseInt(value, 10);
  return number > 0 ? `${Math.min(number, most)}px` : "";
}

export function size(bytes) {
  let value = Number(bytes);
  if (!Number.isFinite(value) || value < 0) return "";
  for (const unit of ["B", "KB", "MB", "GB"]) {
    if (value < 1024 || unit === "GB") return `${unit === "B" ? value : value.toFixed(1).replace(/\.0$/, "")} ${unit}`;
    value /= 1024;
  }
  return "";
}

const BLOCKS = {
  MESSAGE: (texts) => texts.map((text) => el("div.at-message", {}, attached(text))),
  LINK: (links) => links.map(linked),
  RICH_LINK: (links) => links.map(linked),
  USER: (users) => users.map((user) => el("div.at-user", {},
    avatar(user.NAME, { url: user.AVATAR, bot: user.AVATAR_TYPE === "BOT" || Boolean(user.BOT_ID) }),
    link(user.LINK, user.NAME))),
  GRID: (items) => grids(items),
  IMAGE: (images) => images.map((image) => el("div.at-image", {}, preview(image))),
  FILE: (files) => files.map(file),
  DELIMITER: (lines) => lines.map((line) => el("hr.at-delimiter", {
    style: { width: pixels(line.SIZE, 2000) || "200px", background: HEX.test(line.COLOR ?? "") ? line.COLOR : "" },
  })),
};

function linked(block) {
  const said = block.DESC || block.HTML;
  return el("div.at-link", {},
    link(block.LINK, block.NAME || block.LINK),
    said ? el("div.at-desc", {}, attached(said)) : "",
    block.PREVIEW ? preview(block) : "");
}

function preview(image) {
  const style = { width: pixels(image.WIDTH, 600), aspectRatio: "" };
  if (image.WIDTH > 0 && image.HEIGHT > 0) style.aspectRatio = `${image.WIDTH} / ${image.HEIGHT}`;
  return link(image.LINK, picture(image.PREVIEW || image.LINK, image.NAME || "picture", { className: "at-picture", style }));
}

function file(block) {
  const name = block.NAME || block.LINK;
  const extension = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? "file";
  return el("div.at-file", {},
    el("span.at-icon", { "aria-hidden": "true" }, extension),
    el("span.at-file-text", {}, link(block.LINK, name), el("span.at-size", {}, size(block.SIZE))));
}

// Items of one DISPLAY stand together; a GRID that mixes them is drawn as several.
function grids(items) {
  const drawn = [];
  for (const item of items) {
    const display = String(item.DISPLAY ?? "BLOCK").toUpperCase();
    const mode = { ROW: "row", LINE: "line" }[display] ?? "block";
    if (drawn.at(-1)?.mode !== mode) drawn.push({ mode, node: el(`dl.at-grid.at-${mode}`) });
    drawn.at(-1).node.append(cell(item));
  }
  return drawn.map((grid) => grid.node);
}

function cell(item) {
  const value = attached(item.VALUE);
  const shown = item.LINK ? link(item.LINK, value) : value;
  return el("div.at-cell", { style: { width: pixels(item.WIDTH, 400) } },
    item.NAME ? el("dt", {}, item.NAME) : "",
    item.VALUE ? el("dd", { style: { color: colour(item) } }, shown) : "");
}

export function attachment(attach) {
  const box = el("div.attach", { style: { borderColor: colour(attach) || BASE } });
  for (const block of attach.BLOCKS) {
    for (const [kind, value] of Object.entries(block)) {
      const drawn = BLOCKS[kind]?.(value) ?? el("div.unknown", {}, `[${kind}]`);
      box.append(...[drawn].flat(Infinity));
    }
  }
  return box;
}
