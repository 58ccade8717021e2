"""Text that a request and a database can carry. No I/O."""

from __future__ import annotations

import re

_BREAK = re.compile(r"\r\n?")
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Return the text with "\n" for every line break, and U+FFFD for what neither UTF-8 nor PostgreSQL can carry."""
    return _UNSENDABLE.sub("\ufffd", _BREAK.sub("\n", text))
