"""Three hundred people at once: each is answered in time, and nothing is lost."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from rig import ANNA, CAROL, Slack
from slack_bitrix24.sandbox.portal import Fault
from waiting import until

COUNT = 300


def test_three_hundred_commands_at_once_are_answered_and_delivered_and_sigterm_lets_a_request_finish(make, own):
    slack = Slack(own)
    bridge = make().start()
    with ThreadPoolExecutor(COUNT) as crowd:
        typed = list(
            crowd.map(lambda n: own.workspace.command(ANNA, f"<@{CAROL}> burst {n}.", escaped=True), range(COUNT))
        )
    assert [one.failed for one in typed if one.failed] == []
    assert {(one.response or {})["text"] for one in typed} == {"Queued for Carol Chen"}
    times = sorted(one.ms or 0.0 for one in typed)
    print(
        f"acknowledged: p50 {times[COUNT // 2]:.0f} ms, p99 {times[COUNT * 99 // 100]:.0f} ms, worst {times[-1]:.0f} ms"
    )
    assert times[-1] < 3000
    until(lambda: slack.executed("burst ") == COUNT, timeout=20)
    slack.portal.fail(Fault("slow", seconds=1))
    slack.type("@anna in hand at the end")
    until(lambda: slack.portal.stats()["faults"]["happened"] == 1)
    assert bridge.stop() == 0
    assert slack.seen(10, "in hand at the end")
    with closing(sqlite3.connect(bridge.folder / "bridge.db")) as kept:
        assert kept.execute("select distinct state from outcomes").fetchall() == [("delivered",)]
