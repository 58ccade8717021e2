"""Things to do later, on one thread that exists only while there are any."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Timers:
    """Calls functions after a delay in seconds, one at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def after(self, delay: float, action: Callable[[], None]) -> None:
        """Call `action` in `delay` seconds, unless all is cancelled before."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay, next(self._numbers), action))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sandbox-timers", daemon=True)
                self._thread.start()
            self._changed.notify()

    def cancel_all(self) -> None:
        """Forget everything that is due, and wait for the thread to end."""
        with self._changed:
            self._due.clear()
            thread = self._thread
            self._changed.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while (action := self._next()) is not None:
            action()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while self._due:
                wait = self._due[0][0] - time.monotonic()
                if wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
            self._thread = None
            return None
