"""Receipts: the answers that are owed to whoever asked, as a queue of their own."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import Receipt, Stored
from slack_bitrix24.store.queue.accept import RESPONSE_URL_DEADLINE, receipt_row
from slack_bitrix24.store.queue.doubts import Doubts
from slack_bitrix24.store.queue.leases import Gone
from slack_bitrix24.store.queue.stored import BY_TEXT, WHOLE, stored
from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.schema import OUTBOX, OUTCOMES, RECEIPTS, RECEIPTS_OPEN, TEXTS
from slack_bitrix24.store.work import FINAL, Work

CLAIM_TTL = 30.0
"""Seconds after which what a worker left is given to another."""

MOST_SAID = 2
"""A response_url bears five uses: twice for how it stands, and enough for the outcome."""


@dataclass(frozen=True, slots=True)
class DueReceipt:
    """A receipt to be given. `uses` counts the claims, this one included.

    `complete`: every outcome is known; `last`: it is, or there is no more time to wait for it.
    """

    id: int
    receipt: Receipt
    uses: int
    accepted_at: float
    notifications: tuple[Stored, ...]
    complete: bool
    last: bool


class Receipts:
    """Receipts inside a transaction; `accept` makes them."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def say(self, where: str, text: str, *, language: str = "en", thread: str = "") -> None:
        """Owe a text to a Slack user (in the app's direct message), a channel or a response_url.

        It is said as soon as Slack takes it. `thread` is the time stamp of the channel's message below which it stands.
        """
        if where.startswith(("https:", "http:")):
            receipt = Receipt("response_url", {"url": where}, language=language, notes=(text,))
        else:
            receipt = Receipt(
                "chat", {"channel": where, **({"thread": thread} if thread else {})}, language=language, notes=(text,)
            )
        row = receipt_row(receipt, id_=random.getrandbits(62), missing=0, now=self._work.now)
        self._work.connection.execute(sa.insert(RECEIPTS), [row])

    def claim(self, owner: str, *, limit: int = 10, ttl: float = CLAIM_TTL, age: float = 0.0) -> list[DueReceipt]:
        """Take up to so many that are due: all outcomes known, or their time over. None younger than `age` seconds."""
        now = self._work.now
        free = sa.or_(RECEIPTS.c.state.in_(["waiting", "due"]), RECEIPTS.c.until <= now)
        query = (
            sa.select(RECEIPTS)
            .where(RECEIPTS_OPEN, RECEIPTS.c.due_at <= now, RECEIPTS.c.accepted_at <= now - age, free)
            .order_by(RECEIPTS.c.due_at, RECEIPTS.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = self._work.connection.execute(query).all()
        if rows:
            change = sa.update(RECEIPTS).where(RECEIPTS.c.id.in_([row.id for row in rows]))
            values = {"state": "working", "owner": owner, "until": now + ttl, "uses": RECEIPTS.c.uses + 1}
            self._work.connection.execute(change.values(values))
        return [self._due(row) for row in rows]

    def wait(self, id_: int) -> None:
        """Let it wait for its outcomes again, for the last time: it was said that there are none yet."""
        known = RECEIPTS.c.missing <= 0
        values = {
            "state": sa.case((known, "due"), else_="waiting"),
            "due_at": sa.case((known, self._work.now), else_=RECEIPTS.c.accepted_at + RESPONSE_URL_DEADLINE),
            "owner": "",
            "until": 0.0,
        }
        self._work.connection.execute(sa.update(RECEIPTS).where(RECEIPTS.c.id == id_, RECEIPTS_OPEN).values(values))

    def hurry(self, portal: str) -> int:
        """Make those due that wait for a notification of this portal, and have said so less than twice."""
        lacks = (
            sa.exists()
            .select_from(BY_TEXT)
            .where(TEXTS.c.receipt_id == RECEIPTS.c.id, TEXTS.c.portal == portal, OUTCOMES.c.id.is_(None))
        )
        waits = sa.and_(RECEIPTS_OPEN, RECEIPTS.c.state == "waiting", RECEIPTS.c.kind == "response_url")
        query = sa.select(RECEIPTS.c.id).where(waits, RECEIPTS.c.uses < MOST_SAID, lacks)
        # In the order in which all others lock them, so that no two wait for each other.
        ids = self._work.connection.execute(query.order_by(RECEIPTS.c.id).with_for_update()).scalars().all()
        if ids:
            change = sa.update(RECEIPTS).where(RECEIPTS.c.id.in_(ids), RECEIPTS.c.state == "waiting")
            self._work.connection.execute(change.values(due_at=self._work.now))
        return len(ids)

    def done(self, id_: int) -> None:
        """Finish it."""
        self._finish(id_, "done", "")

    def fail(self, id_: int, error: str) -> None:
        """Give it up, saying why."""
        self._finish(id_, "failed", error)

    def again(self, id_: int, *, at: float, error: str = "") -> None:
        """Put it back, to be claimed again from that time on."""
        values = {"state": "due", "owner": "", "until": 0.0, "due_at": at, "error": clean(error)}
        self._work.connection.execute(sa.update(RECEIPTS).where(RECEIPTS.c.id == id_, RECEIPTS_OPEN).values(values))

    def free(self, gone: Gone) -> int:
        """Put back at once what dead workers left; return how many."""
        working = sa.and_(RECEIPTS_OPEN, RECEIPTS.c.state == "working")
        owners = self._work.connection.execute(sa.select(RECEIPTS.c.owner).where(working).distinct()).scalars()
        dead = [owner for owner in owners if gone(owner)]
        change = sa.update(RECEIPTS).where(working, RECEIPTS.c.owner.in_(dead)).values(until=0.0)
        return self._work.connection.execute(change).rowcount if dead else 0

    def next_at(self, *, age: float = 0.0) -> float | None:
        """Return when the next one may be claimed that nobody works on, at this age or older; None: there is none."""
        ripe = RECEIPTS.c.accepted_at + age
        at = sa.case((RECEIPTS.c.due_at < ripe, ripe), else_=RECEIPTS.c.due_at)
        query = sa.select(sa.func.min(at)).where(RECEIPTS_OPEN, RECEIPTS.c.state != "working")
        return self._work.connection.execute(query).scalar()

    def state(self, id_: int) -> str:
        """Return the state of a receipt, empty where it is not kept any more."""
        return str(
            self._work.connection.execute(sa.select(RECEIPTS.c.state).where(RECEIPTS.c.id == id_)).scalar() or ""
        )

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Delete up to so many that were finished before this time."""
        ids = sa.select(RECEIPTS.c.id).where(RECEIPTS.c.finished_at < older_than).limit(limit)
        return self._work.connection.execute(sa.delete(RECEIPTS).where(RECEIPTS.c.id.in_(ids))).rowcount

    def _due(self, row: Any) -> DueReceipt:
        query = WHOLE.select_from(BY_TEXT).where(TEXTS.c.receipt_id == row.id).order_by(OUTBOX.c.id)
        notifications = tuple(stored(one) for one in self._work.connection.execute(query))
        receipt = Receipt(
            kind=row.kind,
            target=json.loads(row.target),
            language=row.language,
            names=json.loads(row.names),
            notes=tuple(json.loads(row.notes)),
        )
        notifications = tuple(Doubts(self._work).told(notifications))
        complete = all(one.state in FINAL for one in notifications)
        last = complete or row.kind != "response_url" or row.accepted_at + RESPONSE_URL_DEADLINE <= self._work.now
        return DueReceipt(row.id, receipt, row.uses + 1, row.accepted_at, notifications, complete, last)

    def _finish(self, id_: int, state: str, error: str) -> None:
        change = sa.update(RECEIPTS).where(RECEIPTS.c.id == id_, RECEIPTS_OPEN)
        self._work.connection.execute(change.values(state=state, error=clean(error), finished_at=self._work.now))
