"""The list of notifications: the newest first, by state, way in, person and words."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bitrix24.model import State
from slack_bitrix24.store import Count, Found, Transaction, Wanted
from slack_bitrix24.web.page import shown
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.page.visit import Reply, Visit
from slack_bitrix24.web.page.whom import whom

LIMIT = 50
"""Rows of one page."""
LONGEST = 200
"""Characters of what is looked for."""
MOST_WORDS = 8
"""Words that are looked for at once; each is one more pass over every text."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What was asked for, as it stands in the address."""

    state: str = ""
    source: str = ""
    to: str = ""
    text: str = ""

    def address(self, path: str = "/page", **more: object) -> str:
        """Return a path with this filter."""
        return shown.address(
            path, **{"state": self.state, "source": self.source, "to": self.to, "text": self.text, **more}
        )


def listed(desk: Desk, visit: Visit) -> Reply:
    """Show a page of notifications; of somebody who is no administrator, what they asked for themselves."""
    asked = Filter(*(visit.asked(name)[:LONGEST] for name in ("state", "source", "to", "text")))
    recipients, trouble = whom(desk, asked.to)
    wanted = Wanted(
        state=State(asked.state) if asked.state in set(State) else None,
        source=asked.source,
        recipients=recipients,
        author="" if visit.admin else visit.who,
        words=tuple(asked.text.split()[:MOST_WORDS]),
    )
    before = visit.number("before")

    def read(tx: Transaction) -> tuple[Found, dict[str, Count]]:
        return tx.outbox.look(wanted, before=before, limit=LIMIT), tx.outbox.counts()

    found, counts = desk.store.read(read)
    directory, people = desk.directory(), desk.people()
    rows = [
        (one, shown.recipient(one.notification.recipient, directory=directory, people=people)) for one in found.rows
    ]
    values = {
        "asked": asked,
        "rows": rows,
        "found": found,
        "first": not before,
        "trouble": trouble,
        "more": asked.address(before=found.before) if found.before else "",
        "looks_on": bool(found.before) and len(found.rows) < LIMIT,
    }
    if visit.partial:
        return Reply("rows.html", values)
    return Reply(
        "notifications.html",
        {
            **values,
            "states": list(State),
            "sources": desk.sources(),
            "counts": _summed(counts) if visit.admin else None,
        },
    )


def _summed(counts: dict[str, Count]) -> Count:
    return Count(
        pending=sum(one.pending for one in counts.values()),
        sending=sum(one.sending for one in counts.values()),
        dead=sum(one.dead for one in counts.values()),
    )
