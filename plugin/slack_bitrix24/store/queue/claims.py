"""Claim and record: what a lane's holder sends next, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import Delivered, Outcome, Retry, State, Stored
from slack_bitrix24.store.queue import fair, pending, steps, twins
from slack_bitrix24.store.queue.doubts import Doubts
from slack_bitrix24.store.queue.leases import Lease
from slack_bitrix24.store.queue.stored import SAID, said
from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.prepared import Prepared
from slack_bitrix24.store.sql.schema import LANES, OUTBOX, QUEUE, SENDING, TEXTS
from slack_bitrix24.store.work import Work

AT_ONCE = 1.0
"""A retry's time that is over: it waits like others, until the next claim."""


def fenced(lease: Lease) -> list[sa.ColumnElement[bool]]:
    """Return the condition under which this lease still holds its lane."""
    return [LANES.c.portal == lease.portal, LANES.c.owner == lease.owner, LANES.c.fence == lease.fence]


def claim(work: Work, lease: Lease, *, limit: int, limits: str) -> list[Stored]:
    """See Lanes.claim."""
    claims, served = steps.begin(work, lease, limits=limits)
    by_age = fair.is_turn_of_age(claims, _oldest(work, lease.portal, claims), now=work.now)
    chosen = _fitting(_NEXT[by_age].run(work.connection, of=lease.portal), limit)
    if not chosen:
        return []
    come = 0 if by_age else fair.come_to(served, max(row[_RANK] for row in chosen))
    taken = steps.take(work, lease, [_in_hand(row) for row in chosen], come=come)
    work.moved(lease.portal, State.PENDING, State.SENDING, n=len(taken))
    return [_sent(row, now=work.now) for row in chosen if row[0] in taken]


def due_at(work: Work, portal: str) -> float | None:
    """See Lanes.due_at."""
    found = _DUE.scalar(work.connection, of=portal)
    return None if found is None else float(found)


def record(work: Work, lease: Lease, outcomes: Mapping[int, Outcome], *, limits: str) -> dict[int, State]:
    """See Lanes.record."""
    served, rows = steps.land(work, lease, outcomes, limits=limits)
    final = []
    again = []
    for row in rows:
        result = outcomes[row["id"]]
        if isinstance(result, Retry):
            again.append(_retried(row, result, portal=lease.portal, served=served))
        else:
            state, more = _settled(result)
            final.append(pending.outcome(row, state, now=work.now, **more))
    overtaken = put_back(work, again)
    states = {row["id"]: State.PENDING for row in again}
    states |= dict.fromkeys(overtaken, State.SUPERSEDED)
    pending.finish(work, final)
    for row, kept in zip([row for row in rows if row["id"] not in states], final, strict=True):
        states[row["id"]] = kept["state"]
        work.moved(lease.portal, State.SENDING, kept["state"], receipt_id=row["receipt_id"])
    return states


def put_back(work: Work, rows: Sequence[pending.Row]) -> set[int]:
    """Line up again what was in hand; return what a newer one of its tag has overtaken, which is superseded."""
    newer = twins.pending(work, ((row["portal"], row["tag"]) for row in rows), but=(row["id"] for row in rows))
    over = [row for row in rows if (row["portal"], row["tag"]) in newer]
    pending.finish(work, [pending.outcome(row, State.SUPERSEDED, now=work.now) for row in over])
    for row in over:
        work.moved(row["portal"], State.SENDING, State.SUPERSEDED, receipt_id=row["receipt_id"])
    pending.enqueue(work, [row for row in rows if (row["portal"], row["tag"]) not in newer])
    return {row["id"] for row in over}


def give_back(work: Work, lease: Lease) -> None:
    """Line up again, in halves, what earlier holders of the lane left in hand."""
    rows = steps.left(work, lease)
    for row in rows:
        # One of them may be what every batch dies of: halved each time, it is alone in the end and holds up nobody.
        row |= {"portal": lease.portal, "batch_limit": max(1, row.pop("batch_size") // 2)}
    Doubts(work).open(row["id"] for row in rows)
    put_back(work, rows)


def _settled(outcome: Outcome) -> tuple[State, dict[str, Any]]:
    if isinstance(outcome, Delivered):
        return State.DELIVERED, {"bitrix24_id": outcome.bitrix24_id}
    return State.DEAD, {"code": clean(outcome.code), "error": clean(outcome.error)}


def _retried(row: dict[str, Any], outcome: Retry, *, portal: str, served: int) -> dict[str, Any]:
    """Return what was in hand as it waits to go out again. Does no I/O."""
    size = row.pop("batch_size")
    # The same here: an answer that was lost may be due to what was in the request.
    suspect = 1 if outcome.alone else max(1, size // 2) if outcome.ambiguous else row["batch_limit"]
    return {
        **row,
        "portal": portal,
        "wait": max(outcome.at, AT_ONCE),
        "rank": fair.back(row["rank"], served=served),
        "attempts": row["attempts"] if outcome.counts else max(0, row["attempts"] - 1),
        "batch_limit": suspect,
        "code": clean(outcome.code),
        "error": clean(outcome.error),
    }


def _oldest(work: Work, portal: str, claims: int) -> float | None:
    if claims % fair.TURN:
        return None
    oldest: float | None = _OLDEST.scalar(work.connection, of=portal)
    return oldest


def _fitting(rows: Sequence[Any], limit: int) -> list[Any]:
    """Return those that may go with the first: suspects go out apart from the others, and of a tag there goes one."""
    room = min(limit, rows[0][_LIMIT]) if rows else 0
    first_of: dict[str, Any] = {}
    for row in rows:
        if row[_LIMIT] == rows[0][_LIMIT]:
            first_of.setdefault(row[_TAG], row)
    return list(first_of.values())[:room]


def _in_hand(row: Any) -> dict[str, Any]:
    return {
        "id": row[0],
        "tag": row[_TAG],
        "rank": row[_RANK],
        "attempts": row[_RANK + 1] + 1,
        "batch_limit": row[_LIMIT],
        "receipt_id": row[_RECEIPT],
    }


def _sent(row: Any, *, now: float) -> Stored:
    """Return a row of _NEXT as it is after a claim just now."""
    created_at, asked = row[_CREATED], row[_CREATED - 1]
    return Stored(
        row[0],
        said(row),
        State.SENDING,
        row[_RANK + 1] + 1,
        created_at,
        max(asked, created_at),
        now,
        receipt_id=row[_RECEIPT],
    )


_TAG, _CREATED, _RECEIPT = 3, 12, 13
_RANK = len(SAID)
_LIMIT = _RANK + 2

_OF = sa.bindparam("of", type_=sa.Text())
_READY = sa.and_(QUEUE.c.portal == _OF, QUEUE.c.wait == sa.literal_column("0"))
_BUSY = sa.exists().where(SENDING.c.portal == QUEUE.c.portal, SENDING.c.tag == QUEUE.c.tag)
_FROM = QUEUE.join(OUTBOX, OUTBOX.c.id == QUEUE.c.id).join(TEXTS, TEXTS.c.id == OUTBOX.c.text_id)


def _next(*order: sa.ColumnElement[Any]) -> Prepared:
    columns = (*SAID, QUEUE.c.rank, QUEUE.c.attempts, QUEUE.c.batch_limit)
    return Prepared(
        lambda _: (
            sa.select(*columns)
            .select_from(_FROM)
            .where(_READY, ~_BUSY)
            .order_by(*order)
            .limit(sa.literal_column(str(fair.REQUEST)))
        )
    )


_NEXT = {False: _next(QUEUE.c.rank, QUEUE.c.id), True: _next(QUEUE.c.id)}

_OLDEST = Prepared(
    lambda _: (
        sa.select(TEXTS.c.created_at)
        .select_from(_FROM)
        .where(_READY)
        .order_by(QUEUE.c.id)
        .limit(sa.literal_column("1"))
    )
)

_DUE = Prepared(
    lambda _: (
        sa.select(QUEUE.c.wait)
        .where(QUEUE.c.portal == _OF, ~_BUSY)
        .order_by(QUEUE.c.wait, QUEUE.c.rank, QUEUE.c.id)
        .limit(sa.literal_column("1"))
    )
)
