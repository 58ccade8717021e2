"""JSON that nobody described → a readable table of its leaves. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Block, Blocks, Field, Fields, Heading, Link, Paragraph, Span, Text
from slack_bitrix24.slack.messages import lenient

MOST = 200
"""Leaves that are shown; how many more there are is said."""
DEPTH = 32
"""Levels that are looked into."""
SHORT = 40
"""Characters below which two fields may stand in one row."""
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


_LEADING = ("title", "subject", "summary", "headline", "alertname", "msg", "message", "text", "description", "name")
"""Names of what says best what a body is about."""
_LONGEST_LINE = 300
"""Characters of what leads."""
_NUMBERED = re.compile(r"(?:^|\.)\d+(?:\.|$)")


def blocks(body: object) -> Blocks:
    """Return the leaves with the path to each as its title; nothing where there is not a word in it.

    Above them stands what says best what it is about: a telephone shows no more than the first line.
    """
    found = [(path, text) for path, text in leaves(body) if text.strip()]
    shown: list[Block] = [Heading((Text(line),)) for line in _leading(found)]
    named = tuple(Field((Text(path),), spans(text), short=len(text) < SHORT) for path, text in found[:MOST] if path)
    shown += [Paragraph(spans(text)) for path, text in found[:MOST] if not path]
    shown += [Fields(named)] if named else []
    shown += [Paragraph((Text(f"… {len(found) - MOST} more"),))] if len(found) > MOST else []
    return tuple(shown)


def said(value: object) -> str:
    """Return a text; of an object or a list the words in it, where a text was meant."""
    if not isinstance(value, Mapping | list):
        return lenient.text(value)
    return lenient.text(value) or "\n".join(": ".join(filter(None, leaf)) for leaf in leaves(value) if leaf[1].strip())


def _leading(found: list[tuple[str, str]]) -> Iterator[str]:
    """Yield the line, if there is one: by its name, then by how deep it stands."""
    named = [(path, text.strip()) for path, text in found if len(found) > 1 and not _NUMBERED.search(path)]
    for name in _LEADING:
        lines = [(path.count("."), text) for path, text in named if path.rpartition(".")[2].lower() == name]
        fit = [one for one in lines if "\n" not in one[1] and len(one[1]) <= _LONGEST_LINE]
        if fit:
            yield min(fit, key=lambda one: one[0])[1]
            return


def leaves(value: object, path: str = "", depth: int = DEPTH) -> Iterator[tuple[str, str]]:
    """Yield each leaf's dotted path and its text, in the order of the body; null is no leaf."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and depth:
        inside = lenient.parsed(value)  # a form's field, or what a program wrapped twice
        if isinstance(inside, Mapping | list) and inside:
            yield from leaves(inside, path, depth - 1)
            return
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
