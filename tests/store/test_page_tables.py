"""Sessions, the audit list, who was addressed in vain, and what went through: on both databases."""

from __future__ import annotations

import pytest

from slack_bitrix24.store import Deed, Flow, Schedule, Unreached, open_store
from slack_bitrix24.store.page.sessions import LASTS


def test_a_session_is_found_by_its_cookie_alone_and_ends(store):
    cookie = store.write(lambda tx: tx.sessions.begin("U1", way="slack"))
    other = store.write(lambda tx: tx.sessions.begin("", way="password:1"))
    found = store.read(lambda tx: tx.sessions.get(cookie))
    assert (found.who, found.way) == ("U1", "slack")
    assert found.csrf
    assert found.csrf != store.read(lambda tx: tx.sessions.get(other)).csrf
    for wrong in ("", "x", cookie[:-1], cookie.swapcase(), "\ud800"):
        assert store.read(lambda tx, wrong=wrong: tx.sessions.get(wrong)) is None
    store.write(lambda tx: tx.sessions.end(cookie))
    assert store.read(lambda tx: tx.sessions.get(cookie)) is None
    assert store.read(lambda tx: tx.sessions.get(other)) is not None


def test_a_session_lasts_for_a_working_day(sqlite_url):
    now = [1000.0]
    store = open_store(sqlite_url, clock=lambda: now[0], monotonic=lambda: now[0])
    try:
        cookie = store.write(lambda tx: tx.sessions.begin("U1", way="slack"))
        now[0] += LASTS - 1
        assert store.read(lambda tx: tx.sessions.get(cookie)) is not None
        now[0] += 1
        assert store.read(lambda tx: tx.sessions.get(cookie)) is None
    finally:
        store.close()


def test_the_audit_list_is_read_backwards_page_by_page(store):
    for number in range(5):
        store.write(
            lambda tx, number=number: tx.audit.add(Deed("retry", str(number), who="U1", name="Anna\0", peer="::1"))
        )
    first = store.read(lambda tx: tx.audit.list(limit=3))
    assert [one.target for one in first] == ["4", "3", "2"]
    rest = store.read(lambda tx: tx.audit.list(before=first[-1].id, limit=3))
    assert [one.target for one in rest] == ["1", "0"]
    assert rest[0].at > 0
    assert "\0" not in rest[0].name
    assert store.write(lambda tx: tx.audit.purge(tx.now + 1, limit=4)) == 4
    assert len(store.read(lambda tx: tx.audit.list())) == 1


def test_what_was_undone_leaves_no_trace(store):
    def fails(tx):
        tx.audit.add(Deed("retry"))
        raise ValueError("undone")

    with pytest.raises(ValueError, match="undone"):
        store.write(fails)
    assert store.read(lambda tx: tx.audit.list()) == []


def test_who_is_addressed_again_counts_again(store):
    for found in ([("@x", "nobody"), ("@x", "nobody"), ("@y", "several")], [("@x", "unmapped")]):
        store.write(lambda tx, found=found: tx.unreached.note(found, source="command"))
    [first, second] = store.read(lambda tx: tx.unreached.list())
    assert (first.address, first.reason, first.times) == ("@x", "unmapped", 2)
    assert second == Unreached("@y", "several", "command", 1, second.seen_at)
    assert store.write(lambda tx: tx.unreached.forget("@x")) is True
    assert store.write(lambda tx: tx.unreached.forget("@x")) is False
    store.write(lambda tx: tx.unreached.note([("z" * 1000 + "\0", "nobody")]))
    assert len(store.read(lambda tx: tx.unreached.list())) == 2


def test_a_minute_of_a_process_is_its_last_count(store):
    one, two = Flow(100, 1, 2, 3, 4, (5, 6)), Flow(100, 7, 8, 9, 10, (11,))
    store.write(lambda tx: (tx.flows.put("a", one), tx.flows.put("b", one), tx.flows.put("a", two)))
    store.write(lambda tx: tx.flows.put("a", Flow(90)))
    assert sorted(store.read(lambda tx: list(tx.flows.since(100))), key=lambda flow: flow.accepted) == [one, two]
    assert store.write(lambda tx: tx.flows.purge(95 * 60.0)) == 1
    assert len(store.read(lambda tx: list(tx.flows.since(0)))) == 2


def test_a_paused_schedule_rests_until_it_goes_on(store):
    rule = '{"kind": "cron"}'
    id_ = store.write(lambda tx: tx.schedules.put(Schedule("config:a", rule, 50.0, title="a")))
    assert store.write(lambda tx: tx.schedules.pause(id_)).state == "paused"
    assert store.write(lambda tx: tx.schedules.pause(id_)) is None
    assert store.read(lambda tx: tx.schedules.due(100)) == []
    assert store.read(lambda tx: tx.schedules.next_wake()) is None
    store.write(lambda tx: tx.schedules.put(Schedule("config:a", '{"kind": "other"}', 60.0, title="a")))
    assert [one.state for one in store.read(lambda tx: tx.schedules.standing())] == ["paused"]
    assert store.write(lambda tx: tx.schedules.purge(1e12)) == 0
    assert store.write(lambda tx: tx.schedules.go_on(id_, next_at=70.0)).next_at == 70.0
    assert [one.id for one in store.read(lambda tx: tx.schedules.due(100))] == [id_]
    assert store.write(lambda tx: tx.schedules.go_on(id_, next_at=70.0)) is None
    store.write(lambda tx: tx.schedules.pause(id_))
    assert store.write(lambda tx: tx.schedules.go_on(id_, next_at=None)).state == "done"
