"""A reminder that an administrator paused: its owner sees it, resumes it, takes it back."""

from __future__ import annotations

import re
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from rig import ANNA, BOB, CAROL
from slack_bitrix24 import when
from slack_bitrix24.store import Schedule, open_store
from waiting import until


def number(text):
    """Return the number in the line that says how to take a reminder back."""
    return re.search(r"(?:cancel|отмени) (\d+)", text)[1]


@pytest.fixture
def kept(bridge):
    with closing(open_store(f"sqlite:///{bridge.folder / 'bridge.db'}")) as store:
        yield store


@pytest.fixture
def paused(slack, kept):
    """Make a reminder of somebody's, and pause it as the operators' page does; return its number."""

    def make(phrase, user=CAROL):
        made = number(slack.type(phrase, user=user).first)
        assert kept.write(lambda tx: tx.schedules.pause(int(made))).state == "paused"
        return made

    return make


def state(kept, made):
    return kept.read(lambda tx: tx.schedules.get(int(made))).state


def buttons(message, made):
    """Return the buttons of one reminder in a list, by what they do."""
    blocks = [one for one in message.body["blocks"] if one["type"] == "actions"]
    return {one["action_id"]: one for block in blocks for one in block["elements"] if one["value"] == made}


@pytest.mark.parametrize(
    ("user", "phrase", "words"),
    [
        (CAROL, "remind me to rest every day at 3:33", "paused · every day at 3:33"),
        (CAROL, "remind @bob to rest on 12 May 2030 at 9:00", "paused · "),
        (CAROL, "remind me to rest on Mondays and Fridays at 9", "paused · every "),
        (ANNA, "remind me to rest every weekday at 9:45", "paused · every weekday at 9:45"),
        (BOB, "напомни мне отдохнуть каждый день в 4:44", "на паузе · каждый день в 4:44"),
    ],
)
def test_its_owner_sees_it_last_and_marked(slack, paused, user, phrase, words):
    made = paused(phrase, user)
    first = number(slack.type(phrase.replace("rest", "wake").replace("отдохнуть", "проснуться"), user=user).first)
    lines = slack.type("reminders", user=user).first.splitlines()
    (mine,) = [line for line in lines if line.startswith(f"`{made}`")]
    assert words in mine
    assert "next" not in mine
    assert lines.index(mine) > next(i for i, line in enumerate(lines) if line.startswith(f"`{first}`"))
    slack.workspace.open_home(user)
    until(lambda: f"`{made}` " in str(getattr(slack.workspace.views.homes.get(user), "body", "")))


def test_resume_lets_it_ring_from_its_next_time_on(slack, paused, kept):
    made = paused("remind me to go on every day at 3:35")
    message = until(slack.type("reminders", user=CAROL).message)
    found = buttons(message, made)
    assert set(found) == {"reminder_resume", "reminder_cancel"}
    slack.workspace.action(CAROL, found["reminder_resume"], ts=message.ts)
    until(lambda: f"Reminder {made} rings again: " in str(message.body))
    assert set(buttons(message, made)) == {"reminder_snooze", "reminder_cancel"}
    row = kept.read(lambda tx: tx.schedules.get(int(made)))
    assert row.state == "active"
    assert row.next_at > time.time()


def test_resumed_after_its_time_it_is_over_and_says_so(slack, kept):
    past = datetime.now(UTC) - timedelta(minutes=5)
    late = Schedule(
        "reminder:late", when.dump(when.Once(past)), past.timestamp(), "reminder", CAROL, "be late", state="paused"
    )
    made = str(kept.write(lambda tx: tx.schedules.put(late)))
    message = until(slack.type("reminders", user=CAROL).message)
    slack.workspace.action(CAROL, buttons(message, made)["reminder_resume"], ts=message.ts)
    until(lambda: f"Reminder {made} is over: its time has passed" in str(message.body))
    assert state(kept, made) == "done"
    assert slack.executed("be late") == 0


@pytest.mark.parametrize("how", ["command", "button"])
def test_it_can_be_cancelled(slack, paused, kept, how):
    made = paused("remind me to vanish every day at 3:36")
    if how == "command":
        assert slack.type(f"cancel {made}", user=CAROL).first == f"Reminder {made} is cancelled"
    else:
        message = until(slack.type("reminders", user=CAROL).message)
        slack.workspace.action(CAROL, buttons(message, made)["reminder_cancel"], ts=message.ts)
        until(lambda: f"Reminder {made} is cancelled" in str(message.body))
    assert state(kept, made) == "cancelled"
    assert f"`{made}`" not in slack.type("reminders", user=CAROL).first


@pytest.mark.parametrize(
    ("user", "action", "said"),
    [
        # an old list, in which it was not paused: what it missed would go out at once
        (CAROL, "reminder_snooze", "There is no reminder {id} of yours"),
        (BOB, "reminder_snooze", "У вас нет напоминания {id}"),
        (BOB, "reminder_resume", "У вас нет напоминания {id} на паузе"),
        (BOB, "reminder_cancel", "У вас нет напоминания {id}"),
        (ANNA, "reminder_resume", "No reminder {id} of yours is paused"),
    ],
)
def test_nobody_else_and_no_other_button_wakes_it(slack, paused, kept, user, action, said):
    made = paused("remind me to stay every day at 3:37")
    message = until(slack.type("help", user=user).message)
    slack.workspace.action(user, {"type": "button", "action_id": action, "value": made, "block_id": "x"}, ts=message.ts)
    until(lambda: said.format(id=made) in str(message.body))
    assert state(kept, made) == "paused"


def test_resume_where_it_is_not_paused_says_so(slack):
    made = number(slack.type("remind me to ring every day at 3:38", user=CAROL).first)
    message = until(slack.type("help", user=CAROL).message)
    for value in (made, "99999999", "x"):
        button = {"type": "button", "action_id": "reminder_resume", "value": value, "block_id": "x"}
        slack.workspace.action(CAROL, button, ts=message.ts)
        until(lambda value=value: f"No reminder {value} of yours is paused" in str(message.body))
