"""Seventeen hundred phrases as people type them, each with what comes of it: the tables in `phrases/`."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24 import when
from slack_bitrix24.slack.command import Remind, parse

ZONE = ZoneInfo("Europe/Minsk")
NOWS = {
    "": datetime(2026, 11, 29, 17, 20, tzinfo=ZONE),
    "@M": datetime(2026, 11, 30, 8, 0, tzinfo=ZONE),
    "@E": datetime(2026, 12, 2, 22, 40, tzinfo=ZONE),
}
TABLES = sorted((Path(__file__).parent / "phrases").glob("*.txt"))
LINES = [line for table in TABLES for line in table.read_text("utf-8").splitlines() if not line.startswith("# ")]


def fires(rule, now):
    """Say up to three fires, and whether more may follow."""

    def each():
        at = now
        while at := when.next_after(rule, at):
            yield f"{at.astimezone(ZONE):%d.%m.%y %H:%M}"

    once = isinstance(rule, when.Once | when.Several)
    return ", ".join(islice(each(), 3)) + ("" if once else " …")


@pytest.mark.parametrize("line", LINES)
def test_a_phrase_is_read_as_it_is_meant_or_refused_with_a_reason(line):
    said, _, expected = line.rpartition(" => ")
    at, text = re.fullmatch(r"(?:(@[ME]) )?(.*)", said).groups()
    now = NOWS[at or ""]
    verb = "напомни мне" if re.search("[а-я]", text) else "remind me"
    intent = parse(f"{verb} {text}")
    assert isinstance(intent, Remind)
    if expected.startswith("! "):
        with pytest.raises(when.RefusalError) as caught:
            when.split(intent.rest, now=now, zone=ZONE.key)
        assert caught.value.code == expected[2:]
        assert when.explain(caught.value, language="ru") != when.explain(caught.value, language="en")
        return
    message, rule, _phrase = when.split(intent.rest, now=now, zone=ZONE.key)
    assert f"{message} | {fires(rule, now)}" == expected


@pytest.mark.parametrize(
    ("zone", "now", "said", "expected"),
    [
        # The hour that is skipped, and the hour that comes twice.
        ("Europe/Berlin", "2026-03-28T23:50", "tea tomorrow at 2:30am", "2026-03-29T03:30"),
        ("Europe/Berlin", "2026-03-29T01:50", "tea in 20 minutes", "2026-03-29T03:10"),
        ("Europe/Berlin", "2026-10-25T00:30", "tea in 3 hours", "2026-10-25T02:30"),
        ("Europe/Berlin", "2026-10-24T12:00", "чай через день после завтра", None),
        ("America/New_York", "2026-10-31T23:30", "tea a week from tomorrow at 1:30am", "2026-11-08T01:30"),
        ("America/New_York", "2026-10-25T12:00", "tea a week from today at 9am", "2026-11-01T09:00"),
        ("Australia/Lord_Howe", "2026-10-03T22:00", "tea tomorrow at 2:15am", "2026-10-04T02:45"),
        ("Europe/Berlin", "2026-03-28T12:00", "чай минут через 1440", "2026-03-29T13:00"),
        ("Europe/Berlin", "2026-03-28T12:00", "чай дня через два", "2026-03-30T12:00"),
    ],
)
def test_clocks_that_change_move_no_phrase(zone, now, said, expected):
    at = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))
    if expected is None:
        with pytest.raises(when.RefusalError):
            when.split(said, now=at, zone=zone)
        return
    _text, rule, _phrase = when.split(said, now=at, zone=zone)
    assert f"{when.next_after(rule, at).astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" == expected


@pytest.mark.parametrize(
    ("phrase", "english", "russian"),
    [
        ("every hour from 9 to 5", "every hour from 9:00 to 17:00", "каждый час с 9:00 до 17:00"),
        (
            "every 2 hours from 8:30 to 18 on weekdays",
            "every 2 hours from 8:30 to 16:30 on weekdays",
            "каждые 2 часа с 8:30 до 16:30 по будням",
        ),
        (
            "каждый час с 7 до 22 по субботам",
            "every hour from 7:00 to 22:00 on Saturday",
            "каждый час с 7:00 до 22:00 по субботам",
        ),
        ("twice a day at 9 and 17", "every day at 9:00 and 17:00", "каждый день в 9:00 и 17:00"),
        ("every hour and a half", "every 90 minutes", "каждые 90 минут"),
        (
            "every quarter",
            "every 3 months on the 29th (the last day of a shorter month) at 9:00",
            "каждые 3 месяца 29 числа (где его нет, в последний день) в 9:00",
        ),
        (
            "at the end of every month",
            "every month on the last day at 9:00",
            "каждый месяц в последний день в 9:00",
        ),
    ],
)
def test_what_repeats_is_said_as_it_rings(phrase, english, russian):
    now = NOWS[""]
    rule = when.parse(phrase, now=now, zone=ZONE.key)
    assert when.describe(rule, language="en", zone=ZONE.key, home=ZONE.key) == english
    assert when.describe(rule, language="ru", zone=ZONE.key, home=ZONE.key) == russian
    assert when.load(when.dump(rule)) == rule


@pytest.mark.parametrize("day", range(28, 32))
def test_a_month_too_short_for_today_has_its_last_day(day):
    now = datetime(2027, 1, day, 12, 0, tzinfo=ZONE)
    rule = when.parse("monthly", now=now, zone=ZONE.key)
    found = when.fires_between(rule, now, now.replace(year=2028), limit=12)
    assert len(found) == 12
    assert [fire.month for fire in found] == [*range(2, 13), 1]
    assert found[0].astimezone(ZONE).day == 28
