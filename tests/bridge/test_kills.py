"""Kill -9 and SIGTERM at the worst moments: what was acknowledged arrives, and is seen once."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing

import pytest

from rig import ANNA, BOB, CAROL, Bridge, Slack
from slack_bitrix24.sandbox.portal import Fault
from waiting import until

MORE = f"""
[[relays]]
name = "people"
channels = ["C0GENERAL"]
from = "people"
to = ["{CAROL}"]
"""
MISSED = """
[[schedules]]
name = "{name}"
cron = "* * * * *"
to = ["bitrix24:7"]
text = "missed {name}"
catch_up = "{name}"
catch_up_within = "5m"
"""


@pytest.fixture(scope="module")
def killed(own, tmp_path_factory):
    """A bridge that was killed with a command, a message and a schedule acknowledged but not delivered, and restarted.

    Before it came back, three schedules of every minute had missed four of their times.
    """
    slack = Slack(own)
    slack.portal.fail(Fault("drop", times=0))  # what is sent before the kill is not executed
    more = MORE + "".join(MISSED.format(name=name) for name in ("latest", "all", "skip"))
    bridge = Bridge(tmp_path_factory.mktemp("killed"), own, more=more)
    try:
        bridge.start()
        slack.type("remind @carol of what was killed between its time and its delivery in 1 second")
        typed = slack.type("@anna @bob kept from the kill")
        slack.workspace.message(BOB, "a message that was acknowledged")
        until(lambda: slack.workspace.courier.deliveries[-1].acked)
        until(lambda: bridge.said("schedule reminder:"))
        bridge.kill()
        assert slack.portal.sends() == []
        slack.portal.faults.clear()
        rewind(bridge, seconds=240)
        bridge.start()
        yield bridge, typed
    finally:
        bridge.close()


def rewind(bridge: Bridge, *, seconds: float) -> None:
    """Let what is planned be due so long ago, as if the bridge had been down all the time."""
    connection = sqlite3.connect(bridge.folder / "bridge.db")
    with connection:
        change = "update schedules set next_at = next_at - ? where state = 'active'"
        assert connection.execute(change, (seconds,)).rowcount == 3
    connection.close()


@pytest.fixture
def slack(own) -> Slack:
    return Slack(own)


def test_killed_right_after_the_answer_it_delivers_once_after_the_next_start(killed, slack):
    _, typed = killed
    assert typed.first == "Queued for Anna Petrova, Bob Smirnov"
    assert typed.final("Delivered to Anna Petrova and Bob Smirnov", timeout=20)
    assert slack.executed("kept from the kill") == 2


def test_killed_between_a_schedules_time_and_its_delivery_it_delivers_once(killed, slack):
    slack.arrived(14, "killed between its time")
    assert slack.executed("killed between its time") == 1


def test_a_message_of_a_channel_that_was_acknowledged_survives_the_kill(killed, slack):
    slack.arrived(14, "a message that was acknowledged")
    assert slack.executed("a message that was acknowledged") == 1


def test_what_was_missed_while_nothing_ran_is_caught_up_as_its_schedule_says(killed, slack):
    late = {}
    for name, least in (("latest", 1), ("all", 3), ("skip", 0)):
        until(lambda name=name, least=least: slack.executed(f"missed {name}") >= least)
        late[name] = [
            one for one in slack.portal.sends() if f"missed {name}" in one["message"] and "late by" in one["message"]
        ]
    # A time that is less than a minute old is not missed: then "latest" sends it alone.
    assert len(late["latest"]) <= 1
    assert 3 <= len(late["all"]) <= 4
    assert len(late["skip"]) == 0


def test_killed_while_a_request_is_out_it_is_seen_once_and_sigterm_waits_no_longer_than_ten_seconds(killed, slack):
    bridge, _ = killed
    slack.portal.fail(Fault("slow", seconds=1.5))
    slack.type("@anna in flight")
    until(lambda: slack.portal.stats()["faults"]["happened"] >= 1)
    bridge.kill()
    slack.portal.faults.clear()
    bridge.start()
    slack.arrived(10, "in flight")
    slack.portal.fail(Fault("slow", seconds=30))
    happened = slack.portal.stats()["faults"]["happened"]
    slack.type("@anna in hand for too long")
    until(lambda: slack.portal.stats()["faults"]["happened"] > happened)
    began = time.monotonic()
    assert bridge.stop() == 0
    assert time.monotonic() - began < 10
    assert slack.executed("in flight") in (1, 2)  # the first may have been executed after all: the same TAG replaced it
    assert len(slack.seen(10, "in flight")) == 1


def test_sigterm_while_slack_is_away_ends_at_once(make):
    bridge = make(slack="http://127.0.0.1:9/api/").start(ready=False)
    until(lambda: bridge.log.exists() and bridge.said("Slack can't be reached"))
    assert bridge.stop() == 0
    assert [json.loads(line)["event"] for line in bridge.text.splitlines()][-1] == "stopping"
    assert ANNA not in bridge.text


def test_what_a_killed_process_had_in_hand_is_taken_up_at_once(own, tmp_path):
    """The claim of a dead worker is for a minute: nobody waits for it."""
    bridge = Bridge(tmp_path, own, more=MORE)
    slack = Slack(own)
    try:
        bridge.start()
        slack.workspace.message(BOB, "taken in hand")
        slack.arrived(14, "taken in hand")
        bridge.kill()
        with closing(sqlite3.connect(tmp_path / "bridge.db")) as connection, connection:
            # As a kill between the claim and the work leaves it.
            query = "SELECT owner, payload FROM inbox WHERE owner <> '' ORDER BY id DESC"
            owner, payload = connection.execute(query).fetchone()
            event = json.loads(payload)
            event["event"]["ts"] = event["event"]["event_ts"] = f"{time.time():.6f}"
            event["event"]["text"] = "left in the hands of the dead"
            event["event"].pop("blocks", None)
            connection.execute(
                "INSERT INTO inbox"
                " (key, kind, payload, order_key, state, attempts, due_at, owner, until, error, received_at)"
                " VALUES ('dead', 'event', ?, '', 'working', 1, 0, ?, ?, '', ?)",
                (json.dumps(event), owner, time.time() + 60, time.time()),
            )
        bridge.start()
        slack.arrived(14, "left in the hands of the dead", timeout=20)
    finally:
        bridge.close()
