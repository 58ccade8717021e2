"""A clock that was ahead for a moment: recurring schedules go on as their rules say, and nothing is sent twice."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from slack_bitrix24 import when
from slack_bitrix24.mapping import Directory
from slack_bitrix24.schedule import Clock
from slack_bitrix24.store import Schedule, open_store
from slack_bitrix24.submit.ahead import Watched, mended
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.submitter import Submitter

NOW = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
DAY = 86_400.0


def schedule(rule: when.Rule, next_at: float | None, **more) -> Schedule:
    return Schedule(
        key="config:a", kind="schedule", owner="", title="a", text="hello", addresses=("bitrix24:10",),
        rule=when.dump(rule), next_at=next_at, **more,
    )  # fmt: skip


def by_rule(rule: when.Rule, now: datetime = NOW) -> float:
    found = when.next_after(rule, now)
    assert found is not None
    return found.timestamp()


RULES = {
    "each minute": when.cron("* * * * *", "Europe/Minsk"),
    "each hour": when.cron("0 * * * *", "UTC"),
    "weekdays": when.cron("45 9 * * mon-fri", "Europe/Minsk"),
    "monthly": when.cron("0 9 1 * *", "America/New_York"),
    "words": when.parse("every day at 10:30", now=NOW, zone="Europe/Minsk"),
    "every two days": when.parse("every 2 days at 9", now=NOW, zone="Europe/Minsk"),
}


@pytest.mark.parametrize("ahead", [3600.0, DAY, 40 * DAY, 400 * DAY, 4000 * DAY])
@pytest.mark.parametrize("rule", RULES)
def test_a_time_beyond_the_rules_is_reckoned_anew_from_now(rule, ahead):
    right = by_rule(RULES[rule])
    beyond = by_rule(RULES[rule], NOW + timedelta(seconds=ahead))
    expected = right if beyond > right else None
    assert mended(schedule(RULES[rule], beyond), NOW.timestamp()) == expected


@pytest.mark.parametrize("rule", RULES)
def test_what_waits_for_its_rules_time_or_is_due_stays(rule):
    right = by_rule(RULES[rule])
    for at in (right, NOW.timestamp(), NOW.timestamp() - DAY, None):
        assert mended(schedule(RULES[rule], at), NOW.timestamp()) is None


@pytest.mark.parametrize("days", [1, 30, 400, 3000, 9000])
def test_a_one_off_far_ahead_stays(days):
    at = NOW + timedelta(days=days)
    assert mended(schedule(when.Once(at), at.timestamp()), NOW.timestamp()) is None


@pytest.mark.parametrize("rule", ["", "{", "cron|x", "nonsense", "[]"])
def test_a_rule_that_cannot_be_read_is_left(rule):
    row = Schedule(key="a", kind="schedule", owner="", title="", text="", addresses=(), rule=rule, next_at=9e9)
    assert mended(row, NOW.timestamp()) is None


def test_a_row_that_was_right_is_not_reckoned_again_until_it_changes_or_the_clock_goes_back():
    watched, rule = Watched(), RULES["weekdays"]
    row = schedule(rule, by_rule(rule), id=1)
    assert watched.wrong([row], NOW.timestamp()) == []
    later = NOW + timedelta(days=7)
    assert watched.wrong([schedule(rule, by_rule(rule, later), id=1)], NOW.timestamp()) == [
        (schedule(rule, by_rule(rule, later), id=1), by_rule(rule))
    ]
    assert watched.wrong([row], later.timestamp() - 8 * DAY)  # the clock went back


@pytest.mark.parametrize("ahead", [3600.0, DAY, 40 * DAY])
def test_a_running_clock_that_was_ahead_goes_on_at_the_next_tick_and_after_a_start(tmp_path, ahead):
    moment = [NOW.timestamp()]
    with closing(open_store(f"sqlite:///{tmp_path / 'a.db'}")) as store:
        submitter = Submitter(store, lambda: Directory({}, {}), People, {"main": PortalRules()})

        def clock() -> Clock:
            return Clock(store=store, submitter=submitter, now=lambda: moment[0], read=lambda _: None)

        id_ = store.write(lambda tx: tx.schedules.put(schedule(RULES["each minute"], NOW.timestamp() + 60)))
        running = clock()

        def sent() -> int:
            return len(store.read(lambda tx: tx.outbox.find(limit=1000)))

        moment[0] += 60
        running.tick()
        assert sent() == 1
        moment[0] += ahead
        running.tick()  # ahead: it fires for a time that is to come
        false = sent()
        moment[0] -= ahead - 60
        for ticking in (running, clock()):
            ticking.tick()
            row = store.read(lambda tx: tx.schedules.get(id_))
            assert row.next_at <= moment[0] + 60
            moment[0] += 60
            ticking.tick()
        assert sent() >= false + 1
