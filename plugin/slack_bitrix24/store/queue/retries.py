"""Dead notifications tried again by hand: many in a few statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import State
from slack_bitrix24.store.queue import fair, pending, twins
from slack_bitrix24.store.queue.doubts import Doubts
from slack_bitrix24.store.queue.stored import TAG
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.schema import DEAD, OUTBOX, OUTCOMES, SENDING, TEXTS
from slack_bitrix24.store.work import Work


def retry(work: Work, ids: Sequence[int], *, before: int) -> list[int]:
    """See Outbox.retry."""
    listed = {"ids": jsonrows.listed(ids, dialect=work.dialect)}
    dead = work.connection.execute(_dead(work.dialect), listed).all()
    if not dead:
        return []
    newest = {(row.portal, row.tag): row.id for row in dead}
    queued = twins.pending(work, newest, but=(row.id for row in dead))
    over = {
        row.id
        for row in dead
        if row.overtaken or max(newest[row.portal, row.tag], queued.get((row.portal, row.tag), 0)) > row.id
    }
    again = [row for row in dead if row.id not in over]
    # An older one that is pending was made so by hand, while this one was dead.
    older = [queued[row.portal, row.tag] for row in again if (row.portal, row.tag) in queued]
    pending.take_out(work, older, State.SUPERSEDED)
    _supersede(work, over)
    _forget(work, [row.id for row in again])
    Doubts(work).asked([row.id for row in again])
    twins.remember(work, ((row.id, (row.portal, row.tag)) for row in again))
    pending.enqueue(work, list(_places(work, again, before=before)))
    for row in dead:
        work.moved(row.portal, State.DEAD, State.SUPERSEDED if row.id in over else None, receipt_id=row.receipt_id)
        if row.id not in over and row.receipt_id is not None:
            work.lacking[row.receipt_id] += 1
    return [row.id for row in again]


def _places(work: Work, rows: Sequence[Any], *, before: int) -> Iterator[dict[str, Any]]:
    portals = sorted({row.portal for row in rows})
    come = pending.served(work, portals)
    for portal in portals:
        of_portal = [row for row in rows if row.portal == portal]
        ranks = fair.ranks(len(of_portal), before=before)
        for row, rank in zip(of_portal, ranks, strict=True):
            names = ("portal", "id", "tag", "sent_at", "code", "error", "receipt_id")
            yield {"rank": come.get(portal, 0) + rank, **{name: getattr(row, name) for name in names}}


def _supersede(work: Work, ids: set[int]) -> None:
    if ids:
        change = sa.update(OUTCOMES).where(jsonrows.among(OUTCOMES.c.id, "ids", dialect=work.dialect))
        listed = {"ids": jsonrows.listed(sorted(ids), dialect=work.dialect)}
        work.connection.execute(change.values(state=State.SUPERSEDED), listed)


def _forget(work: Work, ids: Sequence[int]) -> None:
    if ids:
        change = sa.delete(OUTCOMES).where(jsonrows.among(OUTCOMES.c.id, "ids", dialect=work.dialect))
        work.connection.execute(change, {"ids": jsonrows.listed(ids, dialect=work.dialect)})


@cache
def _dead(dialect: str) -> sa.Select[Any]:
    """Return the dead ones among `ids` in their order, locked, and whether a newer one went out or is in hand."""
    newer, said, done = OUTBOX.alias(), TEXTS.alias(), OUTCOMES.alias()
    delivered = sa.exists().where(
        said.c.sub_tag == TEXTS.c.sub_tag,
        said.c.portal == TEXTS.c.portal,
        said.c.last_id > OUTBOX.c.id,
        newer.c.id.between(said.c.id, said.c.last_id),
        newer.c.text_id == said.c.id,
        newer.c.id > OUTBOX.c.id,
        newer.c.user_id == OUTBOX.c.user_id,
        newer.c.tag.is_not_distinct_from(OUTBOX.c.tag),
        # One by one: joined, a planner without statistics would begin with all that was ever delivered.
        sa.select(done.c.state).where(done.c.id == newer.c.id).scalar_subquery() == State.DELIVERED,
    )
    in_hand = sa.exists().where(SENDING.c.portal == TEXTS.c.portal, SENDING.c.tag == TAG, SENDING.c.id > OUTBOX.c.id)
    return (
        sa.select(
            OUTCOMES.c.id,
            TEXTS.c.portal,
            TAG.label("tag"),
            OUTCOMES.c.sent_at,
            OUTCOMES.c.code,
            OUTCOMES.c.error,
            TEXTS.c.receipt_id,
            sa.or_(delivered, in_hand).label("overtaken"),
        )
        .join_from(OUTCOMES, OUTBOX, OUTBOX.c.id == OUTCOMES.c.id)
        .join(TEXTS, TEXTS.c.id == OUTBOX.c.text_id)
        .where(jsonrows.among(OUTCOMES.c.id, "ids", dialect=dialect), OUTCOMES.c.state == DEAD)
        .order_by(OUTCOMES.c.id)
        .with_for_update(of=OUTCOMES)
    )
