"""Check an ATTACH as the documents describe it, and bring it into its full form. No I/O.

https://apidocs.bitrix24.com/api-reference/chats/messages/attachments/index.html
Stricter than a portal may be where they say nothing: unknown keys of a block, several keys in one, no blocks at all,
other URL schemes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from slack_bitrix24.sandbox.portal.envelope import Reason, Refusal

WRONG = "ATTACH_ERROR"
OVERSIZE = Reason("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
TOKENS = frozenset({"primary", "secondary", "alert", "base"})
DISPLAYS = frozenset({"BLOCK", "LINE", "ROW", "TABLE"})
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_URL = re.compile(r"https?://[^/?#\x00-\x20][^\x00-\x20]*|/(?!/)[^\x00-\x20]*", re.IGNORECASE)
_FULL = frozenset({"ID", "COLOR_TOKEN", "COLOR", "BLOCKS"})

Check = Callable[[Any], bool]
Block = dict[str, Any]


class Fault(Exception):  # noqa: N818  the name of what is wrong with an ATTACH, never seen by a client
    """What is wrong, and where; Bitrix24 itself tells only ATTACH_ERROR."""


def check(given: object, *, limit: int, colour: str) -> Block | None:
    """Return the full form of `given` (object, list of blocks, or either as JSON); None when there is none.

    `limit` is in characters of its serialized form, `colour` what it takes when it names none. Refused: ATTACH_ERROR,
    ATTACH_OVERSIZE; the cause of the former has the place.
    """
    if given is None or given == "":
        return None
    if isinstance(given, str):
        return _checked(given, limit, colour)
    return _checked(json.dumps(given, ensure_ascii=False, separators=(",", ":")), limit, colour)


@lru_cache(maxsize=64)
def _checked(text: str, limit: int, colour: str) -> Block:
    try:
        full = _full(_parsed(text), colour)
    except Fault as fault:
        raise Refusal(Reason(WRONG, "Incorrect attach params")) from fault
    if len(text) > limit:
        raise Refusal(OVERSIZE)
    return full


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Fault(f"no JSON: {error}") from error


def _full(value: object, colour: str) -> Block:
    if isinstance(value, list):
        value = {"BLOCKS": value}
    if not isinstance(value, dict):
        raise Fault("neither an object nor a list of blocks")
    if unknown := value.keys() - _FULL:
        raise Fault(f"unknown {', '.join(map(str, unknown))}")
    blocks = value.get("BLOCKS")
    if not isinstance(blocks, list) or not blocks:
        raise Fault("BLOCKS: expected a list of at least one block")
    if value.get("COLOR_TOKEN", "base") not in TOKENS:
        raise Fault("COLOR_TOKEN: expected primary, secondary, alert or base")
    if value.get("COLOR") and not is_colour(value["COLOR"]):
        raise Fault("COLOR: expected #RGB or #RRGGBB")
    if not is_number(value.get("ID", 1)):
        raise Fault("ID: expected a number")
    return {
        "ID": value.get("ID", 1),
        "COLOR_TOKEN": value.get("COLOR_TOKEN", "base"),
        "COLOR": value.get("COLOR") or colour,
        "BLOCKS": _blocks(blocks),
    }


def _blocks(blocks: list[Any]) -> list[Block]:
    checked: list[Block] = []
    try:
        checked.extend(_block(block) for block in blocks)
    except Fault as fault:
        raise Fault(f"BLOCKS[{len(checked)}]{fault}") from fault
    return checked


def _block(block: object) -> Block:
    if not isinstance(block, dict) or len(block) != 1:
        raise Fault(": expected an object with one key, the type of the block")
    [(kind, value)] = block.items()
    if kind == "MESSAGE":
        if not isinstance(value, str):
            raise Fault(".MESSAGE: expected text")
    elif kind in ("LINK", "USER", "DELIMITER"):
        _fields(value, kind)
    elif kind in ("GRID", "IMAGE", "FILE"):
        several = [value] if isinstance(value, dict) and kind != "GRID" else value
        if not isinstance(several, list) or not several:
            raise Fault(f".{kind}: expected a list")
        for item in several:
            _fields(item, kind)
        return {kind: several}
    else:
        raise Fault(f": {kind} is no type of block")
    return block


def _fields(value: object, kind: str) -> None:
    if not isinstance(value, dict):
        raise Fault(f".{kind}: expected an object")
    checks = FIELDS[kind]
    for name, content in value.items():
        check = checks.get(name)
        if check is None:
            raise Fault(f".{kind}.{name}: no such field")
        if not check(content):
            raise Fault(f".{kind}.{name}: wrong value")
    for name in REQUIRED.get(kind, ()):
        if not value.get(name):
            raise Fault(f".{kind}.{name}: missing")


def is_text(value: object) -> bool:
    """Tell text, or a number that becomes text."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Tell a number, or text that is one: forms have nothing else."""
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_url(value: object) -> bool:
    """Tell an absolute http or https URL, or a path from the portal's root."""
    return isinstance(value, str) and _URL.fullmatch(value) is not None


def is_colour(value: object) -> bool:
    """Tell #RGB or #RRGGBB."""
    return isinstance(value, str) and _COLOUR.fullmatch(value) is not None


def one_of(values: frozenset[str]) -> Check:
    """Return a check for one of `values`."""
    return lambda value: isinstance(value, str) and value in values


def anything(_value: object) -> bool:
    """Accept what the documents let pass: a wrong DELIMITER.SIZE is 200 pixels."""
    return True


_SIZES: dict[str, Check] = {"WIDTH": is_number, "HEIGHT": is_number}
_PLACES: dict[str, Check] = {"USER_ID": is_number, "CHAT_ID": is_number}
FIELDS: dict[str, dict[str, Check]] = {
    "LINK": {
        "LINK": is_url,
        "NAME": is_text,
        "DESC": is_text,
        "HTML": is_text,
        "PREVIEW": is_url,
        "NETWORK_ID": is_text,
    }
    | _SIZES
    | _PLACES,
    "USER": {"NAME": is_text, "AVATAR": is_url, "LINK": is_url, "BOT_ID": is_number, "NETWORK_ID": is_text}
    | {"AVATAR_TYPE": one_of(frozenset({"USER", "CHAT", "BOT"}))}
    | _PLACES,
    "GRID": {"DISPLAY": one_of(DISPLAYS), "NAME": is_text, "VALUE": is_text, "LINK": is_url}
    | {"COLOR_TOKEN": one_of(TOKENS), "COLOR": is_colour}
    | _SIZES
    | _PLACES,
    "IMAGE": {"LINK": is_url, "NAME": is_text, "PREVIEW": is_url} | _SIZES,
    "FILE": {"LINK": is_url, "NAME": is_text, "SIZE": is_number},
    "DELIMITER": {"SIZE": anything, "COLOR": is_colour},
}
REQUIRED = {"LINK": ("LINK",), "USER": ("NAME",), "GRID": ("DISPLAY",), "IMAGE": ("LINK",), "FILE": ("LINK",)}
