"""A database that 0.1.0 wrote, with notifications in every state, becomes this version's on both databases.

The rows are in data/made_by_0.1.0.json, as 0.1.0's own code left them; empty columns are left out.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing

import pytest
import sqlalchemy as sa

from old_database import MADE, make_old
from slack_bitrix24.model import Delivered, Recipient
from slack_bitrix24.store import Submission, open_store, upgrade
from slack_bitrix24.store.sql.engine import UPGRADING, connect
from waiting import until

NUMBERED = ("outbox", "inbox")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'old.db'}"
    return request.getfixturevalue("empty_postgres_url")


@pytest.fixture
def old_url(empty_url):
    make_old(empty_url)
    return empty_url


@pytest.fixture
def upgraded(old_url):
    assert upgrade(old_url) == "0001"
    store = open_store(old_url)
    yield store
    store.close()


def test_every_notification_is_as_it_was(upgraded):
    found = {one.id: one for one in upgraded.read(lambda tx: tx.outbox.find(limit=1000))}
    assert set(found) == {row["id"] for row in MADE["outbox"]}
    for row in MADE["outbox"]:
        one = found[row["id"]]
        told = one.notification
        assert (told.key, told.recipient) == (row["key"], Recipient(row["portal"], row["user_id"]))
        for name in ("message", "message_out", "attach", "kind", "tag", "sub_tag", "source", "author"):
            assert getattr(told, name) == row.get(name, ""), name
        assert (told.not_before, told.priority) == (row["not_before"], "normal")
        for name in ("state", "attempts", "created_at", "receipt_id", "bitrix24_id", "finished_at", "sent_at"):
            assert getattr(one, name) == row.get(name), name
        if row["state"] != "sending":
            assert (one.code, one.error) == (row.get("code", ""), row.get("error", ""))


def test_what_is_the_same_for_many_stands_once(upgraded):
    count = upgraded.read(lambda tx: tx.connection.execute(sa.text("SELECT count(*) FROM texts")).scalar_one())
    assert count == len(MADE["outbox"]) - 119


OTHER = {
    "portal": "other",
    "message": "another text",
    "message_out": "another text",
    "attach": "[]",
    "kind": "system",
    "sub_tag": "another tag",
    "source": "cli",
    "author": "UOTHER",
    "not_before": 5.0,
    "created_at": 1.5,
    "receipt_id": 77,
}


def test_what_differs_in_anything_does_not_share_a_text(empty_url):
    """Each of these stands between two that are the same but for it, and the last three are the same."""
    base = {**MADE["outbox"][0], "receipt_id": None}
    told = [change for name, value in OTHER.items() for change in ({}, {name: value})] + [{}, {}, {}]
    rows = [{**base, **change, "id": n, "key": f"k{n}", "tag": f"t{n}"} for n, change in enumerate(told, start=1)]
    make_old(empty_url, {"outbox": rows, "sqlite_sequence": [{"name": "outbox", "seq": len(rows)}]})
    upgrade(empty_url)
    store = open_store(empty_url)
    found = store.read(lambda tx: tx.connection.execute(sa.text("SELECT id, text_id FROM outbox ORDER BY id")).all())
    kept = {one.id: one.notification for one in store.read(lambda tx: tx.outbox.find(limit=100))}
    store.close()
    first = len(rows) - 2
    assert [tuple(row) for row in found] == [(n, min(n, first)) for n in range(1, len(rows) + 1)]
    for row in rows:
        told = kept[row["id"]]
        names = ("message", "message_out", "attach", "kind", "sub_tag", "source", "author")
        assert [getattr(told, name) for name in names] == [row.get(name, "") for name in names]


def test_the_numbers_are_right(upgraded):
    states = Counter((row["portal"], row["state"]) for row in MADE["outbox"])
    for portal, count in upgraded.read(lambda tx: tx.outbox.counts()).items():
        assert [count.pending, count.sending, count.dead] == [
            states[portal, state] for state in ("pending", "sending", "dead")
        ]


def test_an_id_is_not_used_again(upgraded, make):
    [accepted] = upgraded.accept(Submission([make()]))
    assert accepted.id > max(row["seq"] for row in MADE["sqlite_sequence"])


def test_keys_and_tags_are_known_still(upgraded, make):
    known = MADE["outbox"][0]["key"]
    [again] = upgraded.accept(Submission([make(key=known)]))
    assert (again.id, again.new) == (MADE["outbox"][0]["id"], False)
    [waiting] = [row for row in MADE["outbox"] if row.get("sub_tag") == "disk" and row["state"] == "pending"]
    upgraded.accept(Submission([make(user=1, tag="disk", sub_tag="disk")]))
    assert upgraded.read(lambda tx: tx.outbox.get(waiting["id"])).state == "superseded"
    assert upgraded.read(lambda tx: tx.outbox.recipients_of("gone")) == [Recipient("main", 1)]


def is_open(row):
    return row["state"] in ("pending", "sending") and row["not_before"] < time.time()


def test_all_that_was_open_goes_out_once_and_the_receipts_are_due(upgraded):
    lease = upgraded.write(lambda tx: tx.lanes.hold("main", "new"))
    sent = []
    while batch := upgraded.write(lambda tx: tx.lanes.claim(lease, limits="{}")):
        sent += [one.id for one in batch]
        outcomes = {one.id: Delivered(one.id) for one in batch}
        upgraded.write(lambda tx, outcomes=outcomes: tx.lanes.record(lease, outcomes, limits="{}"))
    # Of each tag the newest; what was put off for longer than any retry is due (a clock was set back).
    open_ = {row["tag"]: row["id"] for row in MADE["outbox"] if row["portal"] == "main" and is_open(row)}
    assert Counter(sent) == Counter(open_.values())
    due = upgraded.write(lambda tx: tx.receipts.claim("w", limit=100))
    owed = {row.get("receipt_id") for row in MADE["outbox"]}
    assert {one.id for one in due} == {
        row["id"] for row in MADE["receipts"] if row["id"] in owed or row["state"] == "due"
    }


@pytest.mark.postgres
def test_of_two_versions_that_two_nodes_left_pending_the_newer_stays(empty_postgres_url):
    row = {**MADE["outbox"][3], "state": "pending", "finished_at": None}
    receipt = next(one for one in MADE["receipts"] if one["id"] == row["receipt_id"])
    twins = [{**row, "id": 1, "key": "a"}, {**row, "id": 2, "key": "b", "receipt_id": None}]
    receipts = [{**receipt, "state": "waiting", "missing": 1, "due_at": 1e12}]
    make_old(
        empty_postgres_url, {"outbox": twins, "receipts": receipts, "sqlite_sequence": [{"name": "outbox", "seq": 2}]}
    )
    upgrade(empty_postgres_url)
    store = open_store(empty_postgres_url)
    assert [one.state for one in store.read(lambda tx: tx.outbox.find())] == ["superseded", "pending"]
    assert [one.id for one in store.write(lambda tx: tx.receipts.claim("w"))] == [receipt["id"]]
    store.close()


MANY = int(os.environ.get("UPGRADE_ROWS", "20000"))


SERIES = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 1000 UNION SELECT n + 1 FROM c WHERE n < :last) SELECT n FROM c) AS s",
    "postgresql": "generate_series(1000, :last) AS s(n)",
}
MULTIPLY = """
INSERT INTO outbox (id, key, tag, sub_tag, state, finished_at, portal, user_id, message, message_out, kind, source,
                    author, created_at, due_at, sent_at, attempts)
SELECT n, 'many' || n, 'many' || n || '|U1', 'many' || n, CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'delivered' END,
       CASE WHEN n % 10 = 0 THEN NULL ELSE created_at END, portal, user_id, message, message_out, kind, source,
       author, created_at, due_at, sent_at, attempts
FROM {series}, outbox WHERE id = 1
"""


def multiply(url, count):
    """Make so many delivered and pending ones of the first row."""
    engines = connect(url, UPGRADING)
    with engines.writer.connect() as connection, connection.begin():
        statement = MULTIPLY.format(series=SERIES[connection.dialect.name])
        connection.execute(sa.text(statement), {"last": 999 + count})
    engines.dispose()


def test_many_take_seconds(old_url, record_property):
    """UPGRADE_ROWS=1000000 measures the million."""
    multiply(old_url, MANY)
    began = time.monotonic()
    upgrade(old_url)
    took = time.monotonic() - began
    print(f"\n{MANY:,} rows in {took:.1f} s")
    assert took < 60
    store = open_store(old_url)
    found = store.read(lambda tx: tx.connection.execute(sa.text("SELECT count(*) FROM outbox")).scalar_one())
    assert found == MANY + len(MADE["outbox"])
    store.close()


@pytest.mark.parametrize("is_read", [False, True])
def test_a_file_keeps_its_wal_whether_somebody_reads_it_meanwhile_or_not(tmp_path, is_read):
    file = tmp_path / "old.db"
    make_old(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as reader:
        if is_read:
            assert reader.execute("SELECT count(*) FROM outbox").fetchone() == (len(MADE["outbox"]),)
        upgrade(f"sqlite:///{file}")
        open_store(f"sqlite:///{file}").close()
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert reader.execute("SELECT count(*) FROM outbox").fetchone() == (len(MADE["outbox"]),)


@pytest.mark.parametrize("after", [0.0, 0.2, 0.4, 0.6, 0.8])
def test_an_upgrade_killed_at_any_moment_is_done_by_the_next(old_url, after):
    multiply(old_url, MANY)
    code = "import sys; from slack_bitrix24.store import upgrade; print('begins', flush=True); upgrade(sys.argv[1])"
    with subprocess.Popen([sys.executable, "-c", code, old_url], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        began = time.monotonic()
        until(lambda: process.poll() is not None or time.monotonic() - began > after)
        process.send_signal(signal.SIGKILL)
    store = open_store(old_url)
    states = Counter(one.state for one in store.read(lambda tx: tx.outbox.find(limit=1_000_000)))
    store.close()
    expected = Counter(row["state"] for row in MADE["outbox"])
    expected.update({"pending": MANY // 10, "delivered": MANY - MANY // 10})
    assert states == expected
