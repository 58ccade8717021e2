"""Addresses that Bitrix24 takes in ATTACH and in requests. No I/O."""

from __future__ import annotations

import re
from urllib.parse import quote

from slack_bitrix24.bitrix24.sendable import clean

_ABSOLUTE = re.compile(r"https?://[^\s/?#\\\[\]]", re.IGNORECASE)
_PORTAL = re.compile(r"/(?![/\\])")  # "//host" would leave the portal
_HOST = re.compile(r"https?://[^/?#\s]*", re.IGNORECASE)
_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")


def linkable(url: str) -> bool:
    """Say whether ATTACH may hold it: absolute http(s), or from the portal's root ("/company/").

    https://apidocs.bitrix24.com/api-reference/chat-bots/messages/attachments/index.html
    """
    return bool(_ABSOLUTE.match(url) or _PORTAL.match(url))


def encoded(url: str) -> str:
    """Return the address with all behind the host that is not allowed in one as %XX; what is so already stays."""
    url = clean(url).strip()
    found = _HOST.match(url)
    host = found[0] if found else ""
    return host + quote(_PERCENT.sub("%25", url.removeprefix(host)), safe="%/:?#@!$&'()*+,;=~")
