"""What the metrics show of each portal's queue."""

from __future__ import annotations

from slack_bitrix24 import metrics
from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Store, within

SCRAPE = 1.0
"""Seconds that a look at the queues may take; without an answer the metrics are shown without them."""


def queues(store: Store) -> list[metrics.Queue]:
    """Return the queues at the moment; none where the database does not answer in time."""
    try:
        now = store.now()
        with within(SCRAPE):
            counts, lanes, probed = store.read(
                lambda tx: (tx.outbox.counts(), tx.lanes.states(), tx.portals.all_probed())
            )
    except StoreError:
        return []
    tags = {one.portal: {"yes": 1, "no": 0}.get(one.tags, -1) for one in probed}
    stopped = {lane.portal for lane in lanes if lane.stopped is not None}
    return [
        metrics.Queue(
            portal=portal,
            pending=count.pending,
            sending=count.sending,
            dead=count.dead,
            oldest=max(0.0, now - count.oldest_due) if count.oldest_due is not None else 0.0,
            stopped=portal in stopped,
            tags=tags.get(portal, -1),
        )
        for portal, count in counts.items()
    ]
