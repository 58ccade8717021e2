"""ATTACH within its limit: cut at the end of a block, with a note that says so. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.bbcode import ATTACH, render
from slack_bitrix24.bitrix24.blocks import AttachBlock, ColorToken
from slack_bitrix24.bitrix24.cards import Part
from slack_bitrix24.bitrix24.check import measure
from slack_bitrix24.bitrix24.cut import divide
from slack_bitrix24.bitrix24.links import address, shown
from slack_bitrix24.bitrix24.neutral import neutral, short

_DIVISIBLE = 2_000
"""Size of a block from which a part of it is better than nothing."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the blocks: the bar's colour, the link back (label, linkable address), the limit."""

    color: str
    token: ColorToken
    link: tuple[str, str] | None
    limit: int


def fitted(parts: Sequence[Part], frame: Frame) -> dict[str, Any] | None:
    """Return ATTACH with as many of the parts as fit, or None where not even a note would."""
    whole = _attachment([part.block for part in parts], frame)
    if measure(whole) <= frame.limit:
        return whole
    room = frame.limit - measure(_attachment([_note(len(parts), frame)], frame))
    kept: list[AttachBlock] = []
    left = list(parts)
    while (size := measure(left[0].block) + 1) <= room:  # one does not fit: all together do not
        kept.append(left.pop(0).block)
        room -= size
    if (size >= _DIVISIBLE or not kept) and (piece := _beginning(left[0], room - 1)):
        kept.append(piece)
        left.pop(0)
    blocks_left = sum("DELIMITER" not in part.block for part in left)
    while kept and "DELIMITER" in kept[-1]:
        kept.pop()
    cut = _attachment([*kept, _note(blocks_left, frame)], frame)
    return cut if measure(cut) <= frame.limit else None


def _attachment(blocks: list[AttachBlock], frame: Frame) -> dict[str, Any]:
    back = []
    if frame.link:
        label, url = frame.link
        back = [build.link(address(url), name=neutral(short(" ".join(label.split()), 200) or shown(url)))]
    return build.attachment([*blocks, *back], color=frame.color, color_token=frame.token)


def _note(left: int, frame: Frame) -> AttachBlock:
    what = f"cut: {left} more block{'' if left == 1 else 's'}" if left else "shortened"
    return build.message(f"… {what}{', see the original' if frame.link else ''}")


def _beginning(part: Part, room: int) -> AttachBlock | None:
    """Return as much of the block as fits into `room`, or None."""
    if part.source:
        head, _ = divide(part.source, lambda block: measure(build.message(render((block,), ATTACH))) <= room)
        text = render((head,), ATTACH) if head else ""
        made = build.message(text)
        return made if text.strip() and measure(made) <= room else None
    ((kind, items),) = part.block.items()
    if not isinstance(items, list):
        return None
    while items and measure({kind: items}) > room:
        items = items[:-1]
    return {kind: items} if items else None
