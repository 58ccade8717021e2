"""One writer for all callers: what stands together, and that one's error is one's own."""

import sys
import threading

import pytest
import sqlalchemy as sa

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Submission, open_store
from waiting import until


class Held:
    """Keeps the writer busy, so that what is submitted meanwhile goes into one group."""

    def __init__(self, store):
        self.store = store
        self.busy, self.go_on = threading.Event(), threading.Event()
        self.threads = []

    def __enter__(self):
        self.start(lambda: self.store.write(lambda _tx: (self.busy.set(), self.go_on.wait(10))))
        assert self.busy.wait(10)
        return self

    def start(self, work):
        results = []

        def run():
            try:
                results.append(work())
            except Exception as error:  # noqa: BLE001 - the test looks at it
                results.append(error)

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        return results

    def __exit__(self, *_):
        self.go_on.set()
        for thread in self.threads:
            thread.join(10)


def test_many_callers_share_a_commit(store, make):
    groups = []
    store.observe(lambda seconds, operations: groups.append((seconds, operations)))
    with Held(store) as held:
        results = [held.start(lambda: store.accept(Submission([make()]))) for _ in range(20)]
        until(lambda: store._writer._jobs.qsize() == 20)
    assert all(result[0][0].new for result in results)
    until(lambda: [operations for _, operations in groups] == [1, 20])
    assert all(0 < seconds < 20 for seconds, _ in groups)


def test_one_operations_error_undoes_that_one_alone(store, make):
    def write_then_fail(tx):
        tx.outbox.accept(Submission([make(key="undone")]))
        tx.connection.execute(sa.text("INSERT INTO lanes (portal) VALUES ('undone')"))
        raise LookupError("mine")

    with Held(store) as held:
        before = held.start(lambda: store.accept(Submission([make(key="before")])))
        failed = held.start(lambda: store.write(write_then_fail))
        refused = held.start(
            lambda: store.write(lambda tx: tx.connection.execute(sa.text("INSERT INTO lanes VALUES (NULL)")))
        )
        after = held.start(lambda: store.write(lambda tx: tx.outbox.accept(Submission([make(key="after")]))))
        until(lambda: store._writer._jobs.qsize() == 4)
    assert before[0][0].new
    assert after[0][0].new
    assert isinstance(failed[0], LookupError)
    assert isinstance(refused[0], StoreError)
    assert {one.notification.key for one in store.read(lambda tx: tx.outbox.find())} == {"before", "after"}
    assert store.read(lambda tx: tx.lanes.states()) == []
    assert store.read(lambda tx: tx.outbox.counts())["main"].pending == 2


def test_a_submission_that_can_not_be_stored_harms_no_other(store, make):
    with Held(store) as held:
        good = held.start(lambda: store.accept(Submission([make(key="good")])))
        bad = held.start(lambda: store.accept(Submission([make(key="bad", user=2**70)])))
        until(lambda: store._writer._jobs.qsize() == 2)
    assert good[0][0].new
    assert isinstance(bad[0], StoreError)
    assert [one.notification.key for one in store.read(lambda tx: tx.outbox.find())] == ["good"]


def test_a_lone_operations_error_is_raised_to_its_caller(store):
    with pytest.raises(ZeroDivisionError):
        store.write(lambda _tx: 1 / 0)
    with pytest.raises(StoreError, match="database "):
        store.write(lambda tx: tx.connection.exec_driver_sql("SELECT nonsense"))
    with pytest.raises(SystemExit):
        store.write(lambda _tx: sys.exit(1))
    assert store.write(lambda _tx: "alive") == "alive"


def test_in_one_group_too_the_newer_supersedes(store, make, state):
    with Held(store) as held:
        results = []
        for number in range(3):
            results.append(held.start(lambda: store.accept(Submission([make(user=1, tag="disk")]))))
            until(lambda number=number: store._writer._jobs.qsize() == number + 1)
    states = [state(result[0][0].id) for result in results]
    assert states == ["superseded", "superseded", "pending"]


def test_one_key_by_many_callers_is_one_notification(store, make):
    with Held(store) as held:
        results = [held.start(lambda: store.accept(Submission([make(key="same")]))) for _ in range(8)]
        until(lambda: store._writer._jobs.qsize() == 8)
    assert sorted(result[0][0].new for result in results) == [False] * 7 + [True]
    assert len({result[0][0].id for result in results}) == 1


def test_a_read_can_not_write(store, make):
    with pytest.raises(StoreError):
        store.read(lambda tx: tx.lanes.ensure(["main"]))
    with pytest.raises(KeyError):
        store.read(lambda _tx: {}["x"])


def test_a_closed_store_says_so(store_url):
    opened = open_store(store_url)
    opened.close()
    opened.close()
    with pytest.raises(StoreError, match="closed"):
        opened.write(lambda _tx: 1)


def test_subscribers_hear_of_what_is_new_until_they_leave(store, make, put, claim):
    heard = []
    leave = store.subscribe(heard.append)
    put()
    put(key="other", portal="acme")
    put(key="other", portal="acme")
    claim()
    assert heard == ["main", "acme"]
    leave()
    put()
    assert heard == ["main", "acme"]


def test_a_subscriber_that_fails_harms_nobody(store, put, caplog):
    store.subscribe(lambda portal: {}[portal])
    assert put()
    assert put()
    assert "a subscriber of the store failed" in caplog.text


def test_a_commit_that_fails_is_told_to_all_and_keeps_nothing(store, make):
    """A foreign key that is looked at when the transaction ends."""

    def break_at_the_end(tx):
        for statement in (
            "CREATE TABLE parent (id integer PRIMARY KEY)",
            "CREATE TABLE child (id integer REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO child VALUES (1)",
        ):
            tx.connection.exec_driver_sql(statement)

    with Held(store) as held:
        accepted = held.start(lambda: store.accept(Submission([make()])))
        broken = held.start(lambda: store.write(break_at_the_end))
        until(lambda: store._writer._jobs.qsize() == 2)
    assert isinstance(accepted[0], StoreError)
    assert isinstance(broken[0], StoreError)
    assert store.read(lambda tx: tx.outbox.find()) == []
    assert store.accept(Submission([make()]))[0].new
