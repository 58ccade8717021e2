// Slack's mrkdwn as DOM nodes: https://docs.slack.dev/messaging/formatting-message-text

import { el, link } from "./dom.js";

const TOKEN = /```\n?([\s\S]*?)\n?```|`([^`\n]+)`|<([^<>\n]*)>|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<!\w)_(\S(?:[^\n]*?\S)?)_(?!\w)|(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])|:([a-z0-9_+'-]+):/;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", fire: "🔥", rotating_light: "🚨", bell: "🔔",
  tada: "🎉", rocket: "🚀", eyes: "👀", clock: "🕐", alarm_clock: "⏰", hourglass: "⌛", calendar: "📅", memo: "📝",
  link: "🔗", no_entry: "⛔", question: "❓", "+1": "👍", wave: "👋", large_green_circle: "🟢", red_circle: "🔴",
  smile: "😄", slightly_smiling_face: "🙂", information_source: "ℹ️", hourglass_flowing_sand: "⏳", mag: "🔍",
};

export const names = { users: {}, people: {}, groups: {}, channels: {} };

export function plain(text) {
  return String(text ?? "").replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

export function emoji(name, unicode = "") {
  if (unicode) return String.fromCodePoint(...unicode.split("-").map((hex) => parseInt(hex, 16)));
  return EMOJI[name] ?? `:${name}:`;
}

export function user(id, label = "") {
  return el("span.ment", {}, `@${names.users[id] ?? (label || id)}`);
}

function angle(inside) {
  const [target, label = ""] = inside.split(/\|(.*)/s);
  if (/^@[UW]/.test(target)) return user(target.slice(1), label);
  if (target.startsWith("#")) return el("span.ment", {}, `#${names.channels[target.slice(1)] ?? plain(label)}`);
  if (target.startsWith("!subteam^")) return el("span.ment", {}, plain(label) || `@${names.groups[target.slice(9)]}`);
  if (target.startsWith("!date^")) return el("time", {}, plain(label));
  if (target.startsWith("!")) return el("span.ment", {}, `@${plain(label) || target.slice(1)}`);
  return link(plain(target), plain(label) || plain(target).replace(/^mailto:/, ""));
}

function drawn([, fence, code, inside, bold, italic, strike, name]) {
  if (fence !== undefined) return el("pre", {}, plain(fence));
  if (code !== undefined) return el("code", {}, plain(code));
  if (inside !== undefined) return angle(inside);
  if (bold !== undefined) return el("b", {}, inline(bold));
  if (italic !== undefined) return el("i", {}, inline(italic));
  if (strike !== undefined) return el("s", {}, inline(strike));
  return emoji(name);
}

function inline(text) {
  const nodes = [];
  let rest = String(text);
  for (let match = TOKEN.exec(rest); match; match = TOKEN.exec(rest)) {
    nodes.push(plain(rest.slice(0, match.index)), drawn(match));
    rest = rest.slice(match.index + match[0].length);
  }
  return [...nodes, plain(rest)];
}

export function mrkdwn(text) {
  const out = el("div.mrkdwn");
  let quote = null;
  // a fence is one piece whatever lines it holds
  for (const piece of String(text ?? "").split(/(```[\s\S]*?```)/)) {
    if (piece.startsWith("```")) {
      out.append(...inline(piece));
      continue;
    }
    piece.replace(/^\n|\n$/g, "").split("\n").forEach((line, number) => {
      const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
      if (quoted) {
        quote ??= out.appendChild(el("blockquote"));
        if (quote.childNodes.length) quote.append(el("br"));
        quote.append(...inline(quoted[1]));
      } else {
        if (number && !quote) out.append(el("br"));
        quote = null;
        out.append(...inline(line).filter((node) => node !== ""));
      }
    });
  }
  return out;
}
