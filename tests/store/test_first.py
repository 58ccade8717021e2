"""Who was first, or whether there was anything to change, is told the same way by both databases.

SQLAlchemy keeps the number of rows of UPDATE and DELETE alone: of an INSERT psycopg says -1 where SQLite says 1.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from slack_bitrix24.store import Uploaded


def begun(tx):
    tx.uploads.begin(Uploaded("F1", "hook", "a.txt"), ticket="ticket")


def known(tx):
    tx.bots.begin("main", "code", "token")
    tx.bots.hold("main", "a:1:1", gone=lambda _: False)


ONCE = [
    pytest.param(None, lambda tx: tx.taken.take("tag", by="Anna"), id="an alert is taken"),
    pytest.param(None, lambda tx: tx.looks.begin("2026-11-29"), id="a night is taken"),
    pytest.param(known, lambda tx: tx.bots.deaf("main", longer=-1.0), id="a bot's silence is told"),
    pytest.param(None, lambda tx: tx.tokens.save("main", b"x", expected_version=0), id="tokens are saved"),
    pytest.param(
        lambda tx: tx.heartbeats.beat("job"),
        lambda tx: tx.heartbeats.told(replace(tx.heartbeats.all()[0], silent_since=0.0), silent_since=1.0),
        id="a silence is told",
    ),
]


@pytest.mark.parametrize(("before", "first"), ONCE)
def test_the_first_alone_is_told_that_it_was_first(store, before, first):
    if before:
        store.write(before)
    assert [store.write(first), store.write(first), store.write(first)] == [True, False, False]


@pytest.mark.parametrize(("before", "change", "there"), [
    (begun, lambda tx: tx.uploads.fill("ticket", b"x"), True),
    (begun, lambda tx: tx.uploads.fill("another", b"x"), False),
    (None, lambda tx: tx.lanes.resume("main"), False),
    (None, lambda tx: tx.uploads.fill("", b"x"), False),
    (None, lambda tx: tx.tokens.exclusive("main", "a:1:1"), True),
])  # fmt: skip
def test_it_is_told_whether_there_was_something_to_change(store, before, change, there):
    if before:
        store.write(before)
    assert store.write(change) is there


def test_of_many_at_once_one_takes_an_alert(store):
    names = [f"reader {number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        took = list(pool.map(lambda name: store.write(lambda tx: tx.taken.take("t", by=name)), names))
    [taking] = store.read(lambda tx: tx.taken.among(["t"])).values()
    assert [name for name, first in zip(names, took, strict=True) if first] == [taking.by]
