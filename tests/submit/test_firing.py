"""What a schedule owes at a moment: which times, how late, and when next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slack_bitrix24 import when
from slack_bitrix24.document import Author, Divider, File, Image, Paragraph
from slack_bitrix24.plain import plain
from slack_bitrix24.store import Schedule
from slack_bitrix24.submit.firing import MOST_AT_ONCE, draft, firing

MINUTE = 60.0
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC).timestamp()
EACH_MINUTE = when.dump(when.cron("* * * * *", "UTC"))


def schedule(**given) -> Schedule:
    return Schedule(**{"key": "config:a", "rule": EACH_MINUTE, "next_at": START, "text": "Hello *you*", **given})


@pytest.mark.parametrize(
    ("catch_up", "now", "times"),
    [
        ("latest", 0, [0]),
        ("latest", 30, [0]),
        ("latest", 5 * 60 + 10, [5]),
        ("all", 5 * 60 + 10, [0, 1, 2, 3, 4, 5]),
        ("skip", 5 * 60 + 10, [5]),
        ("latest", -10, []),
    ],
)
def test_missed_times_are_caught_up_as_the_schedule_says(catch_up, now, times):
    plan = firing(schedule(catch_up=catch_up), now=START + now)
    assert [(time - START) / MINUTE for time in plan.times] == times
    assert plan.next_at is not None
    assert plan.next_at > START + now


@pytest.mark.parametrize(("catch_up", "sent"), [("latest", 1), ("all", 1), ("skip", 0)])
def test_a_one_off_that_was_missed_is_over_afterwards(catch_up, sent):
    rule = when.dump(when.Once(datetime.fromtimestamp(START, UTC)))
    plan = firing(schedule(rule=rule, catch_up=catch_up), now=START + 3600)
    assert (len(plan.times), plan.next_at) == (sent, None)


def test_nothing_older_than_its_window_is_caught_up():
    plan = firing(schedule(catch_up="all", catch_up_within=150.0), now=START + 600)
    assert [(time - START) / MINUTE for time in plan.times] == [8, 9, 10]


def test_a_long_rest_does_not_end_in_a_flood():
    assert len(firing(schedule(catch_up="all"), now=START + 6 * 3600).times) == MOST_AT_ONCE


def test_a_series_that_is_only_snoozed_owes_none_of_its_own_times():
    plan = firing(schedule(next_at=None), now=START)
    assert plan.times == ()


def test_the_same_time_has_the_same_reference_and_another_time_another():
    made = [draft(schedule(), START + offset, now=START + now) for offset, now in ((0, 0), (0, 999), (60, 60))]
    assert made[0].reference == made[1].reference != made[2].reference
    assert made[0].source == "schedule:a"


def test_what_is_late_says_so_and_pictures_and_files_come_along():
    extra = {
        "pictures": [{"name": "board", "url": "https://e.com/b.png"}],
        "files": [{"name": "a", "url": "https://e.com/a"}],
    }
    made = draft(schedule(extra=extra), START, now=START + 7200)
    kinds = [type(block) for block in made.document.blocks]
    assert kinds == [Paragraph, Paragraph, Image]
    assert made.files == (File("a", "https://e.com/a"),)
    assert plain(made.document).startswith("(late by 2 h)")


def test_a_reminder_tells_who_sent_it_and_brings_its_message_along():
    message = {"text": "the *message*", "user": "U024BE7LH", "ts": "1.2"}
    extra = {"language": "ru", "name": "Anna", "message": message, "link": "https://acme.slack.com/archives/C1/p12"}
    made = draft(schedule(kind="reminder", owner="U024BE7LH", id=7, extra=extra), START, now=START)
    assert [type(block) for block in made.document.blocks] == [Paragraph, Divider, Paragraph, Author]
    assert made.document.blocks[-1] == Author("Anna, напоминание из Slack")
    assert made.link == ("Открыть в Slack", "https://acme.slack.com/archives/C1/p12")
    assert (made.source, made.author) == ("reminder:7", "U024BE7LH")


def test_a_message_alone_needs_no_divider():
    made = draft(schedule(kind="reminder", text="", extra={"message": {"text": "alone"}}), START, now=START)
    assert [type(block) for block in made.document.blocks] == [Paragraph, Author]
