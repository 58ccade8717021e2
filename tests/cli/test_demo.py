"""`demo`: an alert is seen by those on call, and its all-clear takes its place."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest
import requests

from waiting import until


@pytest.fixture
def demo():
    command = [sys.executable, "-m", "slack_bitrix24", "demo", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            found = next(found for line in process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            yield found[0]
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0


def test_an_all_clear_takes_the_place_of_its_alert(demo):
    def seen():
        return [one["drawn"] for one in requests.get(f"{demo}/sandbox/seen?user=10", timeout=5).json()]

    requests.post(f"{demo}/slack/sandbox/alert", json={}, timeout=5).raise_for_status()
    until(lambda: any("FIRING" in text for text in seen()), timeout=30, what="the alert")
    requests.post(f"{demo}/slack/sandbox/clear", json={}, timeout=5).raise_for_status()
    until(lambda: any("RESOLVED" in text for text in seen()), timeout=30, what="the all-clear")
    assert len(seen()) == 1
