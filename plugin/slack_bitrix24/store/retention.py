"""What is forgotten when, in small steps; and what a clock that was set back would delay."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import sqlalchemy as sa

from slack_bitrix24.model import State
from slack_bitrix24.store.letters.inbox import KEPT
from slack_bitrix24.store.sql.schema import COUNTS, QUEUE
from slack_bitrix24.store.transaction import Transaction

T = TypeVar("T")

DAY = 86_400.0
STEP = 40
"""Rows that one transaction deletes: a few milliseconds, so that nobody waits for it."""

REST = 4.0
"""So many times as long as a step took the next one waits: four fifths of the writer's time are for the others."""

LONGEST_RETRY = 3600.0
"""No retry is put off for longer: a due time beyond is from before the clock was set back."""

SLOTS = 64
"""Rows of counters from which on they are put together."""


class Writes(Protocol):
    """What a purge needs of the store."""

    def write(self, operation: Callable[[Transaction], T]) -> T:
        """Run it durably."""
        ...

    def now(self) -> float:
        """Return Unix seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is final is kept, in seconds."""

    delivered: float = 30 * DAY
    dead: float = 90 * DAY
    receipts: float = 7 * DAY
    inbox: float = KEPT
    versions: float = 7 * DAY
    reminders: float = 30 * DAY
    posts: float = 30 * DAY
    answers: float = DAY
    standing: float = 30 * DAY
    uploads: float = DAY
    audit: float = 365 * DAY
    unreached: float = 30 * DAY
    flows: float = 8 * DAY


def purge(store: Writes, retention: Retention | None = None) -> dict[str, int]:
    """Delete what has been kept for long enough; return how many rows of each kind."""
    kept = retention or Retention()
    now = store.now()
    over = (State.DELIVERED, State.SUPERSEDED, State.CANCELLED)
    steps: dict[str, Callable[[Transaction], int]] = {
        "delivered": lambda tx: tx.outbox.purge(now - kept.delivered, over, STEP),
        "dead": lambda tx: tx.outbox.purge(now - kept.dead, (State.DEAD,), STEP),
        "receipts": lambda tx: tx.receipts.purge(now - kept.receipts, limit=STEP),
        "inbox": lambda tx: tx.inbox.purge(now - kept.inbox, limit=STEP),
        "versions": lambda tx: tx.versions.purge(now - kept.versions, limit=STEP),
        "posts": lambda tx: tx.inbox.purge(now - kept.posts, limit=STEP, posts=True),
        "answers": lambda tx: tx.answers.purge(now - kept.answers, limit=STEP),
        "uploads": lambda tx: tx.uploads.purge(now - kept.uploads, limit=STEP),
        "standing": lambda tx: tx.standing.purge(now - kept.standing, limit=STEP),
        "doubts": lambda tx: tx.doubts.purge(now - kept.dead, limit=STEP),
        "taken": lambda tx: tx.taken.purge(now - kept.dead, limit=STEP),
        "audit": lambda tx: tx.audit.purge(now - kept.audit, limit=STEP),
        "unreached": lambda tx: tx.unreached.purge(now - kept.unreached, limit=STEP),
        "flows": lambda tx: tx.flows.purge(now - kept.flows, limit=STEP),
        "reminders": lambda tx: tx.schedules.purge(now - kept.reminders, limit=STEP),
    }
    gone = {name: _until_done(store, step) for name, step in steps.items()}
    store.write(lambda tx: tx.nodes.purge(now - DAY))
    store.write(fold_counts)
    if any(gone.values()):
        store.write(give_pages_back)
    return gone


def _until_done(store: Writes, step: Callable[[Transaction], int]) -> int:
    total = 0
    while True:
        began = time.monotonic()
        deleted = store.write(step)
        took = time.monotonic() - began
        total += deleted
        if deleted < STEP:
            return total
        time.sleep(min(1.0, REST * took))


def fold_counts(tx: Transaction) -> None:
    """Put the shares of nodes that come and go into this one's, when there are many."""
    if tx.connection.execute(sa.select(sa.func.count()).select_from(COUNTS)).scalar_one() <= SLOTS:
        return
    query = sa.select(COUNTS).order_by(COUNTS.c.portal, COUNTS.c.state, COUNTS.c.slot).with_for_update()
    for row in tx.connection.execute(query).all():
        if row.slot != tx.slot:
            tx.counted[row.portal, row.state] += row.n
            same = sa.and_(COUNTS.c.portal == row.portal, COUNTS.c.state == row.state, COUNTS.c.slot == row.slot)
            tx.connection.execute(sa.delete(COUNTS).where(same))


def give_pages_back(tx: Transaction) -> None:
    """Let the file shrink by a little (SQLite; PostgreSQL's autovacuum does that itself)."""
    if tx.dialect == "sqlite":
        # One step a page, each without a column: SQLAlchemy takes that for no rows and stops after the first.
        tx.connection.connection.cursor().execute("PRAGMA incremental_vacuum(1000)").fetchall()


def get_due(tx: Transaction) -> int:
    """Make due what waits only because the clock was set back; return how many rows.

    That is: tried before, and put off for longer than any retry is. What was not tried waits for the time asked for.
    """
    portals = tx.connection.execute(sa.select(COUNTS.c.portal).distinct()).scalars().all()
    changed = 0
    for portal in portals:
        late = (QUEUE.c.portal == portal, QUEUE.c.wait > tx.now + LONGEST_RETRY, QUEUE.c.sent_at.isnot(None))
        changed += tx.connection.execute(sa.update(QUEUE).where(*late).values(wait=tx.now)).rowcount
    return changed
