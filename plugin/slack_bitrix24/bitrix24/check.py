"""Check an ATTACH before Bitrix24 does, naming what it would refuse. No I/O.

https://apidocs.bitrix24.com/api-reference/chat-bots/messages/attachments/index.html
Bitrix24 itself answers only ATTACH_ERROR, without a place. Fields that its pages do not name pass: they grow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from slack_bitrix24.bitrix24.blocks import DELIMITER_SIZE
from slack_bitrix24.bitrix24.size import LIMIT, counted
from slack_bitrix24.bitrix24.urls import linkable
from slack_bitrix24.errors import AttachError

_SHOWN_FAULTS = 20
_BLANK = re.compile(r"[\x00-\x20]")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")

_Rule = Callable[[object], str]
"""Returns what was expected, or "" when the value will do."""


def check(attach: object, *, limit: int = LIMIT) -> dict[str, Any]:
    """Return ATTACH in its full form, a new object; AttachError names every fault with its place.

    Takes the full form, the short form (the list of blocks), or either as JSON text. A single object as IMAGE or FILE
    becomes a list of one.
    """
    full = _full_form(attach)
    blocks = full.get("BLOCKS")
    faults = [f"{key}: {wrong}" for key in _TOP if key in full and (wrong := _TOP[key](full[key]))]
    if not isinstance(blocks, list) or not blocks:
        faults.append(f"BLOCKS: expected a list of blocks, got {_got(blocks)}")
    else:
        full["BLOCKS"] = [_checked(f"BLOCKS[{number}]", block, faults) for number, block in enumerate(blocks)]
    if faults:
        more = f"; and {len(faults) - _SHOWN_FAULTS} more faults" if len(faults) > _SHOWN_FAULTS else ""
        raise AttachError("; ".join(faults[:_SHOWN_FAULTS]) + more)
    _check_size(full, limit)
    return full


def _full_form(attach: object) -> dict[str, Any]:
    if isinstance(attach, str):
        try:
            attach = json.loads(attach)
        except (ValueError, RecursionError) as error:
            raise AttachError(f"ATTACH: expected JSON: {error}") from None
    if isinstance(attach, Mapping):
        return dict(attach)
    if isinstance(attach, list | tuple):
        return {"BLOCKS": list(attach)}
    raise AttachError(f"ATTACH: expected an object, a list of blocks or JSON text, got {_got(attach)}")


def _check_size(full: dict[str, Any], limit: int) -> None:
    try:
        size = counted(full)
    except (TypeError, ValueError, RecursionError) as error:
        raise AttachError(f"ATTACH: can't be written as JSON: {error}") from None
    if size >= limit:
        raise AttachError(f"ATTACH: {size:,} characters as Bitrix24 counts them, it takes fewer than {limit:,}")


def _checked(place: str, block: object, faults: list[str]) -> object:
    if not isinstance(block, Mapping) or len(block) != 1:
        keys = f"{len(block)} keys ({', '.join(map(str, block))})" if isinstance(block, Mapping) else _got(block)
        faults.append(f"{place}: expected an object with one key, got {keys}")
        return block
    ((kind, value),) = block.items()
    if kind == "MESSAGE":
        _add(faults, f"{place}.MESSAGE", _string(value))
    elif kind in _LISTS:
        items = [value] if isinstance(value, Mapping) and kind != "GRID" else value
        value = items
        if not isinstance(items, list | tuple) or not items:
            faults.append(f"{place}.{kind}: expected a list of objects, got {_got(items)}")
        else:
            for number, item in enumerate(items):
                _check_fields(f"{place}.{kind}[{number}]", item, (_LISTS[kind], faults))
    elif kind in _OBJECTS:
        _check_fields(f"{place}.{kind}", value, (_OBJECTS[kind], faults))
        if kind == "DELIMITER":
            value = value or {"SIZE": DELIMITER_SIZE}  # PHP's brackets, in a batch, have no form for an empty object
    else:
        known = ", ".join(sorted(("MESSAGE", *_LISTS, *_OBJECTS)))
        faults.append(f"{place}: expected one of {known}, got {_got(kind)}")
    return {kind: value}


def _check_fields(place: str, value: object, against: tuple[Mapping[str, _Rule], list[str]]) -> None:
    rules, faults = against
    if not isinstance(value, Mapping):
        faults.append(f"{place}: expected an object, got {_got(value)}")
        return
    for key, rule in rules.items():
        name = key.rstrip("*")
        if name in value:
            _add(faults, f"{place}.{name}", rule(value[name]))
        elif key.endswith("*"):
            faults.append(f"{place}.{name}: missing")


def _add(faults: list[str], place: str, wrong: str) -> None:
    if wrong:
        faults.append(f"{place}: {wrong}")


def _got(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= 60 else text[:59] + "…"


def _string(value: object) -> str:
    return "" if isinstance(value, str) else f"expected text, got {_got(value)}"


def _filled(value: object) -> str:
    return "" if isinstance(value, str) and value.strip() else f"expected text, got {_got(value)}"


def _number(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return ""
    return "" if isinstance(value, str) and value.isdecimal() else f"expected a whole number, got {_got(value)}"


def _url(value: object) -> str:
    if not isinstance(value, str) or not linkable(value):
        return f"expected an http(s) address or a path from the portal's root, got {_got(value)}"
    return f"expected blanks and control characters as %XX, got {_got(value)}" if _BLANK.search(value) else ""


def _color(value: object) -> str:
    good = isinstance(value, str) and _HEX.fullmatch(value)
    return "" if good else f"expected a colour as #RGB or #RRGGBB, got {_got(value)}"


def _one_of(*words: str) -> _Rule:
    return lambda value: "" if value in words else f"expected one of {', '.join(words)}, got {_got(value)}"


# "*" marks what is required
_TOKEN = _one_of("primary", "secondary", "alert", "base")
_TOP: Mapping[str, _Rule] = {"ID": _number, "COLOR_TOKEN": _TOKEN, "COLOR": _color}
_PIXELS: Mapping[str, _Rule] = {"WIDTH": _number, "HEIGHT": _number}
_WHO: Mapping[str, _Rule] = {"USER_ID": _number, "CHAT_ID": _number}
_OBJECTS: Mapping[str, Mapping[str, _Rule]] = {
    "LINK": {"LINK*": _url, "NAME": _string, "DESC": _string, "HTML": _string, "PREVIEW": _url, **_PIXELS, **_WHO},
    "USER": {
        "NAME*": _filled,
        "AVATAR": _url,
        "LINK": _url,
        "BOT_ID": _number,
        "AVATAR_TYPE": _one_of("USER", "CHAT", "BOT"),
        **_WHO,
    },
    "DELIMITER": {"SIZE": _number, "COLOR": _color},
}
_LISTS: Mapping[str, Mapping[str, _Rule]] = {
    "GRID": {
        "DISPLAY*": _one_of("BLOCK", "LINE", "ROW", "TABLE"),
        "NAME": _string,
        "VALUE": _string,
        "LINK": _url,
        "COLOR_TOKEN": _TOKEN,
        "COLOR": _color,
        **_PIXELS,
        **_WHO,
    },
    "IMAGE": {"LINK*": _url, "NAME": _string, "PREVIEW": _url, **_PIXELS},
    "FILE": {"LINK*": _url, "NAME": _string, "SIZE": _number},
}
