"""Which addresses Bitrix24 can link, and how the others are shown. No I/O."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from slack_bitrix24.bitrix24.sendable import clean
from slack_bitrix24.bitrix24.urls import linkable
from slack_bitrix24.render.guard import short

URL_LIMIT = 8_000
"""Characters. Bitrix24 documents none; browsers and servers refuse longer ones, and a link can't be cut."""

_PORTAL = re.compile(r"/(?![/\\])")  # "//host" would leave the portal
_BRACKETED_HOST = re.compile(r"https?://[^/?#]*[\[\]]", re.IGNORECASE)
_UNSAFE = re.compile(r'[\x00-\x20\x7f\s\[\]<>"]')
_HYPHENS = re.compile(r"(-{5})-")
_PHONE = re.compile(r"tel:(\+?[\d().\s-]{2,40})", re.IGNORECASE)
_SHOWN_BARE = re.compile(r"(?:mailto|tel):", re.IGNORECASE)


def address(url: str) -> str:
    """Return the address fit to stand in a code or a block, or "" where it can't be linked.

    Brackets, blanks and quotes are percent-encoded, and so is each sixth hyphen in a row, which would begin a quote.
    """
    url = clean(url).strip()
    if not linkable(url) or _BRACKETED_HOST.match(url):  # an encoded IPv6 host leads nowhere
        return ""
    url = _HYPHENS.sub(r"\1%2D", _UNSAFE.sub(lambda found: quote(found[0]), url))
    return url if len(url) <= URL_LIMIT else ""


def phone(url: str) -> str:
    """Return the number of a `tel:` address, digits with perhaps a plus, or ""."""
    found = _PHONE.fullmatch(clean(url).strip())
    return re.sub(r"[^\d+]|(?<!^)\+", "", found[1]) if found else ""


def shown(url: str) -> str:
    """Return how an address reads as text: bare for mail and phone, shortened where it is long (`data:`)."""
    return short(" ".join(_SHOWN_BARE.sub("", clean(url).strip(), count=1).split()), 200)


def last_part(url: str) -> str:
    """Return the file name at the end of an address, or ""."""
    path = re.split(r"[?#]", clean(url), maxsplit=1)[0].rstrip("/")
    return unquote(path.rpartition("/")[2]) if path.count("/") > 2 or _PORTAL.match(path) else ""  # not the host
