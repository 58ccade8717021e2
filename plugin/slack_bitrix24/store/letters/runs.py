"""Letters of the inbox taken several at a time: what has one order key comes as a run, in its order.

A letter whose worker never came back, killed by it or hung on it, is given out alone, so that the next loss shows which
one it was; whoever is told of a second one sets it aside.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.store.letters.inbox import CLAIM_TTL, Letter, is_next, letter_of
from slack_bitrix24.store.sql.schema import INBOX, INBOX_OPEN
from slack_bitrix24.store.work import Work

LOST = "its worker did not come back"


class Runs:
    """The journal of events as a pool of workers takes it, inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def has_any(self, kinds: Collection[str]) -> bool:
        """Tell whether there is something to take, in hand or not yet due included."""
        query = sa.select(INBOX.c.id).where(INBOX_OPEN, INBOX.c.kind.in_(kinds)).limit(1)
        return self._work.connection.execute(query).scalar() is not None

    def claim(self, owner: str, kinds: Collection[str], *, limit: int, ttl: float = CLAIM_TTL) -> list[list[Letter]]:
        """Take up to so many letters, oldest first, as runs: one for each order key, each without one a run of its own.

        Nothing is taken before an older letter of its order key that is in hand, or that waits for its time.
        """
        older = INBOX.alias("older")
        in_the_way = sa.or_(older.c.state == "working", older.c.due_at > self._work.now)
        query = (
            sa.select(INBOX)
            .where(
                INBOX_OPEN,
                INBOX.c.state == "new",
                INBOX.c.due_at <= self._work.now,
                INBOX.c.kind.in_(kinds),
                is_next(older, in_the_way),
            )
            .order_by(INBOX.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = self._work.connection.execute(query).all()
        runs = [[row] for row in rows if not row.order_key] + self._in_order([row for row in rows if row.order_key])
        taken = [[letter_of(row) for row in run] for run in runs]
        self._take([letter.id for run in taken for letter in run], owner, ttl)
        return taken

    def claim_lost(self, owner: str, kinds: Collection[str], *, ttl: float = CLAIM_TTL) -> Letter | None:
        """Take the oldest letter that a worker was given and never finished, if none of its order key is before it."""
        query = (
            sa.select(INBOX)
            .where(
                INBOX_OPEN,
                INBOX.c.state == "working",
                INBOX.c.until <= self._work.now,
                INBOX.c.kind.in_(kinds),
                is_next(INBOX.alias("older")),
            )
            .order_by(INBOX.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self._work.connection.execute(query).one_or_none()
        if row is None:
            return None
        self._take([row.id], owner, ttl, error=LOST)
        return letter_of(row, lost=2 if row.error == LOST else 1)

    def done(self, ids: Sequence[int]) -> None:
        """Finish them."""
        change = sa.update(INBOX).where(INBOX.c.id.in_(ids), INBOX.c.finished_at.is_(None))
        self._work.connection.execute(change.values(state="done", error="", finished_at=self._work.now))

    def put_back(self, ids: Sequence[int]) -> None:
        """Give back what was taken and not begun, as if it had not been."""
        change = sa.update(INBOX).where(INBOX.c.id.in_(ids), INBOX_OPEN, INBOX.c.state == "working")
        values = {"state": "new", "owner": "", "until": 0.0, "attempts": INBOX.c.attempts - 1}
        self._work.connection.execute(change.values(values))

    def _in_order(self, rows: Sequence[Any]) -> list[list[Any]]:
        """Return the runs, without those whose beginning another node is taking: its rows were skipped, not seen."""
        if not rows:
            return []
        keys = {row.order_key for row in rows}
        query = sa.select(INBOX.c.id, INBOX.c.order_key).where(
            INBOX_OPEN, INBOX.c.order_key.in_(keys), INBOX.c.id <= rows[-1].id
        )
        expected: dict[str, list[int]] = {key: [] for key in keys}
        for id_, key in self._work.connection.execute(query.order_by(INBOX.c.id)):
            expected[key].append(id_)
        runs: dict[str, list[Any]] = {}
        for row in rows:
            run = runs.setdefault(row.order_key, [])
            if expected[row.order_key][len(run) : len(run) + 1] == [row.id]:
                run.append(row)
        return [run for run in runs.values() if run]

    def _take(self, ids: Sequence[int], owner: str, ttl: float, *, error: str = "") -> None:
        if ids:
            values = {"state": "working", "owner": owner, "until": self._work.now + ttl, "error": error}
            change = sa.update(INBOX).where(INBOX.c.id.in_(ids))
            self._work.connection.execute(change.values(**values, attempts=INBOX.c.attempts + 1))
