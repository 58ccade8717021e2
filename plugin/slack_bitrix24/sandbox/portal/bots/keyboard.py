"""The buttons below a message: which are kept, in a send and in an update. No I/O.

Bitrix24 server source, main 26.250 (2026-04): bad buttons are dropped, as bad blocks of an ATTACH are.
"""

from __future__ import annotations

import json
import re
from typing import Any

Json = dict[str, Any]
LONGEST = 60_000
"""Characters of a keyboard's JSON, from which on it is refused."""
ACTIONS = frozenset({"PUT", "SEND", "COPY", "CALL", "DIALOG"})
TOKENS = frozenset({"primary", "secondary", "alert", "base"})
_URL = re.compile(r"/|https?://")


def buttons(given: object, *, bot: int, update: bool = False) -> list[Json]:
    """Return the buttons that are kept; [] when none is.

    In an update COMMAND buttons need a BOT_ID beside BUTTONS, or they are dropped.
    """
    holder = given if isinstance(given, dict) and "BUTTONS" in given else {"BUTTONS": given}
    knows = not update or str(holder.get("BOT_ID", "")) == str(bot)
    kept = [button for item in _each(holder["BUTTONS"]) if (button := _button(item, commands=knows))]
    if not any("TEXT" in button for button in kept):
        return []
    return kept if len(json.dumps(kept, ensure_ascii=False)) < LONGEST else []


def _button(item: Any, *, commands: bool) -> Json | None:
    if not isinstance(item, dict):
        return None
    if item.get("TYPE") == "NEWLINE":
        return {"TYPE": "NEWLINE"}
    text = str(item.get("TEXT") or "").strip()
    does = _does(item, commands=commands)
    if not text or does is None:
        return None
    kept = {"TEXT": text, **does, "DISPLAY": "LINE" if item.get("DISPLAY") == "LINE" else "BLOCK"}
    if item.get("BG_COLOR_TOKEN") in TOKENS:
        kept["BG_COLOR_TOKEN"] = item["BG_COLOR_TOKEN"]
    return kept | {name: "Y" for name in ("BLOCK", "DISABLED") if item.get(name) == "Y"}


def _does(item: Json, *, commands: bool) -> Json | None:
    """Return what a click does: of several LINK wins, then ACTION, then COMMAND."""
    link, action, command = item.get("LINK"), item.get("ACTION"), str(item.get("COMMAND") or "").lstrip("/")
    if isinstance(link, str) and _URL.match(link):
        return {"LINK": link}
    if action in ACTIONS and item.get("ACTION_VALUE"):
        return {"ACTION": action, "ACTION_VALUE": str(item["ACTION_VALUE"])}
    if command and commands:
        return {"COMMAND": command, "COMMAND_PARAMS": str(item.get("COMMAND_PARAMS") or "")}
    if item.get("DISABLED") == "Y":
        return {}
    return None


def _each(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
