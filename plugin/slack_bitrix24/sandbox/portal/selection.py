"""Filter, sort and page rows as list methods do. No I/O.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/list-methods-pecularities.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_bitrix24.sandbox.portal import decode
from slack_bitrix24.sandbox.portal.envelope import Json, Reply

PAGE = 50
_KEY = re.compile(r"(?P<sign>>=|<=|>|<|!@|@|!=%|!%=|!=|!%|!|=%|%=|%|=|)(?P<name>\w+)")
Test = Callable[[str, str], bool]


def matches(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Tell whether a row passes a filter; keys may carry a prefix, values be lists (any of them)."""
    return all(_passes(row, key, value) for key, value in wanted.items())


def _passes(row: Mapping[str, Any], key: str, value: Any) -> bool:
    found = _KEY.fullmatch(key)
    if not found:
        return False
    negated, sign = found["sign"].startswith("!"), found["sign"].lstrip("!")
    values = [_text(one) for one in decode.items(value)] or [""]
    held = [_text(one) for one in decode.items(row.get(found["name"].upper()))] or [""]
    passed = any(TESTS[sign](mine, theirs) for mine in held for theirs in values)
    return passed is not negated


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    text = str(value).lower()
    return {"true": "Y", "false": "N", "y": "Y", "n": "N"}.get(text, text)


def _compare(mine: str, theirs: str) -> int:
    try:
        return (float(mine) > float(theirs)) - (float(mine) < float(theirs))
    except ValueError:
        return (mine > theirs) - (mine < theirs)


def _like(mine: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("%"))), mine) is not None


def _flag(value: str) -> str:
    # ACTIVE is compared with true, Y and 1 alike.
    return {"1": "Y", "0": "N"}.get(value, value)


TESTS: Mapping[str, Test] = {
    "": lambda mine, theirs: mine == theirs or (mine in ("Y", "N") and mine == _flag(theirs)),
    "=": lambda mine, theirs: mine == theirs or (mine in ("Y", "N") and mine == _flag(theirs)),
    "@": lambda mine, theirs: mine == theirs,
    "%": lambda mine, theirs: theirs in mine,
    "=%": _like,
    "%=": _like,
    ">": lambda mine, theirs: _compare(mine, theirs) > 0,
    "<": lambda mine, theirs: _compare(mine, theirs) < 0,
    ">=": lambda mine, theirs: _compare(mine, theirs) >= 0,
    "<=": lambda mine, theirs: _compare(mine, theirs) <= 0,
}


def ordered(rows: Sequence[Json], params: Mapping[str, Any]) -> list[Json]:
    """Sort by SORT and ORDER, or by an ORDER that maps one field to ASC or DESC; numbers as numbers."""
    order, field = params.get("ORDER", "ASC"), params.get("SORT") or "ID"
    if isinstance(order, dict):
        field, order = next(iter(order.items()), ("ID", "ASC"))
    found = sorted(rows, key=lambda row: _rank(row.get(str(field).upper())))
    return found[::-1] if str(order).upper() == "DESC" else found


def _rank(value: Any) -> tuple[float, str]:
    text = str(value)
    return (float(text), "") if text.isdigit() else (float("inf"), text.lower())


def page(rows: Sequence[Json], start: object) -> Reply:
    """Return fifty rows from `start` on, with `total` and `next`; -1 counts nothing."""
    first = decode.whole(start)
    if first < 0:
        return Reply(list(rows[:PAGE]), total=0)
    following = first + PAGE
    return Reply(list(rows[first:following]), len(rows), following if following < len(rows) else None)
