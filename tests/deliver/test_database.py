"""Trouble with the database: nothing accepted is lost, what can't be accepted is refused in words, deliveries go on."""

import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from slack_bitrix24.errors import StoreError
from slack_bitrix24.sandbox.portal import Fault
from slack_bitrix24.store import Submission, open_store
from waiting import until

SQLITE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize(
    "store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def refusal(rig):
    """Offer notifications until one is refused; return the ids of the others and the words."""
    accepted = []
    while True:
        try:
            accepted += rig.put(20)
        except StoreError as error:
            return accepted, str(error)
        assert len(accepted) < 20_000


def in_hand(rig, portal):
    """Return ids of which some are delivered, some are in flight and some wait."""
    portal.fail(Fault("slow", seconds=0.6))
    rig.node(in_flight=1, ttl=5.0)
    rig.held()
    ids = rig.put(70)
    until(lambda: portal.stats()["requests"] == 1)
    return ids


@contextmanager
def locked(path):
    """Hold the file's lock in a process of its own, as a backup or a person with a shell may."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "locked\n"
        yield


@SQLITE
def test_a_file_locked_by_another_program(rig, portal, store_url):
    ids = in_hand(rig, portal)
    with locked(store_url.removeprefix("sqlite:///")):
        accepted, words = refusal(rig)
        assert words.endswith("it is locked by another program")
        assert not accepted
        until(lambda: len(portal.sends()) == 50)
        assert set(rig.states(ids)) <= {"sending", "pending"}
    rig.all(ids + rig.put(2))
    assert len(portal.sends()) == 72


@SQLITE
def test_a_claim_in_doubt_is_settled_by_holding_the_lane_anew(rig, store_url):
    """Its commit may have been done although it failed: then nobody would know of the rows."""
    rig.node(ttl=2.0)
    rig.held()
    fence = rig.lane().fence
    ids = rig.put(2, not_before=rig.store.now() + 0.6)
    with locked(store_url.removeprefix("sqlite:///")):
        until(lambda: rig.store.now() > rig.get(ids[0]).due_at + 2.5)
        assert set(rig.states(ids)) == {"pending"}
    rig.all(ids)
    assert rig.lane().fence > fence


@contextmanager
def largest_file(size):
    """Let no file of this process grow beyond that: to a database it is a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@SQLITE
def test_a_full_disk(rig, portal, tmp_path):
    ids = in_hand(rig, portal)
    with largest_file((tmp_path / "store.db-wal").stat().st_size + 100_000):
        accepted, words = refusal(rig)
        assert "disk" in words
        until(lambda: len(portal.sends()) >= 50)
    rig.all(ids + accepted + rig.put(2), timeout=30)
    assert len(rig.seen()) == len(set(rig.seen())) == 72 + len(accepted)


@POSTGRESQL
def test_a_server_that_crashes_and_comes_back(rig, portal, postgres_cluster):
    ids = in_hand(rig, portal)
    postgres_cluster.stop(signal.SIGQUIT)
    try:
        accepted, words = refusal(rig)
        assert words.startswith("database postgresql://bridge@127.0.0.1")
        assert not accepted
        until(lambda: len(portal.sends()) == 50)
    finally:
        postgres_cluster.start()
    rig.all(ids + until(lambda: put_again(rig)))
    assert len(rig.seen()) == len(set(rig.seen())) == 72


def put_again(rig):
    try:
        return rig.put(2)
    except StoreError:
        return []


class Wall:
    """A wall clock that runs as fast as asked, and that somebody sets back."""

    def __init__(self, speed=1.0):
        self.speed = speed
        self.offset = 0.0
        self.began = time.time()

    def __call__(self):
        return self.began + (time.time() - self.began) * self.speed + self.offset


@SQLITE
def test_a_clock_set_back_while_it_runs_and_between_two_runs(rig, store_url):
    wall = Wall()
    for offset in (0, -3_600, -86_400):
        later = open_store(store_url, clock=wall, monotonic=time.monotonic)
        try:
            wall.offset = offset / 2
            node = rig.node(store=later, ttl=5.0)
            ids = [one.id for one in later.accept(Submission([rig.make(), rig.make()]))]
            rig.all(ids, timeout=5)
            waiting = later.accept(Submission([rig.make(portal="nobody's")]))
            wall.offset = offset
            rig.all([one.id for one in later.accept(Submission([rig.make()]))], timeout=5)
            node.stop()
        finally:
            later.close()
    assert rig.states([waiting[0].id]) == ["pending"]


@SQLITE  # a server's clock can't be hurried
def test_bitrix24_down_for_an_hour(rig, portal, store_url):
    """The hour takes six seconds. Nothing dies, nothing ages, and the portal is not hammered."""
    hurried = open_store(store_url, clock=Wall(600.0), monotonic=None)
    portal.fail(Fault("html", times=0, status=502))
    try:
        ids = rig.put(300)
        began = hurried.now()
        node = rig.node(store=hurried, ttl=30_000.0)
        until(rig.stopped)
        until(lambda: hurried.now() > began + 3_600, timeout=30)
        assert set(rig.states(ids)) <= {"pending", "sending"}
        asked = portal.stats()["requests"]
        assert asked < 130
        portal.faults.clear()
        back = hurried.now()
        rig.all(ids)
        assert hurried.now() - back < 7_200  # 12 s of this machine's time
        assert {rig.get(id_).attempts for id_ in ids} <= {1, 2, 3}
        assert len(rig.seen()) == 300
        node.stop()
    finally:
        hurried.close()
