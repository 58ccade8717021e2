"""Divide a block of text so that its beginning fits: at the end of a line, else of a word. No I/O.

The tree is divided, not the rendered text, so no code is ever torn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import TypeVar

from slack_bitrix24.document import Block, Blocks, Code, Emoji, Heading, Items, Link, Paragraph, Quote, Span, Text

_T = TypeVar("_T")
_S = TypeVar("_S", Span, Text | Emoji)
_ATOM = "\ufffc"  # stands for what can't be divided, one place wide


def divide(block: Block, size: Callable[[Block], int], room: int) -> tuple[Block | None, Block | None]:
    """Return the longest beginning of the block that fits into `room`, and the rest; None where nothing is left.

    `size` is asked about beginnings: it grows with them, by one or more for each character that is not blank.
    """
    text = _flat(block)
    if least(block) <= room and size(block) <= room:
        return block, None
    return _split(block, _boundary(text, _place(block, size, room))) if text else (None, block)


def _place(block: Block, size: Callable[[Block], int], room: int) -> int:
    """Return how many characters fit, short by 1/500 at most; a size is dear, so each one aims the next guess."""
    low, low_size = 0, 0
    high = len(_flat(block))
    known, high_size = False, max(6 * high, room + 1)  # as if it were Cyrillic: the first guess shall be a small one
    for step in count(1):
        if high - low <= 1 or room - low_size <= room // 500:
            break
        aimed = low + (high - low) * (room - low_size) // (high_size - low_size)
        wide = (low + high) // 2 if known else 2 * low
        middle = min(max(aimed if step % 3 else wide, low + 1), high - 1)
        head, _ = _split(block, middle)
        made = size(head) if head else 0
        if made <= room:
            low, low_size = middle, made
            high_size = high_size if known else max(low_size * high // low, room + 1)
        else:
            high, high_size, known = middle, made, True
    return low


def least(block: Block) -> int:
    """Return how many characters the block shows at least, however it is rendered."""
    return sum(map(len, _flat(block).replace(_ATOM, " ").split()))


def _boundary(text: str, end: int) -> int:
    for mark in ("\n", " "):
        found = text.rfind(mark, end // 2, end + 1)
        if found > 0:
            return found
    return next((place for place in range(end, max(end - 16, 0), -1) if not _joined(text, place)), end)


def _joined(text: str, place: int) -> bool:
    # a letter and its accent, or the parts of one emoji
    return place < len(text) and (
        unicodedata.category(text[place]).startswith("M") or "\u200d" in text[place - 1 : place + 1]
    )


def _flat(part: Block | Span) -> str:
    match part:
        case Text(text) | Code(text):
            return text
        case Link(_, label) if label:
            return "".join(map(_flat, label))
        case Paragraph(spans) | Heading(spans):
            return "".join(map(_flat, spans))
        case Quote(blocks):
            return _flat_blocks(blocks)
        case Items(items):
            return "".join(map(_flat_blocks, items))
        case _:
            return _ATOM


def _flat_blocks(blocks: Blocks) -> str:
    return "".join(_flat(block) + "\n" for block in blocks)


def _split(block: Block, at: int) -> tuple[Block | None, Block | None]:
    match block:
        case Paragraph(spans) | Heading(spans):
            heads, tails = _sequence(spans, at, (_flat, _split_span))
            return replace(block, spans=heads) if heads else None, replace(block, spans=tails) if tails else None
        case Code(text):
            return Code(text[:at]) if at > 0 else None, Code(text[at:]) if at < len(text) else None
        case Quote(blocks):
            before, after = _split_blocks(blocks, at)
            return Quote(before) if before else None, Quote(after) if after else None
        case Items(items):
            return _split_items(block, items, at)
        case _:
            return (block, None) if at > 0 else (None, block)


def _split_items(block: Items, items: Sequence[Blocks], at: int) -> tuple[Items | None, Items | None]:
    heads, tails = _sequence(items, at, (_flat_blocks, _split_blocks))
    shown = len(items) - len(tails)  # an item that was divided goes on under its own number
    return (
        replace(block, items=heads) if heads else None,
        replace(block, items=tails, start=block.start + shown) if tails else None,
    )


def _split_blocks(blocks: Blocks, at: int) -> tuple[Blocks, Blocks]:
    return _sequence(blocks, at, (lambda block: _flat(block) + "\n", _split))


def _split_span(span: Span, at: int) -> tuple[Span | None, Span | None]:
    if isinstance(span, Link):
        before, after = _sequence(span.label, at, (_flat, _split_text))
        return replace(span, label=before), replace(span, label=after)
    return _split_text(span, at)


def _split_text(span: _S, at: int) -> tuple[_S, _S]:
    # all others are one place wide and never come here
    parts = (replace(span, text=span.text[:at]), replace(span, text=span.text[at:])) if isinstance(span, Text) else None
    return parts or (span, span)


def _sequence(
    parts: Sequence[_T],
    at: int,
    how: tuple[Callable[[_T], str], Callable[[_T, int], tuple[_T | None, _T | None]]],
) -> tuple[tuple[_T, ...], tuple[_T, ...]]:
    flat, split = how
    heads: list[_T | None] = []
    tails: list[_T | None] = []
    for part in parts:
        size = len(flat(part))
        head, tail = (part, None) if at >= size else (None, part) if at <= 0 else split(part, at)
        heads.append(head)
        tails.append(tail)
        at -= size
    return tuple(part for part in heads if part), tuple(part for part in tails if part)
