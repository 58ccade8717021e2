"""Which texts the web client draws as pictures. No I/O."""

from __future__ import annotations

import html
import re

TYPINGS = (
    *(":)", ":-)", ";)", ";-)", ":D", ":-D", "8)", "8-)", ":(", ":-(", ":|", ":-|", ":/", ":-/", ":o", ":-o"),
    *(":{}", ":-{}", ":~(", ">:-<", ":facepalm:", ":oops:", ":cry:", ":evil:", ":shock:", ":idea:", ":?:", ":!:"),
)
"""The smileys of a new portal's set; a portal may have others."""
SMILEY = re.compile(
    r"(?:^|(?<=[\s>])|(?<=&quot;))(?:"
    + "|".join(re.escape(html.escape(typing)) for typing in sorted(TYPINGS, key=len, reverse=True))
    + r")(?=\s|&quot;|<|$)"
)
"""In escaped text: after the start, a blank, a quote or a line's break, and before the like."""
_PICTURE = re.compile(r"(?:/|https?://)\S+\.(?:jpe?g|png|gif|webp|bmp)(?:\?\S*)?", re.IGNORECASE)


def is_picture(text: str) -> bool:
    """Tell whether a text is the address of a picture."""
    return _PICTURE.fullmatch(text) is not None
