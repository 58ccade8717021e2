"""Schedules and reminders: their next times, run one now, let one rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from slack_bitrix24 import when
from slack_bitrix24.errors import PhraseError
from slack_bitrix24.slack.replies.words import Language, escape
from slack_bitrix24.store import Schedule, Transaction
from slack_bitrix24.web.page import shown
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.page.shown import Named
from slack_bitrix24.web.page.visit import Reply, Visit, gone_to, refused
from slack_bitrix24.web.page.words import say

TIMES = 3
"""The next times that are shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One schedule: its rule in words, its next times (Unix seconds), whose it is (None: the configuration's)."""

    one: Schedule
    rule: str
    times: tuple[float, ...]
    owner: Named | None
    text: str
    to: tuple[str, ...]


def schedules(desk: Desk, visit: Visit) -> Reply:
    """Show them; of somebody who is no administrator, their own reminders."""
    found = desk.store.read(lambda tx: tx.schedules.standing())
    people = desk.people()
    rows = [
        Shown(
            one,
            _rule(one, visit),
            tuple(islice(_times(one, visit.now), TIMES)),
            shown.person(one.owner, people) if one.owner else None,
            shown.said(one.text),
            tuple(shown.address_of(each, people) for each in one.addresses),
        )
        for one in found
        if _may(visit, one)
    ]
    return Reply("schedules.html", {"rows": rows})


def run(desk: Desk, visit: Visit) -> Reply:
    """Let one fire once more, now; its series goes on as it was."""

    def change(tx: Transaction, one: Schedule) -> bool:
        return one.state == "active" and tx.schedules.snooze(one.id, tx.now) is not None

    return _changed(desk, visit, "run", change=change)


def pause(desk: Desk, visit: Visit) -> Reply:
    """Let one rest."""
    return _changed(desk, visit, "pause", change=lambda tx, one: tx.schedules.pause(one.id) is not None)


def go_on(desk: Desk, visit: Visit) -> Reply:
    """Let a paused one fire again, from its next time on."""

    def change(tx: Transaction, one: Schedule) -> bool:
        following = when.next_after(when.load(one.rule), datetime.fromtimestamp(tx.now, UTC))
        return tx.schedules.go_on(one.id, next_at=following.timestamp() if following else None) is not None

    return _changed(desk, visit, "go_on", change=change)


def cancel(desk: Desk, visit: Visit) -> Reply:
    """End a reminder for good; a schedule of the configuration is ended there."""

    def change(tx: Transaction, one: Schedule) -> bool:
        return one.kind == "reminder" and tx.schedules.cancel(one.id) is not None

    return _changed(desk, visit, "end", change=change)


def _changed(desk: Desk, visit: Visit, action: str, *, change: Callable[[Transaction, Schedule], bool]) -> Reply:
    id_ = visit.number("id")
    people = desk.people()

    def write(tx: Transaction) -> str:
        one = tx.schedules.get(id_)
        if one is None or not _may(visit, one):
            return "absent"
        done = change(tx, one)
        what = one.title if one.kind == "schedule" else f"reminder {one.id} of {shown.person(one.owner, people).name}"
        tx.audit.add(visit.deed(action, what, "done" if done else f"not done: it is {one.state}"))
        if done and one.owner not in ("", visit.who):
            language: Language = "ru" if people.language(one.owner) == "ru" else "en"
            told = say(language, f"told_{action}", id=one.id, text=escape(shown.said(one.text)[:100]))
            tx.receipts.say(one.owner, told, language=language)
        return action if done else f"not_{action}"

    said = desk.store.write(write)
    return refused(404, "no_such_schedule") if said == "absent" else gone_to(f"/page/schedules?said={said}")


def _may(visit: Visit, one: Schedule) -> bool:
    return visit.admin or (bool(visit.who) and one.owner == visit.who)


def _rule(one: Schedule, visit: Visit) -> str:
    try:
        return when.describe(when.load(one.rule), language=visit.language, zone=one.zone, home=visit.zone.key)
    except (PhraseError, ValueError):
        return one.phrase


def _times(one: Schedule, now: float) -> Iterator[float]:
    """Yield the times at which it fires from now on."""
    if one.state != "active":
        return
    if one.snoozed_until is not None:
        yield one.snoozed_until
    if one.next_at is None:
        return
    yield one.next_at
    at = datetime.fromtimestamp(max(one.next_at, now), UTC)
    while following := when.next_after(when.load(one.rule), at):
        yield following.timestamp()
        at = following
