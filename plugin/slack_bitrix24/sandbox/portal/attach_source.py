"""What the server makes of an ATTACH: what it drops, what it refuses, how it counts. No I/O.

Bitrix24 server source, main 26.150 (2026-03). Nothing is refused for one bad block: bad blocks and bad fields vanish.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

from slack_bitrix24.sandbox.portal import script_object
from slack_bitrix24.sandbox.portal.attach_check import OVERSIZE, TOKENS, WRONG
from slack_bitrix24.sandbox.portal.envelope import PhpDeath, Reason, Refusal
from slack_bitrix24.sandbox.portal.seen.text import bb, column

Block = dict[str, Any]
LIMIT = 60_000
"""Characters of the kept JSON; so many are too many."""
COLUMN = 65_535
"""Bytes of the column it is kept in."""
EMPTY = Reason(WRONG, "Incorrect attach params")
KINDS = ("USER", "LINK", "RICH_LINK", "MESSAGE", "GRID", "IMAGE", "FILE", "DELIMITER")
"""In this order: of several kinds in one block the first is taken."""
PEOPLE = ("NETWORK_ID", "USER_ID", "CHAT_ID", "BOT_ID", "LINK")
"""Of these the first is kept."""
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})|TRANSPARENT")
_URL = re.compile(r"/|https?://")
_ESCAPES = (("\\n", "\n"), ("\\t", "\t"), ('\\"', '"'), ("\\\\", "\\"))


def normalised(given: object, *, now: float = 0.0, limit: int = LIMIT) -> Block | None:
    """Return what is kept of an ATTACH (object, list, map of blocks, or one of them as text), None when there is none.

    Refused: ATTACH_ERROR when no block is left, ATTACH_OVERSIZE. PhpDeath: the request dies of its types.
    """
    if given is None or given in ("", "0", 0, False) or given in ([], {}):
        return None
    value = _read(given) if isinstance(given, str) else given
    full = _full(value, now) if isinstance(value, dict | list) else None
    if full is None:
        raise Refusal(EMPTY)
    if size(full) >= limit:
        raise Refusal(OVERSIZE)
    return full


def seconds(given: object) -> float:
    """Return how long the server works on it: an object costs nothing that counts."""
    return script_object.seconds(given) if isinstance(given, str) else 0.0001 if given else 0.0


def size(full: Block) -> int:
    """Return the characters by which it is measured: of PHP's JSON, where each `/` is two."""
    text = json.dumps(full, ensure_ascii=False, separators=(",", ":"))
    # PHP writes these two line ends as \u2028 and \u2029 even where it leaves all other signs as they are
    # (json_encode, from 7.1 on).
    return len(text) + text.count("/") + 5 * (text.count("\u2028") + text.count("\u2029"))


def fits_column(full: Block) -> bool:
    """Tell whether what is kept is read back; a longer one shows once and is gone after a reload."""
    text = json.dumps(full, ensure_ascii=False, separators=(",", ":"))
    return column(text) + text.count("/") <= COLUMN


def _read(text: str) -> Any:
    try:
        return script_object.read(text)
    except script_object.Unreadable:
        return None


def _full(value: dict[str, Any] | list[Any], now: float) -> Block | None:
    given = value if isinstance(value, dict) and "BLOCKS" in value else {"BLOCKS": value}
    blocks = [kept for block in _each(given["BLOCKS"]) for kept in _blocks(block)]
    if not blocks:
        return None
    colour, token = given.get("COLOR"), given.get("COLOR_TOKEN")
    return {
        "ID": int(now),
        "BLOCKS": blocks,
        "DESCRIPTION": _description(given.get("DESCRIPTION"), blocks),
        "COLOR": colour if _is_colour(colour) else f"#{random.randrange(1 << 24):06x}",  # noqa: S311  as it pleases
        "COLOR_TOKEN": token if token in TOKENS else "base",
    }


def _description(given: object, blocks: list[Block]) -> str:
    if given == "FIRST_MESSAGE":
        return next((_line(block["MESSAGE"]) for block in blocks if "MESSAGE" in block), "")
    return _line(given) if isinstance(given, str) and given != "SKIP_MESSAGE" else ""


def _line(text: str) -> str:
    return " ".join(bb(text).split())


def _name(text: str) -> str:
    # Drawn as it is: neither HTML nor a code is read in a name.
    return " ".join(text.split())


def _blocks(block: Any) -> list[Block]:
    given = block if isinstance(block, dict) else {}
    kind = next((name for name in KINDS if given.get(name) is not None), "")
    if not kind:
        return []
    kept = _MAKERS[kind](given[kind])
    if kind in ("USER", "LINK", "RICH_LINK"):
        return [{kind: [item]} for item in kept]  # each of several in a block of its own
    return [{kind: kept}] if kept else []


def _message(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("TEXT", "")
    if isinstance(value, list | dict):
        raise PhpDeath("MESSAGE: trim() of an array")
    return bb(_text(value).strip().replace("#BR#", "[BR]"))


def _users(value: Any) -> list[Block]:
    return _several(value, "NAME", _user)


def _user(item: Block) -> Block | None:
    if not _text(item.get("NAME")):
        return None
    kept: Block = {"NAME": _name(_text(item["NAME"]))}
    if is_url(item.get("AVATAR")):
        kept["AVATAR"] = item["AVATAR"]
    kind = item.get("AVATAR_TYPE")
    kept["AVATAR_TYPE"] = kind if kind in ("USER", "CHAT", "BOT") else "USER"
    return kept | _place(item, PEOPLE)


def _links(value: Any) -> list[Block]:
    return _several(value, "LINK", _link)


def _link(item: Block) -> Block | None:
    place = _place(item, ("LINK", "NETWORK_ID", "USER_ID", "CHAT_ID"))
    name = _name(_text(item.get("NAME")))
    if not place or ("LINK" not in place and not name):
        return None
    kept = {"NAME": name} if name else {}
    for field in ("DESC", "HTML"):
        if _text(item.get(field)):
            kept[field] = _text(item[field]).strip()
            break
    if is_url(item.get("PREVIEW")):
        kept |= {"PREVIEW": item["PREVIEW"]} | _sizes(item, "WIDTH", "HEIGHT")
    return place | kept


def _grid(value: Any) -> list[Block]:
    cells = []
    for item in _each(value):
        if isinstance(item, str):
            raise PhpDeath("GRID: an offset of text")
        if isinstance(item, dict) and (cell := _cell(item)):
            cells.append(cell)
    return cells


def _cell(item: Block) -> Block | None:
    given = _text(item.get("DISPLAY"))
    given = {"COLUMN": "ROW", "CARD": "LINE"}.get(given, given)
    display = given if given in ("BLOCK", "LINE", "ROW", "TABLE") else "BLOCK"
    name, value = _name(_text(item.get("NAME"))), _text(item.get("VALUE")).strip()
    if not name and not value and display != "LINE":
        return None
    kept: Block = {"DISPLAY": display, "NAME": name, "VALUE": value} | _sizes(item, "WIDTH", "HEIGHT")
    if _is_colour(item.get("COLOR")):
        kept["COLOR"] = item["COLOR"]
    kept["COLOR_TOKEN"] = item.get("COLOR_TOKEN") if item.get("COLOR_TOKEN") in TOKENS else "base"
    return kept | _place(item, ("LINK", "USER_ID", "CHAT_ID"))


def _images(value: Any) -> list[Block]:
    return _several(value, "LINK", lambda item: _resource(item, "PREVIEW", "WIDTH", "HEIGHT"))


def _files(value: Any) -> list[Block]:
    return _several(value, "LINK", lambda item: _resource(item, "SIZE"))


def _resource(item: Block, *fields: str) -> Block | None:
    if not is_url(item.get("LINK")):
        return None
    kept: Block = {"LINK": item["LINK"]}
    if _text(item.get("NAME")):
        kept["NAME"] = _name(_text(item["NAME"]))
    if "PREVIEW" in fields and is_url(item.get("PREVIEW")):
        kept["PREVIEW"] = item["PREVIEW"]
    return kept | _sizes(item, *(field for field in fields if field != "PREVIEW"))


def _delimiter(value: Any) -> Block:
    given = value if isinstance(value, dict) else {}
    kept: Block = {"SIZE": _number(given.get("SIZE")) or 200}
    return kept | ({"COLOR": given["COLOR"]} if _is_colour(given.get("COLOR")) else {})


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "USER": _users,
    "LINK": _links,
    "RICH_LINK": _links,
    "MESSAGE": _message,
    "GRID": _grid,
    "IMAGE": _images,
    "FILE": _files,
    "DELIMITER": _delimiter,
}


def is_url(value: object) -> bool:
    """Tell what is taken for an address: how it begins is all that is looked at, in lower case."""
    return isinstance(value, str) and _URL.match(value) is not None


def _several(value: Any, mark: str, make: Callable[[Block], Block | None]) -> list[Block]:
    items = [value] if isinstance(value, dict) and (mark in value or "NAME" in value) else _each(value)
    return [kept for item in items if isinstance(item, dict) and (kept := make(item))]


def _place(item: Block, names: Iterable[str]) -> Block:
    for name in names:
        value = item.get(name)
        if name == "LINK" and is_url(value):
            return {name: value}
        if name == "NETWORK_ID" and _text(value):
            return {name: _text(value)}
        if name in ("USER_ID", "CHAT_ID", "BOT_ID") and _number(value):
            return {name: _number(value)}
    return {}


def _sizes(item: Block, *names: str) -> Block:
    return {name: number for name in names if (number := _number(item.get(name)))}


def _number(value: object) -> int:
    text = value.strip() if isinstance(value, str) else str(value)
    number = int(text) if re.fullmatch(r"\d{1,15}", text) else 0
    return 0 if isinstance(value, bool) else number


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and _COLOUR.fullmatch(value) is not None


def _text(value: object) -> str:
    """Return a scalar as PHP writes it, its two-character sequences replaced once more."""
    if value is None or value is False or isinstance(value, list | dict):
        return ""
    text = "1" if value is True else str(value)
    for written, meant in _ESCAPES:
        text = text.replace(written, meant)
    return text


def _each(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
