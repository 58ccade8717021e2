"""Cron lines over changes of the clock, against cron's own way of going through the minutes."""

from __future__ import annotations

import os
import time as clock
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24 import crontab
from slack_bitrix24.when import cron, fires_between, next_after

MINUTE = timedelta(minutes=1)
SINCE, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
LINES = (
    "* * * * *",
    "*/30 * * * *",
    "30 * * * *",
    "*/30 3 * * *",
    "15,45 0-4 * * *",
    "0 */2 * * *",
    "0 */2 * * 0",
    "0 0 * * *",
    "30 2 * * *",
    "0 2,3 * * *",
    "59 23 * * *",
    "7 1-23/2 * * sun,mon,thu-sat",
    "0 0-23 1-31/2 * mon",
    "0-59/20 0,1,2,22,23 */2 * *",
)


def offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


@cache
def changes(zone: ZoneInfo) -> tuple[datetime, ...]:
    """Find the minutes at which a zone moves its clock."""
    found = []
    day = SINCE
    while day < UNTIL:
        low, high = day, day + timedelta(days=20)
        if offset(low, zone) != offset(high, zone):
            while high - low > MINUTE:
                middle = low + (high - low) // MINUTE // 2 * MINUTE
                low, high = (middle, high) if offset(middle, zone) == offset(low, zone) else (low, middle)
            found.append(high)
        day += timedelta(days=20)
    return tuple(found)


def zones() -> list[ZoneInfo]:
    """Return one zone of each behaviour in these years."""
    kinds: dict[object, ZoneInfo] = {}
    for name in sorted(zoneinfo.available_timezones() - {"localtime"}):
        zone = ZoneInfo(name)
        kinds.setdefault((offset(SINCE, zone), *((at, offset(at, zone)) for at in changes(zone))), zone)
    return list(kinds.values())


def daemon(line: crontab.Crontab, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[datetime]:
    """Go through the minutes as cron(8) does: a hand that jumps makes up for what it passed, a hand set back waits."""

    def due(hands: datetime) -> bool:
        return hands.minute in line.minutes and hands.hour in line.hours and line.on(hands.date())

    now = since
    virtual = now.astimezone(zone).replace(tzinfo=None) - MINUTE
    while now <= until:
        hands = now.astimezone(zone).replace(tzinfo=None)
        ahead = (hands - virtual) // MINUTE
        if ahead > 180 or ahead < -180:
            virtual, ahead = hands - MINUTE, 1
        passed = [virtual + step * MINUTE for step in range(1, ahead + 1)]
        if due(hands) if line.real else any(map(due, passed)):
            yield now
        virtual = max(virtual, hands)
        now += MINUTE


def differences(zone: ZoneInfo, change: datetime, *, around: timedelta) -> list[str]:
    """Compare every line around a change of a zone's clock."""
    wrong = []
    since, until = change - around, change + around
    for text in LINES:
        expected = list(daemon(crontab.read(text), zone, since, until))
        found = fires_between(cron(text, zone.key), since - MINUTE, until, limit=100_000)
        if found != expected:
            wrong.append(f"{zone.key} {text} {change}: {sorted(set(found) ^ set(expected))[:3]}")
    return wrong


def test_every_kind_of_change_fires_as_cron_does():
    """Over all zones of the database, 2025 to 2030; with SOAK every change, else one of each hour and length."""
    kinds = zones()
    assert len(kinds) > 60
    picked: dict[object, tuple[ZoneInfo, datetime]] = {}
    for zone in kinds:
        for change in changes(zone):
            before = (change - MINUTE).astimezone(zone)
            shift = offset(change, zone) - offset(change - MINUTE, zone)
            which = (zone.key, change) if os.environ.get("SOAK") else (before.time(), shift)
            picked.setdefault(which, (zone, change))
    assert len(picked) > 10
    around = timedelta(minutes=130)
    assert [line for zone, change in picked.values() for line in differences(zone, change, around=around)] == []


def local(zone: str, text: str, since: str, limit: int = 3) -> list[str]:
    after = datetime.fromisoformat(since).replace(tzinfo=ZoneInfo(zone)) - MINUTE
    found = fires_between(cron(text, zone), after, after + timedelta(days=3000), limit=limit)
    return [f"{fire.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for fire in found]


@pytest.mark.parametrize(
    ("zone", "text", "since", "expected"),
    [
        ("Australia/Lord_Howe", "*/30 3 * * *", "2026-04-05T00:00", ["04-05 03:00", "04-05 03:30", "04-06 03:00"]),
        ("Australia/Lord_Howe", "30 * * * *", "2026-10-04T01:00", ["10-04 01:30", "10-04 02:30", "10-04 03:30"]),
        ("Australia/Lord_Howe", "15 2 * * *", "2026-10-04T00:00", ["10-04 02:30", "10-05 02:15", "10-06 02:15"]),
        ("America/Santiago", "0 */2 * * 0", "2026-09-05T23:00", ["09-06 02:00", "09-06 04:00", "09-06 06:00"]),
        ("America/Santiago", "0 */2 * * *", "2026-09-05T22:00", ["09-05 22:00", "09-06 02:00", "09-06 04:00"]),
        ("America/Santiago", "0 0 * * *", "2026-09-05T22:00", ["09-06 01:00", "09-07 00:00", "09-08 00:00"]),
        ("Europe/Berlin", "0 2,3 * * *", "2026-03-29T00:00", ["03-29 03:00", "03-30 02:00", "03-30 03:00"]),
        ("Europe/Berlin", "30 2 * * *", "2026-10-25T00:00", ["10-25 02:30", "10-26 02:30", "10-27 02:30"]),
        ("Europe/Berlin", "*/30 2 * * *", "2026-10-25T02:30", ["10-25 02:30", "10-25 02:00", "10-25 02:30"]),
        ("Antarctica/Troll", "30 1,2 * * *", "2026-03-29T00:00", ["03-29 03:00", "03-30 01:30", "03-30 02:30"]),
        ("Pacific/Apia", "0 9 * * *", "2011-12-29T00:00", ["12-29 09:00", "12-31 09:00", "01-01 09:00"]),
        ("Europe/Minsk", "0 9 29 2 *", "2026-01-01T00:00", ["02-29 09:00", "02-29 09:00"]),
        ("Europe/Minsk", "0 9 */2 * 1", "2026-11-29T00:00", ["12-07 09:00", "12-21 09:00", "01-11 09:00"]),
        ("Europe/Minsk", "0 9 13 * fri", "2026-11-01T00:00", ["11-06 09:00", "11-13 09:00", "11-20 09:00"]),
        ("Europe/Minsk", "0 9 * * fri-sun", "2026-11-27T00:00", ["11-27 09:00", "11-28 09:00", "11-29 09:00"]),
    ],
)
def test_a_line_fires_by_the_rule_of_debian(zone, text, since, expected):
    assert local(zone, text, since) == expected


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Europe/Paris", "Asia/Manila", "Africa/Monrovia", "Asia/Kolkata"])
def test_the_search_ends_over_historic_changes(zone):
    """Clocks were once moved by odd seconds, and by a whole day: the walk goes on and comes to an end."""
    started = clock.monotonic()
    for year in range(1890, 1980, 3):
        after = datetime(year, 1, 1, tzinfo=UTC)
        for text in ("0 */2 * * *", "30 2 * * *"):
            fires = fires_between(cron(text, zone), after, after + timedelta(days=20), limit=30)
            assert all(early < late for early, late in pairwise(fires))
            assert fires[0] > after
    assert clock.monotonic() - started < 20


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 0 29 2 */7", datetime(2032, 2, 29, tzinfo=UTC)),
        ("0 0 31 12 *", datetime(2026, 12, 31, tzinfo=UTC)),
        ("0 0 30 */2 *", datetime(2027, 1, 30, tzinfo=UTC)),
        ("59 23 31 * *", datetime(2026, 12, 31, 23, 59, tzinfo=UTC)),
    ],
)
def test_a_rare_line_is_found_and_a_line_after_the_last_year_is_not(text, first):
    assert next_after(cron(text, "UTC"), datetime(2026, 11, 30, 12, tzinfo=UTC)) == first
    assert next_after(cron(text, "UTC"), datetime(9001, 6, 1, tzinfo=UTC)) is None
