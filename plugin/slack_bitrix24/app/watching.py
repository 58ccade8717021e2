"""The thread that sees the mapping file and the configuration change, and says each minute what was done in it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping

from slack_bitrix24 import metrics
from slack_bitrix24.app.flowing import Flowing
from slack_bitrix24.app.reloading import Reloading
from slack_bitrix24.mapping import MappingFile

log = logging.getLogger(__name__)

SUMMARY = 60.0
"""Seconds after which it is said what was done, where anything was."""
REREAD = 2.0
"""Seconds between looks at the files."""


class Watching:
    """Looks at both files, and at what `flowing` counts, until it is stopped; no error of a file ends it."""

    def __init__(self, reloading: Reloading, mapping: MappingFile | None, flowing: Flowing | None = None) -> None:
        self._reloading, self._mapping, self._flowing = reloading, mapping, flowing
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="mapping")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End with the look in hand; `join` waits for it."""
        self._ending.set()
        # Wakes the thread, which waits in Reloading.wait.
        self._reloading.ask()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

    def _watch(self) -> None:
        said, at = metrics.totals(), time.monotonic()
        while True:
            self._reloading.wait(REREAD)
            if self._ending.is_set():
                return
            if time.monotonic() - at >= SUMMARY:
                said, at = _summed_up(said), time.monotonic()
            if self._flowing is not None:
                self._flowing.sample()
            try:
                self._reloading.look()
                if self._mapping is not None and (news := self._mapping.refresh()):
                    (log.warning if self._mapping.faults else log.info)("%s", news)
            except Exception as error:  # noqa: BLE001 – whatever a file can do, the next change must be seen
                log.error(  # noqa: TRY400 – its text may hold what stands in the file
                    "mapping or configuration can't be read: unexpected %s; the last good version stays in use",
                    type(error).__name__,
                )


def _summed_up(before: Mapping[str, int]) -> dict[str, int]:
    now = metrics.totals()
    done = [f"{name}: {now[name] - before[name]}" for name in now if now[name] != before[name]]
    if done:
        log.info("in the last minute: %s", ", ".join(done))
    return now
