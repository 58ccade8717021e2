"""What the server makes of a text when it stores it, and when it gives it out again. No I/O.

Bitrix24 server source, main 26.150 (2026-03).
"""

from __future__ import annotations

import re

LONGEST, KEPT, CUT_SIGN = 20_006, 20_000, " (...)"
"""Code points: more than LONGEST become KEPT and the sign."""
COLUMN = 65_535
"""Bytes of a text column of MySQL; a character beyond the BMP takes ten there."""
BLANKS = " \t\n\r\0\v"
"""What PHP's trim takes away."""

_BREAKS = re.compile(r"\[BR\]|\[br\]|#BR#")
_FLAGS = re.IGNORECASE | re.DOTALL
_PAIRS = [(re.compile(rf"<{name}>(.*?)</{name}>", _FLAGS), rf"[{name}]\1[/{name}]") for name in "bius"]
_GONE = [re.compile(rf"<{name}(?:\s[^<>]*)?>(.*?)</{name}>", _FLAGS) for name in ("div", "span")]
_LINK = re.compile(r"<a\s[^<>]*?href\s*=\s*[\"']?([^\"'\s<>]+)[^<>]*>(.*?)</a>", _FLAGS)
_FONT = re.compile(r"<font\s+(color|size)\s*=\s*[\"']?([^\"'\s<>]+)[^<>]*>(.*?)</font>", _FLAGS)
_BR, _HR = re.compile(r"<br\s*/?>", re.IGNORECASE), re.compile(r"<hr>", re.IGNORECASE)

_APART = re.compile(r"(\[(code|put|send)(?:=[^\]]*)?\].*?\[/\2\])", _FLAGS)
_IN_URL = r"(?:[^\[\]]|\[[^\[\]]*\])"
_BARE = re.compile(
    r"(?P<kept>\[url\].*?\[/url\]|\[url=" + _IN_URL + r"*\].*?\[/url\]|\[img\b.*?\[/img\]|\[[a-z]+=[^\]]*\])"
    r"|(?<![\w/@.])(?P<url>(?:(?:https?|news|ftp|aim|mailto|file|tel|callto|skype|viber)://|www\.)[^\s<>\[\]\"]*[^\s<>\[\]\"'.,;:!?)])",
    _FLAGS,
)
_ADDRESS = re.compile(r"\[url=(" + _IN_URL + r"+)\]", re.IGNORECASE)
_SIGNS = re.compile(r"\((?:C|TM|R)\)")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&nbsp;": " ", "&#39;": "'"}
"""Those that are decoded; no others are."""
_ENTITY = re.compile("|".join(ENTITIES))
_EMOJI = re.compile(r":([0-9a-f]{8}):")
_MARKER_LIKE = re.compile(r"#{4,}")


def stored(text: str) -> str:
    """Return MESSAGE as it is kept: trimmed, broken into lines, cut, its HTML as BB codes."""
    return fitting(bb(cut(text.strip(BLANKS))))


def cut(text: str) -> str:
    """Return a text broken into lines, and cut where it is too long."""
    text = _BREAKS.sub("\n", text)
    return text[:KEPT] + CUT_SIGN if len(text) > LONGEST else text


def fitting(text: str) -> str:
    """Return what the column takes. Whether more is cut or refused is a setting of the database: here it is cut."""
    if 10 * len(text) <= COLUMN or column(text) <= COLUMN:
        return text
    while column(text) > COLUMN:
        text = text[: len(text) - max(1, (column(text) - COLUMN) // 10)]
    return text


def column(text: str) -> int:
    """Return how many bytes of the column a text takes."""
    beyond = sum(letter > "\uffff" for letter in text)
    return len(text.encode("utf-8", "replace")) + beyond * (10 - 4)


def bb(text: str) -> str:
    """Return HTML turned into BB codes, in code too: pairs of known elements become codes or vanish, others stay."""
    if "<" not in text:
        return text.replace("&nbsp;", " ")
    text = _BR.sub("\n", text)
    text = _HR.sub("------", text)
    for pattern, code in _PAIRS:
        text = pattern.sub(code, text)
    text = _LINK.sub(r"[url=\1]\2[/url]", text)
    text = _FONT.sub(r"[\1=\2]\3[/\1]", text)
    for pattern in _GONE:
        text = pattern.sub(r"\1", text)
    return text.replace("&nbsp;", " ")


def delivered(kept: str, *, notification: bool = True) -> str:
    """Return what a client is given of a stored text: bare addresses in codes, entities decoded, and more.

    In a bot's message, which is no `notification`, HTML stays as it is.
    """
    text = _EMOJI.sub(_emoji, bb(kept) if notification else kept)
    parts = _APART.split(text)
    # split by a pattern of two groups: text, part, its name, text, …
    return "".join(part if index % 3 else _parsed(part) for index, part in enumerate(parts) if index % 3 != 2)


def resembles_marker(text: str) -> bool:
    """Tell whether a text has four or more `#` in a row, as the server's own markers have: it mixes the two up."""
    return _MARKER_LIKE.search(text) is not None


def decoded(text: str) -> str:
    """Return a text with the few entities that the server knows decoded, once."""
    return _ENTITY.sub(lambda found: ENTITIES[found[0]], text)


def _parsed(text: str) -> str:
    text = _BARE.sub(_in_code, text)
    text = _ADDRESS.sub(_escaped, text)
    text = _SIGNS.sub(lambda sign: sign[0].lower(), text)
    return decoded(text).replace("\N{NO-BREAK SPACE}", " ")


def _in_code(found: re.Match[str]) -> str:
    url = found["url"]
    if url is None:
        return found[0]
    return f"[URL=http://{url}]{url}[/URL]" if url[:4].lower() == "www." else f"[URL]{url}[/URL]"


def _escaped(found: re.Match[str]) -> str:
    address = found[1].replace("'", "%27").replace("[", "%5B").replace("]", "%5D")
    return f"{found[0][:5]}{address}]"


def _emoji(found: re.Match[str]) -> str:
    try:
        return bytes.fromhex(found[1]).decode()
    except UnicodeDecodeError:
        return found[0]
