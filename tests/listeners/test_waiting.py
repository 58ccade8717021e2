"""What Slack has stopped waiting for is not begun; what it waits for has its deadline. Time is an argument."""

from __future__ import annotations

import time

import pytest

from slack_bitrix24 import metrics
from slack_bitrix24.listeners.connection.http import Events
from slack_bitrix24.listeners.connection.waiting import DEADLINE, SLACK_WAITS, in_time
from slack_bitrix24.store.deadline import left


def shed(way: str) -> float:
    return metrics.REGISTRY.get_sample_value("slack_bitrix24_shed_total", {"way": way}) or 0.0


@pytest.mark.parametrize("waited", [3.1, 4.0, 10.0, 60.0, 86_400.0])
@pytest.mark.parametrize("way", ["socket", "http"])
def test_what_waited_longer_than_slack_is_dropped_before_it_begins_and_counted(waited, way):
    before, begun = shed(way), []
    assert in_time(time.monotonic() - waited, lambda: begun.append(1), way=way) is None
    assert (begun, shed(way)) == ([], before + 1)


@pytest.mark.parametrize(("waited", "remain"), [(0.0, DEADLINE), (1.0, 1.5), (2.0, 0.5), (2.5, 0.0), (2.9, 0.0)])
def test_the_store_has_what_is_left_of_slacks_time(waited, remain):
    before = shed("socket")
    found = in_time(time.monotonic() - waited, left, way="socket")
    assert found == pytest.approx(remain, abs=0.3)
    assert found <= max(0.0, DEADLINE - waited)
    assert shed("socket") == before
    assert DEADLINE < SLACK_WAITS


def test_a_request_of_http_mode_that_comes_too_late_is_a_503():
    events = Events(app=None, signing_secret="s")  # a late one never reaches the app
    body, at = b"command=%2Fb24", str(int(time.time()))
    signature = events.verifier.generate_signature(timestamp=at, body=body)
    headers = {"x-slack-request-timestamp": at, "x-slack-signature": signature, "content-type": "x/y"}
    assert events.take(body, headers, time.monotonic() - 5)[0] == 503
