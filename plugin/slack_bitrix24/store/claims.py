"""Claim and record: what a lane's holder sends next, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import Dead, Delivered, Outcome, Retry, State, Stored
from slack_bitrix24.store import jsonrows
from slack_bitrix24.store.accept import supersede
from slack_bitrix24.store.cleaning import clean
from slack_bitrix24.store.leases import Lease, LeaseLostError
from slack_bitrix24.store.outbox import stored
from slack_bitrix24.store.schema import LANES, OUTBOX, SENDING, is_open, is_pending
from slack_bitrix24.store.work import Work

PAGE = 50
"""Due rows that are looked at in one go."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What an outcome makes of a row."""

    id: int
    state: State
    due_at: float
    finished_at: float | None
    attempts: int
    bitrix24_id: int | None
    code: str
    error: str
    batch_limit: int


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
    return [_as_taken(row, now=work.now) for row in free if row.id in taken]


def due_at(work: Work, portal: str) -> float | None:
    """See Lanes.due_at."""
    for page in _pages(work, portal, until=None):
        barred = _barred(work, portal, page)
        for row in page:
            if row.id not in barred:
                return float(row.due_at)
    return None


def record(work: Work, lease: Lease, outcomes: Mapping[int, Outcome], *, limits: str) -> list[Stored]:
    """See Lanes.record."""
    _hold_fast(work, lease, limits=limits, now=None)
    ids = jsonrows.listed(outcomes, dialect=work.dialect)
    query = _sent(work.dialect)
    rows = work.connection.execute(query, {"ids": ids, "of": lease.portal, "held_by": lease.fence}).all()
    if not rows:
        return []
    overtaken = _overtaken(work, lease.portal, [row for row in rows if isinstance(outcomes[row.id], Retry)])
    settled = {row.id: settle(row, outcomes[row.id], now=work.now, overtaken=row.id in overtaken) for row in rows}
    values = [_values(one) for one in settled.values()]
    work.connection.execute(_settling(work.dialect), {"rows": jsonrows.encode(values)})
    for row in rows:
        work.moved(lease.portal, State.SENDING, settled[row.id].state, receipt_id=row.receipt_id)
    return [_as_settled(row, settled[row.id]) for row in rows]


def settle(row: Any, outcome: Outcome, *, now: float, overtaken: bool) -> Settled:
    """Decide what an outcome makes of a row; `overtaken`: a newer one of its tag waits. Does no I/O."""
    same = Settled(
        id=row.id,
        state=State.DEAD,
        due_at=row.due_at,
        finished_at=now,
        attempts=row.attempts,
        bitrix24_id=None,
        code="",
        error="",
        batch_limit=row.batch_limit,
    )
    if isinstance(outcome, Delivered):
        return replace(same, state=State.DELIVERED, bitrix24_id=outcome.bitrix24_id)
    refused = replace(same, code=clean(outcome.code), error=clean(outcome.error))
    if isinstance(outcome, Dead):
        return refused
    return replace(
        refused,
        state=State.SUPERSEDED if overtaken else State.PENDING,
        finished_at=now if overtaken else None,
        due_at=outcome.at,
        attempts=row.attempts if outcome.counts else max(0, row.attempts - 1),
        batch_limit=max(1, row.batch_size // 2) if outcome.ambiguous else row.batch_limit,
    )


def _hold_fast(work: Work, lease: Lease, *, limits: str, now: float | None) -> None:
    """Write the limits under the lease's fence; with `now`, only while the lease lasts."""
    lasting = [LANES.c.until > now] if now is not None else []
    change = sa.update(LANES).where(*fenced(lease), *lasting).values(limits=limits)
    if not work.connection.execute(change).rowcount:
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
    tags = {row.tag: row.id for row in rows}
    parameters = {"of": portal, "tags": jsonrows.listed(tags, dialect=work.dialect)}
    twins: dict[str, list[Any]] = {}
    for twin in work.connection.execute(_twins(work.dialect), parameters):
        twins.setdefault(twin.tag, []).append(twin)
    barred = {}
    for row in rows:
        others = [twin for twin in twins.get(row.tag, ()) if twin.id != row.id]
        if any(twin.state == State.PENDING and twin.id > row.id for twin in others):
            barred[row.id] = True
        elif any(twin.state == State.SENDING for twin in others):
            barred[row.id] = False
    return barred


def _overtaken(work: Work, portal: str, rows: Sequence[Any]) -> set[int]:
    if not rows:
        return set()
    parameters = {"of": portal, "tags": jsonrows.listed([row.tag for row in rows], dialect=work.dialect)}
    newest: dict[str, int] = {}
    for twin in work.connection.execute(_twins(work.dialect), parameters):
        newest[twin.tag] = max(twin.id, newest.get(twin.tag, 0))
    return {row.id for row in rows if newest.get(row.tag, 0) > row.id}


def _as_taken(row: Any, *, now: float) -> Stored:
    return replace(stored(row), state=State.SENDING, attempts=row.attempts + 1, sent_at=now)


def _as_settled(row: Any, settled: Settled) -> Stored:
    return replace(
        stored(row),
        state=settled.state,
        attempts=settled.attempts,
        due_at=settled.due_at,
        finished_at=settled.finished_at,
        bitrix24_id=settled.bitrix24_id,
        code=settled.code,
        error=settled.error,
    )


def _values(settled: Settled) -> dict[str, object]:
    return {name: getattr(settled, name) for name in _SETTLED}


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
def _twins(dialect: str) -> sa.Select[int, str, str]:
    return sa.select(OUTBOX.c.id, OUTBOX.c.tag, OUTBOX.c.state).where(
        OUTBOX.c.portal == sa.bindparam("of", type_=sa.Text()),
        jsonrows.among(OUTBOX.c.tag, "tags", dialect=dialect),
        is_open(),
    )


@cache
def _taking(dialect: str) -> sa.Executable:
    return (
        sa.update(OUTBOX)
        .where(jsonrows.among(OUTBOX.c.id, "ids", dialect=dialect), is_pending())
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
    return sa.select(OUTBOX).where(
        jsonrows.among(OUTBOX.c.id, "ids", dialect=dialect),
        OUTBOX.c.portal == sa.bindparam("of", type_=sa.Text()),
        OUTBOX.c.state == SENDING,
        OUTBOX.c.fence == sa.bindparam("held_by", type_=sa.BigInteger()),
    )


@cache
def _settling(dialect: str) -> sa.Update:
    rows = jsonrows.table("rows", _SETTLED, dialect=dialect)
    changed = {name: rows.c[name] for name in _SETTLED if name != "id"}
    return sa.update(OUTBOX).where(OUTBOX.c.id == rows.c.id).values(changed)
