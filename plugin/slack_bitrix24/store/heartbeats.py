"""Heartbeats: when each was seen last, and which of its silences was told."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store.sql.schema import HEARTBEATS
from slack_bitrix24.store.work import Work


@dataclass(frozen=True, slots=True)
class Pulse:
    """A heartbeat as it stands. `silent_since` is the beat behind which its silence was told; 0 while it lives."""

    name: str
    seen_at: float
    silent_since: float


class Heartbeats:
    """Heartbeats inside a transaction; times are Unix seconds by the store's clock."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def beat(self, name: str) -> None:
        """Say that it lives."""
        statement = self._work.insert(HEARTBEATS).values(name=name, seen_at=self._work.now, silent_since=0.0)
        change = {"seen_at": self._work.now}
        self._work.connection.execute(statement.on_conflict_do_update(index_elements=[HEARTBEATS.c.name], set_=change))

    def all(self) -> list[Pulse]:
        """Return those that were ever seen."""
        rows = self._work.connection.execute(sa.select(HEARTBEATS).order_by(HEARTBEATS.c.name))
        return [Pulse(row.name, row.seen_at, row.silent_since) for row in rows]

    def told(self, pulse: Pulse, *, silent_since: float) -> bool:
        """Note that a silence (or with 0 its end) is told; False where somebody else was first or it beat meanwhile."""
        change = sa.update(HEARTBEATS).where(
            HEARTBEATS.c.name == pulse.name,
            HEARTBEATS.c.seen_at == pulse.seen_at,
            HEARTBEATS.c.silent_since == pulse.silent_since,
        )
        return self._work.connection.execute(change.values(silent_since=silent_since)).rowcount == 1
