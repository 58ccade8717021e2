"""When rules fire, over changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.errors import PhraseError
from slack_bitrix24.when import Cron, Once, Recurring, cron, fires_between, next_after
from slack_bitrix24.when.fires import first_after

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Africa/Cairo",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
START = datetime(2011, 1, 1, tzinfo=UTC)
moments = st.integers(0, 16 * 365 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
zones = st.sampled_from(ZONES)
hours = st.integers(0, 23)
minutes = st.integers(0, 59)


def local(zone, rule, after, *, limit=3):
    times = fires_between(rule, after, after + timedelta(days=4000), limit=limit)
    return [f"{time.astimezone(ZoneInfo(zone)):%m-%d %H:%M %z}" for time in times]


@pytest.mark.parametrize(
    ("zone", "expression", "after", "expected"),
    [
        ("Europe/Berlin", "30 2 * * *", (2026, 3, 28), ["03-28 02:30 +0100", "03-29 03:00 +0200", "03-30 02:30 +0200"]),
        (
            "Europe/Berlin",
            "30 2 * * *",
            (2026, 10, 24),
            ["10-24 02:30 +0200", "10-25 02:30 +0200", "10-26 02:30 +0100"],
        ),
        ("Africa/Cairo", "0 0 * * *", (2026, 4, 23), ["04-24 01:00 +0300", "04-25 00:00 +0300", "04-26 00:00 +0300"]),
        (
            "Europe/Berlin",
            "0 9 * * 1-5",
            (2026, 11, 20),
            ["11-20 09:00 +0100", "11-23 09:00 +0100", "11-24 09:00 +0100"],
        ),
        (
            "Europe/Berlin",
            "0 9 * * sun",
            (2026, 11, 20),
            ["11-22 09:00 +0100", "11-29 09:00 +0100", "12-06 09:00 +0100"],
        ),
        (
            "Europe/Berlin",
            "0 9 13 * fri",
            (2026, 11, 1),
            ["11-06 09:00 +0100", "11-13 09:00 +0100", "11-20 09:00 +0100"],
        ),
    ],
)
def test_cron_fires_as_unix_cron_does(zone, expression, after, expected):
    after = datetime(*after, tzinfo=ZoneInfo(zone))
    assert local(zone, cron(expression, zone), after) == expected


@pytest.mark.parametrize(("day", "name"), [("0", "sun"), ("7", "sun"), ("1-5", "mon-fri"), ("6", "SAT")])
def test_cron_numbers_the_days_from_sunday(day, name):
    after = datetime(2026, 11, 25, tzinfo=UTC)
    first, second = (
        fires_between(cron(f"0 9 * * {days}", "UTC"), after, datetime(2027, 1, 1, tzinfo=UTC), limit=20)
        for days in (day, name)
    )
    assert first == second


def test_nicknames_are_understood():
    assert cron("@Daily", "UTC") == Cron("0 0 * * *", "UTC")
    assert cron("  0  9 * * * ", "UTC") == Cron("0 9 * * *", "UTC")


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("61 * * * *", "bad minute"),
        ("0 24 * * *", "bad hour"),
        ("0 0 32 * *", "bad day-of-month"),
        ("0 0 * 13 *", "bad month"),
        ("0 0 * * 8", "bad day-of-week"),
        ("0 0 31 2 *", "bad day-of-month"),
        ("* * * * * *", "expected 5 fields, got 6"),
        ("", "expected 5 fields, got 0"),
        ("0 0 29-30 2 1#6", "bad day-of-week"),
    ],
)
def test_a_wrong_cron_line_is_refused_by_its_field(expression, fault):
    with pytest.raises(PhraseError, match=fault):
        cron(expression, "UTC")


def test_a_cron_line_in_no_zone_is_refused():
    for zone in ("Europe", "Mars/Base", "../etc/passwd", ""):
        with pytest.raises(PhraseError, match="no time zone"):
            cron("0 9 * * *", zone)


def test_a_moment_fires_once():
    rule = Once(datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert next_after(rule, rule.at - timedelta(seconds=1)) == rule.at
    assert next_after(rule, rule.at) is None
    assert fires_between(rule, rule.at - timedelta(days=1), rule.at, limit=5) == [rule.at]


def test_a_moment_in_the_second_half_of_a_fold_is_later_than_one_in_the_first():
    berlin = ZoneInfo("Europe/Berlin")
    rule = Once(datetime(2026, 10, 25, 2, 15, tzinfo=berlin, fold=1))
    assert next_after(rule, datetime(2026, 10, 25, 2, 45, tzinfo=berlin)) == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)


def test_a_fortnight_is_not_skipped_by_a_gap():
    rule = Recurring("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", datetime.fromisoformat("2026-03-15T02:30"), "Europe/Berlin")
    assert local("Europe/Berlin", rule, datetime(2026, 3, 14, tzinfo=UTC)) == [
        "03-15 02:30 +0100",
        "03-29 03:30 +0200",
        "04-12 02:30 +0200",
    ]


def test_what_a_gap_shifts_comes_in_order_and_once():
    """On 29 March 2:30 becomes 3:30, after 3:15 and together with 3:30."""
    rule = Recurring(
        "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,30", datetime.fromisoformat("2026-03-28T02:15"), "Europe/Berlin"
    )
    assert local("Europe/Berlin", rule, datetime(2026, 3, 29, 0, 0, tzinfo=UTC)) == [
        "03-29 03:15 +0200",
        "03-29 03:30 +0200",
        "03-30 02:15 +0200",
    ]


def test_hours_count_elapsed_time():
    rule = Recurring("FREQ=HOURLY;INTERVAL=24", datetime.fromisoformat("2026-03-28T09:00"), "Europe/Berlin")
    before = datetime(2026, 3, 1, tzinfo=UTC)
    assert local("Europe/Berlin", rule, before) == ["03-28 09:00 +0100", "03-29 10:00 +0200", "03-30 10:00 +0200"]


def test_a_rule_that_ends_has_no_next_fire():
    rule = Recurring("FREQ=DAILY;COUNT=2", datetime.fromisoformat("2026-11-25T09:00"), "UTC")
    assert len(fires_between(rule, START, datetime(2030, 1, 1, tzinfo=UTC), limit=10)) == 2
    with pytest.raises(PhraseError, match="never comes"):
        first_after(rule, datetime(2030, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("text", ["RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "FREQ=NEVER", "", "soon"])
def test_what_is_no_rfc_5545_rule_is_refused(text):
    with pytest.raises(PhraseError, match="not a stored rule"):
        next_after(Recurring(text, datetime.fromisoformat("2026-01-01T00:00"), "UTC"), START)


@given(zones, hours, minutes, moments)
def test_a_daily_cron_fires_once_each_day(zone, hour, minute, after):
    """Never twice in a day, never in the past, and a gap of a whole day is the only day without."""
    rule = cron(f"{minute} {hour} * * *", zone)
    fires = fires_between(rule, after, after + timedelta(days=400), limit=8)
    days = [fire.astimezone(ZoneInfo(zone)).date() for fire in fires]
    assert fires[0] > after
    assert all((later - earlier).days == 1 or zone == "Pacific/Apia" for earlier, later in pairwise(days))
    assert all(earlier < later for earlier, later in pairwise(fires))


@given(zones, hours, minutes, moments, st.integers(1, 4))
def test_every_few_weeks_fires_each_time_at_its_own_hour(zone, hour, minute, after, interval):
    start = after.astimezone(ZoneInfo(zone)).replace(tzinfo=None, hour=hour, minute=minute, second=0, fold=0)
    rule = Recurring(f"FREQ=WEEKLY;INTERVAL={interval}", start, zone)
    fires = fires_between(rule, after, after + timedelta(days=800), limit=8)
    for earlier, later in pairwise(fires):
        step = later.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - earlier.astimezone(ZoneInfo(zone)).replace(
            tzinfo=None
        )
        assert abs(step - timedelta(weeks=interval)) <= (
            timedelta(hours=1) if zone != "Pacific/Apia" else timedelta(days=1)
        )
    shown = {(fire.astimezone(ZoneInfo(zone)).hour, fire.astimezone(ZoneInfo(zone)).minute) for fire in fires}
    assert (hour, minute) in shown


@given(zones, st.sampled_from(["HOURLY", "MINUTELY"]), st.integers(1, 100), moments, moments)
def test_elapsed_intervals_are_all_of_one_length(zone, unit, interval, start, after):
    rule = Recurring(f"FREQ={unit};INTERVAL={interval}", start.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone)
    fires = fires_between(rule, after, after + timedelta(days=400), limit=5)
    step = timedelta(hours=interval) if unit == "HOURLY" else timedelta(minutes=interval)
    assert all(later - earlier == step for earlier, later in pairwise(fires))
    assert all(fire > after for fire in fires)


@given(
    zones,
    st.sampled_from(
        ["* * * * *", "*/7 * * * *", "0 */3 * * *", "15 2,3 * * *", "0 0 1 * *", "30 1 * * 0", "0 9 29 2 *"]
    ),
    moments,
)
def test_the_next_fire_does_not_depend_on_where_the_search_began(zone, expression, after):
    rule = cron(expression, zone)
    first, second, third = fires_between(rule, after, after + timedelta(days=9000), limit=3)
    assert after < first < second < third
    assert next_after(rule, second - timedelta(seconds=1)) == second
    assert next_after(rule, second - timedelta(microseconds=1)) == second
    assert fires_between(rule, first, third, limit=9) == [second, third]
