"""What goes through this process, minute by minute: its own counters, written down for the page."""

from __future__ import annotations

import logging
from collections.abc import Callable

from slack_bitrix24 import metrics
from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Flow, Store, within

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two looks at the counters within a minute."""
PATIENCE = 2.0
"""Seconds that keeping a minute may take: it is only for a picture."""


class Flowing:
    """`now` gives Unix seconds."""

    def __init__(self, store: Store, owner: str, now: Callable[[], float]) -> None:
        self._store, self._owner, self._now = store, owner, now
        self._minute, self._begun = int(now() // 60), _counted(0)
        self._kept = self._begun
        self._at = 0.0

    def sample(self) -> None:
        """Write down what was counted in this minute so far, now and then, where it is another than before."""
        now = self._now()
        minute = int(now // 60)
        if minute == self._minute and now - self._at < EVERY:
            return
        self._at = now
        counted = _counted(minute)
        self._keep(_between(self._begun, counted, minute=self._minute))
        if minute != self._minute:
            self._minute, self._begun = minute, counted

    def _keep(self, flow: Flow) -> None:
        if flow == self._kept or not any((flow.accepted, flow.delivered, flow.dead, flow.retried)):
            return
        try:
            with within(PATIENCE):
                self._store.write(lambda tx: tx.flows.put(self._owner, flow))
            self._kept = flow
        except StoreError as error:
            log.debug("this minute's counts are not kept yet: %s", error)


def _counted(minute: int) -> Flow:
    """Return what was counted since the process began."""
    totals = metrics.totals()
    return Flow(
        minute,
        accepted=totals["accepted"],
        delivered=totals["delivered"],
        dead=totals["dead"],
        retried=totals["to be tried again"],
        waits=metrics.waits(),
    )


def _between(before: Flow, after: Flow, *, minute: int) -> Flow:
    return Flow(
        minute,
        accepted=after.accepted - before.accepted,
        delivered=after.delivered - before.delivered,
        dead=after.dead - before.dead,
        retried=after.retried - before.retried,
        waits=tuple(late - early for early, late in zip(before.waits, after.waits, strict=True)),
    )
