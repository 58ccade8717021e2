"""Files that came along → blocks that show them: brought to each portal's Drive first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from slack_bitrix24.document import Block, Blocks, File, Image, Paragraph, Text
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.web.senders.sender import Attached

log = logging.getLogger(__name__)

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")


class NotKeptError(Exception):
    """The portal does not take the file; the text says why. `again`: it may at another time."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is kept: its page on Drive, and its size in bytes."""

    url: str
    size: int


Keep = Callable[[str, Attached, Sequence[int]], Place]
"""Brings a file to a portal's Drive for these users; raises NotKeptError."""


def shown(files: Sequence[Attached], *, portal: str, users: Sequence[int], keep: Keep) -> Blocks:
    """Return the blocks of all files at a portal; one that can't be kept is named with the reason."""
    return tuple(_shown(one, portal=portal, users=users, keep=keep) for one in files)


def _shown(one: Attached, *, portal: str, users: Sequence[int], keep: Keep) -> Block:
    name = lenient.clean(one.name).strip() or one.url.rpartition("/")[2] or "file"
    picture = one.kind.startswith("image/") or name.lower().endswith(PICTURES)
    if one.url:
        return Image(one.url, name=name) if picture else File(name, one.url)
    try:
        place = keep(portal, one, users)
    except NotKeptError as error:
        if error.again:
            raise
        log.warning("a file could not be kept on %s's Drive: %s", portal, error)
        return Paragraph((Text(f"[{name}: {error}]"),))
    return Image(place.url, name=name) if picture else File(name, place.url, size=place.size)
