"""JSON of strangers, read leniently: nothing here raises, whatever comes in. No I/O.

Senders write numbers as strings, booleans as numbers, lists as JSON strings and null anywhere
(https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments).
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from typing import Any

DEPTH = 12
"""How deep blocks may stand in blocks; what stands deeper is not read. Slack itself nests three deep."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NAMELESS = frozenset({"null", "none", "undefined", "#"})
_DIGITS = 4000  # bits: Python refuses to print integers of more than 4300 digits


def clean(value: str) -> str:
    """Return the text with line feeds alone as line ends and without what no database or JSON reader takes."""
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", value)


def text(value: object) -> str:
    """Return what a reader would see of a string, a number, a text object or a list of these."""
    # Asked fifty times for one message, and nearly always about one of these two.
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    return "\n".join(part for part in _parts(value, 4) if part)


def _parts(value: object, depth: int) -> list[str]:
    if isinstance(value, str):
        return [clean(value)]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, int | float):
        return [_digits(value)]
    if depth and isinstance(value, Mapping):
        return _parts(value.get("text"), depth - 1)
    if depth and isinstance(value, list):
        return [part for item in value for part in _parts(item, depth - 1)]
    return []


def _digits(value: float) -> str:
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and value.bit_length() > _DIGITS:
        return ""
    return str(value)


def mapping(value: object) -> Mapping[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def several(value: object) -> list[Any]:
    """Return the members of a list, of a list written as a JSON string, or of a lone object; nulls left out."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        value = parsed(value)
    if isinstance(value, Mapping):
        return [value]
    return [item for item in value if item is not None] if isinstance(value, list | tuple) else []


def parsed(value: str) -> object:
    """Return the JSON that a string holds, raw line ends in its strings allowed, or None."""
    try:
        return json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None


def number(value: object) -> float | None:
    """Return a finite number, also from a string of digits."""
    try:
        found = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: object) -> int:
    """Return a whole number from 0, 0 where there is none."""
    found = number(value)
    return int(found) if found is not None and 0 <= found < 2**53 else 0


def moment(value: object) -> int | None:
    """Return Unix seconds from a number or a string of seconds or milliseconds, or from an ISO time with its offset.

    None where it is no time.
    """
    found = number(value)
    if found is None and isinstance(value, str) and value[4:5] == "-":
        found = _iso(value.strip())
    if found is None or found <= 0:
        return None
    if found > 1e11:
        found /= 1000
    return int(found) if found < 2**37 else None


def _iso(text: str) -> float | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.timestamp() if found.tzinfo else None


def flag(value: object) -> bool:
    """Return whether a value means yes: true, 1, "True"."""
    return text(value).strip().lower() in ("true", "1", "yes")


def url(value: object) -> str:
    """Return an address without blanks around it; empty for "null" and for pictures inside the address (data:)."""
    found = text(value).strip()
    if found.lower() in _NAMELESS or found[:5].lower() == "data:":
        return ""
    return found


def web(value: object) -> str:
    """Return an address that a browser can fetch (http, https), else nothing."""
    found = url(value)
    return found if found[:8].lower().startswith(("http://", "https://")) else ""
