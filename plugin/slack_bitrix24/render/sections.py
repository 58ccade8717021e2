"""What goes below the text: loose blocks and cards, and the essential line that must stand above them. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from slack_bitrix24.document import (
    Author,
    Block,
    Blocks,
    Card,
    Code,
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
from slack_bitrix24.render.bbcode import render
from slack_bitrix24.render.cards import is_text
from slack_bitrix24.render.cut import least
from slack_bitrix24.render.guard import short
from slack_bitrix24.render.lines import author_spans, field_spans, name_of, row_spans, unsupported_spans
from slack_bitrix24.render.spans import linked, words

_LINE = 300
"""Characters of a fact that is repeated in MESSAGE."""


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks that belong together: those of one card, or loose ones between cards."""

    blocks: Blocks
    color: str = ""


def sections(blocks: Blocks, color: str = "") -> list[Section]:
    """Return the blocks by card, in order; a card within a card becomes one of its own."""
    made: list[Section] = []
    for framed, run in groupby(blocks, key=lambda block: isinstance(block, Card)):
        members = tuple(run)
        if framed:
            cards = (block for block in members if isinstance(block, Card))
            made += [section for card in cards for section in sections(card.blocks, card.color or color)]
        else:
            made.append(Section(members, color))
    return made


def essential(found: list[Section]) -> tuple[Blocks, list[Section]]:
    """Return what stands in MESSAGE when no text leads, and the sections without it.

    ATTACH is forwarded neither to push nor to e-mail. Of the first section that has one: its title, else its first
    text, else a fact; and if none has, who speaks or what is attached. A title stays in its card when
    several cards have one; a text is moved, not repeated.
    """
    titled = sum(1 for section in found if any(map(_is_title, section.blocks)))
    for number, section in enumerate(found):
        for wanted in (_is_title, _is_words):
            for block in filter(wanted, section.blocks):
                rest = tuple(each for each in section.blocks if each is not block)
                kept = section if wanted is _is_title and titled > 1 else replace(section, blocks=rest)
                return (block,), [*found[:number], kept, *found[number + 1 :]]
        if fact := _first_line(section.blocks, _facts):
            return (fact,), found
    named = _first_line(tuple(block for section in found for block in section.blocks), _names)
    return ((named,) if named else ()), found


def is_blank(blocks: Blocks) -> bool:
    """Say whether nothing of the blocks is seen."""
    return not any(map(least, blocks)) and not render(blocks).strip()


def _is_title(block: Block) -> bool:
    return isinstance(block, Heading) and not is_blank((block,))


def _is_words(block: Block) -> bool:
    return is_text(block) and not is_blank((block,))


def _first_line(blocks: Blocks, told: Callable[[Block], Iterator[Spans]]) -> Paragraph | None:
    lines = (words(spans).strip() for block in blocks for spans in told(block))
    line = next(filter(None, lines), "")
    return Paragraph((Text(short(line, _LINE)),)) if line else None


def _facts(block: Block) -> Iterator[Spans]:
    match block:
        case Heading(spans, url) if url and not words(spans).strip():
            yield linked(spans, url)  # a heading may be its address alone
        case Paragraph(spans) | Heading(spans):
            yield spans
        case Code(text):
            yield (Text(text),)
        case Fields(fields):
            yield from map(field_spans, fields)
        case Table(rows, header):
            yield from map(row_spans, rows[int(header) :] + rows)
        case Unsupported():
            yield unsupported_spans(block)
        case Quote() | Items() | Card():
            yield from (spans for inner in _inside(block) for spans in _facts(inner))
        case _:
            return


def _names(block: Block) -> Iterator[Spans]:
    match block:
        case Author():
            yield author_spans(block)
        case Image() | File():
            yield (Text(name_of(block)),)
        case Quote() | Items() | Card():
            yield from (spans for inner in _inside(block) for spans in _names(inner))
        case _:
            return


def _inside(block: Quote | Items | Card) -> Iterator[Block]:
    if isinstance(block, Items):
        return (inner for blocks in block.items for inner in blocks)
    return iter(block.blocks)
