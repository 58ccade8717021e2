"""`run` looks at its own set-up as `check` does: soon after the start, and each night.

What is wrong is a warning in the log; what is new since the night before is told to administrators in Slack.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from slack_bitrix24.app.bridge import Bridge
from slack_bitrix24.slack.replies.words import escape, say
from slack_bitrix24.store import Store, Transaction
from slack_bitrix24.submit.permissions import members
from slack_bitrix24.submit.telling import tell

log = logging.getLogger("slack_bitrix24.set-up")

FIRST = 5.0
"""Seconds after the start: what waits for delivery goes before."""
EVERY = 60.0
"""Seconds between looks at the clock."""
HOUR = 3
"""The hour of the night, in the configuration's zone, in which it is looked."""
MOST = 20
"""Findings that one message names; the log has them all."""


def night(now: float, zone: str) -> str:
    """Return the date of the night whose hour it is (03:00 to 04:00 by the zone's clock), or ""."""
    there = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    return there.date().isoformat() if there.hour == HOUR else ""


class Looking:
    """The thread that looks. It delays nothing, fails nothing, and is waited for by nobody."""

    def __init__(
        self, bridge: Bridge, store: Store, environ: Mapping[str, str], *, now: Callable[[], float] = time.time
    ) -> None:
        self._bridge, self._store, self._environ, self._now = bridge, store, environ, now
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="look", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._ending.set()

    def _run(self) -> None:
        if self._ending.wait(FIRST):
            return
        self._safely(self.look)
        while not self._ending.wait(EVERY):
            self._safely(self.at_night)

    def _safely(self, look: Callable[[], object]) -> None:
        try:
            look()
        except Exception as error:  # noqa: BLE001 – whatever the outside can do, the bridge goes on
            if not self._ending.is_set():
                log.warning("the set-up could not be looked at: %s", type(error).__name__)

    def look(self) -> list[str]:
        """Ask Slack and the portals; log what is wrong, and return it."""
        # What the questions need takes a while to load, and the start is not kept waiting for it.
        from slack_bitrix24.cli.checks.check import outside  # noqa: PLC0415
        from slack_bitrix24.cli.checks.portal import Asked  # noqa: PLC0415

        bridge = self._bridge
        directory = bridge.mapping.directory if bridge.mapping is not None else None
        asked = Asked(bridge.settings, directory, self._store, self._environ, tags="")
        found = []
        for one in outside(asked):
            if self._ending.is_set():
                break
            if one.state != "ok":
                found.append(f"{one.what}: {one.text}")
                log.warning("set-up: %s", found[-1])
        return found

    def at_night(self) -> bool:
        """Look where it is the hour and no other node on this database has the night; tell what is new."""
        date = night(self._now(), self._bridge.settings.timezone)
        if not date or not self._store.write(lambda tx: tx.looks.begin(date)):
            return False
        found = self.look()
        self._store.write(lambda tx: self._tell(tx, tx.looks.news(found)))
        self._bridge.receipts.wake()
        return True

    def _tell(self, tx: Transaction, news: Sequence[str]) -> None:
        """Owe every administrator what is new; it is said as soon as Slack takes it."""
        bridge = self._bridge
        if not news or bridge.workspace is None:
            return
        people = bridge.people()
        more = len(news) - MOST
        lines = "\n".join(f"• {escape(line)}" for line in news[:MOST])

        def text(language: str) -> str:
            rest = f"\n{say(language, 'setup_more', n=more)}" if more > 0 else ""
            return say(language, "setup_news", lines=lines) + rest

        admins = members(bridge.settings.permissions.admin, directory=bridge.directory(), people=people)
        tell(tx, admins, text, people=people)
