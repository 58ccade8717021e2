"""`schedule`: what goes out by the clock, and when next."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from slack_bitrix24 import when
from slack_bitrix24.store import Schedule, open_store

NOW = time.time()
SCHEDULES = """
[[schedules]]
name = "stand-up"
when = "every day at 9:45"
to = ["@oncall"]
text = "Stand-up in *15 minutes*"

[[schedules]]
name = "over"
at = 2020-01-01T09:00:00
to = ["bitrix24:10"]
text = "long ago"
"""


@pytest.fixture
def reminders(reconfigure, configured):
    """A reminder in three seconds, one each hour, one that is overdue and one that is snoozed for two hours."""
    reconfigure(SCHEDULES)
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")

    def put(tx):
        for name, seconds, snoozed in (("soon", 3000, None), ("overdue", -60, None), ("snoozed", None, 7300)):
            rule = when.Once(datetime.fromtimestamp(NOW + (seconds or 1), UTC))
            tx.schedules.put(
                Schedule(
                    key=f"reminder:{name}", kind="reminder", owner="U024BE7LH", text=name, addresses=("me",),
                    rule=when.dump(rule), next_at=NOW + seconds if seconds else None,
                    snoozed_until=NOW + snoozed if snoozed else None,
                )
            )  # fmt: skip
            if snoozed:
                known = tx.schedules.find(f"reminder:{name}")
                tx.schedules.snooze(known.id, NOW + snoozed)

    store.write(put)
    store.close()


def test_the_list_has_what_the_configuration_and_people_want(run, reminders):
    found = json.loads(run("schedule", "list", "--json").out)
    assert [one["name"] or one["text"] for one in found[:2]] == ["overdue", "soon"]
    assert {one["name"] or one["text"] for one in found[2:4]} == {"snoozed", "stand-up"}
    assert (found[4]["name"], found[4]["next_at"]) == ("over", None)
    standup = next(one for one in found if one["name"] == "stand-up")
    assert standup["rule"] == "every day at 9:45"
    assert standup["to"] == ["@oncall"]
    assert datetime.fromisoformat(standup["next_at"]).utcoffset() == timedelta(hours=3)
    lines = run("schedule", "list").out.splitlines()
    assert len(lines) == 6
    assert "reminder of Anna (U024BE7LH)" in lines[1]
    assert " over " in lines[-1]


def test_the_next_times_of_all_together(run, reminders):
    found = json.loads(run("schedule", "next", "-n", "6", "--json").out)
    assert [one["name"] or one["text"] for one in found[:2]] == ["overdue", "soon"]
    assert sum(one["name"] == "stand-up" for one in found) == 3
    times = [datetime.fromisoformat(one["at"]) for one in found]
    assert times == sorted(times)
    assert times[0].timestamp() >= NOW - 1
    assert len(run("schedule", "next").out.splitlines()) == 6


def test_the_table_is_not_touched(run, reminders, configured):
    run("schedule", "list")
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")
    assert store.read(lambda tx: tx.schedules.find("config:stand-up")) is None
    store.close()


def test_what_the_table_knows_counts_while_the_words_are_the_same(run, reminders, configured):
    """`tomorrow` means the day after it was first read."""
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")
    kept = Schedule(
        key="config:stand-up", rule=when.dump(when.cron("45 9 * * *", "Europe/Minsk")), next_at=NOW + 1,
        title="stand-up", zone="Europe/Minsk", phrase="every day at 9:45",
    )  # fmt: skip
    number = store.write(lambda tx: tx.schedules.put(kept))
    store.close()
    found = json.loads(run("schedule", "list", "--json").out)
    assert (found[1]["name"], found[1]["id"]) == ("stand-up", number)
