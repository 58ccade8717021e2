// Slack's modals: the uppermost open view of a person, as a form.

import { get, post } from "./api.js";
import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { mrkdwn, names } from "./mrkdwn.js";
import { t } from "./words.js";

const dialog = document.getElementById("modal");
let shownHash = "";

const label = (object) => (object?.type === "mrkdwn" ? mrkdwn(object.text) : object?.text ?? "");

function checks(element, name, entries, chosen, type = "checkbox") {
  return el("fieldset.checks", { "data-many": type === "checkbox" ? "yes" : "no" }, entries.map(([value, text]) =>
    el("label", {}, el("input", { type, name, value, checked: chosen.includes(value) }), text)));
}

function select(element, name, entries, chosen) {
  return el("select", { name }, el("option", { value: "" }, label(element.placeholder) || t("Choose …")),
    entries.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
}

const people = () => Object.entries(names.people);
const rooms = () => Object.entries(names.channels).map(([id, name]) => [id, `#${name}`]);
const options = (element) => (element.options ?? []).map((option) => [option.value, label(option.text)]);
const values = (list) => (list ?? []).map((option) => option.value);

function typed(type) {
  return (element, name) => el("input", { type, name, value: element.initial_value ?? element.initial_date
    ?? element.initial_time ?? "", placeholder: label(element.placeholder) });
}

const INPUTS = {
  plain_text_input: (element, name) => (element.multiline
    ? el("textarea", { name, rows: 4, value: element.initial_value ?? "", placeholder: label(element.placeholder) })
    : typed("text")(element, name)),
  email_text_input: typed("email"),
  url_text_input: typed("url"),
  number_input: typed("number"),
  datepicker: typed("date"),
  timepicker: typed("time"),
  datetimepicker: typed("datetime-local"),
  users_select: (element, name) => select(element, name, people(), element.initial_user),
  multi_users_select: (element, name) => checks(element, name, people(), element.initial_users ?? []),
  conversations_select: (element, name) => select(element, name, rooms(), element.initial_conversation),
  multi_conversations_select: (element, name) =>
    checks(element, name, [...people(), ...rooms()], element.initial_conversations ?? []),
  static_select: (element, name) => select(element, name, options(element), element.initial_option?.value),
  multi_static_select: (element, name) => checks(element, name, options(element), values(element.initial_options)),
  checkboxes: (element, name) => checks(element, name, options(element), values(element.initial_options)),
  radio_buttons: (element, name) =>
    checks(element, name, options(element), [element.initial_option?.value], "radio"),
};

function block(one, errors, act) {
  if (one.type !== "input") return blocks([one], act);
  const draw = INPUTS[one.element.type];
  const error = errors[one.block_id];
  const field = draw ? draw(one.element, one.block_id) : el("p.muted", {}, `[${one.element.type}]`);
  if (field.matches("input, textarea, select")) field.id = `f-${one.block_id}`;
  return el("div.field", { "data-block": one.block_id },
    el("label", { htmlFor: field.id || null }, label(one.label), one.optional ? el("span.muted", {}, t(" (optional)")) : ""),
    field,
    one.hint ? el("p.hint", {}, label(one.hint)) : "",
    error ? el("p.error", { role: "alert" }, error) : "");
}

function value(field) {
  const control = field.querySelector("input, textarea, select");
  const group = field.querySelector("fieldset");
  if (group) {
    const chosen = [...group.querySelectorAll("input:checked")].map((input) => input.value);
    return group.dataset.many === "yes" ? chosen : chosen[0];
  }
  if (control?.type === "datetime-local") return control.value ? Math.floor(Date.parse(control.value) / 1000) : null;
  return control?.value || null;
}

function show({ view, errors, user }) {
  const act = (action) => post("/slack/sandbox/block_action", { user, view_id: view.id, action });
  const form = el("form", { onsubmit: (event) => {
    event.preventDefault();
    const filled = {};
    for (const field of form.querySelectorAll("[data-block]")) {
      const given = value(field);
      if (given !== undefined) filled[field.dataset.block] = given;
    }
    post("/slack/sandbox/view_submit", { view_id: view.id, values: filled });
  } },
  el("header", {}, el("h2", { id: "modal-title" }, label(view.title)), el("span.tag", {}, t("sandbox"))),
  errors[""] ? el("p.error", { role: "alert" }, errors[""]) : "",
  view.blocks.map((one) => block(one, errors, act)),
  el("footer", {},
    el("button.button", { type: "button", onclick: () => post("/slack/sandbox/view_close", { view_id: view.id }) },
      label(view.close) || t("Cancel")),
    view.submit ? el("button.button.primary", { type: "submit" }, label(view.submit)) : ""));
  dialog.replaceChildren(form);
  dialog.oncancel = (event) => {
    event.preventDefault();
    post("/slack/sandbox/view_close", { view_id: view.id });
  };
  if (!dialog.open) dialog.showModal();
}

// Keeps what is being typed: the form is drawn again only when the app changed the view, or there are errors.
export async function modals(user) {
  const { views } = await get("/slack/sandbox/views", { user });
  const top = views.at(-1);
  if (!top) {
    shownHash = "";
    if (dialog.open) dialog.close();
    return;
  }
  const hash = `${top.view.id} ${top.view.hash}`;
  if (hash !== shownHash) show(top);
  else errors(top);
  shownHash = hash;
}

function errors(top) {
  for (const old of dialog.querySelectorAll(".error")) old.remove();
  for (const [id, text] of Object.entries(top.errors)) {
    const place = dialog.querySelector(`[data-block="${CSS.escape(id)}"]`) ?? dialog.querySelector("form > header");
    place.append(el("p.error", { role: "alert" }, text));
  }
}
