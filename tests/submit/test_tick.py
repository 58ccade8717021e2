"""Many schedules of one minute: each is owed once, and none holds up the others."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from slack_bitrix24 import when
from slack_bitrix24.mapping import Directory
from slack_bitrix24.schedule import AT_ONCE, Clock
from slack_bitrix24.store import Schedule, open_store
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.submitter import Submitter

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC).timestamp()
EACH_MINUTE = when.dump(when.cron("* * * * *", "Europe/Minsk"))


def schedule(number: int, **more) -> Schedule:
    values = {
        "key": f"config:{number}", "kind": "schedule", "owner": "", "title": f"{number}", "text": f"tick {number}.",
        "addresses": ("bitrix24:10",), "rule": EACH_MINUTE, "next_at": NOW,
    }  # fmt: skip
    return Schedule(**{**values, **more})


@pytest.fixture
def store(store_url):
    with closing(open_store(store_url)) as opened:
        yield opened


def clock(store, now: list[float]) -> Clock:
    submitter = Submitter(store, lambda: Directory({}, {}), People, {"main": PortalRules()})
    return Clock(store=store, submitter=submitter, now=lambda: now[0], read=lambda _: None)


def said(store) -> list[str]:
    return sorted(one.notification.message for one in store.read(lambda tx: tx.outbox.find(limit=1000)))


def put(store, *schedules: Schedule) -> None:
    store.write(lambda tx: [tx.schedules.put(one) for one in schedules])


@pytest.mark.parametrize("count", [1, 2, 50, AT_ONCE, AT_ONCE + 30])
def test_each_is_owed_once_and_waits_for_its_next_minute(store, count):
    put(store, *(schedule(number) for number in range(count)))
    now = [NOW]
    two = [clock(store, now), clock(store, now)]
    for _ in range(-(-count // AT_ONCE)):
        for one in two:  # as two nodes would
            one.tick()
    assert said(store) == sorted(f"tick {number}." for number in range(count))
    waiting = store.read(lambda tx: tx.schedules.standing(limit=1000))
    assert {one.next_at for one in waiting} == {NOW + 60}


@pytest.mark.parametrize("hours", [1, 11])
def test_what_was_missed_comes_as_each_says(store, hours):
    since = NOW - hours * 3600
    put(store, schedule(1, next_at=since), schedule(2, next_at=since, catch_up="skip"), schedule(3))
    clock(store, [NOW + 30]).tick()
    assert said(store) == ["tick 1.", "tick 2.", "tick 3."]


@pytest.mark.parametrize("rule", ["", "{", "cron|x", "nonsense", "[]"])
def test_one_that_can_not_be_read_holds_up_nobody(store, rule):
    put(store, *(schedule(number, rule=rule if number == 1 else EACH_MINUTE) for number in range(4)))
    clock(store, [NOW]).tick()
    assert said(store) == ["tick 0.", "tick 2.", "tick 3."]
    broken = store.read(lambda tx: tx.schedules.standing(limit=10))
    assert [one.error != "" for one in sorted(broken, key=lambda one: one.key)] == [False, True, False, False]
