"""What claim and record change, in as few round trips as the database allows.

SQLite is in the process: there each change is a statement of its own. On PostgreSQL each statement is a round trip,
which takes longer than what it does: what belongs together goes as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.store.queue.leases import Lease, LeaseLostError
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.inserting import Inserting
from slack_bitrix24.store.sql.prepared import Prepared
from slack_bitrix24.store.sql.schema import LANES, QUEUE, SENDING
from slack_bitrix24.store.work import Work

Row = dict[str, Any]
LANDED = ("id", "tag", "rank", "attempts", "batch_size", "batch_limit", "sent_at", "receipt_id")
"""What is told of what was in hand."""


def begin(work: Work, lease: Lease, *, limits: str) -> tuple[int, int]:
    """Write the limits under the lease's fence while it lasts, and line up what waited until now.

    Returns how many claims there were, and how far the fair order has come.
    """
    holder = _holder(lease, limits=limits, after=work.now, claims=1)
    if work.dialect == "postgresql":
        claims, served = _held(lease, _BEGINNING.run(work.connection, **holder, now=work.now))[0]
    else:
        claims, served = _held(lease, _HOLDING.run(work.connection, **holder))[0]
        _WAKING.run(work.connection, of=lease.portal, now=work.now, come=served)
    return claims, served


def take(work: Work, lease: Lease, rows: Sequence[Row], *, come: int) -> set[int]:
    """Move these (columns of `sending`) from the queue into hand, the order on to `come`; return which were there."""
    ids = jsonrows.listed([row["id"] for row in rows], dialect=work.dialect)
    same = {"fence": lease.fence, "sent_at": work.now}
    if work.dialect == "postgresql":
        chosen = jsonrows.encode(rows)
        found = _TAKING_ALL.run(work.connection, of=lease.portal, ids=ids, rows=chosen, come=come, **same)
        return {id_ for (id_,) in found}
    taken = {id_ for (id_,) in _TAKING.run(work.connection, ids=ids)}
    if taken:
        there = [row for row in rows if row["id"] in taken]
        _KEEPING.run(work.connection, there, portal=lease.portal, batch_size=len(there), **same)
        _COMING.run(work.connection, of=lease.portal, come=come)
    return taken


def land(work: Work, lease: Lease, ids: Iterable[int], *, limits: str) -> tuple[int, list[Row]]:
    """Write the limits under the lease's fence, even after its end, and take these out of hand.

    Returns how far the fair order has come, and what was in hand of these.
    """
    holder = _holder(lease, limits=limits, after=0.0, claims=0)
    listed = jsonrows.listed(ids, dialect=work.dialect)
    if work.dialect == "postgresql":
        found = _held(lease, _LANDING_ALL.run(work.connection, **holder, ids=listed))
        served, landed = found[0][0], [row[1:] for row in found if row[1] is not None]
    else:
        served = _held(lease, _HOLDING.run(work.connection, **holder))[0][1]
        landed = _LANDING.run(work.connection, of=lease.portal, held_by=lease.fence, ids=listed)
    return served, [dict(zip(LANDED, row, strict=True)) for row in landed]


def left(work: Work, lease: Lease) -> list[Row]:
    """Take out of hand what earlier holders of the lane left; return it."""
    found = _LEFT.run(work.connection, of=lease.portal, held_by=lease.fence)
    return [dict(zip(LANDED, row, strict=True)) for row in found]


def _holder(lease: Lease, *, limits: str, after: float, claims: int) -> dict[str, Any]:
    return {
        "of": lease.portal, "by": lease.owner, "held_by": lease.fence, "after": after, "now_limits": limits,
        "more": claims,
    }  # fmt: skip


def _held(lease: Lease, rows: list[Any]) -> list[Any]:
    if not rows:
        raise LeaseLostError(f"portal {lease.portal}: the lease of its lane has ended")
    return rows


def _whole(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger())


def _moment(name: str) -> sa.BindParameter[float]:
    return sa.bindparam(name, type_=sa.Double())


_OF = sa.bindparam("of", type_=sa.Text())
_IN_HAND: jsonrows.Types = {
    "id": sa.BigInteger,
    "tag": sa.Text,
    "rank": sa.BigInteger,
    "attempts": sa.BigInteger,
    "batch_limit": sa.BigInteger,
    "receipt_id": sa.BigInteger,
}


def _holding() -> Any:
    return (
        sa.update(LANES)
        .where(
            LANES.c.portal == _OF,
            LANES.c.owner == sa.bindparam("by", type_=sa.Text()),
            LANES.c.fence == _whole("held_by"),
            LANES.c.until > _moment("after"),
        )
        .values(limits=sa.bindparam("now_limits", type_=sa.Text()), claims=LANES.c.claims + _whole("more"))
        .returning(LANES.c.claims, LANES.c.served)
    )


def _waking(come: sa.ColumnElement[int]) -> sa.Update:
    waited = (QUEUE.c.portal == _OF, QUEUE.c.wait > sa.literal_column("0"), QUEUE.c.wait <= _moment("now"))
    return sa.update(QUEUE).where(*waited).values(wait=sa.literal_column("0"), rank=QUEUE.c.rank + come)


def _coming() -> sa.Update:
    return sa.update(LANES).where(LANES.c.portal == _OF, LANES.c.served < _whole("come")).values(served=_whole("come"))


def _taking(dialect: str) -> Any:
    # By the ids alone: with the portal named too, either database may walk all that it has pending.
    return sa.delete(QUEUE).where(jsonrows.among(QUEUE.c.id, "ids", dialect=dialect)).returning(QUEUE.c.id)


def _landing(dialect: str) -> Any:
    among = jsonrows.among(SENDING.c.id, "ids", dialect=dialect)
    mine = (SENDING.c.portal == _OF, SENDING.c.fence == _whole("held_by"), among)
    return sa.delete(SENDING).where(*mine).returning(*(SENDING.c[name] for name in LANDED))


def _beginning(_: str) -> Any:
    held = _holding().cte("held")
    served = sa.select(held.c.served).scalar_subquery()
    woken = _waking(served).where(sa.exists(sa.select(held.c.served))).cte("woken")
    return sa.select(held.c.claims, held.c.served).add_cte(woken)


def _taking_all(dialect: str) -> Any:
    taken = _taking(dialect).cte("taken")
    rows = jsonrows.table("rows", _IN_HAND, dialect=dialect)
    size = sa.select(sa.func.count()).select_from(taken).scalar_subquery()
    same = {"portal": _OF, "fence": _whole("fence"), "batch_size": size, "sent_at": _moment("sent_at")}
    there = sa.select(*(rows.c[name] for name in _IN_HAND), *same.values()).where(rows.c.id.in_(sa.select(taken.c.id)))
    kept = sa.insert(SENDING).from_select([*_IN_HAND, *same], there).cte("kept")
    return sa.select(taken.c.id).add_cte(kept, _coming().cte("coming"))


def _landing_all(dialect: str) -> Any:
    held = _holding().cte("held")
    gone = _landing(dialect).where(sa.exists(sa.select(held.c.served))).cte("gone")
    return sa.select(held.c.served, *gone.c).select_from(held.outerjoin(gone, sa.true()))


_HOLDING = Prepared(lambda _: _holding())
_WAKING = Prepared(lambda _: _waking(_whole("come")))
_COMING = Prepared(lambda _: _coming())
_TAKING = Prepared(_taking)
_KEEPING = Inserting(SENDING, _IN_HAND, same=("portal", "fence", "batch_size", "sent_at"))
_LANDING = Prepared(_landing)
_BEGINNING, _TAKING_ALL, _LANDING_ALL = Prepared(_beginning), Prepared(_taking_all), Prepared(_landing_all)
_LEFT = Prepared(
    lambda _: (
        sa.delete(SENDING)
        .where(SENDING.c.portal == _OF, SENDING.c.fence < _whole("held_by"))
        .returning(*(SENDING.c[name] for name in LANDED))
    )
)
