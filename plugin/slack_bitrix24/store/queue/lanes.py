"""Lanes: who may send to a portal, from when until when, and whether the portal is stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import Outcome, State, Stored
from slack_bitrix24.store.queue import claims
from slack_bitrix24.store.queue.leases import Gone, LaneState, Lease, LeaseLostError, Stop, nobody
from slack_bitrix24.store.sql.schema import BATCH_LIMIT, LANES, OUTBOX, QUEUE
from slack_bitrix24.store.work import Work

TTL = 15.0
"""Seconds that a lease lasts unless it is renewed."""


class Lanes:
    """Leases and what their holders do, inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def ensure(self, portals: Iterable[str]) -> None:
        """Make a lane for each portal that has none."""
        # ON CONFLICT alone would wait for a row that a node has in hand, and that may stand still.
        known = set(self._work.connection.execute(sa.select(LANES.c.portal)).scalars())
        rows = [{"portal": portal} for portal in sorted(set(portals) - known)]
        if rows:
            self._work.connection.execute(self._work.insert(LANES).on_conflict_do_nothing(), rows)

    def hold(self, portal: str, owner: str, *, ttl: float = TTL, gone: Gone = nobody) -> Lease | None:
        """Take the lane; None while another live owner holds it.

        Each hold has a higher fence than the last. What earlier holders left `sending` may have been executed: it is
        pending again, and goes out in batches of half the size.
        """
        row = self._row(portal)
        if row is None:
            self.ensure([portal])
            row = self._row(portal)
        if row is None or self._is_held(row, owner, gone=gone, ttl=ttl):
            return None
        clean = row.owner == "" and bool(row.clean)
        lease = Lease(portal, owner, row.fence + 1, self._work.now + ttl, row.limits, clean, _stop_of(row))
        self._change(portal, owner=owner, until=lease.until, fence=lease.fence, clean=0)
        claims.give_back(self._work, lease)
        return lease

    def renew(self, leases: Sequence[Lease], *, ttl: float = TTL) -> list[Lease]:
        """Prolong these; return those that are still held."""
        until = self._work.now + ttl
        held = []
        for lease in sorted(leases, key=lambda one: one.portal):
            change = sa.update(LANES).where(*claims.fenced(lease)).values(until=until)
            if self._work.connection.execute(change).rowcount:
                held.append(replace(lease, until=until))
        return held

    def release(self, lease: Lease, *, limits: str | None = None) -> None:
        """Give the lane back at once; nothing happens when it was taken over before."""
        values: dict[str, object] = {"owner": "", "until": 0.0, "clean": 1}
        if limits is not None:
            values["limits"] = limits
        change = sa.update(LANES).where(*claims.fenced(lease)).values(values)
        if self._work.connection.execute(change).rowcount:
            self._work.wake(lease.portal)

    def claim(self, lease: Lease, *, limit: int = BATCH_LIMIT, limits: str) -> list[Stored]:
        """Take the due notifications that go out next, with `attempts` raised; LeaseLostError when overtaken.

        At most one per tag, none whose tag is being sent; all of one claim share one limit of batch size.
        """
        return claims.claim(self._work, lease, limit=limit, limits=limits)

    def due_at(self, portal: str) -> float | None:
        """Return when the next notification may be claimed; None when there is none."""
        return claims.due_at(self._work, portal)

    def record(self, lease: Lease, outcomes: Mapping[int, Outcome], *, limits: str) -> dict[int, State]:
        """Write what became of claimed notifications; return their states by id.

        Raises LeaseLostError, having written nothing, when another holder took the lane over. Rows that this lease
        does not send (recorded before) are left alone.
        """
        return claims.record(self._work, lease, outcomes, limits=limits)

    def stop(self, lease: Lease, code: str, *, reason: str, probe_at: float) -> None:
        """Stop the portal: nothing goes out but a probe, not before that time."""
        since = sa.case((LANES.c.stop_code != "", LANES.c.stopped_at), else_=self._work.now)
        self._fenced(lease, stop_code=code or "stopped", stop_reason=reason, stopped_at=since, probe_at=probe_at)

    def clear_stop(self, lease: Lease) -> None:
        """Start the portal again."""
        self._fenced(lease, stop_code="", stop_reason="", stopped_at=0.0, probe_at=0.0)

    def resume(self, portal: str) -> bool:
        """Let a stopped portal be tried now; False when it is not stopped."""
        change = sa.update(LANES).where(LANES.c.portal == portal, LANES.c.stop_code != "")
        changed = self._work.connection.execute(change.values(probe_at=self._work.now)).rowcount > 0
        if changed:
            self._work.wake(portal)
        return changed

    def waiting(self, portal: str, *, limit: int = 5_000) -> list[int]:
        """Return the users who are owed something next."""
        query = sa.select(OUTBOX.c.user_id).join_from(QUEUE, OUTBOX, OUTBOX.c.id == QUEUE.c.id)
        query = query.where(QUEUE.c.portal == portal).order_by(QUEUE.c.wait, QUEUE.c.rank, QUEUE.c.id).limit(limit)
        return list(dict.fromkeys(self._work.connection.execute(query).scalars()))

    def state(self, portal: str) -> LaneState | None:
        """Return one lane."""
        return next((lane for lane in self.states() if lane.portal == portal), None)

    def states(self) -> list[LaneState]:
        """Return all lanes, for pages and metrics."""
        rows = self._work.connection.execute(sa.select(LANES).order_by(LANES.c.portal)).all()
        return [
            LaneState(
                row.portal, row.owner if row.until > self._work.now else "", row.until, row.fence, row.limits, stop
            )
            for row, stop in ((row, _stop_of(row)) for row in rows)
        ]

    def _row(self, portal: str) -> Any:
        # One whose row is locked is held: its holder may stand still, and all other portals would wait with it.
        query = sa.select(LANES).where(LANES.c.portal == portal).with_for_update(skip_locked=True)
        return self._work.connection.execute(query).one_or_none()

    def _is_held(self, row: Any, owner: str, *, gone: Gone, ttl: float) -> bool:
        if row.owner in ("", owner) or row.until <= self._work.now:
            return False
        # A lease that ends in the far future was written before the database's clock was set back.
        return not gone(row.owner) and row.until <= self._work.now + 4 * max(ttl, TTL)

    def _change(self, portal: str, **values: object) -> None:
        self._work.connection.execute(sa.update(LANES).where(LANES.c.portal == portal).values(values))

    def _fenced(self, lease: Lease, **values: object) -> None:
        change = sa.update(LANES).where(*claims.fenced(lease)).values(values)
        if not self._work.connection.execute(change).rowcount:
            raise LeaseLostError(f"portal {lease.portal}: another node has taken its lane over")


def _stop_of(row: Any) -> Stop | None:
    return Stop(row.stop_code, row.stop_reason, row.stopped_at, row.probe_at) if row.stop_code else None
