"""Addresses of the net: what is TLS, what is this machine, what is a Bitrix24 webhook. No I/O."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from slack_bitrix24.config.checks import bare
from slack_bitrix24.config.section import Check, Expected, Refused

_WEBHOOK_PATH = re.compile(r"/rest/[1-9][0-9]*/[A-Za-z0-9_-]+/?")
_METHOD_BEHIND = re.compile(rf"{_WEBHOOK_PATH.pattern.rstrip('/?')}/[A-Za-z0-9_.]+/?")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+")
_TLS = "plain http:// is taken for this machine only"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine's own: 127.0.0.0/8, ::1, localhost and the names below it (RFC 6761)."""
    # The client has the same of its own (bitrix24/hosts.py): it works without a configuration, and neither floor
    # knows the other. What one takes for this machine, the other must too.
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return f".{host.lower()}".endswith(".localhost")


def base_url(what: str) -> Check[str]:
    """Take an https address, or an http one of this machine, without query; return it without the last slash."""

    def check(value: object) -> str:
        parts = _split(value, f"{what} ({_TLS})")
        if not _safe(parts):
            raise Expected(f"{what} ({_TLS})")
        if parts.query or parts.fragment:
            raise Expected(f"{what} without ? and #")
        return parts.geturl().rstrip("/")

    return check


def webhook_url(value: object) -> str:
    """Take the address of an inbound Bitrix24 webhook; return it with its last slash.

    https://apidocs.bitrix24.com/local-integrations/local-webhooks.html
    """
    what = "https://PORTAL/rest/USER/SECRET/"
    url = base_url(what)(bare(value, what) if isinstance(value, str) else value)
    path = urlsplit(url).path
    if _METHOD_BEHIND.fullmatch(path):
        raise Expected(f"{what} alone, without the name of a method behind it")
    if not _WEBHOOK_PATH.fullmatch(path):
        raise Expected("https://PORTAL/rest/USER/SECRET/ as Bitrix24 shows it")
    return f"{url}/"


def domain(value: object) -> str:
    """Take a portal's domain, bare or as an address; return it as written, without the last slash."""
    what = "a portal's domain such as acme.bitrix24.ru"
    written = str(value).rstrip("/") if isinstance(value, str) else ""
    url = base_url(what)(written if "://" in written else f"https://{written}")
    if urlsplit(url).path:
        raise Expected(what)
    return written


def media_url(value: object) -> str:
    """Take the address of a picture or a file: people's own Bitrix24 loads it, http or https."""
    return _split(value, "an http:// or https:// address").geturl()


def database(folder: Path) -> Check[str]:
    """Take the address of a database; a relative SQLite file starts at `folder`."""
    what = '"sqlite:///FILE" or "postgresql://USER@HOST/NAME"'

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise Expected(what)
        scheme, found, rest = value.partition(":///" if value.startswith("sqlite") else "://")
        # Heroku and others still write postgres://, which SQLAlchemy no longer takes.
        scheme = {"postgres": "postgresql"}.get(scheme, scheme)
        if not found or not rest or rest.startswith(("?", ":memory:")) or scheme not in _DATABASES:
            raise Expected(what)
        if scheme != "sqlite":
            return f"{scheme}://{_of_server(rest, what)}"
        file, mark, query = rest.partition("?")
        return f"sqlite:///{folder.absolute() / file}{mark}{query}"

    return check


def _of_server(rest: str, what: str) -> str:
    """Take what follows postgresql://; what SQLAlchemy would read otherwise, or not at all, is refused here."""
    found = _SERVER.fullmatch(rest)
    if rest.partition("?")[0].count("@") > 1:  # it would take the rest of the password for the host, and show it
        raise Refused("an @ in a user name or password is written %40")
    if not found or int(found["port"] or 0) > _PORTS:
        raise Expected(f"{what}, or postgresql://USER@HOST:PORT/NAME")
    return rest


_SERVER = re.compile(
    r"(?:[^@\s]+@)?(?:\[[0-9A-Fa-f:.]+\]|[^@:/?\s\[\]]*)(?::(?P<port>[0-9]{1,5}))?(?:/[^?\s]*)?(?:\?\S*)?"
)
_PORTS = 65_535
_DATABASES = {"sqlite", "postgresql", "postgresql+psycopg"}


def _split(value: object, what: str) -> SplitResult:
    if not isinstance(value, str) or any(character.isspace() for character in value):
        raise Expected(what)
    try:
        parts = urlsplit(str(value))
        _ = parts.port  # a wrong port is only noticed when it is asked for
    except ValueError:
        raise Expected(what) from None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(_ascii(parts.hostname or "")):
        raise Expected(what)
    if parts.username is not None or parts.password is not None:
        raise Expected(f"{what} without a user name and a password")
    return parts


def _ascii(host: str) -> str:
    """Return a host as it is asked for: Russian portals may have Cyrillic names."""
    try:
        return host if ":" in host else host.encode("idna").decode()
    except UnicodeError:
        return ""


def _safe(parts: SplitResult) -> bool:
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def network(value: object) -> str:
    """Take an IP address, or a network of them as CIDR has it."""
    try:
        return str(ipaddress.ip_network(value)) if isinstance(value, str) else _no_network()
    except ValueError:
        return _no_network()


def _no_network() -> str:
    raise Expected('an IP address or a network such as "10.0.0.5" or "10.0.0.0/8"')
