"""Moments are worded for whoever reads them, in the zone of their Slack, else the configuration's."""

from __future__ import annotations

import pytest

from slack_bitrix24.document import Date, Document, Link, Paragraph, Text
from slack_bitrix24.mapping import read_mapping
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.compose import Draft, PortalRules, notifications
from slack_bitrix24.submit.people import People, Person
from slack_bitrix24.submit.times import local_times

AT = 1795968030  # 2026-11-29 16:00:30 UTC
FULL = "{date_short_pretty} {time_secs}"
DIRECTORY = read_mapping("users:\n  U0ANNA001: 10\n  U0BOB0001: 12\n  U0ODD0001: 14\n", name="m", portals=("main",))
PEOPLE = People(
    {
        "U0ANNA001": Person("U0ANNA001", "anna", "Anna", zone="Asia/Vladivostok"),
        "U0BOB0001": Person("U0BOB0001", "bob", "Bob"),
        "U0ODD0001": Person("U0ODD0001", "odd", "Odd", zone="Mars/Olympus"),
    }
)


def said(span, zone="Europe/Minsk"):
    [block] = local_times(Document((Paragraph((span,)),)), zone).blocks
    return block.spans[0]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", "2026-11-29 16:00:30 UTC"),
        ("Europe/Minsk", "2026-11-29 19:00:30 UTC+3"),
        ("America/New_York", "2026-11-29 11:00:30 UTC-5"),
        ("Asia/Kolkata", "2026-11-29 21:30:30 UTC+5:30"),
        ("America/St_Johns", "2026-11-29 12:30:30 UTC-3:30"),
        ("Pacific/Kiritimati", "2026-11-30 06:00:30 UTC+14"),
        ("Mars/Olympus", "2026-11-29 16:00:30 UTC"),
        ("", "2026-11-29 16:00:30 UTC"),
        ("../etc/passwd", "2026-11-29 16:00:30 UTC"),
    ],
)
def test_a_moment_is_told_in_a_zone_with_its_distance_from_utc(zone, expected):
    assert said(Date(AT, FULL), zone) == Text(expected)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (FULL, "2026-11-29 19:00:30 UTC+3"),
        ("{date_short_pretty} {time}", "2026-11-29 19:00 UTC+3"),
        ("{date}", "2026-11-29"),
        ("{day_divider_pretty}", "2026-11-29"),
        ("{time}", "19:00 UTC+3"),
        ("{ago}", "2026-11-29 19:00 UTC+3"),
        ("", "2026-11-29 19:00 UTC+3"),
    ],
)
def test_what_the_format_asks_for_is_told(form, expected):
    assert said(Date(AT, form)) == Text(expected)


@pytest.mark.parametrize("fallback", ["then", "Feb 18", " x"])
def test_the_words_of_the_sender_stay(fallback):
    assert said(Date(AT, FULL, fallback)) == Date(AT, FULL, fallback)


def test_a_moment_with_an_address_is_a_link_and_one_beyond_all_years_is_left():
    assert said(Date(AT, "{date}", url="https://x.example")) == Link("https://x.example", (Text("2026-11-29"),))
    assert said(Date(2**60, FULL)) == Date(2**60, FULL)


@pytest.mark.parametrize(
    ("user", "expected"),
    [(10, "02:00:30 UTC+10"), (12, "19:00:30 UTC+3"), (14, "19:00:30 UTC+3"), (99, "19:00:30 UTC+3")],
)
def test_each_reads_their_own_time(user, expected):
    draft = Draft(Document((Paragraph((Text("since "), Date(AT, FULL))),)), "r", "webhook:x")
    whom = [Recipient("main", one) for one in (10, 12, 14, 99)]
    rules = {"main": PortalRules(zone="Europe/Minsk")}
    made = notifications(draft, whom, rules=rules, directory=DIRECTORY, people=PEOPLE)
    [text] = [one.message for one in made if one.recipient.user_id == user]
    assert expected in text
    assert len({one.message for one in made}) == 2


def test_without_a_moment_all_of_a_portal_have_one_text():
    draft = Draft(Document((Paragraph((Text("hello"), Date(AT, FULL, "then"))),)), "r", "webhook:x")
    made = notifications(
        draft, [Recipient("main", 10), Recipient("main", 12)], rules={}, directory=DIRECTORY, people=PEOPLE
    )
    assert len({one.message for one in made}) == 1
