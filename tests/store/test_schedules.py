"""What is due when: the same on both databases."""

import dataclasses

import pytest

from slack_bitrix24 import when
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.schedule import Clock
from slack_bitrix24.store import Schedule
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.submitter import Submitter

STAND_UP = Schedule(
    key="config:stand-up",
    rule='{"cron": "45 9 * * mon-fri"}',
    next_at=100.0,
    title="stand-up",
    text="Stand-up in *15 minutes*",
    addresses=("@team", "U1"),
    zone="Europe/Minsk",
    phrase="every weekday at 9:45",
    catch_up="all",
    catch_up_within=60.0,
    extra={"pictures": [{"name": "board"}]},
    created_at=5.0,
)


@pytest.fixture
def plan(store):
    return lambda schedule=STAND_UP, **changes: store.write(
        lambda tx: tx.schedules.put(dataclasses.replace(schedule, **changes))
    )


@pytest.fixture
def get(store):
    return lambda id_: store.read(lambda tx: tx.schedules.get(id_))


@pytest.fixture
def due(store):
    return lambda now, **how: [one.id for one in store.read(lambda tx: tx.schedules.due(now, **how))]


def test_what_is_due_is_sent_on_either_database(store, plan):
    """As `run` does: PostgreSQL refuses to lock what is only read."""
    directory = Directory({"U024BE7LH": Recipient("main", 10)})
    submitter = Submitter(store, lambda: directory, People, {"main": PortalRules()})
    rule = when.dump(when.cron("* * * * *", "UTC"))
    plan(rule=rule, next_at=1_000_020.0, addresses=("U024BE7LH",), extra={})
    clock = Clock(store=store, submitter=submitter, now=lambda: 1_000_021.0, read=lambda _wanted: None)
    clock.tick()
    clock.tick()
    [sent] = store.read(lambda tx: tx.outbox.find())
    assert (sent.notification.recipient, sent.notification.source) == (Recipient("main", 10), "schedule:stand-up")


def test_a_schedule_comes_out_as_it_went_in(plan, get):
    id_ = plan()
    assert get(id_) == dataclasses.replace(STAND_UP, id=id_)
    assert get(id_).due_at == 100.0
    assert get(id_ + 1) is None


def test_put_again_keeps_the_next_time_while_the_rule_is_the_same(plan, get):
    id_ = plan()
    assert plan(next_at=500.0, text="new") == id_
    assert (get(id_).next_at, get(id_).text, get(id_).created_at) == (100.0, "new", 5.0)
    assert plan(next_at=500.0, zone="UTC") == id_
    assert get(id_).next_at == 500.0


def test_put_again_does_not_revive_what_is_over_but_a_new_rule_does(store, plan, get):
    id_ = plan()
    store.write(lambda tx: tx.schedules.cancel(id_))
    plan()
    assert get(id_).state == "cancelled"
    plan(rule="{}")
    assert (get(id_).state, get(id_).next_at) == ("active", 100.0)


def test_what_the_configuration_no_longer_names_is_removed(store, plan, get):
    kept, gone, reminder = plan(), plan(key="config:old_"), plan(key="reminder:1")
    assert store.write(lambda tx: tx.schedules.remove_missing("config:", ["config:stand-up"])) == 1
    assert [get(id_) is not None for id_ in (kept, gone, reminder)] == [True, False, True]


def test_due_until_it_is_moved(store, plan, get, due):
    id_ = plan()
    plan(key="config:later", next_at=300.0)
    assert due(99.0) == []
    assert due(100.0) == [id_]
    assert due(400.0, limit=1) == [id_]
    store.write(lambda tx: tx.schedules.move(id_, fired_at=100.0, next_at=200.0))
    assert due(100.0) == []
    assert (get(id_).fired_at, get(id_).next_at, get(id_).state) == (100.0, 200.0, "active")


def test_a_series_ends(store, plan, get, due):
    id_ = plan()
    store.write(lambda tx: tx.schedules.move(id_, fired_at=100.0, next_at=None, done=True))
    assert due(1e12) == []
    assert get(id_).state == "done"
    assert get(id_).due_at is None


def test_a_snooze_is_one_more_time_beside_the_series(store, plan, get, due):
    id_ = plan()
    assert store.write(lambda tx: tx.schedules.snooze(id_, 50.0)).snoozed_until == 50.0
    assert due(50.0) == [id_]
    assert get(id_).due_at == 50.0
    store.write(lambda tx: tx.schedules.move(id_, fired_at=50.0, next_at=100.0))
    assert (get(id_).snoozed_until, get(id_).next_at) == (None, 100.0)


def test_a_snooze_in_the_future_outlives_the_series_time(store, plan, get):
    id_ = plan()
    store.write(lambda tx: tx.schedules.snooze(id_, 150.0))
    store.write(lambda tx: tx.schedules.move(id_, fired_at=100.0, next_at=200.0))
    assert (get(id_).snoozed_until, get(id_).next_at) == (150.0, 200.0)


def test_a_reminder_that_is_done_wakes_up_for_a_snooze(store, plan, due):
    id_ = plan(owner="U1")
    store.write(lambda tx: tx.schedules.move(id_, fired_at=100.0, next_at=None, done=True))
    assert store.write(lambda tx: tx.schedules.snooze(id_, 150.0, owner="U2")) is None
    assert store.write(lambda tx: tx.schedules.snooze(id_, 150.0, owner="U1")).state == "active"
    assert due(150.0) == [id_]


def test_only_its_owner_cancels_it_and_once(store, plan, due):
    id_ = plan(owner="U1")
    assert store.write(lambda tx: tx.schedules.cancel(id_, "U2")) is None
    assert store.write(lambda tx: tx.schedules.cancel(id_, "U1")).state == "cancelled"
    assert store.write(lambda tx: tx.schedules.cancel(id_)) is None
    assert store.write(lambda tx: tx.schedules.snooze(id_, 5.0)) is None
    assert due(1e12) == []


def test_upcoming_the_next_first(store, plan):
    late, early = plan(key="reminder:1", owner="U1", next_at=300.0), plan(key="reminder:2", owner="U1")
    plan(key="reminder:3", owner="U2", next_at=1.0)
    store.write(lambda tx: tx.schedules.snooze(late, 50.0))
    mine = store.read(lambda tx: tx.schedules.standing("U1"))
    assert [one.id for one in mine] == [late, early]
    assert len(store.read(lambda tx: tx.schedules.standing(limit=2))) == 2


def test_next_wake(store, plan):
    wake = lambda: store.read(lambda tx: tx.schedules.next_wake())  # noqa: E731 - three calls of it
    assert wake() is None
    id_ = plan()
    assert wake() == 100.0
    store.write(lambda tx: tx.schedules.snooze(id_, 50.0))
    assert wake() == 50.0


def test_reminders_that_are_over_are_purged(store, plan, get):
    over, running = plan(key="reminder:1", kind="reminder"), plan(key="reminder:2", kind="reminder")
    ended = plan()
    for id_ in (over, ended):
        store.write(lambda tx, id_=id_: tx.schedules.move(id_, fired_at=100.0, next_at=None, done=True))
    assert store.write(lambda tx: tx.schedules.purge(99.0)) == 0
    assert store.write(lambda tx: tx.schedules.purge(101.0)) == 1
    assert [get(id_) is not None for id_ in (over, running, ended)] == [False, True, True]


def test_what_is_held_is_due_again_at_its_time_and_not_before(store, plan, get, due):
    id_ = plan()
    store.write(lambda tx: tx.schedules.hold(id_, until=160.0, error="C0GONE001: unread"))
    assert (due(150.0), due(160.0)) == ([], [id_])
    assert (get(id_).next_at, get(id_).held_until, get(id_).error) == (100.0, 160.0, "C0GONE001: unread")
    assert store.read(lambda tx: tx.schedules.next_wake()) == 160.0
    assert [one.id for one in store.read(lambda tx: tx.schedules.troubled())] == [id_]
    store.write(lambda tx: tx.schedules.move(id_, fired_at=160.0, next_at=200.0))
    assert (get(id_).held_until, get(id_).error, due(200.0)) == (0.0, "", [id_])
    assert store.read(lambda tx: (tx.schedules.troubled(), tx.schedules.next_wake())) == ([], 200.0)


def test_a_new_rule_holds_nothing_back(store, plan, get):
    id_ = plan()
    store.write(lambda tx: tx.schedules.hold(id_, until=160.0, error="x"))
    plan(text="the same rule")
    assert get(id_).held_until == 160.0
    plan(zone="UTC")
    assert (get(id_).held_until, get(id_).error) == (0.0, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda tx, id_: tx.schedules.cancel(id_),
        lambda tx, id_: tx.schedules.snooze(id_, 150.0),
        lambda tx, id_: tx.schedules.move(id_, fired_at=100.0, next_at=200.0),
        lambda tx, id_: tx.schedules.hold(id_, until=150.0, error="x"),
        lambda tx, id_: tx.schedules.postpone(id_, 300.0),
        lambda tx, _id: tx.schedules.put(dataclasses.replace(STAND_UP, addresses=("U9",))),
    ],
)
def test_a_schedule_that_changed_since_it_was_read_is_told(store, plan, get, change):
    id_ = plan()
    read = get(id_)
    assert store.write(lambda tx: tx.schedules.unchanged(read))
    store.write(lambda tx: change(tx, id_))
    assert not store.write(lambda tx: tx.schedules.unchanged(read))


def test_what_is_said_to_somebody_is_due_at_once(store):
    store.write(lambda tx: tx.receipts.say("U1", "a text", language="ru"))
    (due,) = store.write(lambda tx: tx.receipts.claim("w"))
    assert (due.receipt.target, due.receipt.notes, due.receipt.language, due.last) == (
        {"channel": "U1"}, ("a text",), "ru", True,
    )  # fmt: skip


def test_since_when_a_relay_listens_is_noted_once(store):
    store.write(lambda tx: tx.channels.listen([("alerts", "C1"), ("alerts", ""), ("news", "C1")]))
    first = store.read(lambda tx: tx.channels.since())
    assert set(first) == {("alerts", "C1"), ("alerts", ""), ("news", "C1")}
    store.write(lambda tx: tx.channels.listen([("alerts", "C1"), ("alerts", "C2")]))
    again = store.read(lambda tx: tx.channels.since())
    assert again.items() > first.items()
    store.write(lambda tx: tx.channels.listen([]))
    assert store.read(lambda tx: tx.channels.since()) == again


def test_a_channel_that_moved_is_news_once(store):
    assert store.write(lambda tx: tx.channels.move("C1", "C2"))
    assert not store.write(lambda tx: tx.channels.move("C1", "C2"))
    assert store.write(lambda tx: tx.channels.move("C2", "C3"))
    assert store.read(lambda tx: tx.channels.moved()) == {"C1": "C2", "C2": "C3"}
