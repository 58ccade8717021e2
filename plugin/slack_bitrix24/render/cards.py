"""The document's blocks as ATTACH blocks. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.blocks import AttachBlock
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
    Table,
    Text,
    Unsupported,
)
from slack_bitrix24.render import guard
from slack_bitrix24.render.bbcode import render
from slack_bitrix24.render.cut import least
from slack_bitrix24.render.dialect import ATTACH
from slack_bitrix24.render.grids import Cell, field_cell, table_cells
from slack_bitrix24.render.guard import short
from slack_bitrix24.render.lines import author_spans, fetched_spans, field_spans, name_of, row_spans, unsupported_spans
from slack_bitrix24.render.links import address, shown
from slack_bitrix24.render.spans import span_lines, words

_LONG = 3_000
"""Characters of a cell that is rather told as text, which can be cut."""
_IN_ONE = 50
"""Cells, pictures or files in one block."""
_NAME = 500
"""Characters of a link's name."""
_DESCRIPTION = 200
"""Characters of a text that still goes as the description of the link before it."""


@dataclass(frozen=True)
class Part:
    """An ATTACH block; a text is kept as the block of the document it says, to be cut, or counted without rendering.

    `least` is the size that it has at least.
    """

    made: AttachBlock | None = None
    source: Block | None = None
    least: int = 0

    @cached_property
    def block(self) -> AttachBlock:
        """The block as Bitrix24 wants it."""
        return self.made or build.message(render((self.source,) if self.source else (), ATTACH))

    @property
    def is_line(self) -> bool:
        """Whether it is a line across."""
        return self.made is not None and "DELIMITER" in self.made


def is_text(block: Block) -> bool:
    """Say whether the block can stand in MESSAGE: running text through and through."""
    match block:
        case Paragraph() | Heading() | Code():
            return True
        case Quote(blocks):
            return all(map(is_text, blocks))
        case Items(items):
            return all(is_text(block) for blocks in items for block in blocks)
        case _:
            return False


def parts(blocks: Blocks) -> list[Part]:
    """Return the blocks in ATTACH's terms and order, pictures and files that follow one another together."""
    made: list[Part] = []
    waiting = list(reversed(blocks))
    while waiting:
        block = waiting.pop()
        if isinstance(block, Heading) and address(block.url):
            if description := _description(waiting[-1]) if waiting else "":
                waiting.pop()
            name = short(words(block.spans) or shown(block.url), _NAME)
            made.append(Part(build.link(address(block.url), name=guard.name(name), description=description)))
        else:
            made += _parts(block)
    return _gathered(made)


def text_parts(block: Block) -> list[Part]:
    """Return a block as a text in ATTACH's dialect, or nothing where it says nothing."""
    part = Part(source=block, least=least(block))
    return [part] if part.least or part.block["MESSAGE"].strip() else []


def _parts(block: Block) -> list[Part]:
    match block:
        case Card(blocks):
            return parts(blocks)
        case Quote(blocks) if not is_text(block):
            runs = [(text, tuple(run)) for text, run in groupby(blocks, key=is_text)]
            return [part for text, run in runs for part in (text_parts(Quote(run)) if text else parts(run))]
        case Fields(fields):
            return _cells((field_cell(field), field_spans(field)) for field in fields)
        case Table(rows) if any(len(row) > 1 for row in rows):
            return _table(block)
        case Author():
            return _author(block)
        case Image() | File():
            return _fetched(block)
        case Divider():
            return [Part(build.delimiter())]
        case _:
            return text_parts(Paragraph(unsupported_spans(block)) if isinstance(block, Unsupported) else block)


def _description(block: Block) -> str:
    """Return the text that may stand as DESC: one short line without any formatting."""
    if not isinstance(block, Paragraph):
        return ""
    if not all(isinstance(span, Text) and span == Text(span.text) for span in block.spans):
        return ""
    lines = span_lines(block.spans, ATTACH)
    text = guard.whole(lines[0].strip())
    return text if len(lines) == 1 and len(text) <= _DESCRIPTION else ""


def _table(table: Table) -> list[Part]:
    cells = table_cells(table)
    long = any(_is_long(each) for each in cells)
    if not long:
        return _cells((each, ()) for each in cells)
    return [part for row in table.rows for part in text_parts(Paragraph(row_spans(row)))]


def _cells(cells: Iterable[tuple[Cell | None, Spans]]) -> list[Part]:
    """Return grids of one DISPLAY each, as the vendor advises; a long cell stands as text between them."""
    made = []
    known = [(each, spans) for each, spans in cells if each]
    for display, run in groupby(known, key=lambda pair: "" if _is_long(pair[0]) else pair[0]["DISPLAY"]):
        pairs = list(run)
        if display:
            chunks = range(0, len(pairs), _IN_ONE)
            made += [Part(build.grid(each for each, _ in pairs[start : start + _IN_ONE])) for start in chunks]
        else:
            made += [part for _, spans in pairs for part in text_parts(Paragraph(spans))]
    return made


def _is_long(each: Cell) -> bool:
    return len(each.get("NAME", "")) + len(each.get("VALUE", "")) > _LONG


def _author(author: Author) -> list[Part]:
    name = words(author_spans(author))
    made = build.user(guard.name(name), avatar=address(author.icon), url=address(author.url))
    return [Part(made)] if name else []


def _fetched(block: Image | File) -> list[Part]:
    url = address(block.url)
    name = guard.name(name_of(block))
    if not url:
        return text_parts(Paragraph(fetched_spans(block)))
    if isinstance(block, File):
        size = block.size if block.size is not None and block.size >= 0 else None
        return [Part(build.file(name, url, size=size))]
    preview = address(block.preview) or url
    width, height = max(block.width, 0), max(block.height, 0)
    return [Part(build.image(url, name=name, preview=preview, width=width, height=height))]


def _gathered(made: list[Part]) -> list[Part]:
    """Put neighbouring pictures, and files, into one block, and two lines across into one."""
    together: list[Part] = []
    for part in made:
        (kind, value), *_ = (part.made or {"MESSAGE": ""}).items()
        last = ((together[-1].made if together else None) or {}).get(kind)
        if last and kind == "DELIMITER":
            continue
        if last and kind in {"IMAGE", "FILE"} and len(last) < _IN_ONE:
            together[-1] = Part({kind: [*last, *value]})
        else:
            together.append(part)
    return together
