"""What is due and whom it reaches: driven tick by tick, with a real Slack beside it, and a clock of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient

from rig import ANNA, BOB, CAROL, DEVS
from slack_app import running
from slack_bitrix24 import when
from slack_bitrix24.listeners.workspace import Workspace
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.sandbox.workspace.faults import Fault
from slack_bitrix24.sandbox.workspace.people import BOT_USER, Channel
from slack_bitrix24.schedule import Clock
from slack_bitrix24.store import Schedule, Store, open_store
from slack_bitrix24.submit import due as due_module
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.permissions import Permissions
from slack_bitrix24.submit.submitter import Submitter
from waiting import until

START = datetime(2026, 11, 30, 9, 0, tzinfo=UTC).timestamp()
MINUTE = when.dump(when.cron("* * * * *", "UTC"))
ONCE = when.dump(when.Once(datetime.fromtimestamp(START, UTC)))
NUMBERS = itertools.count()
CROWD = [f"U0CROWD{number:02}" for number in range(31)]


@dataclass
class Rig:
    """`at` is what the clock on the wall shows."""

    workspace: Workspace
    slack: object
    store: Store
    users: dict[str, Recipient]
    clock: Clock | None = None
    at: float = START
    steady: float = 0.0
    allowed: dict[str, list[str]] = field(default_factory=lambda: {"notify": ["*"], "broadcast": [], "admin": [ANNA]})

    def put(self, *addresses: str, kind: str = "reminder", rule: str = MINUTE, **given) -> int:
        schedule = Schedule(
            key=f"{kind}:{next(NUMBERS)}", kind=kind, rule=rule, next_at=START, title="stand-up",
            addresses=addresses, owner=BOB if kind == "reminder" else "", **{"text": "stand-up", **given},
        )  # fmt: skip
        return self.store.write(lambda tx: tx.schedules.put(schedule))

    def get(self, id_: int) -> Schedule:
        found = self.store.read(lambda tx: tx.schedules.get(id_))
        assert found is not None
        return found

    def tick(self, seconds: float = 0.0) -> None:
        """Let the time go on, and tick until nothing is being asked of Slack."""
        self.at += seconds
        self.steady += seconds
        assert self.clock is not None
        clock = self.clock
        clock.tick()

        def settled() -> bool:
            clock.tick()
            return all(future.done() for future in clock.reading._asked.values())

        until(settled)
        clock.tick()

    def sent(self) -> list[tuple[int, str]]:
        rows = self.store.read(lambda tx: tx.outbox.find(limit=10_000))
        return [(one.notification.recipient.user_id, one.notification.message) for one in rows]

    def said(self) -> list[tuple[str, str]]:
        """Take what is owed to people in Slack."""
        due = self.store.write(lambda tx: tx.receipts.claim("test", limit=100))
        return [(one.receipt.target["channel"], one.receipt.notes[0]) for one in due]


@pytest.fixture
def rig(tmp_path) -> Iterator[Rig]:
    users = {ANNA: Recipient("main", 10), BOB: Recipient("main", 12), CAROL: Recipient("main", 14)}
    with running() as slack, closing(open_store(f"sqlite:///{tmp_path / 'c.db'}")) as store:
        slack.channels["C0CROWD01"] = Channel("C0CROWD01", "crowd", [*CROWD, BOT_USER])
        workspace = Workspace(WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=5))
        workspace.load()
        made = Rig(workspace, slack, store, users)
        submitter = Submitter(store, lambda: Directory(made.users), lambda: workspace.people, {"main": PortalRules()})
        clock = Clock(
            store=store, submitter=submitter, now=lambda: made.at, read=workspace.ask,
            permissions=lambda: Permissions(**made.allowed),
        )  # fmt: skip
        clock.reading._now = lambda: made.steady  # what Slack refused is asked again by this clock too
        made.clock = clock
        try:
            yield made
        finally:
            clock.reading.close()


def test_members_that_are_forgotten_between_two_looks_lose_no_fire(rig):
    """Each fire is at the edge of what is known of the channel: it is read anew, and nothing is passed over."""
    rig.workspace.members_known = 0.3
    for number in range(3):
        rig.put("C0GENERAL", text=f"number {number}")
    for minute in range(12):
        rig.tick(60 if minute else 0)
        until(lambda: rig.workspace.people.channels == {})
    for number in range(3):
        assert sum(f"number {number}" in text for _, text in rig.sent()) == 12 * 3


@pytest.mark.parametrize(
    ("addresses", "reason", "todo"),
    [
        (["C0GONE001"], "channel_not_found", "/invite"),
        (["S0GONE001"], "no_group", "No group is called"),
        (["U0GONE0001"], "unmapped", "not in the mapping file"),
        (["@nosuchgroup"], "no_group", "nosuchgroup"),
        (["bitrix24:nowhere/5"], "no_portal", "portal that is not configured"),
        (["C0EMPTY01"], "empty", "nobody in C0EMPTY01"),
        (["C0GONE001", "U0GONE0001"], "channel_not_found", "/invite"),
    ],
)
@pytest.mark.parametrize("kind", ["reminder", "schedule"])
def test_what_reaches_nobody_is_told_once_and_shown(rig, addresses, reason, todo, kind):
    rig.slack.channels["C0EMPTY01"] = Channel("C0EMPTY01", "empty", [BOT_USER])
    number = rig.put(*addresses, kind=kind)
    rig.tick()
    assert rig.sent() == []
    (told,) = rig.said()
    assert told[0] == (BOB if kind == "reminder" else ANNA)
    assert "reached nobody" in told[1] or "никто не уведомлён" in told[1]
    assert kind == "reminder" or todo in told[1]
    row = rig.get(number)
    assert reason in row.error or "nobody" in row.error
    assert (row.state, row.next_at, row.held_until) == ("active", START, START + due_module.RETRY)
    rig.tick(120)
    rig.tick(120)
    assert rig.said() == []  # the same trouble is told once


@pytest.mark.parametrize(
    ("kind", "catch_up", "times"),
    [("reminder", "latest", 1), ("schedule", "latest", 1), ("schedule", "all", 31), ("schedule", "skip", 1)],
)
def test_after_the_app_was_invited_the_missed_ones_are_caught_up_as_it_says(rig, kind, catch_up, times):
    number = rig.put("C0LATER01", kind=kind, catch_up=catch_up)
    for _ in range(30):
        rig.tick(60 if _ else 0)
    assert rig.sent() == []
    rig.slack.channels["C0LATER01"] = Channel("C0LATER01", "later", [ANNA, BOT_USER])
    rig.tick(75)
    assert len(rig.sent()) == times
    assert (rig.get(number).error, rig.get(number).held_until) == ("", 0.0)
    rig.tick(60)
    assert len(rig.sent()) == times + 1


def test_a_one_off_that_reached_nobody_is_sent_late_once_somebody_can_be_reached(rig):
    number = rig.put("U0LATER001", rule=ONCE)
    rig.tick()
    rig.tick(3600)
    assert rig.get(number).state == "active"
    rig.users["U0LATER001"] = Recipient("main", 20)
    rig.tick(60)
    ((user, text),) = rig.sent()
    assert user == 20
    assert "late by 61 min" in text
    assert rig.get(number).state == "done"


def test_a_one_off_that_reached_nobody_is_given_up_after_its_time_and_that_is_told(rig):
    number = rig.put("U0NEVER001", rule=ONCE)
    rig.tick()
    assert len(rig.said()) == 1
    rig.tick(13 * 3600)
    assert (rig.get(number).state, rig.sent()) == ("done", [])
    [(_who, text)] = rig.said()
    assert "not tried again" in text or "Больше не повторяю" in text


@pytest.mark.parametrize(
    "fault",
    [
        Fault("ratelimited", times=50, method="conversations.members", seconds=1),
        Fault("status", times=50, method="conversations.members", status=503),
        Fault("status", times=50, method="conversations.members", status=500),
        Fault("error", times=50, method="conversations.members", error="internal_error"),
        Fault("error", times=50, method="conversations.members", error="not_in_channel"),
        Fault("error", times=50, method="conversations.members", error="missing_scope"),
    ],
)
def test_whoever_is_known_gets_it_at_once_and_the_others_when_slack_tells(rig, fault):
    rig.slack.faults.add(replace(fault))
    rig.put(CAROL, "C0GENERAL", kind="schedule", rule=ONCE)
    rig.tick()
    assert [user for user, _ in rig.sent()] == [14]
    assert "did not reach everybody" in rig.said()[0][1]
    rig.slack.faults.clear()
    rig.tick(60)
    assert sorted(user for user, _ in rig.sent()) == [10, 12, 14]


@pytest.mark.parametrize(
    ("allowed", "addresses", "reaches"),
    [
        ({"notify": [ANNA]}, [ANNA], False),  # the right was taken from the owner since
        ({"notify": []}, [ANNA], False),
        ({"notify": ["*"]}, ["C0CROWD01"], False),  # thirty-one people, whom nobody had read when it was made
        ({"notify": ["*"]}, CROWD[:21], False),
        ({"notify": ["*"]}, [*CROWD[:10], "C0CROWD01"], False),
        ({"notify": ["*"], "broadcast": [BOB]}, ["C0CROWD01"], True),
        ({"notify": ["*"]}, CROWD[:20], True),
        ({"notify": [DEVS]}, [ANNA], True),
    ],
)
@pytest.mark.parametrize("rule", [ONCE, MINUTE])
def test_rights_are_asked_again_when_it_fires_and_the_owner_is_told(rig, allowed, addresses, reaches, rule):
    rig.users.update({one: Recipient("main", 100 + number) for number, one in enumerate(CROWD)})
    rig.clock.permissions = lambda: Permissions(**{**rig.allowed, **allowed})
    number = rig.put(*addresses, rule=rule)
    rig.tick()
    assert bool(rig.sent()) is reaches
    said = rig.said()
    assert [user for user, _ in said] == ([] if reaches else [BOB])
    assert reaches or "permissions." in said[0][1]
    row = rig.get(number)
    assert row.state == ("active" if rule == MINUTE else "done")
    assert bool(row.error) is not reaches


def test_the_configurations_schedules_need_nobodys_permission(rig):
    rig.users.update({one: Recipient("main", 100 + number) for number, one in enumerate(CROWD)})
    rig.clock.permissions = lambda: Permissions(notify=[], broadcast=[])
    rig.put("C0CROWD01", kind="schedule")
    rig.tick()
    assert len(rig.sent()) == 31


def test_one_that_can_not_be_written_out_holds_no_other_up_and_says_so(rig):
    broken = rig.put(ANNA, kind="schedule", extra={"pictures": [{"no": "address"}]})
    rig.put(CAROL, kind="schedule", text="all is well")
    rig.tick()
    assert [user for user, _ in rig.sent()] == [14]
    assert "KeyError" in rig.get(broken).error
    assert len(rig.said()) == 1
    rig.tick(60)
    assert (len(rig.sent()), rig.said()) == (2, [])


def test_a_schedule_that_changes_while_it_is_written_out_is_left_to_the_next_tick(rig):
    number = rig.put(ANNA)
    read = rig.get(number)
    plan = rig.clock._plan(read, rig.at)
    rig.store.write(lambda tx: tx.schedules.cancel(number))
    assert not rig.store.write(lambda tx: rig.clock._fire(tx, plan=plan, now=rig.at))
    assert rig.sent() == []
