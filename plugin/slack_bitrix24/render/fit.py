"""ATTACH within its limit: cut at the end of a block, with a note that says so. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.blocks import AttachBlock, ColorToken
from slack_bitrix24.bitrix24.size import counted, fits, weight
from slack_bitrix24.render import guard
from slack_bitrix24.render.bbcode import whole
from slack_bitrix24.render.cards import Part
from slack_bitrix24.render.dialect import ATTACH
from slack_bitrix24.render.fill import filled
from slack_bitrix24.render.guard import short
from slack_bitrix24.render.links import address, shown

_DIVISIBLE = 2_000
"""Size of a block from which a part of it is better than nothing."""
_SIGNATURE = 4  # of ATTACH, at most one in so many is kept for names
_BETWEEN = 1  # "," between two blocks
_EMPTY = counted(build.message(""))


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds the blocks: the bar's colour, the link back (label, linkable address); fewer than `limit` fit.

    `signature` are the blocks above the link that say who sent it. `description` is what the push and the mail of a
    bot's message show of it all.
    """

    color: str
    token: ColorToken
    link: tuple[str, str] | None
    limit: int
    signature: tuple[AttachBlock, ...] = ()
    description: str = ""


def fitted(parts: Sequence[Part], frame: Frame) -> dict[str, Any] | None:
    """Return ATTACH with as many of the parts as fit, or None where not even a note would.

    Whoever is named at the end, and the link back, stay: a reader of the rest needs them most.
    """
    if sum(part.least for part in parts) <= frame.limit:
        together = _attachment([part.block for part in parts], frame)
        if fits(together, frame.limit):
            return together
    parts, frame = _signed(parts, frame)
    room = frame.limit - 1 - counted(_attachment([_note(len(parts), frame)], frame))
    kept: list[AttachBlock] = []
    for part in parts:
        size = part.least if part.least > max(room, _DIVISIBLE) else counted(part.block) + _BETWEEN
        if size > room:  # one does not: all together do not fit
            break
        kept.append(part.block)
        room -= size
    first = len(kept)
    if (size >= _DIVISIBLE or not kept) and (piece := _beginning(parts[first], room - _BETWEEN)):
        kept.append(piece)
        first += 1
    blocks_left = sum(not part.is_line for part in parts[first:])
    while kept and "DELIMITER" in kept[-1]:
        kept.pop()
    cut = _attachment([*kept, _note(blocks_left, frame)], frame)
    return cut if fits(cut, frame.limit) else None


def _signed(parts: Sequence[Part], frame: Frame) -> tuple[Sequence[Part], Frame]:
    """Return the parts without the names at their end, and the frame that holds these."""
    first = len(parts)
    while first and "USER" in (parts[first - 1].made or {}):
        first -= 1
    signature = tuple(part.block for part in parts[first:])
    # many names, or one with pages of addresses, are a text like any other
    if not first or sum(map(counted, signature)) > frame.limit / _SIGNATURE:
        return parts, frame
    return parts[:first], replace(frame, signature=signature)


def _attachment(blocks: list[AttachBlock], frame: Frame) -> dict[str, Any]:
    back = []
    if frame.link:
        label, url = frame.link
        back = [build.link(address(url), name=guard.name(short(" ".join(label.split()), 200) or shown(url)))]
    made = build.attachment([*blocks, *frame.signature, *back], color=frame.color, color_token=frame.token)
    return {**made, "DESCRIPTION": frame.description} if frame.description else made


def _note(left: int, frame: Frame) -> AttachBlock:
    what = f"cut: {left} more block{'' if left == 1 else 's'}" if left else "shortened"
    return build.message(f"… {what}{', see the original' if frame.link else ''}")


def _beginning(part: Part, room: int) -> AttachBlock | None:
    """Return as much of the block as fits into `room`, or None."""
    if part.source:
        lines, _ = filled(part.source, ATTACH, cost=weight, room=room - _EMPTY)
        made = build.message(whole(lines))
        return made if made["MESSAGE"].strip() else None
    ((kind, items),) = part.block.items()
    if not isinstance(items, list):
        return None
    while items and counted({kind: items}) > room:
        items = items[:-1]
    return {kind: items} if items else None
