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
# Besides what no address may hold, what would act in it: a backslash in ATTACH, the portal's own marks in MESSAGE.
_UNSAFE = re.compile(
    r"""[\x00-\x20\x7f\s\[\]<>"\\]
      | (?<=\#)\# | (?<=\#BR)\# | (?<=-{53})-
      | (?<=&lt); | (?<=&gt); | (?<=&amp); | (?<=&quot); | (?<=&nbsp); | (?<=&\#39);
      | \((?=(?:C|R|T[Mm]|tM)\))
    """,
    re.VERBOSE,
)
_OTHER = re.compile(r"(?:ftp://|mailto:|callto:|skype:|viber:).", re.IGNORECASE)
_PHONE = re.compile(r"tel:(\+?[\d().\s-]{2,40})", re.IGNORECASE)
_SHOWN_BARE = re.compile(r"(?:mailto|tel):", re.IGNORECASE)


def address(url: str) -> str:
    """Return the address fit to stand in a block of ATTACH, or "" where it can't: http(s), or from the portal's root.

    Its scheme is in lower case: a portal drops a block with another without a word. Brackets, blanks and quotes are
    percent-encoded, and so is what would act where the address stands.
    """
    url = clean(url).strip()
    if not linkable(url) or _BRACKETED_HOST.match(url):  # an encoded IPv6 host leads nowhere
        return ""
    return _encoded(url)


def target(url: str) -> str:
    """Return the address fit to stand in a [url=…] code, or "" where it can't: mail and phone too.

    The client links http, https, ftp, file, tel, callto, mailto, skype and viber; a stranger's `file:` is not linked.
    """
    url = clean(url).strip()
    if found := _PHONE.fullmatch(url):
        return "tel:" + re.sub(r"[^\d+]|(?<!^)\+", "", found[1])
    return _encoded(url) if _OTHER.match(url) else address(url)


def _encoded(url: str) -> str:
    scheme, colon, rest = url.partition(":")
    url = _UNSAFE.sub(_percent, url if "/" in scheme else scheme.lower() + colon + rest)
    return url if len(url) <= URL_LIMIT else ""


def _percent(found: re.Match[str]) -> str:
    coded = quote(found[0])
    return coded if coded != found[0] else f"%{ord(found[0]):02X}"  # a hyphen and a bracket are never quoted


def shown(url: str) -> str:
    """Return how an address reads as text: bare for mail and phone, shortened where it is long (`data:`)."""
    return short(" ".join(_SHOWN_BARE.sub("", clean(url).strip(), count=1).split()), 200)


def last_part(url: str) -> str:
    """Return the file name at the end of an address, or ""."""
    path = re.split(r"[?#]", clean(url), maxsplit=1)[0].rstrip("/")
    return unquote(path.rpartition("/")[2]) if path.count("/") > 2 or _PORTAL.match(path) else ""  # not the host
