"""How long Slack waits for an answer, and what that means here: begun in time, or not begun at all.

https://docs.slack.dev/interactivity/handling-user-interaction/#acknowledgment_response
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from slack_bitrix24 import metrics
from slack_bitrix24.store import within

T = TypeVar("T")

SLACK_WAITS = 3.0
"""Seconds; then it tells the person that the app did not respond, and sends an event again."""
DEADLINE = 2.5
"""Seconds that the store has, so that half a second is left to say that it could not."""


def in_time(received: float, answer: Callable[[], T], *, way: str) -> T | None:
    """Return the answer, or None for what Slack has stopped waiting for: it is counted, and not begun.

    `received` is when it reached this process, by the monotonic clock; Slack's own time stamp says nothing of that.
    """
    waited = time.monotonic() - received
    if waited > SLACK_WAITS:
        metrics.SHED.labels(way).inc()
        return None
    with within(max(0.0, DEADLINE - waited)):
        return answer()
