"""An ATTACH made smaller, for a portal that takes less than others: whole blocks, items and lines go. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from slack_bitrix24.bitrix24 import blocks as build
from slack_bitrix24.bitrix24.blocks import AttachBlock
from slack_bitrix24.bitrix24.size import longest

SMALLEST = 1_000
"""Characters: a smaller one would hold little more than the note that it was cut."""
_BETWEEN = 2  # ", "
_LISTS = ("GRID", "IMAGE", "FILE")


def shrunk(attach: Mapping[str, Any], most: float) -> dict[str, Any] | None:
    """Return as much of an ATTACH as is no larger than `most` by `size.longest`, or None where that is too little.

    The link back, its last block, stays, and so does who sent it, above; a note says that something is missing.
    """
    if most == inf or longest(attach) <= most:
        return dict(attach)
    blocks = list(attach["BLOCKS"])
    back = blocks[-1:] if blocks and "LINK" in blocks[-1] else []
    last = len(blocks) - len(back)
    first = last
    while first > 1 and "USER" in blocks[first - 1]:
        first -= 1
    signature = blocks[first:last]
    foot = [build.message(f"… shortened{', see the original' if back else ''}"), *signature, *back]
    room = most - longest({**attach, "BLOCKS": foot}) - _BETWEEN
    kept: list[AttachBlock] = []
    for block in blocks[:first]:
        size = longest(block) + _BETWEEN
        if size > room:
            kept += filter(None, [_beginning(block, room - _BETWEEN)])
            break
        kept.append(block)
        room -= size
    while kept and "DELIMITER" in kept[-1]:
        kept.pop()
    return {**attach, "BLOCKS": [*kept, *foot]} if kept and most >= SMALLEST else None


def _beginning(block: AttachBlock, room: float) -> AttachBlock | None:
    """Return the lines of a text, or the items of a list, that fit: every code is closed on its own line."""
    ((kind, value),) = block.items()
    if kind not in _LISTS and kind != "MESSAGE":
        return None
    parts = value if kind in _LISTS else value.split("\n")
    room -= longest({kind: [] if kind in _LISTS else ""})
    kept = []
    for part in parts:
        room -= longest(part) + (_BETWEEN if kind in _LISTS else 0)
        if room < 0:
            break
        kept.append(part)
    if not kept and kind == "MESSAGE":
        kept = [_words(parts[0], room + longest(parts[0]))]
    return ({kind: kept} if kind in _LISTS else build.message("\n".join(kept))) if any(kept) else None


def _words(line: str, room: float) -> str:
    """Return the words of a line before its first code, as many as fit."""
    text = line.partition("[")[0]
    end = len(text)
    while end > 0 and longest(text[:end]) > room:
        end = min(end - 1, int(end * room / longest(text[:end])))
    return (text[:end].rpartition(" ")[0] or text[:end]) if end < len(text) else text.rstrip()
