"""How much went through in each minute: what each process counted, kept so that the page can draw it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store.sql.page_tables import FLOWS
from slack_bitrix24.store.work import Work


@dataclass(frozen=True, slots=True)
class Flow:
    """What was counted in a minute (Unix minutes). `waits`: how many waited for so long, by metrics' buckets."""

    minute: int
    accepted: int = 0
    delivered: int = 0
    dead: int = 0
    retried: int = 0
    waits: tuple[int, ...] = ()


class Flows:
    """They inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def put(self, node: str, flow: Flow) -> None:
        """Keep what a process has counted in a minute so far, in place of what it had before."""
        counts = json.dumps([flow.accepted, flow.delivered, flow.dead, flow.retried, list(flow.waits)])
        statement = self._work.insert(FLOWS).values(minute=flow.minute, node=node, counts=counts)
        change = statement.on_conflict_do_update(
            index_elements=[FLOWS.c.minute, FLOWS.c.node], set_={"counts": statement.excluded.counts}
        )
        self._work.connection.execute(change)

    def since(self, minute: int) -> Iterator[Flow]:
        """Yield what each process counted from a minute on, the oldest first."""
        query = sa.select(FLOWS.c.minute, FLOWS.c.counts).where(FLOWS.c.minute >= minute).order_by(FLOWS.c.minute)
        for at, counts in self._work.connection.execute(query):
            accepted, delivered, dead, retried, waits = json.loads(counts)
            yield Flow(at, accepted, delivered, dead=dead, retried=retried, waits=tuple(waits))

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Forget up to so many minutes, of all processes, of before this time (Unix seconds)."""
        minutes = sa.select(FLOWS.c.minute).where(FLOWS.c.minute < int(older_than // 60)).distinct().limit(limit)
        return self._work.connection.execute(sa.delete(FLOWS).where(FLOWS.c.minute.in_(minutes))).rowcount
