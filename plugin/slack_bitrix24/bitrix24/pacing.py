"""Waiting for a portal's limits: one state for all threads of a process, or for all processes that share a file."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.errors import Bitrix24Error

T = TypeVar("T")

SCARCE: Final = 0.1
"""Share of the bucket from which on requests are saved by waiting a moment for company."""


class Clock:
    """The time that limits and repeats go by. `speed` above 1 lets simulated hours pass in seconds.

    It begins at the wall clock, so that processes agree, and never jumps after that.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._wall, self._begin = time.time(), time.monotonic()

    def now(self) -> float:
        """Return the moment, in seconds."""
        return self._wall + (time.monotonic() - self._begin) * self._speed

    def sleep(self, seconds: float) -> None:
        """Let this thread rest for that long."""
        time.sleep(max(0.0, seconds) / self._speed)

    def wait(self, bell: threading.Condition, seconds: float) -> None:
        """Wait for the bell, which is held, no longer than that."""
        bell.wait(max(0.0, seconds) / self._speed)


class Shared(Protocol):
    """State outside of this process: a row, a file. Another class of yours may stand here."""

    def change(self, step: Callable[[str], tuple[str, T]]) -> T:
        """Give the text kept ("" at first) to `step`, keep what it returns first, alone among all who share it."""


class SharedFile:
    """State in a file that all processes on this machine may share; they take turns by a lock on it."""

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()

    def change(self, step: Callable[[str], tuple[str, T]]) -> T:
        """Change the file's text, alone among all threads and processes."""
        with self._lock:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                before = os.pread(descriptor, 1 << 20, 0)
                text, value = step(before.decode("utf-8", "replace"))
                after = text.encode()
                # Half a text, should we be killed here, reads as "full" (Limits.load).
                os.pwrite(descriptor, after, 0)
                os.ftruncate(descriptor, len(after))
                return value
            finally:
                os.close(descriptor)


class Pacer:
    """Says when a request may go and learns from its answer. Threads may share it."""

    def __init__(self, limits: Limits, *, clock: Clock, shared: Shared | None = None) -> None:
        self._limits = limits
        self._clock = clock
        self._shared = shared
        self._lock = threading.Lock()

    def take(self, counts: Mapping[str, int]) -> float:
        """Take a request with these commands and return 0, or return the seconds until it may go (nothing is taken)."""

        def step(limits: Limits, now: float) -> tuple[Limits, float]:
            ready = limits.ready_for(counts, now)
            # Never 0 where it has to wait: that means that it was taken.
            return (limits, max(ready - now, 1e-6)) if ready > now else (limits.take(now, counts), 0.0)

        return self._change(step)

    def wait(self, counts: Mapping[str, int]) -> None:
        """Take a request, however long it is until it may go."""
        while (seconds := self.take(counts)) > 0:
            self._clock.sleep(seconds)

    def fits(self, method: str) -> int:
        """Return how many commands of a method its operating time has room for now."""
        return self._change(lambda limits, now: (limits, limits.operating.fits(method, now)))

    def is_scarce(self) -> bool:
        """Return whether requests are worth saving: more than a tenth of the bucket is used."""
        return self._change(lambda limits, now: (limits, limits.bucket.level_at(now) > limits.bucket.capacity * SCARCE))

    def answered(self, times: Mapping[str, Sequence[Mapping[str, Any]]], *, sent: Mapping[str, int]) -> None:
        """Learn from the `time` objects of an answer to the commands `sent`."""
        self._change(lambda limits, now: (limits.observe(times, now, sent=sent), None))

    def failed(self, error: Bitrix24Error, *, sent: Mapping[str, int]) -> None:
        """Learn from a request that failed as a whole."""
        self._change(lambda limits, now: (limits.refused(error, now, sent=sent), None))

    def refused(self, method: str, error: Bitrix24Error) -> None:
        """Learn from one command that was refused inside a batch."""
        self._change(lambda limits, now: (limits.refused(error, now, method=method), None))

    def limits(self) -> Limits:
        """Return the state, to look at."""
        return self._change(lambda limits, _: (limits, limits))

    def _change(self, step: Callable[[Limits, float], tuple[Limits, T]]) -> T:
        if self._shared is None:
            with self._lock:
                self._limits, value = step(self._limits, self._clock.now())
                return value

        def text_step(text: str) -> tuple[str, T]:
            now = self._clock.now()
            after, value = step(self._limits.load(text, now) if text else self._limits, now)
            return after.dump(), value

        return self._shared.change(text_step)
