"""The list of notifications: the newest first, by state, way in, person and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_bitrix24.model import Recipient, State
from slack_bitrix24.store import Count, Found, Transaction, Wanted
from slack_bitrix24.web.page import shown
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.page.visit import Reply, Visit

LIMIT = 50
LONGEST = 200
"""Characters of what is looked for."""
MOST_WORDS = 8
MOST_PEOPLE = 50
"""People whom one address may stand for here: more are no search."""


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


def whom(desk: Desk, text: str) -> tuple[tuple[Recipient, ...] | None, str]:
    """Return whom an address means, and what is wrong with it: names, ids, e-mails, groups, as people write them.

    None where nothing was written: anybody.
    """
    if not text:
        return None, ""
    recipients: list[Recipient] = []
    for each in _readings(desk, text):
        found = desk.resolve([each])
        recipients = list(found.recipients)
        if recipients:
            break
    if len(recipients) > MOST_PEOPLE:
        return (), "too_many_people"
    return tuple(recipients), "" if recipients else "nobody_called_so"


def _readings(desk: Desk, text: str) -> Sequence[str]:
    """Return what may be meant, the likeliest first: an address, a name, an e-mail, a Bitrix24 id."""
    bare = text.removeprefix("@")
    people = desk.people()
    by_email = [one.id for one in people.with_email(text)]
    named = [
        one.id for one in people.users.values() if bare.casefold() in (one.name.casefold(), one.display.casefold())
    ]
    ids = [f"bitrix24:{bare}"] if bare.replace("/", "").isalnum() and bare[-1:].isdigit() else []
    return [*by_email, *named, *ids, f"@{bare}", text]


def _summed(counts: dict[str, Count]) -> Count:
    return Count(
        pending=sum(one.pending for one in counts.values()),
        sending=sum(one.sending for one in counts.values()),
        dead=sum(one.dead for one in counts.values()),
    )
