"""The portals: what is used of their limits, whether they keep tags, whether they are stopped; and on with them."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bitrix24.store import Count, LaneState, Transaction
from slack_bitrix24.web.page.desk import Desk, PortalFacts
from slack_bitrix24.web.page.visit import Reply, Visit, gone_to, refused


@dataclass(frozen=True, slots=True)
class Shown:
    """A portal: what the configuration and the limits say, its queue, its lane (None: nobody has sent yet)."""

    facts: PortalFacts
    count: Count
    lane: LaneState | None


def portals(desk: Desk, _visit: Visit) -> Reply:
    """Show them."""
    counts, lanes = desk.store.read(lambda tx: (tx.outbox.counts(), {one.portal: one for one in tx.lanes.states()}))
    rows = [Shown(one, counts.get(one.name, Count()), lanes.get(one.name)) for one in desk.portals()]
    return Reply("portals.html", {"rows": rows})


def resume(desk: Desk, visit: Visit) -> Reply:
    """Let a stopped portal be tried at once."""
    name = visit.parts["name"]
    if name not in {one.name for one in desk.portals()}:
        return refused(404, "no_such_page")

    def write(tx: Transaction) -> bool:
        done = tx.lanes.resume(name)
        tx.audit.add(visit.deed("resume", name, "done" if done else "not done: it is not stopped"))
        return done

    return gone_to(f"/page/portals?said={'resume' if desk.store.write(write) else 'not_resume'}")
