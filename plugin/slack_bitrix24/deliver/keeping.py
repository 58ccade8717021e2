"""Whether a lane's portal keeps tags, as far as it matters for what was claimed, and what follows from it."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from slack_bitrix24.deliver import doubt
from slack_bitrix24.deliver.asking import Asking
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.model import Delivered, Outcome

LOOK = 10.0
"""Seconds for which the database's answer holds: `check --probe` may have asked anew."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Outcomes to be recorded: those in doubt from now on, and those that were delivered perhaps twice."""

    outcomes: Mapping[int, Outcome]
    opened: Sequence[int] = ()
    twice: Sequence[int] = ()


class Keeping:
    """What one lane knows of its portal's tags. Threads may share it."""

    def __init__(self, portal: Portal, asking: Asking) -> None:
        self._portal, self._asking = portal, asking
        self._lock = threading.Lock()
        self._kept: bool | None = None
        self._look_at = 0.0

    def known(self) -> bool | None:
        """Return whether tags are kept, None where that was never asked. Raise StoreError."""
        if self._portal.tags is None:
            return True
        with self._lock:
            if time.monotonic() >= self._look_at:
                found = self._portal.tags.known()
                self._kept = None if found is None else found.tags == "yes"
                self._look_at = time.monotonic() + LOOK
            return self._kept

    def plan(self, claim: doubt.Claim, *, now: float) -> doubt.Plan:
        """Return what goes out of this, asking the portal where that is not known and matters.

        Raise `Bitrix24Error` where it can't be asked now, StoreError where the answer can't be kept.
        """
        if self.known() or not claim.asks() or self._found():
            return doubt.Plan(claim, claim.rows)
        return doubt.plan(claim, self._portal.rules, now=now)

    def settle(self, outcomes: Mapping[int, Outcome], lost: Collection[int], plan: doubt.Plan) -> Settled:
        """Return the outcomes, with what is in doubt of them."""
        kept = self._kept or self._portal.tags is None
        doubtful = {one for one in lost if one in plan.bots or not kept}
        if self._kept is False and self._portal.rules.in_doubt == "leave":
            outcomes = doubt.left(outcomes, doubtful - plan.bots)
        done = {one for one, outcome in outcomes.items() if isinstance(outcome, Delivered)}
        twice = set() if kept else (done & set(plan.claim.known.doubts)) - plan.bots
        return Settled(outcomes, sorted(doubtful - done), sorted(twice))

    def _found(self) -> bool:
        tags = self._portal.tags
        with self._lock:
            # Within the lock: one thread asks the portal, the others wait for what it finds.
            if self._kept is None and tags is not None:
                self._kept = tags.ask(self._asking.ask, self._portal.client.auth.user_id).tags == "yes"
            return bool(self._kept)
