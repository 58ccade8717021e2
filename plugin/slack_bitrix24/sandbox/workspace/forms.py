"""Modals and App Home: what a view consists of, and what a person filled in. No I/O.

https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from slack_bitrix24.sandbox.workspace.people import APP_ID, BOT_ID, JSON, TEAM_ID

MAX_VIEW = 250_000  # bytes: https://docs.slack.dev/reference/methods/views.open
STATE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}


def fault(view: Any, *, kind: str) -> str:
    """Return what Slack would refuse a view for, or nothing."""
    if not isinstance(view, dict) or view.get("type") != kind:
        return f"[ERROR] must be a view of type {kind} [json-pointer:/view/type]"
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or len(blocks) > 100:
        return "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        return "[ERROR] duplicate block_id [json-pointer:/view/blocks]"
    if len(view.get("private_metadata") or "") > 3000:
        return "[ERROR] must be less than 3001 characters [json-pointer:/view/private_metadata]"
    return _modal_fault(view, blocks) if kind == "modal" else ""


def _modal_fault(view: JSON, blocks: list[JSON]) -> str:
    for key in ("title", "submit", "close"):
        text = view.get(key)
        if key == "title" and not text:
            return "[ERROR] missing required field: title [json-pointer:/view]"
        if text and (text.get("type") != "plain_text" or not 1 <= len(text.get("text") or "") <= 24):
            return f"[ERROR] must be plain_text of 1 to 24 characters [json-pointer:/view/{key}]"
    if any(block.get("type") == "input" for block in blocks) and not view.get("submit"):
        return "[ERROR] missing required field: submit [json-pointer:/view]"
    return ""


def too_large(view: JSON) -> bool:
    """Tell whether Slack would refuse the view for its size."""
    return len(json.dumps(view)) > MAX_VIEW


def complete(view: JSON, *, view_id: str, mark: str, root: str, previous: str | None) -> JSON:
    """Return the view as Slack keeps it: with ids for itself and its blocks."""
    blocks = [dict(block, block_id=block.get("block_id") or f"b{n}") for n, block in enumerate(view["blocks"])]
    return {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "title": None,
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
        **view,
        "id": view_id,
        "team_id": TEAM_ID,
        "blocks": blocks,
        "state": {"values": {}},
        "hash": mark,
        "previous_view_id": previous,
        "root_view_id": root,
        "app_id": APP_ID,
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }


def inputs(view: JSON) -> Iterator[tuple[str, JSON]]:
    """Yield every element that holds a value, with its block's id."""
    for block in view["blocks"]:
        elements = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
        for element in elements:
            if isinstance(element, dict) and element.get("type") in STATE_KEYS:
                yield block["block_id"], element


def state(view: JSON, filled: JSON) -> JSON:
    """Return `state.values` for what was filled in.

    `filled` maps a block's id to the value (text, a user's id, a list of them, an option's value), or to
    {action_id: value}; what it leaves out keeps the view's initial value.
    """
    values: JSON = {}
    for block_id, element in inputs(view):
        key, initial = STATE_KEYS[element["type"]]
        action = element.get("action_id") or "action"
        given = filled.get(block_id, {})
        value = given.get(action, element.get(initial)) if isinstance(given, dict) else given
        values.setdefault(block_id, {})[action] = {"type": element["type"], key: _option(element, value)}
    return values


def _option(element: JSON, value: Any) -> Any:
    options = {option["value"]: option for option in element.get("options") or []}
    if isinstance(value, str):
        return options.get(value, value)
    if isinstance(value, list):
        return [options.get(one, one) if isinstance(one, str) else one for one in value]
    return value


def missing(view: JSON, values: JSON) -> JSON:
    """Return the errors that Slack itself shows for required inputs that are empty."""
    errors: JSON = {}
    for block in view["blocks"]:
        if block.get("type") == "input" and not block.get("optional"):
            found = values.get(block["block_id"], {}).values()
            if not any(value for given in found for key, value in given.items() if key != "type"):
                errors[block["block_id"]] = "Please complete this required field."
    return errors
