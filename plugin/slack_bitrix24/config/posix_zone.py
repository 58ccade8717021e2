"""Zones as POSIX writes them, "MSK-3" or "CET-1CEST,M3.5.0,M10.5.0/3", by the IANA zone that has the same rule.

The last line of every zone file is its rule in that form (RFC 8536, 3.3), so the database is asked which zone it is.
https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_03
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from pathlib import Path

_NAME = r"(?:[A-Za-z]{3,}|<[-+A-Za-z0-9]{3,}>)"
_OFFSET = r"[-+]?\d{1,3}(?::\d\d){0,2}"
_FORM = re.compile(rf"({_NAME})({_OFFSET})(?:({_NAME})({_OFFSET})?(?:,([^,]+),([^,]+))?)?", re.ASCII)
# A change of the clock is at 2 o'clock unless another hour is said.
_AT_TWO = re.compile(r"/0?2$")
_ON_THE_HOUR = re.compile(r"(?::00)+$")
_MOST_HOURS = 14


@dataclass(frozen=True, slots=True)
class _Posix:
    """`offset` and `summer` are seconds west of Greenwich; `rules` when summer begins and ends."""

    names: tuple[str, str]
    offset: int
    summer: int | None
    rules: tuple[str, ...]

    def same_clock(self, other: _Posix) -> bool:
        """Tell whether a zone keeps this one's time."""
        return (self.offset, self.summer, self.rules) == (other.offset, other.summer, other.rules)


def iana_zone(text: str) -> str:
    """Return the name of an IANA zone that keeps this POSIX time; empty where there is none."""
    wanted = _read(text)
    if wanted is None:
        return ""
    if wanted.summer is None and wanted.offset % 3600 == 0 and -_MOST_HOURS <= wanted.offset // 3600 <= 12:
        return f"Etc/GMT{wanted.offset // 3600:+d}" if wanted.offset else "UTC"  # with POSIX's own sign
    if wanted.summer is not None and not wanted.rules:  # "EET-2EEST": the database has a zone EET
        named = _rule_of(wanted.names[0])
        return wanted.names[0] if named and (named.offset, named.summer) == (wanted.offset, wanted.summer) else ""
    rules = {name: _rule_of(name) for name in sorted(zoneinfo.available_timezones())}
    found = {name: rule for name, rule in rules.items() if rule and wanted.same_clock(rule)}
    of_that_name = (name for name, rule in found.items() if rule.names == wanted.names)
    return next(of_that_name, "") or next(iter(found), "")


def _read(text: str) -> _Posix | None:
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    name, offset, summer_name, summer, *rules = match.groups()
    west = _seconds(offset)
    return _Posix(
        names=(name, summer_name or ""),
        offset=west,
        summer=None if summer_name is None else _seconds(summer) if summer else west - 3600,
        rules=tuple(_AT_TWO.sub("", _ON_THE_HOUR.sub("", rule)) for rule in rules if rule),
    )


def _seconds(text: str) -> int:
    hours, *rest = text.lstrip("+-").split(":")
    minutes, seconds = [*map(int, rest), 0, 0][:2]
    return (int(hours) * 3600 + minutes * 60 + seconds) * (-1 if text.startswith("-") else 1)


def _rule_of(name: str) -> _Posix | None:
    """Read the last line of a zone's file."""
    for file in (*(Path(folder) / name for folder in zoneinfo.TZPATH), _packaged(name)):
        try:
            data = file.read_bytes()
        except OSError:
            continue
        return _read(data.rstrip(b"\n").rpartition(b"\n")[2].decode("ascii", "replace"))
    return None


def _packaged(name: str) -> Path:
    """Return where the package tzdata has the zone."""
    from importlib import util  # noqa: PLC0415 - start-up is dear, and few machines say their zone so

    found = util.find_spec("tzdata")
    return Path(found.origin or "").parent / "zoneinfo" / name if found else Path(name)
