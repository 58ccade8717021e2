"""The words in JSON of a kind that this program does not know. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slack_bitrix24.document import Unsupported
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.slack.messages.tokens import decode

_SAID = (
    "title",
    "text",
    "label",
    "caption",
    "subtitle",
    "body",
    "description",
    "alt_text",
    "fallback",
    "name",
    "value",
)
_HELD = ("elements", "blocks", "child_blocks", "fields", "rows", "items", "tasks", "element", "accessory", "actions")
_TEXTS = 100
_LENGTH = 10_000


def unsupported(kind: str, value: object) -> Unsupported:
    """Return a block of an unknown kind with the texts in it; at most 100, 10,000 characters in all."""
    return Unsupported(kind or "block", texts(value))


def texts(value: object) -> tuple[str, ...]:
    """Return what a reader of the JSON would take for words, in order, without doubles."""
    found: dict[str, None] = {}
    length = 0
    for text in _texts(value, lenient.DEPTH):
        if text in found:
            continue
        found[text[: _LENGTH - length]] = None
        length += len(text)
        if length >= _LENGTH or len(found) == _TEXTS:
            break
    return tuple(found)


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key in _SAID:
            said = value.get(key)
            if isinstance(said, Mapping | list):
                yield from _texts(said, depth - 1) if depth else ()
            elif text := decode(lenient.text(said)).strip():
                yield text
        for key in _HELD:
            yield from _texts(value.get(key), depth - 1) if depth else ()
    elif isinstance(value, list) and depth:
        for item in value:
            yield from _texts(item, depth - 1)
    elif isinstance(value, str) and value.strip():
        yield decode(lenient.clean(value)).strip()
