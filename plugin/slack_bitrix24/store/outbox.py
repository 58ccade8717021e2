"""The outbox: what is owed to whom, what became of it, and what people may do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypedDict, Unpack

import sqlalchemy as sa

from slack_bitrix24.model import Notification, Recipient, State, Stored
from slack_bitrix24.store import jsonrows
from slack_bitrix24.store.accept import Accepted, Submission, accept
from slack_bitrix24.store.schema import BATCH_LIMIT, COUNTS, OUTBOX, is_in, is_open, is_pending
from slack_bitrix24.store.work import FINAL, Work


class Which(TypedDict, total=False):
    """Which rows; every condition that is given (and not None) must hold. Times are Unix seconds of acceptance."""

    state: State | None
    portal: str | None
    author: str | None
    user_id: int | None
    older_than: float | None
    newer_than: float | None


@dataclass(frozen=True, slots=True)
class Count:
    """How much of a portal is in which state; `oldest_due` is Unix seconds, None when nothing is pending."""

    pending: int = 0
    sending: int = 0
    dead: int = 0
    oldest_due: float | None = None


def stored(row: Any, *, taken_at: float | None = None) -> Stored:
    """Return a whole row of the outbox as the program speaks of it; `taken_at`: as it is after a claim just now."""
    # By position: fifty rows are read for each batch, and a row's names are looked up slowly.
    (id_, key, portal, user_id, message, message_out, attach, kind, tag, sub_tag, source, author, not_before) = row[:13]
    (state, attempts, created_at, due_at, sent_at, finished_at, bitrix24_id, code, error, receipt_id) = row[13:23]
    if taken_at is not None:
        state, attempts, sent_at = "sending", attempts + 1, taken_at
    recipient = Recipient(portal, user_id)
    return Stored(
        id_,
        Notification(key, recipient, message, tag, sub_tag, message_out, attach, kind, source, author, not_before),
        State(state),
        attempts,
        created_at,
        due_at,
        sent_at,
        finished_at,
        bitrix24_id,
        code,
        error,
        receipt_id,
    )


class Outbox:
    """Reading and changing notifications inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def accept(self, submission: Submission) -> list[Accepted]:
        """Do what `Store.accept` does, as a part of this transaction."""
        return accept(self._work, [submission])[0]

    def get(self, id_: int) -> Stored | None:
        """Return one notification."""
        row = self._work.connection.execute(_ALL.where(OUTBOX.c.id == id_)).one_or_none()
        return stored(row) if row else None

    def find(
        self, *, limit: int = 100, after_id: int = 0, newest: bool = False, **which: Unpack[Which]
    ) -> list[Stored]:
        """Return those that match, oldest first (newest first if `newest`), from behind this id on."""
        query = _ALL.where(OUTBOX.c.id > after_id, *_conditions(which))
        order = OUTBOX.c.id.desc() if newest else OUTBOX.c.id
        return [stored(row) for row in self._work.connection.execute(query.order_by(order).limit(limit))]

    def latest_by(self, author: str, limit: int = 10) -> list[Stored]:
        """Return what this author asked for last, newest first."""
        query = _ALL.where(OUTBOX.c.author == author).order_by(OUTBOX.c.id.desc()).limit(limit)
        return [stored(row) for row in self._work.connection.execute(query)]

    def recipients_of(self, sub_tag: str) -> list[Recipient]:
        """Return who got, or still gets, something under this sub-tag, in the order in which they did first."""
        query = (
            sa.select(OUTBOX.c.portal, OUTBOX.c.user_id)
            .where(OUTBOX.c.sub_tag == sub_tag, OUTBOX.c.state != State.CANCELLED)
            .group_by(OUTBOX.c.portal, OUTBOX.c.user_id)
            .order_by(sa.func.min(OUTBOX.c.id))
        )
        return [Recipient(portal, user_id) for portal, user_id in self._work.connection.execute(query)]

    def retry(self, ids: Sequence[int]) -> list[int]:
        """Make these dead ones pending again and due now; return which.

        One that was overtaken (a newer one of its tag is pending, sending or delivered) becomes superseded instead.
        """
        query = _ALL.where(_among_ids(self._work.dialect), OUTBOX.c.state == State.DEAD).order_by(OUTBOX.c.id)
        dead = self._work.connection.execute(query.with_for_update(), self._ids(ids)).all()
        return [row.id for row in reversed(dead) if self._retry(row)][::-1]

    def retry_dead(self, portal: str | None = None, *, limit: int = 500) -> list[int]:
        """Make up to so many dead ones pending again, of one portal or of all; return which; repeat until none."""
        query = sa.select(OUTBOX.c.id).where(OUTBOX.c.state == State.DEAD, *_conditions({"portal": portal}))
        return self.retry(self._work.connection.execute(query.order_by(OUTBOX.c.id).limit(limit)).scalars().all())

    def cancel(self, ids: Sequence[int]) -> list[int]:
        """Take back those of these that are pending; return which."""
        change = (
            sa.update(OUTBOX)
            .where(_among_ids(self._work.dialect), is_in(State.PENDING))
            .values(state=State.CANCELLED, finished_at=self._work.now)
            .returning(OUTBOX.c.id, OUTBOX.c.portal, OUTBOX.c.receipt_id)
        )
        cancelled = self._work.connection.execute(change, self._ids(ids)).all()
        for _, portal, receipt_id in cancelled:
            self._work.moved(portal, State.PENDING, State.CANCELLED, receipt_id=receipt_id)
        return sorted(row.id for row in cancelled)

    def purge(self, older_than: float, states: Sequence[State] = tuple(FINAL), limit: int = 500) -> int:
        """Delete up to so many that became final before this time; return how many: fewer than `limit` = no more."""
        wanted = [state for state in states if state in FINAL]
        ids = sa.select(OUTBOX.c.id).where(OUTBOX.c.state.in_(wanted), OUTBOX.c.finished_at < older_than).limit(limit)
        change = sa.delete(OUTBOX).where(OUTBOX.c.id.in_(ids)).returning(OUTBOX.c.portal, OUTBOX.c.state)
        gone = self._work.connection.execute(change).all()
        for portal, state in gone:
            self._work.moved(portal, State(state), None)
        return len(gone)

    def counts(self) -> dict[str, Count]:
        """Return the numbers of each portal, without counting rows."""
        query = sa.select(COUNTS.c.portal, COUNTS.c.state, sa.func.sum(COUNTS.c.n))
        numbers: dict[str, dict[str, int]] = {}
        for portal, state, n in self._work.connection.execute(query.group_by(COUNTS.c.portal, COUNTS.c.state)):
            numbers.setdefault(portal, {})[state] = int(n)
        return {portal: Count(**states, oldest_due=self._oldest_due(portal)) for portal, states in numbers.items()}

    def _oldest_due(self, portal: str) -> float | None:
        return self._work.connection.execute(_OLDEST_DUE, {"portal": portal}).scalar()

    def _ids(self, ids: Sequence[int]) -> dict[str, object]:
        return {"ids": jsonrows.listed(ids, dialect=self._work.dialect)}

    def _retry(self, row: Any) -> bool:
        state = State.SUPERSEDED if self._is_overtaken(row) else State.PENDING
        again = state is State.PENDING
        values: dict[str, object] = {"state": state}
        if again:
            values |= {"attempts": 0, "due_at": self._work.now, "finished_at": None, "batch_limit": BATCH_LIMIT}
            self._work.wake(row.portal)
        self._work.connection.execute(sa.update(OUTBOX).where(OUTBOX.c.id == row.id).values(values))
        self._work.moved(row.portal, State.DEAD, state, receipt_id=row.receipt_id)
        return again

    def _is_overtaken(self, row: Any) -> bool:
        # Once through the index of the open ones, once through the one that holds the final ones too.
        newer = sa.and_(OUTBOX.c.portal == row.portal, OUTBOX.c.tag == row.tag, OUTBOX.c.id > row.id)
        delivered = sa.and_(OUTBOX.c.sub_tag == row.sub_tag, OUTBOX.c.user_id == row.user_id)
        query = sa.select(
            sa.or_(
                sa.exists().where(newer, is_open()),
                sa.exists().where(newer, delivered, OUTBOX.c.state == State.DELIVERED),
            )
        )
        return bool(self._work.connection.execute(query).scalar())


_EXACT: tuple[Literal["state", "portal", "author", "user_id"], ...] = ("state", "portal", "author", "user_id")
_ALL = sa.select(OUTBOX)
_OLDEST_DUE = (
    sa.select(OUTBOX.c.due_at)
    .where(OUTBOX.c.portal == sa.bindparam("portal"), is_pending())
    .order_by(OUTBOX.c.due_at, OUTBOX.c.id)
    .limit(1)
)


@cache
def _among_ids(dialect: str) -> sa.ColumnElement[bool]:
    return jsonrows.among(OUTBOX.c.id, "ids", dialect=dialect)


def _conditions(which: Which) -> list[sa.ColumnElement[bool]]:
    conditions = [OUTBOX.c[name] == which[name] for name in _EXACT if which.get(name) is not None]
    if (older := which.get("older_than")) is not None:
        conditions.append(OUTBOX.c.created_at < older)
    if (newer := which.get("newer_than")) is not None:
        conditions.append(OUTBOX.c.created_at > newer)
    return conditions
