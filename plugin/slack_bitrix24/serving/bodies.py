"""JSON that a stranger sends, read so that it can be handed on: to the store, to a log, to another thread. No I/O."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 200
"""Levels. Slack's deepest, a rich text of nested lists in a message in an event, has twenty."""


def parsed(text: str | bytes) -> Any:
    """Return what the JSON says. Raises ValueError for what is none, and for what is nested too deeply.

    `NaN` and `Infinity`, which are no JSON, are refused too: no database would take them.
    """
    try:
        found = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if depth(found) > DEEPEST:
        raise ValueError("nested too deeply")
    return found


def depth(value: Any) -> int:
    """Return how many objects and lists stand in each other, DEEPEST + 1 at most."""
    level, deep = [value], 0
    while level and deep <= DEEPEST:
        level = [inner for each in level for inner in _inside(each)]
        deep += bool(level)
    return deep


def _inside(value: Any) -> list[Any]:
    found = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return list(found)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")
