"""Divide a block of text so that its beginning fits: at the end of a line, else of a word. No I/O.

The tree is divided, not the rendered text, so no code is ever torn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain, count
from typing import TypeVar

from slack_bitrix24.document import (
    Block,
    Blocks,
    Code,
    Emoji,
    Heading,
    Items,
    Link,
    Paragraph,
    Quote,
    Span,
    Spans,
    Text,
)

Size = Callable[[Block], float]

_T = TypeVar("_T")
_S = TypeVar("_S", Span, Text | Emoji)
ENOUGH = 0.98
"""Where less of the room is used by whole lines, the next one is divided too."""
_ATOM = "\ufffc"  # stands for what can't be divided, one place wide


def divide(block: Block, size: Size, room: float) -> tuple[Block | None, Block | None]:
    """Return the beginning of a block that fits into `room`, and the rest; None where nothing is left.

    It ends at the end of an item or a line, else of a word. `size` is asked about pieces, each about once: the sizes of
    a block's pieces add up to its own, and grow by one or more for each character that is not blank.
    """
    several = pieces(block)
    if len(several) <= 1:
        return _within(block, size, room)
    used = 0.0
    for number, piece in enumerate(several):
        needed = size(piece)
        if used + needed > room:
            head, tail = divide(piece, size, room - used) if used < room * ENOUGH else (None, piece)
            return joined(filter(None, (*several[:number], head))), joined(filter(None, (tail, *several[number + 1 :])))
        used += needed
    return block, None


def _within(block: Block, size: Size, room: float) -> tuple[Block | None, Block | None]:
    """Divide what has no lines to be divided at."""
    text = _flat(block)
    near, _ = _split(block, 2 * int(room)) if len(text) > 2 * room else (block, None)  # the rest is never looked at
    whole = size(near) if near else 0.0
    if whole <= room and near is block:
        return block, None
    if not near or not text:
        return None, block
    place = _place(near, size, room=room, whole=whole) if whole > room else len(_flat(near))
    return _split(block, _boundary(text, place))


def _place(block: Block, size: Size, *, room: float, whole: float) -> int:
    """Return how many characters fit, short by 1/500 at most; a size is dear, so each one aims the next guess."""
    low, low_size = 0, 0.0
    high, high_size = len(_flat(block)), whole
    for step in count(1):
        if high - low <= 1 or room - low_size <= room / 500:
            break
        aimed = low + int((high - low) * (room - low_size) / (high_size - low_size) * 0.999)
        middle = min(max(aimed if step % 3 else (low + high) // 2, low + 1), high - 1)
        head, _ = _split(block, middle)
        made = size(head) if head else 0.0
        if made <= room:
            low, low_size = middle, made
        else:
            high, high_size = middle, made
    return low


def pieces(block: Block) -> list[Block]:
    """Return a block's items, lines or blocks, each as a block of the same kind."""
    match block:
        case Items(items):
            return [replace(block, items=(item,), start=block.start + number) for number, item in enumerate(items)]
        case Quote((inner,)):
            return [Quote((piece,)) for piece in pieces(inner)]
        case Quote(blocks):
            return [Quote((inner,)) for inner in blocks]
        case Code(text):
            return [Code(line) for line in text.split("\n")]
        case Paragraph(spans) | Heading(spans):
            return [replace(block, spans=line) for line in _lines(spans)]
        case _:
            return [block]


def _lines(spans: Spans) -> list[Spans]:
    lines: list[list[Span]] = [[]]
    for span in spans:
        if not isinstance(span, Text) or "\n" not in span.text:
            lines[-1].append(span)
            continue
        first, *others = (replace(span, text=text) for text in span.text.split("\n"))
        lines[-1].append(first)
        lines += ([other] for other in others)
    return [tuple(line) for line in lines]


def joined(several: Iterable[Block]) -> Block | None:
    """Return pieces of one block as a block again, None for none."""
    found = list(several)
    match found:
        case []:
            return None
        case [Items() as first, *_]:
            return replace(first, items=tuple(item for one in found if isinstance(one, Items) for item in one.items))
        case [Quote(), *_]:
            return Quote(tuple(inner for one in found if isinstance(one, Quote) for inner in one.blocks))
        case [Code(), *_]:
            return Code("\n".join(one.text for one in found if isinstance(one, Code)))
        case [Paragraph() | Heading() as first, *_]:
            lines = ((Text("\n"), *one.spans) for one in found if isinstance(one, Paragraph | Heading))
            return replace(first, spans=tuple(chain.from_iterable(lines))[1:])
        case _:
            return found[0]


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
