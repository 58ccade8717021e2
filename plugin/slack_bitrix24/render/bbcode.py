"""Blocks as BB code: the text of MESSAGE, of ATTACH's MESSAGE blocks and of GRID values. No I/O.

The codes: https://apidocs.bitrix24.com/api-reference/chat-bots/messages/message-formatting.html
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from slack_bitrix24.document import (
    Author,
    Block,
    Blocks,
    Card,
    Code,
    Divider,
    Fields,
    File,
    Heading,
    Image,
    Items,
    Paragraph,
    Quote,
    Spans,
    Text,
    Unsupported,
)
from slack_bitrix24.render import guard
from slack_bitrix24.render.dialect import ATTACH, MESSAGE, Dialect, within
from slack_bitrix24.render.lines import author_spans, fetched_spans, field_spans, table_lines, unsupported_spans
from slack_bitrix24.render.spans import bold, linked, span_lines

_INDENT = "    "  # Bitrix24 shows four spaces as a tab


def render(blocks: Blocks, dialect: Dialect = MESSAGE) -> str:
    """Render blocks of every kind as text; those that need ATTACH to look well become readable lines."""
    return whole(blocks_lines(blocks, dialect))


def whole(lines: list[str]) -> str:
    """Return lines as one whole text.

    It does not begin with `>>`: the push would show a sign in place of the text, all of it (Bitrix24 server source,
    main 26.150, 2026-03).
    """
    text = "\n".join(lines).strip("\n")
    if text.startswith(MESSAGE.quote):
        lines = text.split("\n")
        opening = sum(1 for _ in takewhile(lambda line: line.startswith(MESSAGE.quote), lines))
        quoted = [ATTACH.quote + line.removeprefix(MESSAGE.quote) for line in lines[:opening]]
        text = "\n".join([*quoted, *lines[opening:]])
    return guard.whole(text)


def blocks_lines(blocks: Iterable[Block], dialect: Dialect) -> list[str]:
    """Return the lines of blocks, one after the other: each block's are its own, whatever stands beside it."""
    return [line for block in blocks for line in _block_lines(block, dialect)]


def _block_lines(block: Block, dialect: Dialect) -> list[str]:
    match block:
        case Card(blocks):
            return blocks_lines(blocks, dialect)
        case Quote(blocks):
            quoted = blocks_lines(blocks, within(dialect))
            return [dialect.quote + line for line in quoted] if any(map(str.strip, quoted)) else []
        case Items():
            return _item_lines(block, within(dialect))
        case Code(text) if not text.strip():
            return []
        case Code(text) if dialect.fenced:
            return _fenced(text.strip("\n"), dialect)
        case Code() | Divider() | Author() | Image() | File() | Unsupported() | Paragraph() | Heading():
            return span_lines(_told(block), dialect)
        case Fields(fields):
            return [line for each in fields for line in span_lines(field_spans(each), dialect)]
        case _:
            return [line for row in table_lines(block) for line in span_lines(row, dialect)]


def _fenced(code: str, dialect: Dialect) -> list[str]:
    if "\n" not in code:
        return span_lines((Text(code, code=True),), dialect)
    return ["```", *span_lines((Text(code),), dialect), "```"]


def _told(block: Code | Divider | Author | Image | File | Unsupported | Paragraph | Heading) -> Spans:
    match block:
        case Paragraph(spans):
            return spans
        case Heading(spans, url):
            return linked(bold(spans), url) if url else bold(spans)
        case Code(text):
            return (Text(text.strip("\n")),)
        case Divider():
            return (Text("———"),)
        case Author():
            return author_spans(block)
        case Unsupported():
            return unsupported_spans(block)
        case _:
            return fetched_spans(block)


def _item_lines(items: Items, dialect: Dialect) -> list[str]:
    made = []
    for number, blocks in enumerate(items.items, items.start):
        body = [line for block in blocks for line in _item_body(block, dialect)]
        marker = f"{number}. " if items.ordered else "• "
        nested = bool(blocks) and isinstance(blocks[0], Items)
        if nested:
            made += body
        elif any(map(str.strip, body)):
            made += [marker + body[0].removeprefix(_INDENT), *body[1:]]
    return made


def _item_body(block: Block, dialect: Dialect) -> list[str]:
    return [_INDENT + line for line in _block_lines(block, dialect)]
