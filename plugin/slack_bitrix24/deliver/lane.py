"""One portal's lane on this node: claim what is due, send it, record what became of it.

A lane works only while it holds the portal's lease. What it claims is committed as `sending` before the request,
together with the state of the portal's limits; so after kill -9 the next holder knows what may have been sent, and
goes on from the same level of the bucket.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from slack_bitrix24 import metrics
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.deliver import flight
from slack_bitrix24.deliver.judge import lane_pause, probe_pause
from slack_bitrix24.errors import Bitrix24Error, StoreError
from slack_bitrix24.model import Stored
from slack_bitrix24.store import Lease, LeaseLostError, Store, Transaction

log = logging.getLogger(__name__)

POLL = 1.0
"""Seconds between looks at an idle lane: the floor under the wake-ups, which may be missed."""
RECORD_AGAIN = 0.5
"""Seconds between attempts to record an outcome while the database is away."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a lane stands still: what concerns the whole portal."""

    portal: str
    code: str
    reason: str


class Lane:
    """Deliver for one portal.

    `on_stop` is called each time the portal stops, `on_record` after each recorded batch; from any thread.
    """

    def __init__(  # noqa: PLR0913 – the parts of a lane, all by name
        self,
        portal: str,
        *,
        store: Store,
        client: Client,
        limits: Limits,
        pool: ThreadPoolExecutor,
        in_flight: int = 4,
        on_stop: Callable[[Stop], None],
        on_record: Callable[[], None],
    ) -> None:
        self.portal = portal
        self.store = store
        self.client = client
        self.limits = limits
        self.pool = pool
        self.in_flight = in_flight
        self.on_stop = on_stop
        self.on_record = on_record
        self.lease: Lease | None = None
        self._flying = 0
        self._failures = 0
        self._stops = 0
        self._stopped = False
        self._rest_until = 0.0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"lane-{portal}")

    def start(self) -> None:
        """Begin; nothing is sent before a lease is given."""
        self._thread.start()

    def wake(self) -> None:
        """Look again now."""
        self._wake.set()

    def give(self, lease: Lease) -> None:
        """Take over the lease: the limits go on from where the last holder left them."""
        with self._lock:
            if lease.limits:
                self.limits = self.limits.load(lease.limits, self.store.now())
            self.lease = lease
            self._stopped = lease.stopped is not None
            self._rest_until = lease.stopped.probe_at if lease.stopped else 0.0
        metrics.LANE_UP.labels(self.portal).set(0 if lease.stopped else 1)
        self.wake()

    def probe(self, at: float) -> None:
        """Take note of when the portal, which is stopped, may be tried: a person may have asked for it."""
        if self._stopped and at < self._rest_until:
            self._rest_until = at
            self.wake()

    def lose(self) -> None:
        """Stop sending: the lease is gone. What is in flight will not be recorded by this node."""
        self.lease = None
        metrics.LANE_UP.labels(self.portal).set(0)

    def quiet(self, *, timeout: float) -> bool:
        """Wait until nothing is in flight; tell whether that came to pass within `timeout` seconds."""
        until = time.monotonic() + timeout
        while self._flying and time.monotonic() < until:
            time.sleep(0.02)
        return not self._flying

    def end(self) -> None:
        """Claim no more."""
        self._ending = True
        self.wake()

    def ended(self, *, timeout: float) -> bool:
        """Wait until the lane has ended and nothing is in flight, `timeout` seconds at most."""
        until = time.monotonic() + timeout
        self._thread.join(timeout)
        return self.quiet(timeout=until - time.monotonic())

    def _run(self) -> None:
        while not self._ending:
            self._wake.clear()
            try:
                wait = self._turn()
            except LeaseLostError:
                log.warning("portal %s: the lease is gone to another node", self.portal)
                self.lose()
                wait = POLL
            except StoreError as error:
                log.warning("portal %s: %s", self.portal, error)
                wait = POLL
            if wait > 0 and not self._ending:
                self._wake.wait(wait)

    def _turn(self) -> float:
        """Launch at most one batch; return the seconds until the next look."""
        lease, now = self.lease, self.store.now()
        if lease is None or self._flying >= (1 if self._stopped else self.in_flight):
            return POLL
        if now < self._rest_until:
            return min(POLL, self._rest_until - now)
        due = self.store.read(lambda tx: tx.lanes.due_at(self.portal))
        if due is None or due > now:
            return POLL if due is None else min(POLL, due - now)
        with self._lock:
            ready = self.limits.ready_at(flight.METHOD, flight.BATCH, now)
            if ready > now:
                return min(POLL, ready - now)
            taken = self.limits.take(now, {flight.METHOD: flight.BATCH})
        most = 1 if self._stopped else flight.BATCH
        claimed = self.store.write(lambda tx: tx.lanes.claim(lease, limit=most, limits=taken.dump()))
        if not claimed:
            return POLL
        with self._lock:
            self.limits = self.limits.take(now, flight.counts(claimed))
            self._flying += 1
        self.pool.submit(self._fly, lease, claimed)
        return 0.0

    def _fly(self, lease: Lease, claimed: Sequence[Stored]) -> None:
        try:
            landed = flight.send(self.client, claimed)
            self._learn(landed, claimed)
            self._record(lease, landed, claimed)
        except Exception:
            log.exception(
                "portal %s: a batch was not recorded", self.portal
            )  # its rows stay `sending` for the next holder
        finally:
            with self._lock:
                self._flying -= 1
            self.wake()

    def _learn(self, landed: flight.Landed, claimed: Sequence[Stored]) -> None:
        now = self.store.now()
        metrics.BATCH_SIZE.labels(self.portal).observe(len(claimed))
        metrics.REQUEST_SECONDS.labels(self.portal).observe(landed.seconds)
        with self._lock:
            self.limits = flight.learn(self.limits, landed, claimed, now=now)
            self._failures = self._failures + 1 if landed.failed_whole else 0
            if landed.stop is None and self._failures:
                self._rest_until = now + lane_pause(self._failures)
        for error in landed.limited:
            metrics.LIMITED.labels(self.portal, error.code.upper()).inc()
        metrics.BUCKET_LEVEL.labels(self.portal).set(self.limits.bucket.level)

    def _record(self, lease: Lease, landed: flight.Landed, claimed: Sequence[Stored]) -> None:
        now = self.store.now()
        # Not for secrets: the jitter only spreads repeats.
        outcomes = flight.outcomes(landed, claimed, now=now, jitter=random.uniform(-1, 1))  # noqa: S311
        stop = landed.stop
        probe_at = now + probe_pause(self._stops)

        def write(tx: Transaction) -> None:
            tx.lanes.record(lease, outcomes, limits=self.limits.dump())
            if stop is not None:
                tx.lanes.stop(lease, stop.code, reason=str(stop), probe_at=probe_at)
            elif self._stopped and not landed.failed_whole:
                tx.lanes.clear_stop(lease)

        self._until_written(write)
        flight.count(self.portal, outcomes, claimed, now=now)
        self.on_record()
        self._note(stop, probe_at, went_well=not landed.failed_whole)

    def _until_written(self, write: Callable[[Transaction], None]) -> None:
        while True:
            try:
                return self.store.write(write)
            except LeaseLostError:
                log.warning(
                    "portal %s: an outcome came after the lease was gone; its new holder sends again", self.portal
                )
                return self.lose()
            except StoreError as error:
                log.warning("portal %s: outcome not recorded yet: %s", self.portal, error)
                if self._ending:
                    raise
                time.sleep(RECORD_AGAIN)

    def _note(self, stop: Bitrix24Error | None, probe_at: float, *, went_well: bool) -> None:
        with self._lock:
            if stop is not None:
                self._stopped, self._stops, self._rest_until = True, self._stops + 1, probe_at
            elif self._stopped and went_well:
                self._stopped, self._stops, self._rest_until = False, 0, 0.0
                log.info("portal %s takes notifications again", self.portal)
        metrics.LANE_UP.labels(self.portal).set(0 if self._stopped else 1)
        if stop is not None:
            log.error("portal %s is stopped: %s; everything is kept", self.portal, stop)
            self.on_stop(Stop(self.portal, stop.code, str(stop)))
