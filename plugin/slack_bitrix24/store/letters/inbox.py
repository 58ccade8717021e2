"""The inbox: what came in and was acknowledged, until somebody has worked it off."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import JSON
from slack_bitrix24.store.queue.leases import Gone
from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.columns import quoted
from slack_bitrix24.store.sql.schema import INBOX, INBOX_OPEN
from slack_bitrix24.store.work import Work

KEPT = 26 * 3600.0
"""Seconds that a key is remembered at least: Slack repeats an event for longer than a day."""

POST = "post"
"""The kind of a request over HTTP, kept as it came."""

CLAIM_TTL = 60.0
"""Seconds after which what a worker left is given to another."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing that came in. `attempts` counts the claims, this one included; `lost` those whose worker was lost."""

    id: int
    key: str
    kind: str
    payload: JSON
    order_key: str
    attempts: int
    received_at: float
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter as it is shown: new, working, done or failed; `error` says what went wrong the last time."""

    letter: Letter
    state: str
    error: str


class Inbox:
    """The journal of events, inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def add(self, key: str, kind: str, payload: JSON, *, order_key: str = "") -> int | None:
        """Keep it; return its id, or None when this key was seen before."""
        values = self._row(key, kind, payload, order_key=order_key)
        statement = self._work.insert(INBOX).values(values).on_conflict_do_nothing(index_elements=[INBOX.c.key])
        return self._work.connection.execute(statement.returning(INBOX.c.id)).scalar()

    def add_all(self, kind: str, letters: Sequence[tuple[str, JSON, str]]) -> None:
        """Keep many at once: key, payload and order key of each. The keys must be new."""
        rows = [self._row(key, kind, payload, order_key=order_key) for key, payload, order_key in letters]
        if rows:
            self._work.connection.execute(sa.insert(INBOX), rows)

    def claim(self, owner: str, *, limit: int = 10, ttl: float = CLAIM_TTL, posts: bool = False) -> list[Letter]:
        """Take up to so many, oldest first; of one order key one at a time, in the order in which they came.

        `posts`: of the requests over HTTP, else of all others.
        """
        free = sa.or_(
            sa.and_(INBOX.c.state == "new", INBOX.c.due_at <= self._work.now),
            sa.and_(INBOX.c.state == "working", INBOX.c.until <= self._work.now),
        )
        query = (
            sa.select(INBOX)
            .where(INBOX_OPEN, free, _of(posts=posts), is_next(INBOX.alias("older")))
            .order_by(INBOX.c.id)
            .limit(limit)
            # For PostgreSQL: SQLAlchemy leaves it out for SQLite, where one transaction writes at a time.
            .with_for_update(skip_locked=True)
        )
        rows = self._work.connection.execute(query).all()
        if rows:
            values = {"state": "working", "owner": owner, "until": self._work.now + ttl}
            change = sa.update(INBOX).where(INBOX.c.id.in_([row.id for row in rows]))
            self._work.connection.execute(change.values(**values, attempts=INBOX.c.attempts + 1))
        return [letter_of(row) for row in rows]

    def posts(self, *, limit: int = 100, newer_than: float = 0.0, ids: Sequence[int] | None = None) -> list[Kept]:
        """Return requests over HTTP, the newest first; those with these ids, where any are given."""
        query = sa.select(INBOX).where(INBOX.c.kind == POST, INBOX.c.received_at >= newer_than)
        if ids is not None:
            query = query.where(INBOX.c.id.in_(ids))
        rows = self._work.connection.execute(query.order_by(INBOX.c.id.desc()).limit(limit))
        return [Kept(letter_of(row), row.state, row.error) for row in rows]

    def posts_finished(self, since: float, until: float, *, limit: int = 5000) -> list[Kept]:
        """Return the requests over HTTP that were worked off between these times."""
        query = sa.select(INBOX).where(INBOX.c.finished_at.between(since, until), INBOX.c.kind == POST)
        return [Kept(letter_of(row), row.state, row.error) for row in self._work.connection.execute(query.limit(limit))]

    def payload(self, key: str) -> JSON | None:
        """Return what was kept under a key, finished or not; None when there is nothing (any more)."""
        text = self._work.connection.execute(sa.select(INBOX.c.payload).where(INBOX.c.key == key)).scalar()
        return None if text is None else json.loads(text)

    def done(self, id_: int) -> None:
        """Finish it."""
        self._finish(id_, "done", "")

    def fail(self, id_: int, error: str) -> None:
        """Give it up, saying why."""
        self._finish(id_, "failed", error)

    def again(self, id_: int, *, at: float, error: str = "") -> None:
        """Put it back, to be claimed again from that time on."""
        change = sa.update(INBOX).where(INBOX.c.id == id_, INBOX_OPEN)
        values = {"state": "new", "owner": "", "until": 0.0, "due_at": at, "error": clean(error)}
        self._work.connection.execute(change.values(values))

    def free(self, gone: Gone) -> int:
        """Put back at once what dead workers left; return how much."""
        owners = sa.select(INBOX.c.owner).where(INBOX_OPEN, INBOX.c.state == "working").distinct()
        dead = [owner for owner in self._work.connection.execute(owners).scalars() if gone(owner)]
        change = sa.update(INBOX).where(INBOX_OPEN, INBOX.c.state == "working", INBOX.c.owner.in_(dead))
        return self._work.connection.execute(change.values(until=0.0)).rowcount if dead else 0

    def has_open(self, *, posts: bool = False) -> bool:
        """Tell whether anything (of the requests over HTTP, or of all others) is not worked off."""
        query = sa.select(INBOX.c.id).where(INBOX_OPEN, _of(posts=posts)).limit(1)
        return self._work.connection.execute(query).scalar() is not None

    def waiting(self) -> int:
        """Return how many are not worked off."""
        query = sa.select(sa.func.count()).select_from(INBOX).where(INBOX_OPEN)
        return int(self._work.connection.execute(query).scalar_one())

    def purge(self, older_than: float, *, limit: int = 500, posts: bool = False) -> int:
        """Forget up to so many that were finished before this time; never one younger than 26 hours.

        `posts`: of the requests over HTTP, else of all others.
        """
        before = min(older_than, self._work.now - KEPT)
        ids = sa.select(INBOX.c.id).where(INBOX.c.finished_at < before, _of(posts=posts)).limit(limit)
        return self._work.connection.execute(sa.delete(INBOX).where(INBOX.c.id.in_(ids))).rowcount

    def _row(self, key: str, kind: str, payload: JSON, *, order_key: str) -> dict[str, object]:
        return {
            "key": clean(key),
            "kind": kind,
            "payload": json.dumps(payload),
            "order_key": clean(order_key),
            "state": "new",
            "received_at": self._work.now,
        }

    def _finish(self, id_: int, state: str, error: str) -> None:
        change = sa.update(INBOX).where(INBOX.c.id == id_, INBOX.c.finished_at.is_(None))
        self._work.connection.execute(change.values(state=state, error=clean(error), finished_at=self._work.now))


def _of(*, posts: bool) -> sa.ColumnElement[bool]:
    return INBOX.c.kind == POST if posts else INBOX.c.kind != POST


def is_next(older: sa.FromClause, *which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that no older letter of its order key is open (and fulfils all of `which`)."""
    before = (older.c.order_key == INBOX.c.order_key, older.c.id < INBOX.c.id)
    is_open = older.c.state.in_([quoted("new"), quoted("working")])
    return sa.or_(INBOX.c.order_key == "", ~sa.exists().where(*before, is_open, *which))


def letter_of(row: Any, *, lost: int = 0) -> Letter:
    """Return a row as it is after the claim that is under way; `lost` as in Letter."""
    return Letter(
        id=row.id,
        key=row.key,
        kind=row.kind,
        payload=json.loads(row.payload),
        order_key=row.order_key,
        attempts=row.attempts + 1,
        received_at=row.received_at,
        lost=lost,
    )
