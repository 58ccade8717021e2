"""A PostgreSQL that is there and says nothing: callers hear of it in time, and what they gave up is never done."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from slack_bitrix24.errors import InDoubtError, StoreError
from slack_bitrix24.store import Schedule, Submission, open_store
from slack_bitrix24.store.deadline import left, within
from slack_bitrix24.store.sql.engine import PROMPT
from swallowing import Swallowing
from waiting import until

SLACK_WAITS = 3.0
DEADLINE = 2.5


@pytest.fixture
def proxy(postgres_url):
    url = sa.make_url(postgres_url)
    made = Swallowing(url.host, url.port)
    yield made
    made.close()


@pytest.fixture
def prompt(postgres_url, proxy):
    """A store of a process that answers Slack, behind the proxy."""
    url = sa.make_url(postgres_url).set(port=proxy.port).render_as_string(hide_password=False)
    store = open_store(url, patience=PROMPT)
    yield store
    proxy.silent.clear()
    store.close()


def timed(work):
    """Return what a caller with Slack's deadline is told, and the seconds that it took."""
    began = time.monotonic()
    try:
        with within(DEADLINE):
            said = work()
    except StoreError as error:
        said = error
    return said, time.monotonic() - began


def kept(url):
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            return set(connection.execute(sa.text("SELECT key FROM inbox")).scalars())
    finally:
        engine.dispose()


CALLS = {
    "a command": lambda store, make: store.accept(Submission([make()])),
    "an event": lambda store, make: store.write(lambda tx: tx.inbox.add("Ev1", "event", {})),
    "a click": lambda store, make: store.write(lambda tx: tx.inbox.add("action:1", "action", {})),
    "a reminder that is cancelled": lambda store, make: store.write(lambda tx: tx.schedules.cancel(1, owner="U1")),
    "a status": lambda store, make: store.read(lambda tx: tx.outbox.counts()),
    "a list": lambda store, make: store.read(lambda tx: tx.schedules.standing(limit=5)),
}


@pytest.mark.parametrize("call", CALLS)
def test_whoever_waits_is_told_in_time(call, prompt, proxy, make):
    proxy.silent.set()
    said, took = timed(lambda: CALLS[call](prompt, make))
    assert isinstance(said, StoreError)
    assert took < SLACK_WAITS


def test_what_was_given_up_is_not_done_later_and_the_rest_is(prompt, proxy, postgres_url):
    """Nineteen who wait as Slack does, and one who waits as long as it takes."""
    proxy.silent.set()
    with ThreadPoolExecutor(20) as pool:
        lasting = pool.submit(lambda: prompt.write(lambda tx: tx.inbox.add("lasting", "event", {})))
        asked = [
            pool.submit(timed, lambda n=n: prompt.write(lambda tx: tx.inbox.add(f"given up {n}", "event", {})))
            for n in range(19)
        ]
        told = [one.result() for one in asked]
        assert [one for one in told if not isinstance(one[0], StoreError)] == []
        assert max(took for _, took in told) < SLACK_WAITS
        assert all("nothing was done" in str(said) for said, _ in told)
        assert prompt.trouble()
        proxy.silent.clear()
        try:
            lasting.result(30)
        except StoreError:
            prompt.write(lambda tx: tx.inbox.add("lasting", "event", {}))
    until(lambda: not prompt.trouble())
    assert kept(postgres_url) == {"lasting"}


def test_readiness_follows_the_last_commit_both_ways_without_a_caller(prompt, proxy):
    assert prompt.trouble() == ""
    proxy.silent.set()
    assert "not answer" in until(prompt.trouble, timeout=15)
    began = time.monotonic()
    for _ in range(60):
        prompt.trouble()
    assert time.monotonic() - began < 0.5
    proxy.silent.clear()
    until(lambda: not prompt.trouble(), timeout=20)


def test_a_stopped_backend_is_left_and_the_next_connection_does(prompt, postgres_url):
    """SIGSTOP to the one process of the server that holds our writer's connection."""
    pid = prompt.write(lambda tx: tx.connection.execute(sa.text("SELECT pg_backend_pid()")).scalar())
    os.kill(pid, signal.SIGSTOP)
    try:
        said, took = timed(lambda: prompt.write(lambda tx: tx.inbox.add("Ev1", "event", {})))
        assert isinstance(said, StoreError)
        assert took < SLACK_WAITS
        until(lambda: not isinstance(timed(lambda: prompt.write(lambda tx: tx.nodes))[0], StoreError), timeout=20)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert kept(postgres_url) == set()


def test_a_row_that_somebody_else_holds_ends_in_time(prompt, postgres_url):
    prompt.write(lambda tx: tx.inbox.add("held", "event", {}))
    engine = sa.create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as other:
        other.execute(sa.text("UPDATE inbox SET error = 'x' WHERE key = 'held'"))
        said, took = timed(lambda: prompt.write(lambda tx: tx.inbox.done(1)))
        assert isinstance(said, StoreError) or said is None
        assert took < SLACK_WAITS
    engine.dispose()


def test_deadlines_nest_and_the_earlier_one_holds():
    assert left() is None
    with within(5):
        with within(60):
            assert left() <= 5
        with within(0):
            assert left() == 0
        assert 4 < left() <= 5
    assert left() is None


def test_a_deadline_is_its_threads_own(store):
    seen = []
    with within(1):
        thread = threading.Thread(target=lambda: seen.append(left()))
        thread.start()
        thread.join()
    assert seen == [None]


COMMITS = {
    "an event": lambda tx: tx.inbox.add("Ev1", "event", {}),
    "a click": lambda tx: tx.inbox.add("action:1", "action", {}),
    "a reminder": lambda tx: tx.schedules.put(Schedule("reminder:1", "{}", 1.0, "reminder", "U1")),
    "a pause": lambda tx: tx.schedules.pause(1),
    "what is forgotten": lambda tx: tx.unreached.forget("@x"),
}


@pytest.mark.parametrize("what", COMMITS)
def test_silence_over_the_commit_itself_is_said_to_be_in_doubt(what, prompt, proxy):
    """What was done before it stands with the server, and nobody can tell whether the last word reached it."""

    def work(tx):
        COMMITS[what](tx)
        proxy.silent.set()

    said, took = timed(lambda: prompt.write(work))
    assert isinstance(said, InDoubtError)
    assert took < SLACK_WAITS
