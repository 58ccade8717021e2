"""As many lines of a block as there is room for. Each piece of it is rendered once. No I/O."""

from __future__ import annotations

from collections.abc import Callable

from slack_bitrix24.document import Block, Code
from slack_bitrix24.render.bbcode import blocks_lines
from slack_bitrix24.render.cut import ENOUGH, divide, joined, least, pieces
from slack_bitrix24.render.dialect import Dialect

Cost = Callable[[str], float]
"""What a line takes of the room, its end included."""

_SMALL = 500  # characters of a block that is rendered as a whole: its pieces, if need be, are rendered again


def filled(block: Block, dialect: Dialect, *, cost: Cost, room: float) -> tuple[list[str], Block | None]:
    """Return the lines that fit into `room`, and what is left of the block."""
    whole = isinstance(block, Code) or least(block) < _SMALL
    several = [block] if whole else pieces(block)
    lines: list[str] = []
    left = room
    for number, piece in enumerate(several):
        made = blocks_lines((piece,), dialect)
        needed = sum(map(cost, made))
        if needed > left:
            size = _sized(dialect, cost)
            head, tail = divide(piece, size, left) if left > room * (1 - ENOUGH) else (None, piece)
            lines += blocks_lines((head,) if head else (), dialect)
            return lines, joined(filter(None, (tail, *several[number + 1 :])))
        lines += made
        left -= needed
    return lines, None


def _sized(dialect: Dialect, cost: Cost) -> Callable[[Block], float]:
    return lambda block: sum(map(cost, blocks_lines((block,), dialect)))
