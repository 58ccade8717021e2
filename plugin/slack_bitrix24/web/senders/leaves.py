"""JSON that nobody described → a readable table of its leaves. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Block, Blocks, Field, Fields, Link, Paragraph, Span, Text
from slack_bitrix24.slack.messages import lenient

MOST = 200
"""Leaves that are shown; how many more there are is said."""
DEPTH = 32
"""Levels that are looked into."""
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


def blocks(body: object) -> Blocks:
    """Return the leaves with the path to each as its title; nothing where there is not a word in it."""
    found = [(path, text) for path, text in leaves(body) if text.strip()]
    shown: list[Block] = []
    named = tuple(Field((Text(path),), spans(text), short=len(text) < 40) for path, text in found[:MOST] if path)
    shown += [Paragraph(spans(text)) for path, text in found[:MOST] if not path]
    shown += [Fields(named)] if named else []
    shown += [Paragraph((Text(f"… {len(found) - MOST} more"),))] if len(found) > MOST else []
    return tuple(shown)


def leaves(value: object, path: str = "", depth: int = DEPTH) -> Iterator[tuple[str, str]]:
    """Yield each leaf's dotted path and its text, in the order of the body; null is no leaf."""
    if isinstance(value, Mapping) and depth:
        for key, inside in value.items():
            yield from leaves(inside, _under(path, lenient.clean(str(key))), depth - 1)
    elif isinstance(value, list) and depth:
        if all(not isinstance(item, Mapping | list) for item in value):
            yield path, ", ".join(filter(None, map(lenient.text, value)))
            return
        for number, inside in enumerate(value):
            yield from leaves(inside, _under(path, str(number)), depth - 1)
    elif isinstance(value, Mapping | list):  # deeper than any reader follows: as it is written
        yield path, lenient.clean(_written(value))
    else:
        yield path, lenient.text(value)


def _written(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (RecursionError, ValueError):
        return "…"


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def spans(text: str) -> tuple[Span, ...]:
    """Return a text as it stands, with its addresses as links."""
    made: list[Span] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        url = found[0].rstrip(".,;:!?)'")
        made += [Text(text[end : found.start()]), Link(url)]
        end = found.start() + len(url)
    made.append(Text(text[end:]))
    return tuple(span for span in made if not isinstance(span, Text) or span.text)


def at(body: object, path: str) -> Any:
    """Return what stands at a dotted path (`labels.owner`, `alerts.0.labels.team`); None where nothing does.

    A key may hold dots itself: the longest that fits is taken.
    """
    steps = path.split(".")
    if not path:
        return body
    if isinstance(body, Mapping):
        for taken in range(len(steps), 0, -1):
            key = ".".join(steps[:taken])
            if key in body:
                return at(body[key], ".".join(steps[taken:])) if taken < len(steps) else body[key]
        return None
    if isinstance(body, list) and steps[0].isdecimal() and int(steps[0]) < len(body):
        return at(body[int(steps[0])], ".".join(steps[1:]))
    return None
