"""The next time of a cron line over changes of the clock, by the rule of Debian's cron(8). No I/O.

A line whose minute or hour begins with `*` fires at real minutes only, as often as they come. Any other fires once in
an hour that comes twice, the first time; and what falls into a gap fires once, right after it. A gap of three hours and
more is a correction of the calendar, and what it leaves out is left out.
https://manpages.debian.org/bookworm/cron/cron.8.en.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from slack_bitrix24.crontab import Crontab

_SMALL = timedelta(hours=3)
_DAY = timedelta(days=1)
_NONE = timedelta()
# "29 February, and only on a Sunday" may be 40 years away; what is farther never comes.
_FARTHEST = 50 * 366
_LAST_YEAR = 9000
"""A walk over days that comes so far finds nothing; Python's dates end with 9999."""


def next_match(line: Crontab, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return the first fire later than `after`, in UTC; None where there is none within 50 years."""
    after = after.astimezone(UTC)
    wall = after.astimezone(zone).replace(tzinfo=None, fold=0)
    found: tuple[datetime, datetime] | None = None
    day = wall.date() - _DAY
    for _day in range(_FARTHEST):
        if day.year > _LAST_YEAR:
            break
        if found and day > found[0].date() + _DAY:
            break
        if line.on(day):
            # On a day whose clock changes, later hands may come earlier: by as much as the clock is moved.
            shift = _shift(day, zone)
            for hands in _hands(line, day, wall - shift):
                if found and hands > found[0] + shift:
                    break
                for fire in _fires(hands, zone, real=line.real):
                    if fire > after and (found is None or fire < found[1]):
                        found = (hands, fire)
        day += _DAY
    return found[1] if found else None


def _shift(day: date, zone: ZoneInfo) -> timedelta:
    """Return by how much the clock is moved around a day."""
    noon = datetime.combine(day, time(12), zone)
    offsets = [(noon + step * _DAY).utcoffset() or _NONE for step in (-1, 0, 1)]
    return max(offsets) - min(offsets)


def _hands(line: Crontab, day: date, since: datetime) -> Iterator[datetime]:
    """Yield the times of a day at which the line fires, from the minute of `since` on, as a clock shows them."""
    if day < since.date():
        return
    first = (since.hour, since.minute) if day == since.date() else (0, 0)
    for hour in line.hours:
        if hour < first[0]:
            continue
        for minute in line.minutes:
            if (hour, minute) >= first:
                yield datetime.combine(day, time(hour, minute))


def _fires(hands: datetime, zone: ZoneInfo, *, real: bool) -> tuple[datetime, ...]:
    """Return the moments, in UTC, at which a fire at these hands takes place: none, one or two."""
    before = hands.replace(tzinfo=zone).utcoffset() or _NONE
    after = hands.replace(tzinfo=zone, fold=1).utcoffset() or _NONE
    first, second = ((hands - offset).replace(tzinfo=UTC) for offset in (before, after))
    if before == after:
        return (first,)
    if before > after:  # an hour that comes twice
        return (first, second) if real else (first,)
    if real or after - before >= _SMALL:
        return ()
    return (_change(second, first, zone),)


def _change(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Find the second at which the clock is moved, later than `early` and not later than `late`."""
    was = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == was:
            early = middle
        else:
            late = middle
    return late
