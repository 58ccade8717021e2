"""Wake-ups: who is told that a portal has something new. What is due does not depend on them."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.store.sql.engine import Engines

log = logging.getLogger(__name__)

Callback = Callable[[str], None]

CHANNEL = "slack_bitrix24"

SPACING = 0.05
"""Seconds between two rounds of NOTIFY: a NOTIFY per insert halves PostgreSQL's rate."""

AGAIN = 1.0
"""Seconds until a broken connection is tried again."""


class Wake:
    """Calls the subscribers of this process and, with PostgreSQL, those of other nodes."""

    def __init__(self, engines: Engines) -> None:
        self._lock = threading.Lock()
        self._callbacks: list[Callback] = []
        self._nodes = None if engines.is_sqlite else Exchange(engines, self._call)

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Call this with the portal's name; return what ends that."""
        with self._lock:
            self._callbacks = [*self._callbacks, callback]
            if self._nodes:
                self._nodes.listen()

        def end() -> None:
            with self._lock:
                self._callbacks = [one for one in self._callbacks if one is not callback]

        return end

    def committed(self, portals: set[str]) -> None:
        """Tell everybody that these portals have something new."""
        for portal in portals:
            self._call(portal)
        if self._nodes:
            self._nodes.tell(portals)

    def close(self) -> None:
        """End the threads."""
        if self._nodes:
            self._nodes.close()

    def _call(self, portal: str) -> None:
        for callback in self._callbacks:
            callback(portal)


class Exchange:
    """Two threads: one tells other nodes, at most 20 times a second; one listens, once somebody wants to know."""

    def __init__(self, engines: Engines, heard: Callback) -> None:
        self._engines = engines
        self._heard = heard
        self._me = secrets.token_hex(4)
        self._condition = threading.Condition()
        self._untold: set[str] = set()
        self._closing = False
        self._threads: dict[str, threading.Thread] = {}

    def tell(self, portals: set[str]) -> None:
        """Let the others know soon."""
        with self._condition:
            self._untold |= portals
            self._condition.notify_all()
            self._start("tell", self._tell)

    def listen(self) -> None:
        """Hear the others from now on."""
        with self._condition:
            self._start("listen", self._listen)

    def close(self) -> None:
        """End both threads."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        for thread in self._threads.values():
            thread.join()

    def _start(self, name: str, run: Callable[[sa.Connection], None]) -> None:
        if name not in self._threads and not self._closing:
            thread = threading.Thread(target=self._keep, args=(run,), name=f"store-{name}", daemon=True)
            self._threads[name] = thread
            thread.start()

    def _keep(self, run: Callable[[sa.Connection], None]) -> None:
        """Run it on a connection of its own, on a new one when that breaks."""
        while not self._closing:
            try:
                with self._engines.writer.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT")
                    run(connection)
            except Exception as error:  # noqa: BLE001 - the driver's own errors too: it is asked directly
                log.debug("wake-ups between nodes: %s", type(error).__name__)
                with self._condition:
                    self._condition.wait_for(lambda: self._closing, timeout=AGAIN)

    def _tell(self, connection: sa.Connection) -> None:
        while not self._closing:
            with self._condition:
                self._condition.wait_for(lambda: self._closing or self._untold)
                portals, self._untold = self._untold, set()
            for portal in sorted(portals):
                payload = {"channel": CHANNEL, "payload": f"{self._me} {portal}"}
                connection.execute(sa.text("SELECT pg_notify(:channel, :payload)"), payload)
            with self._condition:
                self._condition.wait_for(lambda: self._closing, timeout=SPACING)

    def _listen(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        driver: Any = connection.connection.driver_connection
        while not self._closing:
            # A generator ends after its timeout: the only way to ask it whether to go on.
            for notice in driver.notifies(timeout=0.2):
                sender, _, portal = notice.payload.partition(" ")
                if sender != self._me:
                    self._heard(portal)
