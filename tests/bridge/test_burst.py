"""Three hundred people at once: each is answered in time, and nothing is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from rig import ANNA, CAROL, Slack
from waiting import until

COUNT = 300


def test_three_hundred_commands_at_once_are_all_answered_and_delivered(make, own):
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
    assert bridge.stop() == 0
