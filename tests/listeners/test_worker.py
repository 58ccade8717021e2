"""The pools that empty the inbox: order by channel, pools apart, letters in one commit, and what ends its worker."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from contextlib import closing
from pathlib import Path

import pytest

from slack_bitrix24.listeners.handlers.letters import NotToldError, RefusedError
from slack_bitrix24.listeners.worker import POOLS, Pool, Worker, Workers
from slack_bitrix24.store import open_store
from waiting import until

POOL = Pool("events", ("event",), 4)


class Hands:
    """Does with a letter what the test says, and notes what came of it."""

    def __init__(self, store, do=lambda letter: None):
        self.store, self.do = store, do
        self.handled, self.gone, self.aside = [], [], []

    def handle(self, letter):
        self.do(letter)
        self.store.write_then(
            lambda tx: tx.inbox.add(f"done {letter.key}", "kept", {}), lambda _: self.handled.append(letter.key)
        )

    def given_up(self, tx, letter, reason):
        self.gone.append((letter.key, reason))

    def set_aside(self, tx, letter):
        self.aside.append(letter.key)


def add(store, *keys, kind="event", order_key=""):
    def write(tx):
        for key in keys:
            tx.inbox.add(key, kind, {}, order_key=order_key)

    store.write(write)


def waiting(store):
    return store.read(lambda tx: tx.runs.has_any([kind for pool in POOLS for kind in pool.kinds]))


@pytest.fixture
def work(store):
    """Start a worker, and stop it in the end."""
    started = []

    def begin(hands, **how):
        worker = Worker(store, hands, owner="w", **{"pool": POOL, **how})
        worker.start()
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        worker.stop(timeout=5)


def test_the_letters_of_one_channel_are_worked_on_in_their_order(store, work):
    for number in range(60):
        add(store, f"{number % 3}-{number:02}", order_key=f"C{number % 3}")
    hands = Hands(store)
    work(hands)
    until(lambda: len(hands.handled) == 60)
    for channel in "012":
        mine = [key for key in hands.handled if key.startswith(channel)]
        assert mine == sorted(mine)
    until(lambda: not waiting(store))


def test_several_letters_go_into_one_commit(store, work):
    add(store, *(f"{number:03}" for number in range(300)), order_key="C1")
    commits = []
    store.observe(lambda _seconds, operations: commits.append(operations))
    hands = Hands(store)
    work(hands)
    until(lambda: not waiting(store))
    assert len(hands.handled) == 300
    assert len(commits) < 150


@pytest.mark.parametrize("error", [OSError("later"), NotToldError("-"), ValueError("odd"), KeyError("x"), TypeError()])
def test_a_letter_that_must_wait_holds_up_its_own_channel_alone(store, work, error):
    for key, channel in (("a1", "a"), ("a2", "a"), ("b1", "b"), ("c1", "")):
        add(store, key, order_key=channel)

    def do(letter):
        if letter.key == "a1" and letter.attempts == 1:
            raise error

    hands = Hands(store, do)
    work(hands)
    until(lambda: {"b1", "c1"} <= set(hands.handled))
    assert "a2" not in hands.handled
    until(lambda: len(hands.handled) == 4)
    assert hands.handled.index("a1") < hands.handled.index("a2")


def test_what_is_refused_for_good_is_given_up_and_the_rest_goes_on(store, work):
    add(store, "a1", "a2", order_key="a")

    def do(letter):
        if letter.key == "a1":
            raise RefusedError("never")

    hands = Hands(store, do)
    work(hands)
    until(lambda: hands.handled == ["a2"])
    assert hands.gone == [("a1", "never")]


@pytest.mark.parametrize("slow", ["home", "action", "command", "reminder", "rest"])
def test_an_alert_never_waits_for_what_waits_for_slack(store, slow):
    """Every thread of the other pool hangs in a request to Slack; an alert goes its way all the same."""
    free = threading.Event()

    def do(letter):
        if letter.kind == slow:
            free.wait(30)

    add(store, *(f"slow {number}" for number in range(40)), kind=slow)
    hands = Hands(store, do)
    workers = Workers(store, hands, owner="w")
    workers.start()
    try:
        until(lambda: sum(len(one._hand) for one in workers.workers) == 40)
        add(store, "alert", order_key="C1")
        workers.wake()
        until(lambda: hands.handled == ["alert"], timeout=20)
    finally:
        free.set()
        workers.stop(timeout=5)


def test_what_was_not_begun_at_the_end_is_put_back_and_not_counted(store, work):
    free = threading.Event()
    add(store, *(f"a{number}" for number in range(5)), order_key="a")
    hands = Hands(store, lambda _letter: free.wait(30))
    worker = work(hands)
    until(lambda: len(worker._hand) == 5)
    worker.stop(timeout=0.1)
    free.set()
    [run] = until(lambda: store.write(lambda tx: tx.runs.claim("v", ("event",), limit=9)))
    assert [letter.lost for letter in run] == [0] * len(run)
    assert {letter.attempts for letter in run} == {1}


def test_a_letter_that_hangs_its_worker_twice_is_set_aside_and_told(store, work):
    free = threading.Event()

    def do(letter):
        if letter.key == "hangs":
            free.wait(60)

    add(store, "hangs", "after", order_key="a")
    add(store, "other", order_key="b")
    hands = Hands(store, do)
    try:
        work(hands, ttl=0.5)
        until(lambda: hands.aside == ["hangs"], timeout=30)
        until(lambda: {"after", "other"} <= set(hands.handled), timeout=30)
    finally:
        free.set()
    state = store.read(lambda tx: tx.connection.exec_driver_sql("SELECT state FROM inbox WHERE key = 'hangs'").scalar())
    assert state == "failed"


KILLED = """
    import os, sys
    sys.path.insert(0, {tests!r})
    from listeners.test_worker import Hands, POOL
    from slack_bitrix24.listeners.worker import Worker
    from slack_bitrix24.store import is_gone, new_owner, open_store
    from waiting import until

    def do(letter):
        if letter.key in {keys!r}:
            os._exit(9)

    store = open_store({url!r})
    store.write(lambda tx: tx.inbox.free(is_gone))
    hands = Hands(store, do)
    worker = Worker(store, hands, owner=new_owner(), pool=POOL)
    worker.start()
    until(lambda: not store.read(lambda tx: tx.runs.has_any(("event",))), timeout=30)
    worker.stop(timeout=5)
    store.close()
    print(sorted(hands.handled), hands.aside)
"""


@pytest.mark.parametrize("keys", [("b",), ("a",), ("e",), ("b", "d")])
def test_a_letter_that_kills_its_process_twice_is_set_aside_and_nobody_else_is(sqlite_url, keys):
    """Each start is a process of its own; letters that stood beside the killer are done."""
    with closing(open_store(sqlite_url)) as store:
        for key in "abcde":
            add(store, key, order_key=f"C{key}")
    program = textwrap.dedent(KILLED).format(tests=str(Path(__file__).parents[1]), keys=keys, url=sqlite_url)
    statuses = []
    for _ in range(2 * len(keys) + 1):
        ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=90, check=False)
        statuses.append(ended.returncode)
        if ended.returncode == 0:
            break
    assert statuses[-1] == 0, ended.stderr
    assert 9 in statuses
    with closing(open_store(sqlite_url)) as store:
        rows = store.read(
            lambda tx: tx.connection.exec_driver_sql("SELECT key, state FROM inbox WHERE kind = 'event'").all()
        )
    assert {key for key, state in rows if state == "failed"} == set(keys)
    assert {key for key, state in rows if state == "done"} == set("abcde") - set(keys)
