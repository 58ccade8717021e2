"""What a database may do to us: each time a line in words, and nothing lost that was accepted."""

import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from slack_bitrix24.errors import SchemaTooNewError, StoreError
from slack_bitrix24.store import Submission, failures, open_store, upgrade
from slack_bitrix24.store.migrations import REVISIONS
from slack_bitrix24.store.sql.engine import is_sound, parse
from waiting import until


@pytest.fixture
def path(sqlite_url):
    return sqlite_url.removeprefix("sqlite:///")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", 'expected "sqlite:///file.db"'),
        ("mysql://host/name", 'got "mysql"'),
        ("sqlite://", "keeps nothing"),
        ("sqlite:///:memory:", "keeps nothing"),
        ("sqlite:////no/such/folder/store.db", "/no/such/folder/store.db: the file can't be opened"),
        ("postgresql://bridge:hunter2@127.0.0.1:1/name", "bridge@127.0.0.1:1/name: "),
    ],
)
def test_a_url_that_leads_nowhere(url, words):
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in repr(caught.value)


def test_a_postgres_url_may_be_spelled_in_three_ways():
    spellings = ("postgresql://h/n", "postgres://h/n", "postgresql+psycopg://h/n")
    assert {parse(url).drivername for url in spellings} == {"postgresql+psycopg"}


def test_the_password_stands_in_no_message():
    url = parse("postgresql://bridge:hunter2@h/n?password=hunter2")
    error = failures.words(sa.exc.OperationalError("", None, Exception("hunter2 is wrong")), url)
    assert "hunter2" not in str(error)
    assert "bridge@h/n" in str(error)


LOCK = "import sqlite3,sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE')"


def test_a_file_that_another_program_locks(sqlite_url, path, make):
    store = open_store(sqlite_url)
    other = subprocess.Popen(
        [sys.executable, "-c", f"{LOCK}; print('locked', flush=True); input()", path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout.readline() == b"locked\n"
    with pytest.raises(StoreError, match=r"store\.db: it is locked by another program"):
        store.accept(Submission([make()]))
    assert store.read(lambda tx: tx.outbox.find()) == []
    other.communicate(b"\n")
    assert store.accept(Submission([make()]))[0].new
    store.close()


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "store.db").write_text("not a database at all, " * 100)
    with pytest.raises(StoreError, match="not a SQLite database"):
        open_store(f"sqlite:///{tmp_path / 'store.db'}")


def refusal(store, notification):
    try:
        store.accept(Submission([notification]))
    except StoreError as error:
        return str(error)
    return ""


def test_a_full_disk_refuses_and_loses_nothing(sqlite_url, make):
    """`max_page_count` makes SQLite report a full disk."""
    store = open_store(sqlite_url)
    kept = store.accept(Submission([make()]))[0].id
    pages = store.read(lambda tx: tx.connection.exec_driver_sql("PRAGMA page_count").scalar())
    store.write(lambda tx: tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}").scalar())
    refused = until(lambda: refusal(store, make(sub_tag="x" * 1000)))
    assert "store.db: the disk is full" in refused
    before = len(store.read(lambda tx: tx.outbox.find()))
    assert store.read(lambda tx: tx.outbox.get(kept)) is not None
    assert store.accept(Submission([make()]))[0].new
    assert len(store.read(lambda tx: tx.outbox.find())) == before + 1
    store.close()


def test_a_file_that_is_read_only(path):
    """Opened so by its URL: root, as whom tests may run, is refused by no file mode."""
    with pytest.raises(StoreError, match="it is read-only for this user"):
        open_store(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_a_newer_schema_stops_the_start(store_url):
    opened = open_store(store_url)
    change = "UPDATE alembic_version SET version_num = '{}'"
    opened.write(lambda tx: tx.connection.exec_driver_sql(change.format("9999")))
    try:
        for start in (open_store, upgrade):
            with pytest.raises(SchemaTooNewError, match=r"newer version of slack-bitrix24.*9999"):
                start(store_url)
    finally:
        opened.write(lambda tx: tx.connection.exec_driver_sql(change.format(REVISIONS[-1])))
        opened.close()


def test_without_the_driver_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"install slack-bitrix24\[postgres\]"):
        open_store("postgresql://h/n")


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((4, 0, 0), True),
    ],
)
def test_which_sqlite_is_free_of_the_wal_reset_bug(version, sound):
    assert is_sound(version) is sound


def test_pythons_own_sqlite_is_used_with_a_warning_where_none_comes_along(monkeypatch, tmp_path, caplog):
    monkeypatch.setitem(sys.modules, "pysqlite3", None)
    open_store(f"sqlite:///{tmp_path / 'store.db'}").close()
    assert is_sound(sqlite3.sqlite_version_info) or "walresetbug" in caplog.text


def test_killed_at_any_moment_it_keeps_what_it_acknowledged(tmp_path):
    """Promise 1, for the store alone: kill -9 while eight threads accept."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    upgrade(url)
    program = Path(__file__).with_name("accepting.py")
    for round_ in range(3):
        process = subprocess.Popen([sys.executable, program, url, str(round_)], stdout=subprocess.PIPE, text=True)
        told = [process.stdout.readline() for _ in range(40)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        acknowledged = {line.strip() for line in told if line.endswith("\n")}
        store = open_store(url)
        kept = {one.notification.key for one in store.read(lambda tx: tx.outbox.find(limit=100_000))}
        store.close()
        assert len(acknowledged) >= 40
        assert acknowledged <= kept


@pytest.mark.postgres
def test_postgresql_may_restart(postgres_cluster, postgres_url, make):
    """Callers get their answer or a StoreError; what was acknowledged is there afterwards."""
    store = open_store(postgres_url)
    acknowledged, refused, stop = [], [], threading.Event()

    def caller():
        while not stop.is_set():
            notification = make()
            try:
                store.accept(Submission([notification]))
                acknowledged.append(notification.key)
            except StoreError as error:
                refused.append(str(error))
                stop.wait(0.01)

    threads = [threading.Thread(target=caller) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(acknowledged) > 50)
        postgres_cluster.restart(signal.SIGQUIT)
        at = len(acknowledged)
        until(lambda: len(acknowledged) > at + 50, timeout=20)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    kept = {one.notification.key for one in store.read(lambda tx: tx.outbox.find(limit=100_000))}
    store.close()
    assert set(acknowledged) <= kept
    assert all("\n" not in line and "bridge@127.0.0.1" in line for line in refused)


@pytest.mark.postgres
def test_a_connection_that_died_while_idle_is_not_noticed(postgres_cluster, postgres_url, make):
    store = open_store(postgres_url)
    store.read(lambda tx: tx.outbox.find())
    postgres_cluster.cut(postgres_url)
    assert store.accept(Submission([make()]))[0].new
    assert len(store.read(lambda tx: tx.outbox.find())) == 1
    store.close()


@pytest.mark.postgres
def test_a_deadlock_between_two_nodes_is_run_again(postgres_url, make):
    first, second = open_store(postgres_url), open_store(postgres_url)
    first.write(lambda tx: tx.lanes.ensure(["a", "b"]))
    both = threading.Barrier(2)
    tries = []

    def cross(one, other):
        def operation(tx):
            tries.append(one)
            tx.connection.execute(sa.text("UPDATE lanes SET fence = fence + 1 WHERE portal = :p"), {"p": one})
            if len(tries) <= 2:
                both.wait(10)
            tx.connection.execute(sa.text("UPDATE lanes SET fence = fence + 1 WHERE portal = :p"), {"p": other})

        return operation

    thread = threading.Thread(target=first.write, args=(cross("a", "b"),))
    thread.start()
    second.write(cross("b", "a"))
    thread.join()
    assert [lane.fence for lane in first.read(lambda tx: tx.lanes.states())] == [2, 2]
    assert len(tries) == 3
    first.close()
    second.close()
