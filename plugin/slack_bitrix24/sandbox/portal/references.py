"""`$result[key][field]` in a batch: what earlier commands gave, put into later ones. No I/O.

`documented` as the documentation has it; `actual` as the server does: Bitrix24 server source, main 26.150 (2026-03).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from slack_bitrix24.sandbox.portal.envelope import Json

_DOCUMENTED = re.compile(r"\$result((?:\[[^\]]*\])+)")
_WORD = r"\$(result|next|total|time|error)([^\s\[]*\[[^\s\]]*\]\S*)"
_ACTUAL = re.compile(_WORD, re.IGNORECASE)
_STEP = re.compile(r"\[([^\]]*)\]")


def documented(value: Any, sections: Json) -> Any:
    """Put earlier results in place of `$result[key][field]`; what is not there stays as it is written."""
    return _everywhere(value, lambda text: _as_documented(text, sections))


def actual(value: Any, sections: Json) -> Any:
    """Put what it finds in place of each word that begins with one of five names and holds brackets.

    A value that is one such word becomes whatever is found: an array, or None; within a longer text only text and
    numbers are put in place, up to the next blank. A path that leads nowhere finds the last thing on its way.
    """
    return _everywhere(value, lambda text: _as_actual(text, sections))


def _everywhere(value: Any, change: Callable[[str], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _everywhere(child, change) for key, child in value.items()}
    if isinstance(value, list):
        return [_everywhere(child, change) for child in value]
    return change(value)


def _as_documented(text: str, sections: Json) -> Any:
    whole = _DOCUMENTED.fullmatch(text)
    if whole:
        found = _look_up(whole[1], sections["result"])
        return text if found is None else found
    return _DOCUMENTED.sub(lambda match: _written(_look_up(match[1], sections["result"]), match[0]), text)


def _as_actual(text: str, sections: Json) -> Any:
    whole = _ACTUAL.fullmatch(text)
    if whole:
        return _found(whole, sections)
    return _ACTUAL.sub(lambda match: _written(_found(match, sections), match[0]), text)


def _found(match: re.Match[str], sections: Json) -> Any:
    # Capitals are recognised, but the section of that name is not there.
    place: Any = sections.get(match[1])
    for step in _STEP.findall(match[2]):
        below = _below(place, step)
        if below is None:
            break
        place = below
    return place


def _look_up(path: str, results: Any) -> Any:
    place = results
    for step in _STEP.findall(path):
        place = _below(place, step)
    return place


def _below(place: Any, step: str) -> Any:
    if isinstance(place, dict):
        return place.get(step)
    if isinstance(place, list) and step.isdigit() and int(step) < len(place):
        return place[int(step)]
    return None


def _written(found: Any, written: str) -> str:
    return written if found is None or isinstance(found, dict | list | bool) else str(found)
