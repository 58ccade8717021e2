"""`database`: moved, saved and looked at by commands."""

from __future__ import annotations

import json
import time

import pytest

from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.store import Submission, new_owner, open_store


@pytest.fixture
def filled(configured):
    """The database of the configuration with three notifications in it."""
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")
    made = [Notification(f"k{n}", Recipient("main", 10), f"text {n}", tag=f"t{n}|U10") for n in range(3)]
    store.accept(Submission(made))
    store.close()
    return configured


def outbox(run):
    return [(row["id"], row["state"]) for row in json.loads(run("outbox", "list", "--json").out)]


def point_to(folder, url):
    file = folder / "slack-bitrix24.toml"
    text = file.read_text().splitlines(keepends=True)
    file.write_text(f'database = "{url}"\n' + "".join(line for line in text if not line.startswith("database")))


def test_copy_moves_a_queue_to_another_database(filled, run):
    before = outbox(run)
    point_to(filled, "sqlite:///moved.db")
    ended = run("database", "copy", "--from", f"sqlite:///{filled / 'bridge.db'}")
    assert ended.status == 0, ended.err
    assert outbox(run) == before
    row = next(line.split() for line in ended.out.splitlines() if line.startswith("outbox "))
    assert row == ["outbox", "3", "3"]


@pytest.mark.postgres
def test_copy_moves_to_postgresql_and_back(filled, run, empty_postgres_url):
    before = outbox(run)
    point_to(filled, empty_postgres_url)
    assert run("database", "copy", "--from", f"sqlite:///{filled / 'bridge.db'}").status == 0
    assert outbox(run) == before
    point_to(filled, "sqlite:///back.db")
    assert run("database", "copy", "--json", "--from", empty_postgres_url).status == 0
    assert outbox(run) == before


@pytest.mark.parametrize(
    ("source", "status", "said"),
    [
        ("bridge.db", 2, "--from: expected"),
        ("", 2, "--from"),
        ("mysql://h/n", 1, 'got "mysql"'),
        ("sqlite:///nowhere/x.db", 1, "can't be opened"),
        ("postgresql://me:s3cretWord@127.0.0.1:1/n", 1, "127.0.0.1"),
        ("sqlite://", 1, "keeps nothing"),
    ],
)
def test_copy_from_nothing_says_so(filled, run, source, status, said):
    point_to(filled, "sqlite:///moved.db")
    ended = run("database", "copy", "--from", source)
    assert ended.status == status
    assert said in ended.err
    assert "s3cretWord" not in ended.err


def test_copy_waits_for_nobody_who_still_runs(filled, run):
    store = open_store(f"sqlite:///{filled / 'bridge.db'}")
    store.write(lambda tx: tx.nodes.heartbeat(new_owner(), ["deliver"]))
    store.close()
    point_to(filled, "sqlite:///moved.db")
    ended = run("database", "copy", "--from", f"sqlite:///{filled / 'bridge.db'}")
    assert ended.status == 1
    assert "stop it first" in ended.err


def test_a_backup_stands_in_place_of_the_database(filled, run):
    before = outbox(run)
    began = time.time()
    assert run("database", "backup", "backup.db").status == 0
    assert (filled / "backup.db").stat().st_mtime >= began - 1
    point_to(filled, "sqlite:///backup.db")
    assert outbox(run) == before


def test_check_counts_and_says_ok(filled, run):
    ended = run("database", "check")
    assert ended.status == 0
    assert ended.out.splitlines()[-1].endswith("bridge.db: ok")
    found = json.loads(run("database", "check", "--json").out)
    assert (found["faults"], found["rows"]["outbox"]) == ([], 3)


def test_check_names_a_file_that_is_no_database(filled, run):
    (filled / "bridge.db").write_text("no database at all" * 100)
    ended = run("database", "check")
    assert ended.status == 1
    assert "not a SQLite database" in ended.err
