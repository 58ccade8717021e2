"""Promises 1 to 4 through a plain webhook and the bridge's own bot, as a user has it; and an alert taken by a click."""

from __future__ import annotations

import re

import pytest

from configurations import ADMIN, ALERTS, HEAD, MAPPED, WEB, WEBHOOK
from rig import ANNA, Bridge, Slack, sandbox
from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.sandbox.portal.rules import SOURCE
from waiting import until

SEND = "imbot.v2.Chat.Message.send"
BOT = 'plan = "enterprise"\nbot = {{ name = "Alerts", code = "{code}" }}\n'
THROUGH_IT = 'kind = "bot"\nacknowledge = true\n'
CONFIGURATION = HEAD + WEBHOOK + BOT + MAPPED + ADMIN + ALERTS + THROUGH_IT + WEB


@pytest.fixture(scope="module")
def made():
    with sandbox() as one:
        one.portal.follow(SOURCE)
        yield one


@pytest.fixture
def bridge(made, tmp_path):
    one = Bridge(tmp_path / "bridge", made, configuration=CONFIGURATION, code=tmp_path.name).start()
    yield one
    one.close()


def said(made, user, words=""):
    """Return what a person reads in chats with bots with these words."""
    chats = made.portal.chats(user)
    return [message for chat in chats for message in chat["messages"] if words in _all(message)]


def _all(message):
    return f"{message['text']} {message['attach']}"


def arrived(made, user, words, *, timeout=20.0):
    return until(lambda: said(made, user, words), timeout=timeout, what=f"{words!r} for {user}")[0]


def test_an_alert_is_fired_updated_taken_and_resolved(made, bridge):
    alert = made.workspace.alert(name="TakeMe")
    first = arrived(made, 12, "TakeMe")
    [link] = [one["LINK"] for one in first["keyboard"] if "LINK" in one]
    assert link.endswith(f"/archives/C0ALERTS/p{alert.ts.replace('.', '')}")
    button = next(one for one in first["keyboard"] if "COMMAND" in one)
    heard = until(
        lambda: made.portal.click(first["id"], 12, command=button["COMMAND"], params=button["COMMAND_PARAMS"]),
        timeout=20,
        what=f"the command is registered: {bridge.text}",
    )
    assert heard
    told = {10: "taken by Bob", 12: "взял(а) Bob"}  # Bob's Slack is in Russian
    for user in (10, 12):
        arrived(made, user, told[user])
        assert len(said(made, user, "TakeMe")) == 1
    thread = until(
        lambda: [
            one.body["text"]
            for one in made.workspace.log.everything("C0ALERTS")
            if one.body.get("thread_ts") == alert.ts and "взял(а)" in str(one.body.get("text"))
        ]
    )
    assert len(thread) == 1
    assert re.fullmatch(r"taken by Bob.*, <!date.*\|\d\d:\d\d>\nвзял\(а\) Bob.*, <!date.*\|\d\d:\d\d>", thread[0])
    made.workspace.clear(alert.ts)
    for user in (10, 12):
        now = arrived(made, user, "[RESOLVED] TakeMe")
        assert told[user] in now["text"]
        assert not [one for one in now["keyboard"] if "COMMAND" in one]
        assert len(said(made, user, "TakeMe")) == 1
    typed = Slack(made).type("@anna by hand", user=ANNA)
    typed.final("Delivered")
    assert Slack(made).seen(10, "by hand"), "what no flow sends through the bot stays a notification"


def test_kills_and_lost_answers_lose_and_double_nothing(made, bridge):
    """Promises 1 to 4: kill -9 between any two steps, and one answer in four lost."""
    alerts = []
    for number in range(3):
        made.portal.fail(Fault("execute_and_drop", method=SEND, times=1))
        alerts += [made.workspace.alert(name=f"Kill{number}x{each}") for each in range(3)]
        until(lambda number=number: said(made, 10, f"Kill{number}x"))
        if number == 1:
            made.workspace.clear(alerts[0].ts)
        bridge.kill()
        bridge.start()
    for number in range(3):
        for each in range(3):
            for user in (10, 12):
                arrived(made, user, f"Kill{number}x{each}", timeout=60)
    until(lambda: said(made, 12, "[RESOLVED] Kill0x0"), timeout=60)
    names = [f"Kill{number}x{each}" for number in range(3) for each in range(3)]
    assert {(name, user): len(said(made, user, name)) for name in names for user in (10, 12)} == {
        (name, user): 1 for name in names for user in (10, 12)
    }
