r"""How large a portal finds an ATTACH. No I/O.

It counts its own form of it, which has more fields than what was sent, in characters of PHP's JSON: Cyrillic is 1, "/"
is 2 (`\/`), so are a quote, a backslash and a line break. The column that keeps it holds 65,535 bytes on MySQL; what is
longer is drawn at first, and is gone after a reload. (Bitrix24 server source, main 26.150, 2026-03.) Older portals
count bytes of JSON in which each letter that is not ASCII has six: `longest`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final

LIMIT: Final = 60_000
"""Characters: an ATTACH must have fewer. 30,000 on portals older than August 2026."""
COLUMN: Final = 65_535
"""Bytes of UTF-8 in which a portal's MySQL keeps a text."""

_ASTRAL: Final = 10  # bytes: beyond U+FFFF a portal keeps `:f09f9880:`
_FRAME: Final = {"ID": 16, "COLOR_TOKEN": 21, "COLOR": 18, "DESCRIPTION": 17}
"""What each field of the portal's form adds where it was not sent; ID is always the time."""
_CELL: Final = len(',"COLOR_TOKEN":"base"')
_USER: Final = len('[,"AVATAR_TYPE":"USER"]')


def bytes_kept(text: str) -> int:
    """Return how many bytes a text needs in a portal's database."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw) + (_ASTRAL - 4) * astral(text)


def astral(text: str) -> int:
    """Return how many characters lie beyond U+FFFF."""
    return 0 if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2 - len(text)


def weight(value: Any) -> float:
    """Return the size of an ATTACH, or of a part of it, in the portal's characters; more where bytes run out first.

    The weights of parts add up to no less than the weight of them all.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # PHP writes these two line ends as \u2028 and \u2029 even where it leaves all other signs as they are
    # (json_encode, from 7.1 on).
    more = text.count("/") + 5 * (text.count("\u2028") + text.count("\u2029")) + _added(value)
    return max(len(text) + more, (bytes_kept(text) + more) * LIMIT / COLUMN)


def counted(value: Any) -> int:
    """Return the same in whole characters."""
    return ceil(weight(value))


def fits(attach: Mapping[str, Any], limit: int = LIMIT) -> bool:
    """Tell whether a portal takes and keeps an ATTACH in full form."""
    return counted(attach) < limit


def longest(value: object) -> int:
    r"""Return the size of a value in the longest JSON that any portal counts.

    `\uXXXX` for each UTF-16 unit that is not ASCII (Cyrillic 6, an emoji 12), `\/`, and `\u00XX` for `< > & ' "`.
    """
    text = json.dumps(value)
    quotes = text.replace("\\\\", "").count('\\"')
    return len(text) + text.count("/") + 5 * sum(map(text.count, "<>&'")) + 4 * quotes


def _added(value: Any) -> int:
    if not isinstance(value, Mapping):
        return 0
    if "BLOCKS" not in value:
        return _block(value)
    blocks = value["BLOCKS"]
    frame = sum(size for key, size in _FRAME.items() if key not in value)
    ident = 16 - len(f'"ID":{json.dumps(value["ID"])},') if "ID" in value else 0
    return frame + ident + (sum(map(_block, blocks)) if isinstance(blocks, Sequence) else 0)


def _block(block: Any) -> int:
    if not isinstance(block, Mapping):
        return 0
    cells = block.get("GRID")
    if isinstance(cells, Sequence):
        return sum(_CELL for each in cells if isinstance(each, Mapping) and "COLOR_TOKEN" not in each)
    return _USER if "USER" in block else 2 if "LINK" in block else 0
