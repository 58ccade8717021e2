"""A document as plain text: what a reader sees of it. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from slack_bitrix24.document import (
    Author,
    Block,
    Blocks,
    Code,
    Divider,
    Document,
    Emoji,
    Field,
    Fields,
    File,
    Heading,
    Image,
    Items,
    Link,
    Mention,
    Paragraph,
    Quote,
    Span,
    Spans,
    Table,
    Text,
    Unsupported,
)

# The codes that the bridge writes into a message. Those of others hold a joiner behind the bracket, and are text.
_CODES: Final = re.compile(
    r"\[(?:/?[bius]|/?code|/?(?:url|user|size|color|call|timestamp)(?:=[^\[\]]*)?)\]", re.IGNORECASE
)
_BREAK: Final = re.compile(r"\[br\]", re.IGNORECASE)
_JOINER: Final = "\u2060"
_SCHEMES: Final = ("https://", "http://", "mailto:", "tel:")


def plain(document: Document | Blocks) -> str:
    """Return the text of a message, a line or more for each block."""
    blocks = document.blocks if isinstance(document, Document) else document
    return "\n".join(line for block in blocks for line in _lines(block))


def uncoded(message: str) -> str:
    """Return a notification's message, as it stands in the outbox, without Bitrix24's codes."""
    # What others wrote as an entity holds a joiner too: this one is the bridge's own, for a bot's mail.
    return _CODES.sub("", _BREAK.sub(" ", message)).replace("&lt;", "<").replace(_JOINER, "")


def spoken(spans: Iterable[Span]) -> str:
    """Return the text of spans; a link is "label (url)", or its address alone where the label says the same."""
    return "".join(map(_span, spans))


def linked(label: str, url: str) -> str:
    """Return a name with its address behind it."""
    if not url or not label:
        return label or url
    if _bare(label) == _bare(url):
        return label if url.startswith(("mailto:", "tel:")) else url
    return f"{label} ({url})"


def _bare(url: str) -> str:
    for scheme in _SCHEMES:
        url = url.removeprefix(scheme)
    return url.rstrip("/")


def _span(span: Span) -> str:
    match span:
        case Text(text):
            return text
        case Emoji(name, characters):
            return characters or f":{name}:"
        case Link(url, label):
            return linked(spoken(label), url)
        case Mention(kind, ident, name):
            return f"{'#' if kind == 'channel' else '@'}{name or ident}"
        case _:
            return linked(span.fallback or _moment(span.timestamp), span.url)


def _moment(timestamp: int) -> str:
    try:
        return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return str(timestamp)


def _lines(block: Block) -> Iterator[str]:  # noqa: C901 - one line for each kind of block
    match block:
        case Paragraph(spans):
            yield from spoken(spans).split("\n")
        case Heading(spans, url):
            yield from linked(spoken(spans), url).split("\n")
        case Code(text):
            yield from text.split("\n")
        case Quote(blocks):
            yield from (f"> {line}" for line in _inside(blocks))
        case Items():
            yield from _items(block)
        case Table(rows):
            yield from (" | ".join(map(_cell, row)) for row in rows)
        case Fields(fields):
            yield from map(_field, fields)
        case Image(url, name) | File(name, url) | Author(name, _, url):
            yield linked(name, url)
        case Divider():
            yield "---"
        case Unsupported(kind, texts):
            yield f"[unsupported: {kind}]"
            yield from texts
        case _:
            yield from _inside(block.blocks)


def _inside(blocks: Blocks) -> Iterator[str]:
    return (line for block in blocks for line in _lines(block))


def _items(block: Items) -> Iterator[str]:
    for number, item in enumerate(block.items, block.start):
        marker = f"{number}. " if block.ordered else "• "
        for index, line in enumerate(_inside(item)):
            yield ("  " if index else marker) + line


def _cell(spans: Spans) -> str:
    return spoken(spans).replace("\n", " ")


def _field(field: Field) -> str:
    title, value = spoken(field.title), spoken(field.value)
    if not title or not value:
        return title or value
    return f"{title.removesuffix(':')}: {value}"
