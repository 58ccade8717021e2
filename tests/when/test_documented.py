"""Every time that the documentation gives as an example is understood."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24 import when
from slack_bitrix24.slack import command

DOCS = Path(__file__).parents[2] / "docs"
NOW = datetime(2026, 11, 24, 15, 25, tzinfo=ZoneInfo("Europe/Minsk"))


def examples():
    """Return the examples of the table of times, cell by cell."""
    text = (DOCS / "reference" / "slash-command.md").read_text(encoding="utf-8")
    section = text.partition("## When")[2].partition("\n- **")[0]
    return [
        example for line in section.splitlines() if line.startswith("| ") for example in re.findall(r"`([^`]+)`", line)
    ]


@pytest.mark.parametrize("phrase", examples())
def test_an_example_of_the_table_is_read_alone_and_beside_a_text(phrase):
    rule = when.parse(phrase, now=NOW, zone="Europe/Minsk")
    assert when.next_after(rule, NOW) > NOW
    assert when.split(f"call Bob {phrase}", now=NOW, zone="Europe/Minsk") == ("call Bob", rule, phrase)
    assert when.split(f"{phrase}: call Bob", now=NOW, zone="Europe/Minsk")[0] == "call Bob"


@pytest.mark.parametrize(
    ("phrase", "at"),
    [
        ("at 4", "24 16:00"), ("at 4:30", "24 16:30"), ("today at 5", "24 17:00"), ("at 09:30", "25 09:30"),
        ("every day at 5", "25 05:00"), ("в 9", "25 09:00"), ("at 10-30", "24 22:30"), ("on 12-25", "25 09:00"),
        ("on 25-12", "25 09:00"), ("on 5-17-27", "17 09:00"),
    ],
)  # fmt: skip
def test_an_example_of_the_rules_is_what_the_page_says(phrase, at):
    first = when.next_after(when.parse(phrase, now=NOW, zone="Europe/Minsk"), NOW)
    assert f"{first.astimezone(NOW.tzinfo):%d %H:%M}" == at
    assert (
        f"`{phrase}`" in (DOCS / "reference" / "slash-command.md").read_text(encoding="utf-8") or phrase == "at 09:30"
    )


@pytest.mark.parametrize(
    "text", ["Mon, Wed or Fri at 10", "x tomorow at 9", "x on Feb 30 at 9", "in 5 minutes coffee at 3", "x через день"]
)
def test_what_the_page_says_is_refused_is_refused(text):
    with pytest.raises(when.RefusalError):
        when.split(text, now=NOW, zone="Europe/Minsk")


def test_quotes_settle_what_is_the_text():
    assert when.split('in 5 minutes "coffee at 3"', now=NOW, zone="Europe/Minsk")[0] == "coffee at 3"


def lines(page, pattern):
    return re.findall(pattern, (DOCS / "how-to" / page).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("typed", lines("reminders.md", r"^/b24 (.+)$"))
def test_a_command_of_the_guide_to_reminders_is_one(typed):
    intent = command.parse(typed)
    assert isinstance(intent, command.Remind)
    message, rule, _phrase = when.split(intent.rest, now=NOW, zone="Europe/Minsk")
    assert when.next_after(rule, NOW) > NOW
    assert message in {
        "stretch", "meet at 5", "stand-up", "hand over the pager", "размяться", "сдать отчёт", "tea", "чай",
    }  # fmt: skip


@pytest.mark.parametrize(("typed", "better"), lines("reminders.md", r"^\| `(.+?)` \|.*\| `(.+?)` \|$"))
def test_what_the_guide_says_is_asked_about_is_refused_and_its_other_form_is_not(typed, better):
    with pytest.raises(when.RefusalError):
        when.split(typed, now=NOW, zone="Europe/Minsk")
    assert when.split(better, now=NOW, zone="Europe/Minsk")[0]


@pytest.mark.parametrize("phrase", lines("schedules.md", r'^when = "(.+)"$'))
def test_a_phrase_of_the_guide_to_schedules_is_read(phrase):
    assert when.next_after(when.parse(phrase, now=NOW, zone="Europe/Minsk"), NOW) > NOW


@pytest.mark.parametrize("line", lines("schedules.md", r'^cron = "(.+)"$'))
def test_a_cron_line_of_the_guide_to_schedules_is_read(line):
    assert when.next_after(when.cron(line, "Europe/Minsk"), NOW) > NOW


@pytest.mark.parametrize("line", ["0 9 L * *", "0 9 15W * *", "0 9 * * 5#2", "0 0 9 * * *"])
def test_what_the_guide_says_cron_does_not_take_is_refused(line):
    with pytest.raises(when.RefusalError):
        when.cron(line, "Europe/Minsk")
