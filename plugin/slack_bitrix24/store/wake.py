"""Wake-ups: who is told that a portal has something new. What is due does not depend on them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from slack_bitrix24.store.engine import Engines

log = logging.getLogger(__name__)

Callback = Callable[[str], None]


class Wake:
    """Calls the subscribers of this process, and those of other nodes through PostgreSQL's NOTIFY."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._lock = threading.Lock()
        self._callbacks: list[Callback] = []

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call this with the portal's name; return what ends that."""
        with self._lock:
            self._callbacks = [*self._callbacks, callback]

        def end() -> None:
            with self._lock:
                self._callbacks = [one for one in self._callbacks if one is not callback]

        return end

    def committed(self, portals: set[str]) -> None:
        """Tell everybody that these portals have something new."""
        self._call(portals)

    def close(self) -> None:
        """End the threads."""

    def _call(self, portals: set[str]) -> None:
        for callback in self._callbacks:
            for portal in portals:
                callback(portal)
