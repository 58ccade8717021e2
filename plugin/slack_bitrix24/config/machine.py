"""What this machine says of itself: its time zone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from pathlib import Path

LOCALTIME = Path("/etc/localtime")
TIMEZONE = Path("/etc/timezone")


def local_zone(environ: Mapping[str, str], *, link: Path = LOCALTIME, file: Path = TIMEZONE) -> str:
    """Return the machine's IANA time zone: `$TZ`, where `/etc/localtime` points, what `/etc/timezone` says, or UTC."""
    target = str(link.resolve()).partition("/zoneinfo/")[2]
    for name in (environ.get("TZ", "").lstrip(":"), target, _first_line(file)):
        if name and _is_zone(name):
            return name
    return "UTC"


def _first_line(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""


def _is_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
