"""Wait for what was kept to be delivered: here, where no `run` does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from slack_bitrix24.app.portals import portals
from slack_bitrix24.cli.opening import Opened
from slack_bitrix24.cli.send.outcome import OVER, Sent
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.model import Stored
from slack_bitrix24.store import Store, is_gone, new_owner

LOOK = 0.05
"""Seconds between looks at the outbox: another process may be the one that delivers."""


def outcome(found: Opened, store: Store, environ: Mapping[str, str], *, ids: Sequence[int], wait: float) -> Sent:
    """Wait until all is over, delivering where nobody else does."""
    with _delivering(found, store, environ, wanted=bool(ids) and wait > 0):
        interrupted = False
        stored: dict[int, Stored] = {}
        try:
            _wait(store, ids, stored, seconds=wait)
        except KeyboardInterrupt:
            interrupted = True
        _look(store, ids, stored)
    stopped = {lane.portal: lane.stopped.reason for lane in store.read(lambda tx: tx.lanes.states()) if lane.stopped}
    return Sent([stored[one] for one in ids if one in stored], stopped, waited=wait > 0, interrupted=interrupted)


@contextmanager
def _delivering(found: Opened, store: Store, environ: Mapping[str, str], *, wanted: bool) -> Iterator[None]:
    """Deliver in this process what nobody else delivers."""
    if not wanted:
        yield
        return
    owner = new_owner()
    made = portals(found.settings, store=store, owner=owner, environ=environ)
    node = Node(
        made,
        store=store,
        owner=owner,
        gone=is_gone,
        on_stop=lambda _stop: None,
        on_record=lambda: None,
        guest=True,
    )
    node.start()
    try:
        yield
    finally:
        node.stop()
        for portal in made.values():
            portal.client.close()


def _wait(store: Store, ids: Sequence[int], stored: dict[int, Stored], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and _look(store, ids, stored):
        time.sleep(LOOK)


def _look(store: Store, ids: Sequence[int], stored: dict[int, Stored]) -> bool:
    """Read those that are not over; tell whether there are any left."""
    open_ = [one for one in ids if one not in stored or stored[one].state not in OVER]
    found = store.read(lambda tx: [tx.outbox.get(one) for one in open_]) if open_ else []
    stored.update((one.id, one) for one in found if one is not None)
    return any(one is not None and one.state not in OVER for one in found)
