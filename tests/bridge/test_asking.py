"""Help, who, status, reminders: what a person asks of the bridge in Slack."""

from __future__ import annotations

import re
import time

import pytest

from rig import ANNA, BOB, CAROL, DAVE
from slack_bitrix24.sandbox.portal import Fault
from waiting import until


def number(text: str) -> str:
    """Return the number in the line that says how to take a reminder back."""
    found = re.search(r"cancel (\d+)|отмени (\d+)", text)
    assert found, text
    return found[1] or found[2]


@pytest.mark.parametrize("text", ["help", "?", "HELP", " help "])
def test_help_shows_what_can_be_typed(slack, text):
    said = slack.type(text).first
    for command in ("/b24 @anna", "remind me", "reminders", "cancel", "status", "who"):
        assert command in said


def test_help_is_russian_for_whoever_reads_slack_in_russian(slack):
    assert "напомни мне" in slack.type("help", user=BOB).first
    assert "напомни мне" in slack.type("помощь", user=BOB).first


def test_who_tells_whom_the_mapping_file_takes_people_for(slack):
    assert slack.type("who").first == "Anna Petrova → bitrix24:main/10"
    said = slack.type("who @bob @dave").first
    assert said.splitlines()[0] == "Bob Smirnov → bitrix24:main/12"
    assert "Dave Unmapped (U0DAVE004) is not in the mapping file" in said
    assert slack.type("кто", user=BOB).first == "Bob Smirnov → bitrix24:main/12"


def test_a_command_that_is_none_is_answered_with_the_one_that_was_meant(slack):
    said = slack.type("stauts").first
    assert "“stauts”" in said
    assert "`/b24 status`" in said


def test_status_shows_my_latest_and_only_mine(slack):
    typed = slack.type("@carol seen in status", user=CAROL)
    typed.final("Delivered")
    line = next(one for one in slack.type("status", user=CAROL).first.splitlines() if "seen in status" in one)
    assert re.fullmatch(r"`\d+` Carol Chen: delivered · seen in status.*", line)
    found = re.search(r"`(\d+)`", line)
    assert found
    assert slack.type(f"status {found[1]}", user=CAROL).first == line
    assert slack.type(f"status {found[1]}", user=BOB).first == f"У вас нет уведомления {found[1]}"
    assert slack.type(f"status {found[1]}", user=ANNA).first == line  # an admin
    assert slack.type("status 99999999").first == "There is no notification 99999999 of yours"


def test_a_reminder_in_two_seconds_fires_once_and_is_over(slack):
    began = time.monotonic()
    said = slack.type("remind me to stretch in 2 seconds").first
    assert said.startswith("Reminder for Anna Petrova, ")
    assert "stretch" in said.splitlines()[0]
    got = slack.arrived(10, "stretch")
    assert time.monotonic() - began < 5
    assert "reminder" in got["message"] + str(got["attach"])
    assert "stretch" not in str(slack.type("reminders").response)
    assert slack.executed("stretch") == 1


def test_a_recurring_reminder_is_kept_listed_and_cancelled(slack):
    said = slack.type("remind me to stand up every weekday at 9:45").first
    assert "every weekday at 9:45" in said
    assert said.count("9:45") >= 4  # the next three times
    listed = slack.type("reminders").response
    assert "stand up" in listed["text"]
    assert slack.type(f"cancel {number(said)}", user=BOB).first == f"У вас нет напоминания {number(said)}"
    assert slack.type(f"cancel {number(said)}").first == f"Reminder {number(said)} is cancelled"
    assert slack.type(f"cancel {number(said)}").first == f"There is no reminder {number(said)} of yours"
    assert "stand up" not in slack.type("reminders").response["text"]


def test_somebody_else_can_be_reminded_and_reads_who_asked(slack):
    said = slack.type("remind @bob to check the backups in 1 second").first
    assert "Bob Smirnov" in said
    got = slack.arrived(12, "check the backups")
    assert "Anna Petrova" in got["message"] + str(got["attach"])
    assert slack.seen(10, "check the backups") == []


def test_reminders_are_understood_and_answered_in_russian(slack):
    said = slack.type("напомни мне размяться каждый будний день в 9:45", user=BOB).first
    assert said.startswith("Напоминание (Bob Smirnov), каждый будний день в 9:45: ")
    assert slack.type(f"отмени {number(said)}", user=BOB).first == f"Напоминание {number(said)} отменено"
    assert slack.type("напоминания", user=BOB).first == "Напоминаний нет."


@pytest.mark.parametrize(
    "text", ["remind me to breathe", "remind me to fly at 25:99", "remind me x on the 31 of never"]
)
def test_a_reminder_without_a_time_is_asked_for_one(slack, text):
    said = slack.type(text).first
    assert said.startswith("When? ")
    assert "tomorrow at 9:00" in said
    assert "Traceback" not in said


def test_a_reminder_for_nobody_is_not_kept(slack):
    said = slack.type("remind @dave to map himself in 1 hour").first
    assert said.startswith("No reminder was kept.\n")
    assert "Dave Unmapped" in said


def test_the_buttons_of_a_list_snooze_and_cancel(slack):
    said = slack.type("remind me about the button every day at 3:33").first
    typed = slack.type("reminders")
    message = until(typed.message)
    blocks = message.body["blocks"]
    buttons = [one for block in blocks if block["type"] == "actions" for one in block["elements"]]
    mine = {one["action_id"]: one for one in buttons if one["value"] == number(said)}
    slack.workspace.action(ANNA, mine["reminder_snooze"], ts=message.ts)
    until(lambda: f"Reminder {number(said)}: again" in str(message.body))
    slack.workspace.action(ANNA, mine["reminder_cancel"], ts=message.ts)
    until(lambda: f"Reminder {number(said)} is cancelled" in str(message.body))
    assert "about the button" not in str(slack.type("reminders").response)


def test_an_admin_does_not_cancel_a_schedule_of_the_configuration(slack):
    for one in range(1, 3):
        assert slack.type(f"cancel {one}").first == f"There is no reminder {one} of yours"


@pytest.mark.parametrize("verb", ["cancel", "status x", "cancel x"])
def test_a_number_that_is_missing_is_asked_for(slack, verb):
    assert "needs a number" in slack.type(verb).first


def test_a_person_who_may_not_notify_may_not_remind(slack):
    assert "may not" in slack.type("remind @anna of me in 1 second", user=DAVE).first


def test_the_app_home_shows_who_i_am_my_reminders_and_my_latest(slack):
    said = slack.type("remind me to look at home every day at 3:34", user=CAROL).first
    slack.type("@carol seen at home", user=CAROL).final("Delivered")
    slack.workspace.open_home(CAROL)
    view = until(lambda: slack.workspace.views.homes.get(CAROL))
    text = str(view.body["blocks"])
    for words in ("You are Carol Chen, user 14", "bitrix24:main/14", "look at home", "seen at home", "delivered"):
        assert words in text
    button = {"type": "button", "action_id": "reminder_cancel", "value": number(said), "block_id": "x"}
    slack.workspace.action(CAROL, button, view_id=view.body["id"])
    until(lambda: "look at home" not in str(slack.workspace.views.homes[CAROL].body["blocks"]))
    slack.workspace.open_home(BOB)
    until(lambda: "Вы — Bob Smirnov, пользователь 12" in str(getattr(slack.workspace.views.homes.get(BOB), "body", "")))


def test_the_app_home_of_somebody_unmapped_says_what_to_do(slack):
    slack.workspace.open_home(DAVE)
    view = until(lambda: slack.workspace.views.homes.get(DAVE))
    assert "is not in the mapping file" in str(view.body["blocks"])


def test_what_is_still_on_its_way_is_shown_as_such(slack):
    slack.portal.fail(Fault("slow", seconds=1.0))
    slack.type("@carol slowly now", user=CAROL)
    assert re.search(r"(queued|being sent) · slowly now", slack.type("status", user=CAROL).first)
    slack.arrived(14, "slowly now")


def test_a_list_of_many_reminders_says_how_many_there_are_for_whom_and_each_moment_once(slack):
    kept = [number(slack.type(f"remind @bob of part {each} every day at 4:{each:02}").first) for each in range(28)]
    said = slack.type("reminders").first
    assert "The next 20 of " in said.splitlines()[0]
    line = next(one for one in said.splitlines() if f"`{kept[3]}`" in one)
    assert "for Bob Smirnov" in line
    once = slack.type("remind me once in 10 minutes").first  # before 20 of the others, whatever the time of day
    [clock] = re.findall(r"\d{1,2}:\d\d", once)
    line = next(one for one in slack.type("reminders").first.splitlines() if f"`{number(once)}`" in one)
    assert line.count(clock) == 1
    for each in (*kept, number(once)):
        slack.type(f"cancel {each}")


def test_an_hour_later_is_shown_beside_the_usual_next_time(slack):
    said = slack.type("remind me of the usual every day at 3:33").first
    typed = slack.type("reminders")
    message = until(typed.message)
    buttons = [one for block in message.body["blocks"] if block["type"] == "actions" for one in block["elements"]]
    (snooze,) = [one for one in buttons if one["value"] == number(said) and one["action_id"] == "reminder_snooze"]
    slack.workspace.action(ANNA, snooze, ts=message.ts)
    until(lambda: "once more" in str(message.body))
    line = next(one for one in slack.type("reminders").first.splitlines() if f"`{number(said)}`" in one)
    assert "once more" in line
    assert line.count("3:33") == 2  # every day at 3:33, and the next of them
    slack.type(f"cancel {number(said)}")


def test_what_is_due_within_the_hour_is_put_off_and_not_said_twice(slack):
    said = slack.type("remind me of what can wait in 8 seconds").first
    typed = slack.type("reminders")
    message = until(typed.message)
    buttons = [one for block in message.body["blocks"] if block["type"] == "actions" for one in block["elements"]]
    (snooze,) = [one for one in buttons if one["value"] == number(said) and one["action_id"] == "reminder_snooze"]
    slack.workspace.action(ANNA, snooze, ts=message.ts)
    until(lambda: "once more" in str(message.body), timeout=7)
    slack.type("remind me of what comes after it in 9 seconds")
    slack.arrived(10, "what comes after it", timeout=20)
    assert slack.executed("what can wait") == 0
    slack.type(f"cancel {number(said)}")


def test_the_status_of_what_went_to_many_is_one_line(slack):
    many = " ".join(f"bitrix24:{number}" for number in range(100, 112))
    slack.type(f"{many} to a dozen", user=CAROL).final("Delivered")
    said = slack.type("status", user=CAROL).first
    [line] = [line for line in said.splitlines() if "to a dozen" in line]
    assert "12 recipients – delivered: 12" in line
