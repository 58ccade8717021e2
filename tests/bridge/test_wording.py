"""What a person typed, shown back as it was meant: zones, texts, addresses, and what is missing."""

from __future__ import annotations

import pytest

from rig import ANNA, CAROL
from waiting import until


@pytest.fixture
def zone(slack):
    """Move Carol to another time zone, as far as Slack knows; back at the end."""
    carol = slack.workspace.users[CAROL]
    before = slack.workspace.bot_events
    slack.workspace.bot_events = (*before, "user_change")

    def move(name):
        carol.zone = name
        slack.workspace.emit({"type": "user_change", "user": carol.as_json(with_locale=True)})

    yield move
    move("Europe/Berlin")
    until(lambda: "(Europe/Berlin)" in remind(slack, "tea tomorrow at 9:00"))  # before the next test moves her
    slack.workspace.bot_events = before


def remind(slack, text, user=CAROL):
    said = slack.type(f"remind me {text}", user=user).first
    slack.type(f"cancel {said.partition('cancel ')[2].partition('`')[0]}", user=user)
    return said


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("Asia/Tokyo", "tea tomorrow at 9:00", "9:00 (Asia/Tokyo): tea"),
        ("Asia/Tokyo", "tea every day at 9:00", "every day at 9:00 (Asia/Tokyo): tea"),
        ("America/New_York", "чай завтра в 9:00", "9:00 (America/New_York): чай"),
        ("Europe/Minsk", "tea tomorrow at 9:00", "9:00: tea"),
        ("Mars/Base", "tea tomorrow at 9:00", "9:00: tea"),
        ("", "tea every day at 9:00", "every day at 9:00: tea"),
    ],
)
def test_a_time_is_meant_in_the_zone_of_whoever_types_and_named_where_it_is_another(slack, zone, name, text, shown):
    zone(name)
    until(lambda: shown in remind(slack, text))


def test_a_reminder_keeps_the_zone_in_which_it_was_made(slack, zone):
    zone("Europe/Minsk")
    until(lambda: "every day at 9:00: coffee" in remind(slack, "coffee every day at 9:00"))
    said = slack.type("remind me of tea every day at 9:00", user=CAROL).first
    assert "every day at 9:00: of tea" in said
    zone("Asia/Tokyo")
    until(lambda: "(Asia/Tokyo)" in remind(slack, "coffee every day at 9:00"))
    listed = slack.type("reminders", user=CAROL).response
    assert "every day at 9:00" in listed["text"]
    assert "every day at 9:00 (Asia/Tokyo)" not in listed["text"]


@pytest.mark.parametrize(
    "text",
    [
        "Q &amp; A with <@U024BE7LH|anna>",
        "read <https://example.com/a?b=1&amp;c=2|the page>",
        "join <#C0GENERAL|general>",
        "check &lt;Foo&gt; and a &amp; b",
        "party :tada:",
        "*bold* and _italic_",
    ],
)
def test_a_text_is_shown_as_it_was_typed(slack, text):
    command = f"remind me {text} tomorrow at 9:00"
    typed = slack.workspace.command(ANNA, command, escaped=True)
    said = until(lambda: typed.response)["text"]
    assert f": {text}\n" in said
    listed = slack.type("reminders").response
    assert text in listed["text"]
    assert text in str(listed["blocks"])
    slack.workspace.open_home(ANNA)
    until(lambda: text in str(getattr(slack.workspace.views.homes.get(ANNA), "body", "")))
    slack.type(f"cancel {said.partition('cancel ')[2].partition('`')[0]}")


def test_a_channel_that_is_reminded_is_shown_as_one(slack):
    typed = slack.workspace.command(ANNA, "remind <#C0GENERAL|general> tea tomorrow at 9:00", escaped=True)
    assert "&lt;" not in str(until(lambda: typed.response))


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("remind me in 5 minutes", "What about?"),
        ("remind me tomorrow at 9", "What about?"),
        ("remind me every day at 9", "What about?"),
        ("remind @anna in an hour", "What about?"),
        ("напомни мне через 5 минут", "What about?"),
        ("remind me tea", "When?"),
        ("remind me tea at 31-12", "When?"),
    ],
)
def test_what_is_missing_is_asked_for_once(slack, text, begins):
    said = slack.type(text).first
    assert said.startswith(begins)
    assert said.count("in 20 minutes") == 1


@pytest.mark.parametrize("text", ["8-800-555-35-35", "50/50", "40-60", "35-35", "99:99", "1/2/3/4"])
def test_no_number_makes_anything_go_wrong(slack, text):
    assert "went wrong" not in slack.type(f"remind me {text}").first
    said = slack.type(f"remind me call {text} tomorrow at 9:00").first
    assert f"call {text}" in said or "no time of day" in said


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("remind me standup Mon, Wed or Fri at 10", '"or"'),
        ("remind me x tomorow at 9", "tomorrow"),
        ("remind me x on Feb 30 at 9", "no such day"),
        ("remind me in 5 minutes coffee at 3", "quotes"),
        ("remind me x every second", "every minute"),
    ],
)
def test_a_refusal_names_the_word_and_what_to_do(slack, text, answer):
    said = slack.type(text).first
    assert answer in said


def test_whom_a_text_begins_with_is_not_whom_it_is_for(slack):
    slack.type("@anna, я опоздаю на 10 минут", user=CAROL)
    slack.arrived(10, "я опоздаю на 10 минут")
    slack.type("@anna, here is the report", user=CAROL)
    slack.arrived(10, "here is the report")
    assert slack.seen(14, "опоздаю") == []
    assert slack.seen(12, "the report") == []


def test_a_full_name_is_that_person(slack):
    slack.type("@Bob Smirnov hello from a full name")
    assert slack.arrived(12, "hello from a full name")["message"].startswith("hello")


def test_a_status_has_no_codes_of_bitrix24(slack):
    text = "Deploy of *api* is <https://example.com|done>, see [b]this[/b]"
    slack.workspace.command(ANNA, f"@anna {text}", escaped=True)
    slack.arrived(10, "Deploy of")
    assert "Deploy of api is done, see [b]this[/b]" in slack.type("status").first
