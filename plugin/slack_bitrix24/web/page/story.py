"""One notification's whole story, and what may be done about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from slack_bitrix24.model import Stored
from slack_bitrix24.store import Kept, Transaction
from slack_bitrix24.submit.compose import keys
from slack_bitrix24.web.page import shown
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.page.visit import Reply, Visit, gone_to, refused

VERSIONS = 20
"""Of one tag and person, that are listed beside it."""
MOST, PORTION = 20_000, 500
"""Dead ones that one click tries again, and how many in one transaction."""
LONGEST = 100_000
"""Characters of a request that are shown."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the store knows of one: the request that it came from, its other versions, its receipt, who took it."""

    one: Stored
    letter: Kept | None
    versions: tuple[Stored, ...]
    receipt: str
    taken: tuple[str, float] | None


def story(desk: Desk, visit: Visit) -> Reply:
    """Show it."""
    found = desk.store.read(lambda tx: _told(tx, visit.number("id")))
    if found is None or not _may(visit, found.one):
        return refused(404, "no_such_notification")
    note = found.one.notification
    directory, people = desk.directory(), desk.people()
    values = {
        "one": found.one,
        "told": found,
        "to": shown.recipient(note.recipient, directory=directory, people=people),
        "author": shown.person(note.author, people) if note.source == "command" and note.author else None,
        "seen": desk.seen(note),
        "link": desk.link(note),
        "request": _request(found.letter),
    }
    return Reply("story_part.html" if visit.partial else "story.html", values)


def retry(desk: Desk, visit: Visit) -> Reply:
    """Make a dead one pending again."""
    return _changed(desk, visit, "retry", change=lambda tx, id_: tx.outbox.retry([id_]))


def cancel(desk: Desk, visit: Visit) -> Reply:
    """Take back one that is pending."""
    return _changed(desk, visit, "cancel", change=lambda tx, id_: tx.outbox.cancel([id_]))


def retry_all(desk: Desk, visit: Visit) -> Reply:
    """Make everything that is dead pending again: as much as there is now, so that what dies again is left alone."""
    total = sum(one.dead for one in desk.store.read(lambda tx: tx.outbox.counts()).values())
    done = 0
    while done < min(total, MOST):
        again = desk.store.write(partial(_again, before=done))
        if not again:
            break
        done += again
    desk.store.write(lambda tx: tx.audit.add(visit.deed("retry_all", str(done))))
    return gone_to("/page?said=retry_all")


def _again(tx: Transaction, *, before: int) -> int:
    return len(tx.outbox.retry_dead(limit=PORTION, before=before))


def _changed(desk: Desk, visit: Visit, action: str, *, change: Callable[[Transaction, int], list[int]]) -> Reply:
    id_ = visit.number("id")

    def write(tx: Transaction) -> str:
        one = tx.outbox.get(id_)
        if one is None or not _may(visit, one):
            return "absent"
        outcome = "done" if change(tx, id_) else f"not done: it is {one.state.value}"
        tx.audit.add(visit.deed(action, str(id_), outcome))
        return outcome

    outcome = desk.store.write(write)
    if outcome == "absent":
        return refused(404, "no_such_notification")
    return gone_to(shown.address(f"/page/notifications/{id_}", said=action if outcome == "done" else f"not_{action}"))


def _may(visit: Visit, one: Stored) -> bool:
    return visit.admin or (bool(visit.who) and one.notification.author == visit.who)


def _told(tx: Transaction, id_: int) -> Told | None:
    one = tx.outbox.get(id_)
    if one is None:
        return None
    note = one.notification
    taking = tx.taken.among([note.sub_tag]).get(note.sub_tag)
    return Told(
        one=one,
        letter=_letter(tx, one),
        versions=tuple(tx.outbox.versions(note, limit=VERSIONS)),
        receipt=tx.receipts.state(one.receipt_id) if one.receipt_id else "",
        taken=(taking.by, taking.at) if taking else None,
    )


def _letter(tx: Transaction, one: Stored) -> Kept | None:
    """Return the request that it was made from: finished in the same transaction, and its key is in the other's."""
    note = one.notification
    if not note.source.startswith("webhook:"):
        return None
    near = tx.inbox.posts_finished(one.created_at - 0.001, one.created_at + 0.001)
    return next((each for each in near if note.key in keys(each.letter.key, note.recipient)), None)


def _request(letter: Kept | None) -> str:
    """Return a request as it came, without its secrets, which are not kept."""
    if letter is None:
        return ""
    kept = letter.letter.payload
    query = "&".join(f"{name}={value}" for name, value in kept.get("query") or [])
    lines = [f"{kept.get('method', 'POST')} ({kept.get('sender', '')}){' ?' + query if query else ''}"]
    lines += [f"{name}: {value}" for name, value in (kept.get("headers") or {}).items()]
    body = kept.get("body")
    lines += ["", shown.pretty(str(body)) if body is not None else f"(base64) {kept.get('base64', '')}"]
    return "\n".join(lines)[:LONGEST]
