"""This node's lanes: which portals it delivers for, and that it still lives.

Portals spread evenly over the nodes that deliver: each holds at most its share, takes what is free, and gives back
what is over. A node that dies is missed when its leases end, on the same machine within a beat; one that stops gives
its lanes back at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from slack_bitrix24.deliver.lane import Lane, Listeners, Stop
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.deliver.share import DELIVER, delivering, share
from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Lease, Store, Transaction

log = logging.getLogger(__name__)

TTL = 15.0
"""Seconds for which a lease is held without being renewed."""
SPACING = 0.2
"""Seconds between two looks for a lane that somebody gave back."""


class Node:
    """Deliver for the portals; `owner` names this process (`host:pid:token`), `gone` tells whether another has died.

    A guest (a command that delivers in its own process) takes only what nobody holds, and counts for no share. `ttl`
    in seconds: leases are renewed five times in it.
    """

    def __init__(  # noqa: PLR0913 - the parts of a node, all by name
        self,
        portals: Mapping[str, Portal],
        *,
        store: Store,
        owner: str,
        gone: Callable[[str], bool],
        on_stop: Callable[[Stop], None],
        on_record: Callable[[], None],
        guest: bool = False,
        ttl: float = TTL,
    ) -> None:
        self.guest = guest
        self.store = store
        self.owner = owner
        self.gone = gone
        self.ttl = ttl
        listeners = Listeners(on_stop=on_stop, on_record=on_record, on_quiet=self._quiet)
        self.lanes = {name: Lane(name, portal, store=store, listeners=listeners) for name, portal in portals.items()}
        self._trouble = ""
        self._leaving = False
        self._maybe_free = False
        self._stir = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lanes", daemon=True)
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Take the lanes that are free and begin."""
        self._unsubscribe = self.store.subscribe(self.wake)
        for lane in self.lanes.values():
            lane.start()
        self._thread.start()

    def wake(self, portal: str) -> None:
        """Tell a portal's lane that something became due, or that somebody may have given it back."""
        lane = self.lanes.get(portal)
        if lane is None:
            return
        lane.wake(fresh=True)
        if lane.lease is None:
            self._maybe_free = True
            self._stir.set()

    def stop(self, *, grace: float = 8.0) -> None:
        """Finish what is in flight within `grace` seconds, and give each lane back as soon as it is quiet."""
        end = time.monotonic() + grace
        self._unsubscribe()
        self._leaving = True
        self._ending.set()
        self._stir.set()
        for lane in self.lanes.values():
            lane.end()
        if self._thread.ident is not None:
            self._thread.join(grace)
        for lane in self.lanes.values():
            lane.join(end - time.monotonic())
        self._release([lane for lane in self._held() if lane.quiet])
        while self._held() and time.monotonic() < end:
            self._stir.clear()
            if ready := [lane for lane in self._held() if lane.quiet]:
                self._release(ready)
            else:
                self._stir.wait(0.05)
        if late := self._held():
            names = ", ".join(lane.name for lane in late)
            log.warning("portals %s: an answer is still out; what it is about will be sent again", names)
            self._release(late)

    def _held(self) -> list[Lane]:
        return [lane for lane in self.lanes.values() if lane.lease is not None]

    def _quiet(self) -> None:
        """Look at once where a lane waits to be given back, or to be held anew."""
        if self._leaving or any(lane.lease is None for lane in self.lanes.values()):
            self._maybe_free = True
            self._stir.set()

    def _release(self, lanes: Sequence[Lane]) -> None:
        leases = [lane.lease for lane in lanes if lane.lease is not None]
        for lane in lanes:
            # First: from the commit on others may take it, and nothing may be claimed under it any more.
            lane.lose()
        try:
            self.store.write(lambda tx: self._leave(tx, leases))
        except StoreError as error:
            log.warning("lanes not given back, they are free in %d s: %s", self.ttl, error)

    def _leave(self, tx: Transaction, leases: Sequence[Lease]) -> None:
        if self._ending.is_set():
            tx.nodes.gone(self.owner)  # first: whoever hears of the free lanes counts the nodes anew
        for lease in leases:
            tx.lanes.release(lease)

    def _run(self) -> None:
        next_beat = 0.0
        while not self._ending.is_set():
            self._stir.clear()
            if time.monotonic() >= next_beat or self._is_stirred():
                next_beat = time.monotonic() + self._beat_and_wait()
            if not self._ending.wait(min(SPACING, self.ttl / 20)):
                self._stir.wait(max(0.0, next_beat - time.monotonic()))

    def _beat_and_wait(self) -> float:
        """Beat; return the seconds until the next one is due."""
        try:
            self._beat()
        except StoreError as error:
            if self._trouble != str(error):
                log.warning("leases not renewed: %s", error)
            self._trouble = str(error)
            return min(1.0, self.ttl / 5)
        except Exception:
            log.exception("leases not renewed")  # the thread must outlive it: it is the only one that renews
        else:
            self._trouble = ""
        return self.ttl / 5

    def _is_stirred(self) -> bool:
        """Tell whether there is a reason not to wait for the next beat: a lane to give back, or one to take."""
        if self._leaving and any(lane.quiet for lane in self._retiring()):
            return True
        if not self._maybe_free:
            return False
        self._maybe_free = False
        with suppress(StoreError):
            states = self.store.read(lambda tx: tx.lanes.states())
            return any(state.owner in ("", self.owner) and self._lacks(state.portal) for state in states)
        return False

    def _lacks(self, portal: str) -> bool:
        return portal in self.lanes and self.lanes[portal].lease is None

    def _retiring(self) -> list[Lane]:
        return [lane for lane in self._held() if lane.retiring]

    def _beat(self) -> None:
        """Renew what is held, give back what is over the share, take what is free."""
        nodes = self.store.write(self._announce)
        mine = self._renew()
        allowed = share(len(self.lanes), nodes)
        for number, lane in enumerate(mine):
            lane.retire(retiring=number >= allowed)
        self._leaving = len(mine) > allowed
        if ready := [lane for lane in mine[allowed:] if lane.quiet]:
            self._release(ready)
        room = allowed - len(mine)
        for lane in [lane for lane in self.lanes.values() if lane.lease is None and lane.quiet]:
            if room <= 0 or self._ending.is_set():
                break
            room -= self._take(lane)

    def _announce(self, tx: Transaction) -> int:
        tx.lanes.ensure(self.lanes)
        if self.guest:
            return 1
        tx.nodes.heartbeat(self.owner, [DELIVER])
        return delivering(tx.nodes.live(self.ttl), gone=self.gone)

    def _renew(self) -> list[Lane]:
        """Prolong the leases; return the lanes that are still held."""
        leases = [lane.lease for lane in self.lanes.values() if lane.lease is not None]
        kept = {lease.portal: lease for lease in self.store.write(lambda tx: tx.lanes.renew(leases, ttl=self.ttl))}
        for lease in leases:
            if lease.portal not in kept:
                log.warning("portal %s: the lease has gone to another node", lease.portal)
                self.lanes[lease.portal].lose()
        for portal, lease in kept.items():
            self.lanes[portal].renewed(lease)
        return [self.lanes[portal] for portal in self.lanes if portal in kept]

    def _take(self, lane: Lane) -> int:
        lease = self.store.write(lambda tx: tx.lanes.hold(lane.name, self.owner, ttl=self.ttl, gone=self.gone))
        if lease is None:
            return 0
        log.info("portal %s: delivering", lane.name)
        lane.give(lease)
        return 1
