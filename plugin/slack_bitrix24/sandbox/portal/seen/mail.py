"""The e-mail copy of a notification that nobody read for ten minutes. No I/O.

Bitrix24 server source, main 26.150 (2026-03).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from slack_bitrix24.sandbox.portal.seen.markup import strip_tags
from slack_bitrix24.sandbox.portal.seen.text import decoded

SKIP = "#SKIP#"
PHRASE = "(attachment)"
"""What stands for an ATTACH without a description."""
SUBJECT = 50
"""Characters of the subject."""
_FLAGS = re.IGNORECASE | re.DOTALL
_NAMES = "disk|document|color|font|size|left|right|center|list|code|quote|table|cut"
_CODES = re.compile(rf"\[/?(?:{_NAMES})[^\]]*\]|\[\*\]|\[rating=\d\]|\[/?pch[^\]]*\]|\[/?[bius]\]", re.IGNORECASE)
_IMG = re.compile(r"\[img[^\]]*\].*?\[/img\]", _FLAGS)
_BARE = re.compile(r"\[url\](.*?)\[/url\]", _FLAGS)
_LINK = re.compile(r"\[url=([^\]]*)\](.*?)\[/url\]", _FLAGS)


@dataclass(frozen=True)
class Mail:
    """A mail's subject and text."""

    subject: str
    text: str


def mail(message: str, message_out: str = "", *, attach: dict[str, object] | None = None) -> Mail | None:
    """Return the mail for a stored notification, None when it asks for none.

    An empty `message_out` does not mean an empty mail: `message` and the description of `attach` (full form) go.
    """
    if message_out == SKIP:
        return None
    text = message_out
    if not text:
        said = str(attach.get("DESCRIPTION") or PHRASE) if attach else ""
        text = f"{message}\n{said}" if said else message
    text = strip_tags(text.replace("#BR#", "\n"))
    text = _IMG.sub("", text)
    text = _LINK.sub(r"\2 (URL: \1 )", _BARE.sub(r"\1", text))
    text = decoded(_CODES.sub("", text)).strip()
    return Mail(" ".join(text.split())[:SUBJECT], text)
