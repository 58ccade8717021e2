"""The store's clock. No I/O: what time it is, is asked of two functions.

A wall clock set back must delay nothing: leases, retries and dues go on by the monotonic clock from where they were.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

Seconds = Callable[[], float]


def stopped() -> float:
    """Stand in for the monotonic clock where the wall clock is the caller's own."""
    return 0.0


class Clock:
    """Wall time that never runs backwards in this process, or a server's time kept by its offset."""

    def __init__(self, wall: Seconds = time.time, monotonic: Seconds | None = None) -> None:
        self._wall = wall
        self._monotonic = monotonic or (time.monotonic if wall is time.time else stopped)
        self._lock = threading.Lock()
        self._follows_server = False
        self._base = wall() - self._monotonic()

    def now(self) -> float:
        """Return Unix seconds."""
        with self._lock:
            steady = self._monotonic()
            if not self._follows_server:
                self._base = max(self._base, self._wall() - steady)
            return self._base + steady

    def follow(self, server_time: float) -> None:
        """Go by this server's time from now on."""
        with self._lock:
            self._follows_server = True
            self._base = server_time - self._monotonic()
