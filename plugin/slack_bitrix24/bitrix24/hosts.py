"""Where a portal lives: its addresses as people write them, and which ones a secret may be sent to. No I/O.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

_WEBHOOK: Final = re.compile(r"^(?P<prefix>.*?)/?(?:rest/)?(?P<user>\d+)/(?P<secret>[^/]+)(?:/(?P<method>[^/]*))?/?$")
_METHOD: Final = re.compile(r"^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)*(?:\.json|\.xml)?$")
_SHARED_SECOND: Final = frozenset({"ac", "co", "com", "edu", "gov", "msk", "net", "org", "spb"})
"""Second labels under which anyone may register a name (example.co.uk, example.com.by)."""


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """A portal's REST address: `base` ends with "/". For a webhook it holds the secret, so it has no repr."""

    base: str
    host: str
    user_id: int = 0
    secret: str = ""


def webhook_place(url: str) -> Place:
    """Read a webhook's address, with or without scheme, "/rest", trailing slash or a method's name at its end.

    Raise ValueError, without the address in its text, for anything else.
    https://apidocs.bitrix24.com/local-integrations/local-webhooks.html
    """
    parts = _split(url)
    match = _WEBHOOK.match(parts.path)
    if match is None:
        raise ValueError(
            "this is no webhook: it should look like https://portal.bitrix24.ru/rest/1/secret/; "
            "with the address of a portal alone, give an access token too"
        )
    method = match["method"] or ""
    if method and not _METHOD.match(method):
        raise ValueError("this is no webhook: something that is no method follows the secret")
    prefix = match["prefix"].rstrip("/")
    base = f"{_origin(parts)}{prefix}/rest/{match['user']}/{match['secret']}/"
    return Place(base, str(parts.hostname), int(match["user"]), match["secret"])


def portal_place(url: str) -> Place:
    """Read a portal's address for calls with an access token: a domain or URL, "/rest/…" with or without.

    Raise ValueError for a webhook's address, and for one that can't be read.
    """
    parts = _split(url)
    path = parts.path.strip("/")
    head, _, tail = path.rpartition("/") if "/" in path else ("", "", path)
    if tail != "rest" and _METHOD.match(tail):
        path = head if head.endswith("rest") or not head else path
    if re.search(r"(?:^|/)\d+/[^/]+", path):
        raise ValueError("this is a webhook, which needs no access token: give one or the other")
    prefix = re.sub(r"(?:^|/)rest$", "", path)
    return Place(f"{_origin(parts)}{'/' + prefix if prefix else ''}/rest/", str(parts.hostname))


def _split(url: str) -> SplitResult:
    text = url.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or re.search(r"[\s\\]", text) or not re.fullmatch(r"[\w.:\-]+", host):
        raise ValueError("the portal's address can't be read")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the portal's address may not hold a user name or password")
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"the portal's address must begin with https://, not {parts.scheme}://")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("plain http:// is taken for this machine's own addresses only; use https://")
    return parts


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Return whether a host means this very machine: 127.0.0.0/8, ::1, localhost and the names below it (RFC 6761)."""
    if f".{host.lower()}".endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def may_follow(old: str, new: str, allowed: Sequence[str] = ()) -> bool:
    """Return whether a portal at host `old` may send its callers on to `new`: same registrable domain, or allowed."""
    old, new = old.lower().rstrip("."), new.lower().rstrip(".")
    if new == old or new in {host.lower() for host in allowed}:
        return True
    domain = _registrable(old)
    return bool(domain) and domain == _registrable(new)


def _registrable(host: str) -> str:
    """Return the domain that one owner has registered, or "" for addresses and bare names."""
    labels = host.split(".")
    if len(labels) < 2 or not all(labels) or labels[-1].isdigit() or ":" in host:
        return ""
    size = 3 if len(labels[-1]) == 2 and labels[-2] in _SHARED_SECOND else 2
    return ".".join(labels[-size:]) if len(labels) >= size else ""
