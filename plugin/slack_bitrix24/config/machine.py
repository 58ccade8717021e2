"""What this machine says of itself: its time zone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from slack_bitrix24.config.posix_zone import iana_zone

LOCALTIME = Path("/etc/localtime")
TIMEZONE = Path("/etc/timezone")


NOTHING_SAID = "nothing says another"


class Zone(NamedTuple):
    """An IANA time zone, what said so, and a warning where it can't be told for certain (else an empty one)."""

    name: str
    source: str
    warning: str


def local_zone(environ: Mapping[str, str], *, link: Path = LOCALTIME, file: Path = TIMEZONE) -> Zone:
    """Return the machine's time zone.

    Asked in this order: `$TZ`, where `/etc/localtime` points, what `/etc/timezone` says; else UTC. `$TZ` may be a name,
    the path of a zone file, or a POSIX rule such as "MSK-3", each with or without a colon before it.
    """
    said = environ.get("TZ", "").strip()
    if found := _zone(said.removeprefix(":")):
        return Zone(found, "TZ", "")
    target = str(link.resolve()).partition("/zoneinfo/")[2]
    asked = ((_zone(target), str(link)), (_zone(_first_line(file)), str(file)))
    found, source = next(((name, place) for name, place in asked if name), ("UTC", NOTHING_SAID))
    wrong = f"TZ={said}: not a time zone that can be read; taken: {found}. Set timezone" if said else ""
    return Zone(found, source, wrong)


def _zone(text: str) -> str:
    """Return the IANA name that a text stands for: a name in any case, a path with /zoneinfo/ in it, a POSIX rule."""
    name = text.partition("/zoneinfo/")[2] if text.startswith("/") else text
    for prefix in ("posix/", "right/"):
        name = name.removeprefix(prefix)
    if not name:
        return ""
    if _is_zone(name):
        return name
    folded = name.casefold()
    cased = next((known for known in sorted(zoneinfo.available_timezones()) if known.casefold() == folded), "")
    return cased or iana_zone(name)


def _first_line(file: Path) -> str:
    try:
        return next(iter(file.read_text("utf-8").split()), "")
    except (OSError, ValueError):
        return ""


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
