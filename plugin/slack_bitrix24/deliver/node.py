"""This node's lanes: which portals it delivers for, and that it still lives.

Portals spread evenly over the nodes that deliver: each holds at most its share, takes what is free, and gives back
what is over. A node that dies is missed after the lease's 15 s; one that stops gives its lanes back at once.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from slack_bitrix24.deliver.lane import Lane, Stop
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Lease, Store, Transaction

log = logging.getLogger(__name__)

TTL = 15.0
"""Seconds for which a lease is held without being renewed."""
BEAT = 3.0
"""Seconds between renewals."""


def share(portals: int, nodes: int) -> int:
    """Return how many lanes one node may hold, so that all are held and no node holds all."""
    return math.ceil(portals / max(1, nodes))


class Node:
    """Deliver for the portals; `owner` names this process (`host:pid:token`), `gone` tells whether another has died.

    A guest (a command that delivers in its own process) takes only what nobody holds, and counts for no share.
    """

    def __init__(
        self,
        portals: Mapping[str, Portal],
        *,
        store: Store,
        owner: str,
        gone: Callable[[str], bool],
        on_stop: Callable[[Stop], None],
        on_record: Callable[[], None],
        guest: bool = False,
    ) -> None:
        self.guest = guest
        self.store = store
        self.owner = owner
        self.gone = gone
        self.pool = ThreadPoolExecutor(max(1, min(64, sum(portal.in_flight for portal in portals.values()))), "send")
        self.lanes = {
            name: Lane(
                name,
                store=store,
                client=portal.client,
                limits=portal.limits,
                in_flight=portal.in_flight,
                pool=self.pool,
                on_stop=on_stop,
                on_record=on_record,
            )
            for name, portal in portals.items()
        }
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lanes")
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Take the lanes that are free and begin."""
        self._unsubscribe = self.store.subscribe(self.wake)
        for lane in self.lanes.values():
            lane.start()
        self._thread.start()

    def wake(self, portal: str) -> None:
        """Tell a portal's lane that something became due."""
        if lane := self.lanes.get(portal):
            lane.wake()

    def stop(self, *, grace: float = 8.0) -> None:
        """Finish what is in flight within `grace` seconds, and give the lanes back."""
        self._unsubscribe()
        self._ending.set()
        self._thread.join()
        for lane in self.lanes.values():
            lane.end()
        for lane in self.lanes.values():
            if not lane.ended(timeout=grace):
                log.warning("portal %s: an answer is still out; its notifications will be sent again", lane.portal)
        held = [lane.lease for lane in self.lanes.values() if lane.lease is not None]
        try:
            self.store.write(lambda tx: self._leave(tx, held))
        except StoreError as error:
            log.warning("lanes not given back, they are free in %d s: %s", TTL, error)
        self.pool.shutdown(wait=False, cancel_futures=True)

    def _leave(self, tx: Transaction, held: Sequence[Lease]) -> None:
        for lease in held:
            tx.lanes.release(lease)
        tx.nodes.gone(self.owner)

    def _run(self) -> None:
        wait = 0.0
        while not self._ending.wait(wait):
            wait = BEAT
            try:
                self._beat()
            except StoreError as error:
                log.warning("lanes not renewed: %s", error)
                wait = 1.0

    def _beat(self) -> None:
        """Renew what is held, give back what is over the share, take what is free."""
        nodes = self.store.write(self._announce)
        mine = self._renew()
        allowed = share(len(self.lanes), nodes)
        for lane in mine[allowed:]:
            self._give_back(lane)
        room = allowed - len(mine)
        for lane in [lane for lane in self.lanes.values() if lane.lease is None]:
            if room <= 0:
                break
            room -= self._take(lane)

    def _announce(self, tx: Transaction) -> int:
        tx.lanes.ensure(self.lanes)
        if not self.guest:
            tx.nodes.heartbeat(self.owner, ["deliver"])
            return sum("deliver" in node.roles for node in tx.nodes.live(TTL))
        return 1

    def _renew(self) -> list[Lane]:
        """Prolong the leases; return the lanes that are still held."""
        leases = [lane.lease for lane in self.lanes.values() if lane.lease is not None]
        kept = {lease.portal for lease in self.store.write(lambda tx: tx.lanes.renew(leases, ttl=TTL))}
        for lease in leases:
            if lease.portal not in kept:
                log.warning("portal %s: the lease is gone to another node", lease.portal)
                self.lanes[lease.portal].lose()
        for state in self.store.read(lambda tx: tx.lanes.states()):
            if state.stopped is not None and state.portal in kept:
                self.lanes[state.portal].probe(state.stopped.probe_at)
        return [self.lanes[portal] for portal in self.lanes if portal in kept]

    def _give_back(self, lane: Lane) -> None:
        lease = lane.lease
        if lease is None:
            return
        lane.lose()
        if lane.quiet(timeout=TTL / 3):
            self.store.write(lambda tx: tx.lanes.release(lease))

    def _take(self, lane: Lane) -> int:
        lease = self.store.write(lambda tx: tx.lanes.hold(lane.portal, self.owner, ttl=TTL, gone=self.gone))
        if lease is None:
            return 0
        log.info("portal %s: delivering", lane.portal)
        lane.give(lease)
        return 1
