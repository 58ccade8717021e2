"""What is owed to whom Slack does not tell of, channels that move, and messages from before a relay: a real bridge."""

from __future__ import annotations

import sqlite3
import time

import pytest

from rig import ANNA, BOB, CAROL, DEVS, Slack
from slack_bitrix24.sandbox.workspace.faults import Fault
from slack_bitrix24.sandbox.workspace.people import BOT_USER, Channel, Group
from waiting import until

CROWD = [f"U0CROWD{number:02}" for number in range(31)]
USERS = "\n".join(f"  {one}: {100 + number}" for number, one in enumerate(CROWD))
MAPPING = f"""\
users:
  {ANNA}: 10
  {BOB}: 12
  {CAROL}: 14
{USERS}
groups:
  oncall: [{ANNA}, {BOB}]
"""
MORE = f"""
[permissions]
notify = ["*"]
admin = ["{ANNA}"]

[[relays]]
name = "alerts"
channels = ["C0ALERTS"]
from = "bots"
to = ["{ANNA}", "mentioned"]

[[relays]]
name = "whole channel"
channels = ["C0GENERAL"]
from = "people"
match = "everybody"
to = ["{ANNA}", "here"]
"""


@pytest.fixture(scope="module")
def shared_bridge(own, tmp_path_factory):
    from rig import Bridge  # noqa: PLC0415 – a bridge for the module

    own.workspace.bot_events = (*own.workspace.bot_events, "channel_id_changed", "subteam_members_changed")
    for number in range(9):
        own.workspace.groups[f"S0PAGE00{number}"] = Group(f"S0PAGE00{number}", f"page{number}", "Pager", [BOB, CAROL])
    own.workspace.channels["C0HALL001"] = Channel("C0HALL001", "hall", [ANNA, BOB, *CROWD, BOT_USER])
    own.workspace.channels["C0PRIVATE"] = Channel("C0PRIVATE", "private", [CAROL], is_private=True)
    bridge = Bridge(tmp_path_factory.mktemp("reach"), own, more=MORE, mapping=MAPPING)
    try:
        bridge.start()
        yield bridge
    finally:
        bridge.close()


@pytest.fixture
def bridge(shared_bridge, own):
    own.workspace.faults.clear()
    return shared_bridge


@pytest.fixture
def slack(bridge, own):
    return Slack(own)


def unread_group(slack, number: int) -> str:
    """Return a group whose members the bridge must ask for: they changed."""
    name = f"S0PAGE00{number}"
    sent = slack.workspace.emit({"type": "subteam_members_changed", "subteam_id": name, "event_ts": "1.1"})
    until(lambda: sent.acked)
    slack.type("@anna a moment later").final("Delivered")
    return name


@pytest.mark.parametrize(
    "text",
    [
        "remind here stand-up {n} in 3 seconds",
        "remind C0HALL001 stand-up {n} in 3 seconds",
        "remind #hall stand-up {n} in 3 seconds",
        "remind me, here, stand-up {n} in 3 seconds",
        "remind here stand-up {n} every minute",
        "напомни here созвон {n} через 3 секунды",
    ],
)
def test_who_may_not_broadcast_reminds_no_channel_that_nobody_has_read_yet(slack, text):
    """In a channel of 33 whom nobody addressed since the start."""
    typed = slack.type(text.format(n=len(text)), channel="C0HALL001", user=BOB)
    if "more than 20" not in typed.first and "Больше 20" not in typed.first:
        assert "One moment" in typed.first or "Минуту" in typed.first
        typed.final("20")
        assert "more than 20" in typed.now or "Больше 20" in typed.now
    assert slack.type("reminders", user=BOB).first in ("No reminders are waiting.", "Напоминаний нет.")
    slack.type("a later word", channel="C0HALL001", user=BOB)
    assert slack.executed("stand-up") == slack.executed("созвон") == 0


def test_the_form_with_a_time_is_asked_for_the_right_too(slack):
    slack.workspace.views.stacks.clear()
    slack.type("", channel="C0HALL001", user=BOB)
    shown = slack.workspace.submit(slack.form(BOB).body["id"], {"more": "here", "text": "form", "when": "in 2 seconds"})
    assert shown is not None
    said = str(shown.body["blocks"]) + str(shown.errors)
    assert "Минуту" in said or "Больше 20" in said
    if "Минуту" in said:
        until(
            lambda: (
                "Больше 20"
                in str([m.body for m in slack.workspace.log.everything("C0HALL001")]) + str(slack.direct(BOB))
            )
        )
    assert slack.executed("form") == 0


def test_a_reminder_for_a_channel_is_kept_once_slack_has_told_who_is_in_it(slack):
    typed = slack.type("remind here tea for all in 3 seconds", channel="C0GENERAL")
    if "One moment" in typed.first:
        typed.final("Reminder for")
    for user_id in (10, 12, 14):
        slack.arrived(user_id, "tea for all", timeout=20)
    assert slack.executed("tea for all") == 3


@pytest.mark.parametrize("address", ["C0NOSUCH1", "G0NOSUCH2", "C0NOSUCH3, C0NOSUCH4"])
def test_a_channel_that_slack_refuses_is_refused_when_the_reminder_is_made(slack, address):
    typed = slack.type(f"remind {address} of nothing in 2 seconds")
    said = typed.final("No reminder was kept")
    assert "/invite" in said
    assert slack.type("reminders").first == "No reminders are waiting."


@pytest.mark.parametrize(
    ("number", "fault"),
    list(
        enumerate(
            [
                Fault("ratelimited", times=1000, method="usergroups.users.list", seconds=2),
                Fault("status", times=1000, method="usergroups.users.list", status=500),
                Fault("status", times=1000, method="usergroups.users.list", status=503),
                Fault("error", times=1000, method="usergroups.users.list", error="internal_error"),
                Fault("error", times=1000, method="usergroups.users.list", error="fatal_error"),
                Fault("slow", times=1000, method="usergroups.users.list", seconds=6),
            ]
        )
    ),
)
def test_an_alert_reaches_whoever_is_known_at_once_and_the_others_when_slack_tells(slack, number, fault):
    group = unread_group(slack, number)
    slack.workspace.faults.add(fault)
    began = time.monotonic()
    slack.workspace.bot_message({"text": f"disk full {number} <!subteam^{group}>"}, channel="C0ALERTS")
    slack.workspace.bot_message({"text": f"the one behind {number}"}, channel="C0ALERTS")
    slack.arrived(10, f"disk full {number}", timeout=20)
    slack.arrived(10, f"the one behind {number}", timeout=20)
    assert time.monotonic() - began < 15
    assert slack.seen(12, f"disk full {number}") == []
    slack.workspace.faults.clear()
    for user_id in (12, 14):
        slack.arrived(user_id, f"disk full {number}", timeout=60)
    assert [len(slack.seen(user_id, f"disk full {number}")) for user_id in (10, 12, 14)] == [1, 1, 1]


def test_a_command_reaches_whoever_is_known_and_the_others_when_slack_tells(slack):
    group = unread_group(slack, 6)
    slack.workspace.faults.add(Fault("status", times=1000, method="usergroups.users.list", status=503))
    typed = slack.type(f"<@{CAROL}> <!subteam^{group}> half of you", escaped=True)
    slack.arrived(14, "half of you")
    until(lambda: "Slack does not say at the moment who is in" in typed.now)
    slack.workspace.faults.clear()
    slack.arrived(12, "half of you", timeout=60)
    until(lambda: any("Delivered to Bob" in text for text in slack.direct(ANNA)), timeout=20)
    assert slack.executed("half of you") == 2  # Carol, who is in the group too, has it once


def test_what_slack_never_tells_ends_with_a_row_and_a_word_to_the_administrators(slack, bridge):
    group = unread_group(slack, 7)
    slack.workspace.faults.add(Fault("error", times=1000, method="usergroups.users.list", error="missing_scope"))
    slack.workspace.bot_message({"text": f"never told <!subteam^{group}>"}, channel="C0ALERTS")
    slack.arrived(10, "never told")
    until(lambda: any("missing_scope" in text and group in text for text in slack.direct(ANNA)), timeout=20)
    with sqlite3.connect(bridge.folder / "bridge.db") as database:
        rows = database.execute("SELECT state, error FROM inbox WHERE kind = 'rest' AND state = 'failed'").fetchall()
    assert any(group in error for _, error in rows)


def test_a_channel_that_got_another_id_is_followed_and_that_is_said(slack):
    old = slack.workspace.bot_message({"text": "before it moved"}, channel="C0ALERTS")
    slack.arrived(10, "before it moved")
    moved = Channel("C0MOVED01", "alerts", [ANNA, BOB, CAROL, BOT_USER])
    slack.workspace.channels["C0MOVED01"] = moved
    told = {
        "type": "channel_id_changed",
        "old_channel_id": "C0ALERTS",
        "new_channel_id": "C0MOVED01",
        "event_ts": "1.1",
    }
    assert slack.workspace.emit(told)
    until(lambda: any("C0MOVED01" in text and "relays.alerts" in text for text in slack.direct(ANNA)))
    slack.workspace.bot_message({"text": "after it moved"}, channel="C0MOVED01")
    got = slack.arrived(10, "after it moved")
    assert "/archives/C0MOVED01/" in got["message"] + str(got["attach"])
    said = {"type": "message", "subtype": "bot_message", "bot_id": "B0MONITOR", "ts": old.ts, "text": "edited there"}
    at = slack.workspace.clock.ts()
    change = {"type": "message", "subtype": "message_changed", "channel": "C0MOVED01", "ts": at, "event_ts": at,
              "message": said, "previous_message": {**said, "text": "before it moved"}}  # fmt: skip
    assert slack.workspace.emit(change, moved)
    slack.arrived(10, "edited there")
    assert slack.seen(10, "before it moved") == []  # it was replaced, under whichever id


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("an old one", "mended was an old one"),  # nobody had it, and it was the same kind of message then
        ("an old one for <@U0G9QF9C6>", "again an old one for <@U0G9QF9C6>"),
        ("", "said at last was an old one"),
    ],
)
def test_an_edit_of_what_was_said_before_the_relay_is_no_news(slack, before, after):
    edited(slack, before, after, ts="1700000000.000100", channel="C0ALERTS")
    slack.workspace.bot_message({"text": f"settled {len(after)}"}, channel="C0ALERTS")
    slack.arrived(10, f"settled {len(after)}")
    assert slack.executed(after.partition(" ")[0]) == 0


@pytest.mark.parametrize(
    ("before", "after", "channel", "who"),
    [
        ("nothing of interest", "now everybody is concerned", "C0GENERAL", 10),  # only the new version matches
        ("a plain one", "a plain one <@U0CAROL03> is named in", "C0ALERTS", 14),  # whoever is named anew
    ],
)
def test_an_edit_that_makes_an_old_message_news_arrives(slack, before, after, channel, who):
    edited(slack, before, after, ts="1700000000.000200", channel=channel)
    slack.arrived(who, after.partition(" <")[0])


def test_an_edit_that_overtakes_its_own_post_arrives(slack):
    ts = slack.workspace.clock.ts()
    edited(slack, "as it was", "the edit came first", ts=ts, channel="C0ALERTS")
    slack.arrived(10, "the edit came first")


def edited(slack, before: str, after: str, *, ts: str, channel: str) -> None:
    """Send an edit of a message that the bridge never saw."""
    who = {"user": BOB} if channel == "C0GENERAL" else {"subtype": "bot_message", "bot_id": "B0MONITOR"}
    said = {"type": "message", **who, "ts": ts, "text": after}
    at = slack.workspace.clock.ts()
    change = {"type": "message", "subtype": "message_changed", "channel": channel, "ts": at, "event_ts": at,
              "message": said, "previous_message": {**said, "text": before}}  # fmt: skip
    assert slack.workspace.emit(change, slack.workspace.channel(channel))


def test_a_reminder_that_reaches_nobody_any_more_is_told_listed_and_counted(slack, bridge):
    typed = slack.type("remind @carol of her leaving in 6 seconds")
    assert "Reminder for" in typed.first
    bridge.mapping.write_text(MAPPING.replace(f"  {CAROL}: 14\n", ""), encoding="utf-8")
    until(lambda: bridge.said("users: 33"), timeout=20)
    until(lambda: any("reached nobody" in text and CAROL in text for text in slack.direct(ANNA)), timeout=20)
    assert 'slack_bitrix24_unreached_total{kind="reminder"} 1.0' in bridge.page("/metrics")
    assert "her leaving" in str(slack.type("reminders").response)
    bridge.mapping.write_text(MAPPING, encoding="utf-8")
    slack.arrived(14, "her leaving", timeout=60)
    assert DEVS
