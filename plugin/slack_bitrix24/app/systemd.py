"""Tell systemd how the bridge is: ready, what it waits for, alive, stopping. Without systemd nothing happens.

The protocol is one datagram of lines to the socket that `$NOTIFY_SOCKET` names:
https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

PAUSE = 5.0
"""Seconds between two looks at what is missing, where no watchdog asks for shorter ones."""


class Systemd:
    """`missing` tells what the bridge waits for, by part; while it does not return, the watchdog gets no sign."""

    def __init__(self, environ: Mapping[str, str], *, missing: Callable[[], Mapping[str, str]]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._watchdog = _watchdog(environ)
        self._missing = missing
        self._ending = threading.Event()
        # What it waits for may be a database that says nothing.
        self._thread = threading.Thread(target=self._watch, name="systemd", daemon=True)

    def ready(self) -> None:
        """Say that the bridge is up, and begin to say how it is."""
        if self._address:
            self._tell("READY=1")
            self._thread.start()

    def reloading(self) -> None:
        """Say that the configuration was read again: nothing stood still meanwhile."""
        self._tell("RELOADING=1\nREADY=1")

    def stopping(self) -> None:
        """Say that it ends."""
        self._ending.set()
        self._tell("STOPPING=1")

    def _watch(self) -> None:
        # Half of the watchdog's time, as sd_watchdog_enabled(3) advises.
        pause = min(PAUSE, self._watchdog / 2) if self._watchdog else PAUSE
        while not self._ending.is_set():
            waits = "; ".join(self._missing().values())
            self._tell(f"STATUS={waits or 'delivering'}" + ("\nWATCHDOG=1" if self._watchdog else ""))
            self._ending.wait(pause)

    def _tell(self, lines: str) -> None:
        if not self._address:
            return
        # A name that begins with @ stands in Linux's abstract namespace, written there with a zero byte.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as connection:
                connection.sendto(lines.encode(), address)
        except OSError as error:
            log.warning("systemd could not be told: %s", error.strerror)


def _watchdog(environ: Mapping[str, str]) -> float:
    """Return within how many seconds systemd wants a sign, 0 for never."""
    asked, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not asked.isdecimal() or (whose and whose != str(os.getpid())):
        return 0.0
    return int(asked) / 1_000_000
