"""Change the spans of a whole document, wherever they stand. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from slack_bitrix24.document import (
    Block,
    Blocks,
    Card,
    Document,
    Field,
    Fields,
    Heading,
    Items,
    Paragraph,
    Quote,
    Span,
    Table,
)

Change: TypeAlias = Callable[[Span], Span]


def with_spans(document: Document, change: Change) -> Document:
    """Return the document with each of its spans as `change` makes it."""
    return Document(_blocks(document.blocks, change))


def _blocks(many: Blocks, change: Change) -> Blocks:
    return tuple(_block(one, change) for one in many)


def _block(one: Block, change: Change) -> Block:
    match one:
        case Paragraph() | Heading():
            return replace(one, spans=_spans(one.spans, change))
        case Quote() | Card():
            return replace(one, blocks=_blocks(one.blocks, change))
        case Items():
            return replace(one, items=tuple(_blocks(item, change) for item in one.items))
        case Table():
            return replace(one, rows=tuple(tuple(_spans(cell, change) for cell in row) for row in one.rows))
        case Fields():
            return replace(one, fields=tuple(_field(each, change) for each in one.fields))
        case _:
            return one


def _spans(line: Iterable[Span], change: Change) -> tuple[Span, ...]:
    return tuple(change(one) for one in line)


def _field(field: Field, change: Change) -> Field:
    return replace(field, title=_spans(field.title, change), value=_spans(field.value, change))
