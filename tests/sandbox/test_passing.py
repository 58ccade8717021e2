"""The demo's time: shared with another process, asked for over HTTP, and never more than is good for it."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import requests

from slack_bitrix24.sandbox import demo
from slack_bitrix24.sandbox.passing import LONGEST, Time, checked
from slack_bitrix24.sandbox.server import Server

ASKED = """
import sys, time
from pathlib import Path
from slack_bitrix24.sandbox.passing import follow
before = time.time()
follow(Path(sys.argv[1]))
for _ in sys.stdin:
    print(time.time() - before, flush=True)
"""


def test_another_process_has_the_same_time(tmp_path):
    passing = Time()
    passing.let_pass(100)
    passing.share(tmp_path / "time")
    command = [sys.executable, "-c", ASKED, tmp_path / "time"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def told():
            process.stdin.write("\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        assert told() == pytest.approx(100, abs=30)
        passing.let_pass(86_400)
        assert told() == pytest.approx(86_500, abs=60)
        process.stdin.close()
    assert passing.now() - time.time() == pytest.approx(86_500, abs=5)


@pytest.mark.parametrize("seconds", [1, 0.5, 600, LONGEST])
def test_so_much_may_pass(seconds):
    assert checked(seconds) == seconds


@pytest.mark.parametrize("seconds", [0, -1, LONGEST + 1, "600", None, True, [600], float("nan"), float("inf")])
def test_so_much_may_not(seconds):
    with pytest.raises(ValueError, match="expected seconds up to 604800"):
        checked(seconds)


class Calendar:
    """A bridge that has reminders at these times, and takes each when it is due."""

    port, tokens, alive = 1, {}, True

    def __init__(self, made, times):
        self.made, self.times, self.taken = made, list(times), []

    def kill(self):
        self.alive = False

    def next_due(self):
        now = self.made.time.now()
        while self.times and self.times[0] <= now:
            self.taken.append(now - self.times.pop(0))
        return self.times[0] if self.times else None


def test_time_stops_at_whatever_falls_due():
    made = demo.build(0)
    begin = time.time()
    bridge = Calendar(made, [begin + 3_600, begin + 7_200, begin + 90_000])
    made.attach(bridge)
    with Server(made.app) as server:
        made.port = server.port
        told = requests.post(f"{server.url}/demo/switches", json={"pass": 86_400}, timeout=20).json()
        refused = requests.post(f"{server.url}/demo/switches", json={"pass": -1}, timeout=20)
    made.workspace.close()
    assert [late < 5 for late in bridge.taken] == [True, True]
    assert told["passed"] == pytest.approx(86_400, abs=20)
    assert told["now"] - begin == pytest.approx(86_400, abs=20)
    assert (refused.status_code, refused.json()["error"]) == (400, "pass: expected seconds up to 604800")
