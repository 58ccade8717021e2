"""Whether what a person typed is somebody's: a bare id, or a full name. No I/O."""

from __future__ import annotations

import re

from slack_bitrix24.mapping import Directory
from slack_bitrix24.submit.people import People

# Channels are not listed beforehand. What looks like an id of today's is asked of Slack; no product is called so.
_CHANNEL = re.compile(r"[CG]0[A-Z0-9]{6,}")


def knows(text: str, *, directory: Directory, people: People, channel: str = "") -> bool:
    """Tell whether Slack or the mapping file knows an id (U024BE7LH) or a name (@First Last).

    `channel` is the one in which it was typed.
    """
    if text.startswith("@"):
        name = " ".join(text[1:].split())
        return bool(people.called(name)) or directory.members(name) is not None
    if text.startswith(("U", "W")):
        return text in people.users or directory.recipient(text) is not None
    if text.startswith("S"):
        return text in people.groups or directory.members(text) is not None
    return text == channel or text in people.channels or _CHANNEL.fullmatch(text) is not None
