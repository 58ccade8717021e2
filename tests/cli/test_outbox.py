"""`outbox`: what is owed to whom, in a table and as JSON, and what may be done about it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

from slack_bitrix24.cli import words
from slack_bitrix24.model import Dead, Delivered, Notification, Recipient, State
from slack_bitrix24.store import Submission, open_store

DAY = 86_400.0
NOW = 1_800_000_000.0


class Kept:
    """The outbox of the folder, filled at any time."""

    def __init__(self, folder):
        self.url = f"sqlite:///{folder / 'bridge.db'}"
        self.number = 0

    def add(self, *, at=None, outcome=None, user=10, portal="main", message="text", tag=""):
        clock = (lambda: at) if at is not None else None
        store = open_store(self.url, clock=clock) if clock else open_store(self.url)
        self.number += 1
        made = Notification(
            f"key-{self.number}", Recipient(portal, user), message, f"{tag or self.number}|U{user}", source="cli"
        )
        (accepted,) = store.accept(Submission([made]))
        if outcome is not None:
            lease = store.write(lambda tx: tx.lanes.hold(portal, "test:1:1"))
            claimed = store.write(lambda tx: tx.lanes.claim(lease, limits=""))
            assert [one.id for one in claimed] == [accepted.id]
            store.write(lambda tx: tx.lanes.record(lease, {accepted.id: outcome}, limits=""))
            store.write(lambda tx: tx.lanes.release(lease))
        store.close()
        return accepted.id

    def state(self, number):
        store = open_store(self.url)
        one = store.read(lambda tx: tx.outbox.get(number))
        store.close()
        return one and one.state


@pytest.fixture
def kept(configured):
    return Kept(configured)


def ids(ended):
    assert (ended.status, ended.err) == (0, "")
    return [one["id"] for one in json.loads(ended.out)]


def test_the_list_is_filtered_by_everything_together(run, kept):
    done = kept.add(outcome=Delivered(5))
    dead = kept.add(outcome=Dead("no such user", "NOBODY"), user=7)
    anna, other = kept.add(), kept.add(portal="acme", user=12)
    filters = {
        (): [done, dead, anna, other],
        ("--limit", "2"): [anna, other],
        ("--state", "pending"): [anna, other],
        ("--state", "dead"): [dead],
        ("--portal", "acme"): [other],
        ("--person", "bitrix24:10"): [done, anna],
        ("--person", "U024BE7LH", "--state", "pending"): [anna],
        ("--person", "@oncall"): [done, dead, anna],
        ("--person", "@oncall", "--limit", "1"): [anna],
        ("--person", "bitrix24:10", "--portal", "acme"): [],
    }
    assert {chosen: ids(run("outbox", "list", "--json", *chosen)) for chosen in filters} == filters


def test_the_list_is_filtered_by_age(run, kept):
    kept.add()
    assert ids(run("outbox", "list", "--json", "--older-than", "1h")) == []
    assert ids(run("outbox", "list", "--json", "--older-than", "0s")) == [1]


def test_the_table_says_what_and_why(run, kept):
    kept.add(outcome=Dead("no such user", "NOBODY"), message="two\nlines \x1b[31m" + "long " * 50)
    head, row = run("outbox", "list").out.splitlines()
    assert head.split() == ["id", "state", "to", "name", "age", "tries", "text", "reason"]
    assert row.split()[:4] == ["1", "dead", "bitrix24:main/10", "Anna"]
    assert "two lines [31mlong long" in row
    assert row.endswith("…  NOBODY: no such user")


@pytest.mark.parametrize(
    ("mapping", "fault"),
    [
        (
            "users:\n  U024BE7LH:10\n  U0G9QF9C6: 12\n",
            "mapping.yaml:2:13: not YAML: a blank is missing after the colon",
        ),
        ("users:\n  anna: 10\n", "mapping.yaml:2:3: anna: not the id of a Slack user"),
        ("", "mapping.yaml:1:1: the file is empty"),
        ("groups:\n  a: ['@a']\n", "mapping.yaml:2:3: a: contains itself"),
        ("\0", "mapping.yaml:1:1: a zero byte"),
    ],
)
def test_it_can_be_looked_at_while_the_mapping_file_is_broken(run, kept, configured, mapping, fault):
    number = kept.add(message="seen all the same")
    (configured / "mapping.yaml").write_text(mapping, "utf-8")
    for arguments in (("outbox", "list"), ("outbox", "show", str(number)), ("outbox", "list", "--json")):
        ended = run(*arguments)
        assert ended.status == 0
        assert "seen all the same" in ended.out
        assert ended.err.startswith(f"slack-bitrix24: warning: {fault}")
        assert ended.err.rstrip().endswith("; names are missing")
        assert len(ended.err.splitlines()) == 1


def test_all_of_one_is_shown(run, kept):
    kept.add(outcome=Delivered(77), message="two\nlines")
    shown = run("outbox", "show", "1")
    assert "message:     two\n             lines\n" in shown.out
    assert "bitrix24_id: 77" in shown.out
    assert json.loads(run("outbox", "show", "1", "--json").out)["message"] == "two\nlines"
    for number in ("2", str(10**30)):
        assert run("outbox", "show", number).lines == [f"slack-bitrix24: there is no notification {number}"]


def test_dead_ones_are_retried_by_id(run, kept):
    kept.add(outcome=Dead("gone"))
    kept.add()
    ended = run("outbox", "retry", "1", "2", "9", str(10**30))
    assert (ended.status, ended.out) == (1, "pending again: 1\n")
    assert ended.lines == [
        "slack-bitrix24: 2: is pending; only dead ones are retried",
        "slack-bitrix24: 9: there is no such notification",
        f"slack-bitrix24: {10**30}: there is no such notification",
    ]
    assert kept.state(1) is State.PENDING


def test_all_dead_ones_are_retried_but_those_overtaken(run, kept):
    for portal in ("main", "acme"):
        kept.add(outcome=Dead("gone"), portal=portal)
    assert run("outbox", "retry", "--dead", "--portal", "acme").out == "pending again: 1\n"
    assert (kept.state(1), kept.state(2)) == (State.DEAD, State.PENDING)
    kept.add(outcome=Dead("gone"), tag="t", user=7)
    kept.add(tag="t", user=7)
    ended = run("outbox", "retry", "--dead")
    assert (ended.status, ended.out) == (1, "pending again: 1\n")
    assert ended.lines == ["slack-bitrix24: 3: is superseded; only dead ones are retried"]


def test_pending_ones_are_cancelled(run, kept):
    kept.add(outcome=Delivered(1), user=7)
    kept.add()
    ended = run("outbox", "cancel", "1", "2")
    assert (ended.status, ended.out) == (1, "cancelled: 1\n")
    assert ended.lines == ["slack-bitrix24: 1: is delivered; only pending ones can be cancelled"]
    assert kept.state(2) is State.CANCELLED


def test_what_was_finished_long_ago_is_purged(run, kept):
    old = NOW - 1000 * DAY
    kept.add(at=old, outcome=Delivered(1))
    kept.add(at=old, outcome=Dead("gone"))
    kept.add(outcome=Delivered(2), user=7)
    kept.add(at=old, user=12)
    assert run("outbox", "purge", "--older-than", "30d").out == "purged: 2\n"
    assert [kept.state(number) for number in (1, 2, 3, 4)] == [None, None, State.DELIVERED, State.PENDING]


def test_on_a_terminal_it_is_a_table_in_colour_unless_that_is_unwanted(kept, monkeypatch):
    """Markup in a text is shown as it is."""
    kept.add(outcome=Dead("gone"), message="[bold]x[/bold]")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = on_terminal("outbox", "list")
    assert "[bold]x[/bold]" in plain
    assert "\x1b[31m" not in plain
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b[31mdead" in on_terminal("outbox", "list")


def on_terminal(*arguments):
    main, second = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "slack_bitrix24", *arguments], stdout=second)
    os.close(second)
    shown = b""
    try:
        while part := os.read(main, 65_536):
            shown += part
    except OSError:
        pass  # how Linux tells that the other end is closed
    assert process.wait(20) == 0
    os.close(main)
    return shown.decode()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "0 s"), (0, "0 s"), (119.9, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"),
        (2 * DAY - 1, "47 h"), (2 * DAY, "2 days"), (400 * DAY, "400 days"),
    ],
)  # fmt: skip
def test_an_age_in_words(seconds, said):
    assert words.span(seconds) == said


def test_texts_are_cut_visibly_and_times_written_with_their_zone():
    assert words.cut("a" * 60) == "a" * 60
    assert words.cut("a" * 61) == "a" * 59 + "…"
    assert words.moment(0.0) == "1970-01-01T00:00:00+00:00"
    assert words.moment(None) is None
