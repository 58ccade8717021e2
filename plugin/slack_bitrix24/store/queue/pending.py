"""The queue of what is pending: lined up, looked through by tags, taken out. The same for all who do it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import State
from slack_bitrix24.store.queue import twins
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.inserting import Inserting
from slack_bitrix24.store.sql.prepared import Prepared
from slack_bitrix24.store.sql.schema import BATCH_LIMIT, LANES, OUTCOMES, QUEUE
from slack_bitrix24.store.work import Work

Row = dict[str, Any]


def enqueue(work: Work, rows: Sequence[Row]) -> None:
    """Line these up (columns of the queue; what is left out has its default), and wake their portals.

    No pending one of the same tag may be there: see twins.py.
    """
    if not rows:
        return
    full = [_DEFAULTS | row for row in rows]
    _LINING_UP.run(work.connection, full)
    for row in full:
        work.moved(row["portal"], None, State.PENDING)
        work.wake(row["portal"])


def supersede_older(work: Work, rows: Sequence[Row]) -> list[Row]:
    """Supersede what is older, of these new ones and of what is pending, than one of the same portal and tag.

    Returns those of the new ones that stay.
    """
    newest: dict[tuple[str, str], int] = {}
    for row in rows:
        key = row["portal"], row["tag"]
        newest[key] = max(row["id"], newest.get(key, 0))
    older = twins.pending(work, newest, but=(row["id"] for row in rows))
    # Another node may have been given its ids later and been quicker.
    for tag, id_ in older.items():
        newest[tag] = max(id_, newest[tag])
    take_out(work, [id_ for tag, id_ in older.items() if newest[tag] > id_], State.SUPERSEDED)
    stay = [row for row in rows if newest[row["portal"], row["tag"]] == row["id"]]
    if len(stay) < len(rows):
        over = [row for row in rows if newest[row["portal"], row["tag"]] > row["id"]]
        finish(work, [outcome(row, State.SUPERSEDED, now=work.now) for row in over])
        for row in over:
            # By way of pending, since their receipt counts them: it waits for so many fewer.
            work.moved(row["portal"], None, State.PENDING)
            work.moved(row["portal"], State.PENDING, State.SUPERSEDED, receipt_id=row["receipt_id"])
    return stay


def take_out(work: Work, ids: Iterable[int], state: State) -> list[int]:
    """Make these final, those of them that are pending; return which."""
    gone = []
    for found in _TAKING_OUT.run(work.connection, ids=jsonrows.listed(ids, dialect=work.dialect)):
        row = dict(zip(_TAKEN, found, strict=True))
        gone.append(outcome(row, state, now=work.now))
        work.moved(row["portal"], State.PENDING, state, receipt_id=row["receipt_id"])
    finish(work, gone)
    return [row["id"] for row in gone]


def outcome(row: Row, state: State, *, now: float, **more: Any) -> dict[str, Any]:
    """Return what is kept of a row of the queue, or of what was in hand, once it is final."""
    return {
        "id": row["id"],
        "state": state,
        "attempts": row.get("attempts", 0),
        "sent_at": row.get("sent_at"),
        "finished_at": now,
        "bitrix24_id": None,
        "code": row.get("code", ""),
        "error": row.get("error", ""),
        **more,
    }


def finish(work: Work, outcomes: Sequence[Row]) -> None:
    """Keep these outcomes."""
    if outcomes:
        _FINISHING.run(work.connection, outcomes)


def served(work: Work, portals: Iterable[str]) -> dict[str, int]:
    """Return how far the order of each portal's lane has come; a portal without a lane is left out."""
    listed = jsonrows.listed(portals, dialect=work.dialect)
    return dict(_SERVED.run(work.connection, portals=listed))


_LINED_UP: jsonrows.Types = {
    "portal": sa.Text,
    "wait": sa.Double,
    "rank": sa.BigInteger,
    "id": sa.BigInteger,
    "tag": sa.Text,
    "attempts": sa.BigInteger,
    "batch_limit": sa.BigInteger,
    "sent_at": sa.Double,
    "code": sa.Text,
    "error": sa.Text,
    "receipt_id": sa.BigInteger,
}
_DEFAULTS: dict[str, Any] = {
    "wait": 0.0, "attempts": 0, "batch_limit": BATCH_LIMIT, "sent_at": None, "code": "", "error": "", "receipt_id": None
}  # fmt: skip
_TAKEN = ("id", "portal", "attempts", "sent_at", "code", "error", "receipt_id")

_FINAL: jsonrows.Types = {
    "id": sa.BigInteger,
    "state": sa.Text,
    "attempts": sa.BigInteger,
    "sent_at": sa.Double,
    "finished_at": sa.Double,
    "bitrix24_id": sa.BigInteger,
    "code": sa.Text,
    "error": sa.Text,
}

_LINING_UP = Inserting(QUEUE, _LINED_UP)
_FINISHING = Inserting(OUTCOMES, _FINAL)
_TAKING_OUT = Prepared(
    lambda dialect: (
        sa.delete(QUEUE)
        .where(jsonrows.among(QUEUE.c.id, "ids", dialect=dialect))
        .returning(*(QUEUE.c[name] for name in _TAKEN))
    )
)
_SERVED = Prepared(
    lambda dialect: sa.select(LANES.c.portal, LANES.c.served).where(
        jsonrows.among(LANES.c.portal, "portals", dialect=dialect)
    )
)
