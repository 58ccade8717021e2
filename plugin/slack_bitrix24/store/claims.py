"""Claim and record: what a lane's holder sends next, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import Delivered, Outcome, Retry, State, Stored
from slack_bitrix24.store import jsonrows
from slack_bitrix24.store.accept import open_twins, supersede
from slack_bitrix24.store.cleaning import clean
from slack_bitrix24.store.leases import Lease, LeaseLostError
from slack_bitrix24.store.outbox import stored
from slack_bitrix24.store.schema import LANES, OUTBOX, is_in, is_pending
from slack_bitrix24.store.work import Work

PAGE = 50
"""Due rows that are looked at in one go."""


def fenced(lease: Lease) -> list[sa.ColumnElement[bool]]:
    """Return the condition under which this lease still holds its lane."""
    return [LANES.c.portal == lease.portal, LANES.c.owner == lease.owner, LANES.c.fence == lease.fence]


def claim(work: Work, lease: Lease, *, limit: int, limits: str) -> list[Stored]:
    """See Lanes.claim."""
    _hold_fast(work, lease, limits=limits, now=work.now)
    free, overtaken = _choose(work, lease.portal, limit=limit)
    supersede(work, overtaken)
    if not free:
        return []
    ids = {
        "ids": jsonrows.listed([row.id for row in free], dialect=work.dialect),
        "now": work.now,
        "held_by": lease.fence,
        "size": len(free),
    }
    taken = set(work.connection.execute(_taking(work.dialect), ids).scalars())
    work.moved(lease.portal, State.PENDING, State.SENDING, n=len(taken))
    return [stored(row, taken_at=work.now) for row in free if row.id in taken]


def due_at(work: Work, portal: str) -> float | None:
    """See Lanes.due_at."""
    for page in _pages(work, portal, until=None):
        barred = _barred(work, portal, page)
        for row in page:
            if row.id not in barred:
                return float(row.due_at)
    return None


def record(work: Work, lease: Lease, outcomes: Mapping[int, Outcome], *, limits: str) -> dict[int, State]:
    """See Lanes.record."""
    _hold_fast(work, lease, limits=limits, now=0.0)
    ids = jsonrows.listed(outcomes, dialect=work.dialect)
    rows = work.connection.execute(_sent(work.dialect), {"ids": ids, "held_by": lease.fence}).all()
    rows = [row for row in rows if row.portal == lease.portal]
    overtaken = _overtaken(work, lease.portal, [row for row in rows if isinstance(outcomes[row.id], Retry)])
    settled = [settle(row, outcomes[row.id], now=work.now, overtaken=row.id in overtaken) for row in rows]
    if settled:
        work.connection.execute(_settling(work.dialect), {"rows": jsonrows.encode(settled)})
    states = {}
    for row, values in zip(rows, settled, strict=True):
        states[row.id] = State(values["state"])
        work.moved(lease.portal, State.SENDING, states[row.id], receipt_id=row.receipt_id)
    return states


def settle(row: Any, outcome: Outcome, *, now: float, overtaken: bool) -> dict[str, Any]:
    """Decide what an outcome makes of a row; `overtaken`: a newer one of its tag waits. Does no I/O."""
    values = {
        "id": row.id,
        "state": State.DELIVERED,
        "due_at": row.due_at,
        "finished_at": now,
        "attempts": row.attempts,
        "bitrix24_id": None,
        "code": "",
        "error": "",
        "batch_limit": row.batch_limit,
    }
    if isinstance(outcome, Delivered):
        values["bitrix24_id"] = outcome.bitrix24_id
        return values
    values |= {"code": clean(outcome.code), "error": clean(outcome.error), "state": State.DEAD}
    if isinstance(outcome, Retry):
        values["due_at"] = outcome.at
        values["state"] = State.SUPERSEDED if overtaken else State.PENDING
        values["finished_at"] = now if overtaken else None
        if not outcome.counts:
            values["attempts"] = max(0, row.attempts - 1)
        if outcome.ambiguous:
            values["batch_limit"] = max(1, row.batch_size // 2)
        if outcome.alone:
            values["batch_limit"] = 1
    return values


def _hold_fast(work: Work, lease: Lease, *, limits: str, now: float) -> None:
    """Write the limits under the lease's fence, while the lease lasts beyond `now` (0: even after it)."""
    holder = {"of": lease.portal, "by": lease.owner, "held_by": lease.fence, "after": now, "now_limits": limits}
    if not work.connection.execute(_HOLDING, holder).rowcount:
        raise LeaseLostError(f"portal {lease.portal}: the lease of its lane has ended")


def _choose(work: Work, portal: str, *, limit: int) -> tuple[list[Any], list[int]]:
    """Return the rows to send, all of one batch limit, and the pending ones that a newer one has overtaken."""
    free: list[Any] = []
    overtaken: list[int] = []
    for page in _pages(work, portal, until=work.now):
        barred = _barred(work, portal, page)
        overtaken += [id_ for id_, pending in barred.items() if pending]
        free += [row for row in page if row.id not in barred]
        if len(free) >= limit:
            break
    room = min(limit, free[0].batch_limit) if free else 0
    return [row for row in free if row.batch_limit == free[0].batch_limit][:room], overtaken


def _pages(work: Work, portal: str, *, until: float | None) -> Iterator[Sequence[Any]]:
    at: dict[str, object] = {"of": portal, "until": until if until is not None else 1e300, "due": -1.0, "last": 0}
    while True:
        page = work.connection.execute(_PAGE, at).all()
        if page:
            yield page
        if len(page) < PAGE:
            return
        at |= {"due": page[-1].due_at, "last": page[-1].id}


def _barred(work: Work, portal: str, rows: Iterable[Any]) -> dict[int, bool]:
    """Return those of these pending rows that must wait; True where a newer pending one has overtaken it."""
    newest: dict[str, int] = {}
    busy: set[str] = set()
    for id_, tag, state in _open_twins(work, portal, {row.tag for row in rows}):
        if state == State.SENDING:
            busy.add(tag)
        else:
            newest[tag] = max(id_, newest.get(tag, 0))
    return {
        row.id: newest.get(row.tag, 0) > row.id for row in rows if row.tag in busy or newest.get(row.tag, 0) > row.id
    }


def _overtaken(work: Work, portal: str, rows: Sequence[Any]) -> set[int]:
    newest: dict[str, int] = {}
    for id_, tag, _ in _open_twins(work, portal, {row.tag for row in rows}):
        newest[tag] = max(id_, newest.get(tag, 0))
    return {row.id for row in rows if newest.get(row.tag, 0) > row.id}


def _open_twins(work: Work, portal: str, tags: set[str]) -> Iterator[tuple[int, str, str]]:
    """Return id, tag and state of what is pending or sending under these tags."""
    return ((twin.id, twin.tag, twin.state) for twin in open_twins(work, tags) if twin.portal == portal)


_SETTLED: jsonrows.Types = {
    "id": sa.BigInteger,
    "state": sa.Text,
    "due_at": sa.Double,
    "finished_at": sa.Double,
    "attempts": sa.BigInteger,
    "bitrix24_id": sa.BigInteger,
    "code": sa.Text,
    "error": sa.Text,
    "batch_limit": sa.BigInteger,
}

_NEEDED = [
    OUTBOX.c[name] for name in ("id", "portal", "tag", "receipt_id", "due_at", "attempts", "batch_size", "batch_limit")
]

_HOLDING = (
    sa.update(LANES)
    .where(
        LANES.c.portal == sa.bindparam("of", type_=sa.Text()),
        LANES.c.owner == sa.bindparam("by", type_=sa.Text()),
        LANES.c.fence == sa.bindparam("held_by", type_=sa.BigInteger()),
        LANES.c.until > sa.bindparam("after", type_=sa.Double()),
    )
    .values(limits=sa.bindparam("now_limits", type_=sa.Text()))
)

_PAGE = (
    sa.select(OUTBOX)
    .where(
        OUTBOX.c.portal == sa.bindparam("of", type_=sa.Text()),
        is_pending(),
        OUTBOX.c.due_at <= sa.bindparam("until", type_=sa.Double()),
        sa.tuple_(OUTBOX.c.due_at, OUTBOX.c.id)
        > sa.tuple_(sa.bindparam("due", type_=sa.Double()), sa.bindparam("last", type_=sa.BigInteger())),
    )
    .order_by(OUTBOX.c.due_at, OUTBOX.c.id)
    .limit(PAGE)
)


@cache
def _taking(dialect: str) -> sa.Executable:
    return (
        sa.update(OUTBOX)
        .where(jsonrows.among(OUTBOX.c.id, "ids", dialect=dialect), is_in(State.PENDING))
        .values(
            state=State.SENDING,
            attempts=OUTBOX.c.attempts + 1,
            sent_at=sa.bindparam("now", type_=sa.Double()),
            fence=sa.bindparam("held_by", type_=sa.BigInteger()),
            batch_size=sa.bindparam("size", type_=sa.BigInteger()),
        )
        .returning(OUTBOX.c.id)
    )


@cache
def _sent(dialect: str) -> sa.Select[Any]:
    return sa.select(*_NEEDED).where(
        jsonrows.among(OUTBOX.c.id, "ids", dialect=dialect),
        is_in(State.SENDING),
        OUTBOX.c.fence == sa.bindparam("held_by", type_=sa.BigInteger()),
    )


@cache
def _settling(dialect: str) -> sa.Update:
    rows = jsonrows.table("rows", _SETTLED, dialect=dialect)
    changed = {name: rows.c[name] for name in _SETTLED if name != "id"}
    return sa.update(OUTBOX).where(OUTBOX.c.id == rows.c.id).values(changed)
