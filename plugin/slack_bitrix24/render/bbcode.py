"""Blocks as BB code: the text of MESSAGE, of ATTACH's MESSAGE blocks and of GRID values. No I/O.

The codes: https://apidocs.bitrix24.com/api-reference/chat-bots/messages/message-formatting.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
from slack_bitrix24.render.guard import neutral_code
from slack_bitrix24.render.lines import author_spans, fetched_spans, field_spans, table_lines, unsupported_spans
from slack_bitrix24.render.spans import bold, linked, span_lines

_INDENT = "    "  # Bitrix24 shows four spaces as a tab


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the place allows: whether [code] acts, and what stands before each quoted line."""

    code: bool = True
    quote: str = ">>"


MESSAGE = Dialect()
ATTACH = Dialect(code=False, quote="│ ")
"""In ATTACH neither [code] nor quotes act: USER CHAT SEND PUT CALL BR B U I S URL do."""


def render(blocks: Blocks, dialect: Dialect = MESSAGE) -> str:
    """Render blocks of every kind as text; those that need ATTACH to look well become readable lines."""
    return "\n".join(_lines(blocks, dialect)).strip("\n")


def _lines(blocks: Iterable[Block], dialect: Dialect) -> list[str]:
    return [line for block in blocks for line in _block_lines(block, dialect)]


def _block_lines(block: Block, dialect: Dialect) -> list[str]:
    match block:
        case Card(blocks):
            return _lines(blocks, dialect)
        case Quote(blocks):
            # >> holds for one line: a [code] block would run over it, and a second >> within is not documented
            quoted = _lines(blocks, ATTACH)
            return [dialect.quote + line for line in quoted] if any(map(str.strip, quoted)) else []
        case Items():
            return _item_lines(block, replace(dialect, quote=ATTACH.quote))  # >> acts at the start of a line only
        case Code(text) if not text.strip():
            return []
        case Code(text) if dialect.code:
            return [f"[code]{neutral_code(text)}[/code]"]
        case Code() | Divider() | Author() | Image() | File() | Unsupported() | Paragraph() | Heading():
            return span_lines(_told(block), code=dialect.code)
        case Fields(fields):
            return [line for each in fields for line in span_lines(field_spans(each), code=dialect.code)]
        case _:
            return [line for row in table_lines(block) for line in span_lines(row, code=dialect.code)]


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
