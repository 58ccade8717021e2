"""One portal's lane on this node: claim what is due, send it, record what became of it.

A lane works only while it holds the portal's lease. What it claims is committed as `sending` before the request,
together with the state of the portal's limits; so after kill -9 the next holder knows what may have been sent, and
goes on from the same level of the bucket.

Each request has a thread of its own, which does not keep the process from ending: what is unanswered then stays
`sending`, and the lane's next holder repeats it.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from slack_bitrix24 import metrics
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.deliver import doubt, flight, reasons
from slack_bitrix24.deliver.asking import Asking
from slack_bitrix24.deliver.health import Health, Sign
from slack_bitrix24.deliver.keeping import Settled
from slack_bitrix24.deliver.sending import Sending
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Lease, LeaseLostError, Store, Transaction

log = logging.getLogger(__name__)

POLL = 1.0
"""Seconds between looks at an idle lane: the floor under the wake-ups, which may be missed."""
RECORD_AGAIN = 0.5
"""Seconds between attempts to record outcomes while the database is away."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a lane stands still: what concerns the whole portal."""

    portal: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who is told, in any thread: of a portal that stopped, of recorded outcomes, of a lane with nothing in flight."""

    on_stop: Callable[[Stop], None]
    on_record: Callable[[], None]
    on_quiet: Callable[[], None]


class Lane:
    """Deliver for one portal, from `give` until `retire`, `lose` or `end`."""

    def __init__(self, name: str, portal: Portal, *, store: Store, listeners: Listeners) -> None:
        self.name = name
        self.portal = portal
        self.store = store
        self.listeners = listeners
        self.lease: Lease | None = None
        self.health = Health()
        self._limits = portal.limits
        self._flying = 0
        self.retiring = self._shown = False
        # `_in_doubt`: rows may be `sending` of which this process does not know. `_shown`: the lane's row tells of
        # the stop.
        self._in_doubt = self._fresh = False
        self._new = True
        self._trouble = ""
        self._lock = threading.Lock()
        self._recording = threading.Lock()
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._asking = Asking(portal, self, self._ending)
        self._sending = Sending(portal, self._asking, self._waiting)
        self._thread = threading.Thread(target=self._run, name=f"lane-{name}", daemon=True)

    @property
    def quiet(self) -> bool:
        """Tell whether nothing is in flight."""
        return not self._flying

    def change(self, operation: Callable[[Limits, float], Limits]) -> Limits:
        """Put what the operation makes of the limits at this moment in their place; return that."""
        with self._lock:
            self._limits = operation(self._limits, self.store.now())
            return self._limits

    def start(self) -> None:
        """Begin; nothing is sent before a lease is given."""
        self._thread.start()

    def wake(self, *, fresh: bool = False) -> None:
        """Look again now. `fresh`: something new is due, so that the lane may claim without looking first."""
        if fresh:
            self._fresh = True
        self._wake.set()

    def give(self, lease: Lease) -> None:
        """Take over the lease: limits and stop go on from where the last holder left them."""
        now, stop = self.store.now(), lease.stopped
        with self._lock:
            if lease.limits:
                self._limits = self.portal.limits.load(lease.limits, now)
            self.health = Health()
            if stop:
                lasted = now - stop.since
                self.health = Health.of(stop.code, stop.reason, stop.probe_at, lasted=lasted, begun=self._new)
            self._shown, self._new = stop is not None, False
            self._in_doubt = self.retiring = False
            self.lease = lease
        self._show()
        self.wake()

    def renewed(self, lease: Lease) -> None:
        """Take note of the lease's new end."""
        with self._lock:
            if self.lease is not None and self.lease.fence == lease.fence:
                self.lease = lease

    def ask(self, call: Call) -> Answer:
        """Return the answer to one call beside what is delivered, within the limits. Raise `Bitrix24Error`."""
        return self._asking.ask(call)

    def retire(self, *, retiring: bool = True) -> None:
        """Claim no more, so that the lease can be given back once the lane is quiet; or go on after all."""
        if self.retiring != retiring:
            self.retiring = retiring
            self.wake()

    def lose(self) -> None:
        """Stop: the lease is gone. What is in flight will not be recorded by this node."""
        with self._lock:
            self.lease = None
            self._in_doubt = False
        self._show()

    def end(self) -> None:
        """Claim no more, for good."""
        self._ending.set()
        self.wake()

    def join(self, timeout: float) -> None:
        """Wait until the lane's own thread has ended."""
        if self._thread.ident is not None:
            self._thread.join(max(0.0, timeout))

    def _run(self) -> None:
        while not self._ending.is_set():
            # Before the turn: what wakes the lane while it looks makes it look again.
            self._wake.clear()
            try:
                wait = self._turn()
                self._at_ease()
            except LeaseLostError:
                self._overtaken()
                wait = POLL
            except StoreError as error:
                self._complain(error)
                wait = POLL
            except Exception:
                # The thread must outlive it: a lane that nobody works on would still be held.
                log.exception("portal %s: a turn failed", self.name)
                wait = POLL
            if wait > 0 and not self._ending.is_set():
                self._wake.wait(wait)

    def _turn(self) -> float:
        """Launch at most one request; return the seconds until the next look."""
        lease, now = self.lease, self.store.now()
        probe = self.health.stopped
        # Given up to be held anew: holding is what lines up again what was left `sending`.
        if self._in_doubt and self.quiet:
            self.lose()
            self.listeners.on_quiet()
            return POLL
        if lease is None or self.retiring or self._in_doubt or self._flying >= (1 if probe else self.portal.in_flight):
            return POLL
        if (rest := self._rest(now)) > 0:
            return min(POLL, rest)
        ready, most = flight.ready(self._limits, now)
        if ready > now:
            return min(POLL, ready - now)
        fresh, self._fresh = self._fresh, False
        if not fresh and (wait := self._until_due(now)) > 0:
            return wait
        claim = self._claim(lease, 1 if probe else most, now=now)
        if not claim.rows:
            # Claimed without a look: only the next turn knows when something is due.
            return 0.0 if fresh else POLL
        with self._lock:
            self._flying += 1
        threading.Thread(
            target=self._fly,
            args=(lease, claim),
            kwargs={"probe": probe},
            name=f"send-{self.name}",
            daemon=True,
        ).start()
        return 0.0

    def _waiting(self) -> Sequence[int]:
        return self.store.read(lambda tx: tx.lanes.waiting(self.name))

    def _until_due(self, now: float) -> float:
        due = self.store.read(lambda tx: tx.lanes.due_at(self.name))
        return POLL if due is None else min(POLL, due - now)

    def _rest(self, now: float) -> float:
        """Return how long the lane has to stand still; a person may have asked to try a stopped portal at once."""
        health = self.health
        if health.rest_until <= now or not health.stopped:
            return health.rest_until - now
        lane = self.store.read(lambda tx: tx.lanes.state(self.name))
        asked = lane.stopped.probe_at if lane is not None and lane.stopped is not None else health.rest_until
        return min(health.rest_until, asked) - now

    def _claim(self, lease: Lease, most: int, *, now: float) -> doubt.Claim:
        certain = self._sending.needs_no_past
        with self._lock:
            # Before the claim: no other thread may record limits that lack this request.
            reckoned = self._limits = self._limits.take(now, {flight.USUAL: most})
        claim = doubt.Claim(())

        def take(tx: Transaction) -> doubt.Claim:
            rows = tx.lanes.claim(lease, limit=most, limits=reckoned.dump())
            if certain or not rows:
                return doubt.Claim(rows)
            taken = tx.taken.among(one.notification.sub_tag for one in rows) if self.portal.bot else {}
            chains = tx.doubts.chains(rows)
            earlier = {one: chain[-1] for one, chain in chains.items()}
            return doubt.Claim(rows, doubt.Known(tx.doubts.among(rows), earlier, taken, chains))

        try:
            claim = self.store.write(take)
        except StoreError:
            # The commit may have been done all the same: held anew, the lane finds what it does not know of.
            self._in_doubt = True
            raise
        finally:
            with self._lock:
                self._limits = flight.corrected(self._limits, claim.rows, reckoned=most, now=now)
        return claim

    def _fly(self, lease: Lease, claim: doubt.Claim, *, probe: bool) -> None:
        news = None
        try:
            if self._holds(lease):
                plan, landed = self._sending.send(claim, now=self.store.now())
            else:
                plan, landed = doubt.Plan(claim, claim.rows), flight.unsent(claim.rows)
            limits = self.change(lambda limits, now: flight.learn(limits, landed, claim.rows, now=now))
            if landed.results:
                flight.count_request(self.name, landed, limits, now=self.store.now())
            results = reasons.explained(landed.results, plan.going, self._asking.ask)
            # In turn: limits and stop are written whole, and an older state must not be committed after a newer one.
            with self._recording:
                news = self._record(lease, replace(landed, results=results), plan, probe=probe)
        except Exception:
            # Left to itself its rows would stay `sending`: held anew, the lane gives them back.
            log.exception("portal %s: a request was not recorded", self.name)
            self._in_doubt = True
        finally:
            with self._lock:
                self._flying -= 1
            self.wake()
            if self.quiet:
                self.listeners.on_quiet()
        if news is not None:
            self._tell(news)

    def _tell(self, news: Stop) -> None:
        try:
            self.listeners.on_stop(news)
        except Exception:
            # Whoever listens is Slack's side: its troubles must not end a turn of the lane.
            log.exception("portal %s: nobody could be told that it is stopped", self.name)

    def _holds(self, lease: Lease) -> bool:
        """Tell whether the lease still lasts: this process may have been asleep since the claim."""
        # The fence too: the lease that is held now may be a later one, which has lined up these rows again.
        held = self.lease
        return held is not None and held.fence == lease.fence and self.store.now() < held.until

    def _record(self, lease: Lease, landed: flight.Landed, plan: doubt.Plan, *, probe: bool) -> Stop | None:
        """Record what came back, and what it says of the portal; return what people should hear of."""
        now, claimed = self.store.now(), plan.claim.rows
        sign, error = flight.sign(landed, claimed)
        with self._lock:
            before = self.health
            if landed.results:  # where nothing was sent, nothing was learnt
                self.health = self.health.after(sign, error, probe=probe, now=now)
            health = self.health
        outcomes = flight.outcomes(
            landed,
            claimed,
            down=health.stopped and sign in (Sign.REFUSED, Sign.LOST),
            now=now,
            jitter=random.uniform(-1, 1),  # noqa: S311 - it spreads repeats, it hides nothing
        )
        settled = self._sending.keeping.settle({**outcomes, **plan.settled}, doubt.lost(landed.results), plan)
        if not self._written(lease, settled, health):
            return None
        flight.count(self.name, settled.outcomes, claimed, now=now)
        self.listeners.on_record()
        return self._news(before, health)

    def _written(self, lease: Lease, settled: Settled, health: Health) -> bool:
        """Record the outcomes, and go on trying while the database is away; tell whether that was done."""

        def write(tx: Transaction) -> None:
            tx.lanes.record(lease, settled.outcomes, limits=self._limits.dump())
            tx.doubts.open(settled.opened)
            tx.doubts.twice(settled.twice)
            if health.stopped:
                tx.lanes.stop(lease, health.code, reason=health.reason, probe_at=health.rest_until)
            elif self._shown:
                tx.lanes.clear_stop(lease)

        while True:
            try:
                self.store.write(write)
            except LeaseLostError:
                self._overtaken(lease)
                return False
            except StoreError as error:
                self._complain(error)
                if self._ending.wait(RECORD_AGAIN):
                    log.warning("portal %s: outcomes not recorded; they go out again at the next start", self.name)
                    return False
            else:
                self._shown = health.stopped
                self._at_ease()
                return True

    def _news(self, before: Health, health: Health) -> Stop | None:
        self._show()
        if before.stopped and not health.stopped:
            log.info("portal %s takes notifications again", self.name)
        elif health.stopped and (before.code, before.reason) != (health.code, health.reason):
            log.error("portal %s is stopped: %s; everything is kept", self.name, health.reason)
        if not health.to_tell:
            return None
        with self._lock:
            self.health = self.health.known()
        return Stop(self.name, health.code, health.reason)

    def _overtaken(self, lease: Lease | None = None) -> None:
        if self.lease is not None and (lease is None or lease.fence == self.lease.fence):
            log.warning("portal %s: the lease has gone to another node, which repeats what is in flight", self.name)
            self.lose()

    def _complain(self, error: StoreError) -> None:
        """Say once what is wrong with the database, not each second."""
        if self._trouble != str(error):
            self._trouble = str(error)
            log.warning("portal %s waits: %s", self.name, error)

    def _at_ease(self) -> None:
        if self._trouble:
            self._trouble = ""
            log.info("portal %s: the database is back", self.name)

    def _show(self) -> None:
        metrics.LANE_UP.labels(self.name).set(int(self.lease is not None and not self.health.stopped))
