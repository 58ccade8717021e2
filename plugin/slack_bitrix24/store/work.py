"""What all parts of one transaction share: the connection, the time, and what the writer settles before the commit."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from slack_bitrix24.model import State
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.inserting import insert
from slack_bitrix24.store.sql.prepared import Prepared
from slack_bitrix24.store.sql.schema import COUNTS, RECEIPTS

FINAL = frozenset({State.DELIVERED, State.DEAD, State.SUPERSEDED, State.CANCELLED})
_COUNTED = frozenset({State.PENDING, State.DEAD})


class Work:
    """One operation's share of a transaction.

    Counters and receipts are rows that every node touches: they are only noted here, and written once, sorted, at the
    end of the transaction (`settle`), so that two nodes wait for each other only for the moment of the commit.
    """

    def __init__(self, connection: sa.Connection, *, now: float, slot: str) -> None:
        self.connection = connection
        self.now = now
        self.slot = slot
        self.dialect = connection.dialect.name
        self.counted: Counter[tuple[str, str]] = Counter()
        self.lacking: Counter[int] = Counter()
        self.wakes: set[str] = set()

    def moved(
        self, portal: str, before: State | None, after: State | None, *, receipt_id: int | None = None, n: int = 1
    ) -> None:
        """Note that notifications changed their state; None = did not exist, or exist no more."""
        if before in _COUNTED:
            self.counted[portal, before] -= n
        if after in _COUNTED:
            self.counted[portal, after] += n
        if receipt_id is not None and before is not None and after is not None:
            # One outcome more is lacking where a dead one is tried again, one less where it became final.
            self.lacking[receipt_id] += (before in FINAL) - (after in FINAL)

    def insert(self, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that knows ON CONFLICT; see inserting.py."""
        return insert(table, dialect=self.dialect)

    def wake(self, portal: str) -> None:
        """Note that this portal's lane should look: its subscribers are called after the commit."""
        self.wakes.add(portal)

    def take_over(self, other: Work) -> None:
        """Add what another operation of the same transaction noted."""
        self.counted.update(other.counted)
        self.lacking.update(other.lacking)
        self.wakes |= other.wakes

    def settle(self) -> None:
        """Write what was noted; the last thing before the commit."""
        shares = [
            {"portal": portal, "state": state, "slot": self.slot, "n": n}
            for (portal, state), n in sorted(self.counted.items())
            if n
        ]
        if shares:
            _COUNTING.run(self.connection, rows=jsonrows.encode(shares))
        changed = [{"of": receipt, "by": by, "at": self.now} for receipt, by in sorted(self.lacking.items()) if by]
        if changed:
            self.connection.execute(_LACKING, changed)
        self.counted.clear()
        self.lacking.clear()


def _count(dialect: str) -> Any:
    types: jsonrows.Types = {"portal": sa.Text, "state": sa.Text, "slot": sa.Text, "n": sa.BigInteger}
    statement = insert(COUNTS, dialect=dialect).from_select(
        list(types), jsonrows.select("rows", types, dialect=dialect)
    )
    return statement.on_conflict_do_update(
        index_elements=[COUNTS.c.portal, COUNTS.c.state, COUNTS.c.slot],
        set_={"n": COUNTS.c.n + statement.excluded.n},
    )


_COUNTING = Prepared(_count)


def _lacking() -> sa.Update:
    missing = RECEIPTS.c.missing + sa.bindparam("by", type_=sa.BigInteger())
    complete = sa.and_(missing <= 0, RECEIPTS.c.state == "waiting")
    return (
        sa.update(RECEIPTS)
        .where(RECEIPTS.c.id == sa.bindparam("of"))
        .values(
            missing=missing,
            state=sa.case((complete, "due"), else_=RECEIPTS.c.state),
            due_at=sa.case((complete, sa.bindparam("at", type_=sa.Double())), else_=RECEIPTS.c.due_at),
        )
    )


_LACKING = _lacking()
