"""The words of a push notification on a telephone. No I/O.

Bitrix24 server source, main 26.150 (2026-03). An ATTACH contributes nothing to that of a notification.
"""

from __future__ import annotations

import re

_FLAGS = re.IGNORECASE | re.DOTALL
_BREAK = re.compile(r"\r?\n|\[br\]", re.IGNORECASE)
_CODE = re.compile(r"\[code\].*?\[/code\]", _FLAGS)
_STRUCK = re.compile(r"\[s\].*?\[/s\]", _FLAGS)
_URL = re.compile(r"\[url(?:=(?:[^\[\]]|\[[^\[\]]*\])*)?\](.*?)\[/url\]", _FLAGS)
_LABELLED = re.compile(r"\[(user|chat|context|call|put|send)(?:=[^\]]*)?\](.*?)\[/\1\]", _FLAGS)
_FONT = re.compile(r"\[/?(?:b|i|u)\]|\[(?:color|size)=[^\]]*\]|\[/(?:color|size)\]", re.IGNORECASE)
_IMG = re.compile(r"\[img[^\]]*\].*?\[/img\]", _FLAGS)
_FENCE = re.compile(r"-{54}.*?-{54}", re.DOTALL)
QUOTE, FILE, PICTURE = "💬", "📄", "🖼"
ATTACHMENT = "Attachment"
"""What stands for an ATTACH without a description."""


def push(text: str) -> str:
    """Return what the telephone shows of a delivered text: one line, code and quotes as signs."""
    text = _BREAK.sub(" ", text)
    if text.startswith(">>"):
        return QUOTE  # line breaks are blanks by now, so the quote has no end
    return _plain(text)


def push_of_message(text: str, *, attach: dict[str, object] | None = None) -> str:
    """Return what it shows of a bot's message: each quoted line is a sign, an ATTACH adds its description."""
    lines = [QUOTE if line.startswith(">>") else line for line in _BREAK.split(text)]
    said = str(attach.get("DESCRIPTION") or ATTACHMENT) if attach else ""
    return " ".join(part for part in (_plain(" ".join(lines)), said) if part)


def _plain(text: str) -> str:
    text = _CODE.sub(FILE, text)
    text = _STRUCK.sub("-", text)
    text = _URL.sub(r"\1", text)
    text = _LABELLED.sub(r"\2", text)
    text = _FONT.sub("", text)
    text = _IMG.sub(PICTURE, text)
    return _FENCE.sub(QUOTE, text)
