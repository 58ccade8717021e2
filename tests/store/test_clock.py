"""Time: never backwards, and what is due stays due."""

import sqlalchemy as sa

from slack_bitrix24.model import Retry
from slack_bitrix24.store import Submission, open_store
from slack_bitrix24.store.sql.clock import Clock
from waiting import until


class Hands:
    """A wall clock and a monotonic one, moved by hand."""

    def __init__(self, wall=1000.0):
        self.wall_time, self.steady_time = wall, 0.0

    def wall(self):
        return self.wall_time

    def steady(self):
        return self.steady_time

    def pass_by(self, seconds):
        self.wall_time += seconds
        self.steady_time += seconds


def test_a_wall_clock_set_back_goes_on_by_the_monotonic_one():
    hands = Hands()
    clock = Clock(hands.wall, hands.steady)
    hands.pass_by(10)
    assert clock.now() == 1010
    hands.wall_time -= 3600
    hands.pass_by(10)
    assert clock.now() == 1020


def test_a_wall_clock_set_forward_is_followed():
    hands = Hands()
    clock = Clock(hands.wall, hands.steady)
    hands.wall_time += 3600
    assert clock.now() == 4600


def test_a_callers_own_clock_needs_no_monotonic_one():
    hands = Hands()
    clock = Clock(hands.wall)
    hands.wall_time = 900
    assert clock.now() == 1000


def test_a_server_is_followed_wherever_it_goes():
    hands = Hands()
    clock = Clock(hands.wall, hands.steady)
    clock.follow(50.0)
    hands.pass_by(2)
    assert clock.now() == 52


def test_a_clock_set_back_while_it_runs_delays_nothing(sqlite_url, make):
    hands = Hands()
    store = open_store(sqlite_url, clock=hands.wall, monotonic=hands.steady)
    lease = store.write(lambda tx: tx.lanes.hold("main", "a"))
    hands.wall_time -= 7200
    store.accept(Submission([make()]))
    [one] = store.write(lambda tx: tx.lanes.claim(lease, limits=""))
    store.write(lambda tx: tx.lanes.record(lease, {one.id: Retry(store.now() + 10, "busy")}, limits=""))
    hands.pass_by(11)
    assert len(store.write(lambda tx: tx.lanes.claim(lease, limits=""))) == 1
    hands.pass_by(16)
    assert store.write(lambda tx: tx.lanes.hold("main", "b")) is not None
    store.close()


def test_a_clock_set_back_between_two_runs_delays_nothing_but_what_was_asked_for(sqlite_url, make):
    """What waits for its own reasons keeps its time: a time that was asked for, a retry within the hour."""
    early = open_store(sqlite_url, clock=lambda: 1_000_000.0)
    ids = early.accept(Submission([make(), make(), make(), make(not_before=2_000_000.0)]))
    lease = early.write(lambda tx: tx.lanes.hold("main", "a"))
    early.write(lambda tx: tx.lanes.claim(lease, limit=2, limits=""))
    outcomes = {ids[0].id: Retry(1_000_900.0, "busy"), ids[1].id: Retry(990_300.0, "busy")}
    early.write(lambda tx: tx.lanes.record(lease, outcomes, limits=""))
    early.close()
    late = open_store(sqlite_url, clock=lambda: 990_000.0)
    dues = [late.read(lambda tx, one=one: tx.outbox.get(one.id)).due_at for one in ids]
    assert [dues[0], dues[1], dues[3]] == [990_000.0, 990_300.0, 2_000_000.0]
    lease = late.write(lambda tx: tx.lanes.hold("main", "a"))
    claimed = late.write(lambda tx: tx.lanes.claim(lease, limits=""))
    assert {one.id for one in claimed} == {ids[0].id, ids[2].id}
    late.close()


def test_time_is_the_servers(store_url):
    store = open_store(store_url, clock=lambda: 5.0)
    if store.is_shared:
        server = store.read(lambda tx: tx.connection.execute(sa.text("SELECT extract(epoch FROM now())")).scalar())
        assert abs(store.now() - float(server)) < 5
        before = store.now()
        assert until(lambda: store.now() > before)
    else:
        assert store.now() == 5.0
    store.close()
