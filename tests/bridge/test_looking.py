"""`run` looks at its set-up: warnings after the start, and at night what is new, to administrators."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime

import pytest

from rig import ANNA, BOB, sandbox
from slack_bitrix24.app.bridge import Bridge as Running
from slack_bitrix24.cli.checks.looking import Looking, night
from slack_bitrix24.cli.opening import opened
from slack_bitrix24.store import open_store
from waiting import until

WRONG = f"""
[permissions]
admin = ["{ANNA}", "{BOB}"]

[[relays]]
name = "lost"
channels = ["C0NOWHERE"]
from = "bots"
to = ["@oncall"]
"""


@pytest.mark.parametrize(
    ("moment", "zone", "date"),
    [
        ("2026-11-29T03:00", "UTC", "2026-11-29"),
        ("2026-11-29T03:59", "UTC", "2026-11-29"),
        ("2026-11-29T04:00", "UTC", ""),
        ("2026-11-29T02:59", "UTC", ""),
        ("2026-11-29T00:30", "Europe/Minsk", "2026-11-29"),
        ("2026-11-28T18:10", "Asia/Tokyo", "2026-11-29"),
        ("2026-11-29T08:30", "America/New_York", "2026-11-29"),
        ("2026-03-29T01:30", "Europe/Berlin", "2026-03-29"),
        ("2026-11-29T03:30", "Europe/Minsk", ""),
    ],
)
def test_it_is_night_from_three_to_four_by_the_zone(moment, zone, date):
    assert night(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp(), zone) == date


@pytest.fixture
def own():
    with sandbox() as made:
        yield made


def test_what_is_wrong_is_a_warning_after_the_start(make):
    bridge = make(more=WRONG)
    bridge.start()
    until(lambda: bridge.said("set-up: channel C0NOWHERE: relays.lost: no such channel"), timeout=60)
    assert bridge.get("/readyz") == 200
    assert bridge.stop() == 0


def test_each_night_one_node_tells_administrators_what_is_new(make, own, monkeypatch, caplog):
    files = make(more=WRONG)
    for name, value in files.environ.items():
        monkeypatch.setenv(name, value)
    found = opened(files.configuration, os.environ, warn=False)
    store = open_store(found.settings.database.reveal())
    bridge = Running(found.settings, store=store, mapping=found.mapping, environ=os.environ, refuse=pytest.fail)
    clock = [datetime(2026, 11, 29, 0, 30, tzinfo=UTC).timestamp()]  # 3:30 in Minsk
    nodes = [Looking(bridge, store, os.environ, now=lambda: clock[0]) for _ in range(2)]

    def told():
        due = store.write(lambda tx: tx.receipts.claim("test", limit=50))
        store.write(lambda tx: [tx.receipts.done(one.id) for one in due])
        return sorted((one.receipt.target["channel"], *one.receipt.notes) for one in due)

    def look(days, hours=0.0):
        clock[0] += days * 86_400 + hours * 3600
        return [node.at_night() for node in nodes]

    with caplog.at_level(logging.WARNING):
        assert look(0) == [True, False]
    assert any("set-up: channel C0NOWHERE" in line for line in caplog.messages)
    first = told()
    assert [who for who, _ in first] == sorted([ANNA, BOB])
    assert all("/invite @" in text for _, text in first)
    assert look(0) == [False, False]
    assert (look(1), told()) == ([True, False], [])  # it is known
    (files.folder / "mapping.yaml").write_text(f"users:\n  {ANNA}: 20\n  {BOB}: 12\ngroups:\n  oncall: [{ANNA}]\n")
    os.utime(files.folder / "mapping.yaml", (1, 1))
    bridge.mapping.refresh()
    assert look(1) == [True, False]
    assert [("is dismissed" in text, "C0NOWHERE" in text) for _, text in told()] == [(True, False)] * 2
    assert look(0, hours=5) == [False, False]
    bridge.stop()
    store.close()
