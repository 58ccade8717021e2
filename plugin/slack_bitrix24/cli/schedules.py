"""`schedule list` and `schedule next`: what goes out by the clock, and when."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from slack_bitrix24 import when
from slack_bitrix24.app import setup
from slack_bitrix24.cli import tables
from slack_bitrix24.cli.ending import DONE
from slack_bitrix24.cli.opening import database, names_of, settings_of
from slack_bitrix24.cli.words import cut, moment, span
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import PhraseError
from slack_bitrix24.store import Schedule, Transaction

LARGEST = 10_000


def listed(*, path: Path | None, environ: Mapping[str, str], as_json: bool) -> int:
    """Print schedules and reminders, the next first; those that are over last."""
    settings = settings_of(path, environ)
    now = time.time()
    found = sorted(_known(settings, now), key=lambda one: (one.due_at is None, one.due_at or 0.0, one.title))
    zone = ZoneInfo(settings.timezone)
    if as_json:
        tables.as_json([_facts(one, zone=zone) for one in found])
        return DONE
    names = names_of(settings)
    tables.show(
        ("id", "what", "next", "in", "rule", "to", "text", "trouble"),
        [_row(one, names, now=now, zone=zone) for one in found],
        empty="no schedules and no reminders",
    )
    return DONE


def upcoming(*, path: Path | None, environ: Mapping[str, str], number: int, as_json: bool) -> int:
    """Print the next times of all schedules and reminders together."""
    settings = settings_of(path, environ)
    now = time.time()
    fires = merge(*(_fires(one, now=now) for one in _known(settings, now)), key=lambda fire: fire[0])
    zone = ZoneInfo(settings.timezone)
    found = list(islice(fires, number))
    if as_json:
        tables.as_json([{"at": moment(at, zone), **_facts(one, zone=zone)} for at, one in found])
        return DONE
    names = names_of(settings)
    rows = [(moment(at, zone) or "", span(at - now), _called(one), _to(one, names)) for at, one in found]
    tables.show(("at", "in", "what", "to"), rows, empty="nothing is planned")
    return DONE


def _known(settings: Settings, now: float) -> list[Schedule]:
    """Return the configuration's schedules as `run` would keep them, and the reminders; the table stays as it is."""
    configured = setup.schedules(settings, now=now)

    def read(tx: Transaction) -> list[Schedule]:
        kept = [_kept(one, tx.schedules.find(one.key)) for one in configured]
        return kept + [one for one in tx.schedules.standing(limit=LARGEST) if one.kind == "reminder"]

    with closing(database(settings)) as store:
        return store.read(read)


def _kept(configured: Schedule, row: Schedule | None) -> Schedule:
    """Return the schedule with what the table knows of it; a changed rule starts anew."""
    if row is None or (row.phrase, row.zone) != (configured.phrase, configured.zone):
        return configured
    return replace(
        configured,
        id=row.id,
        rule=row.rule,
        next_at=row.next_at,
        state=row.state,
        snoozed_until=row.snoozed_until,
        fired_at=row.fired_at,
        held_until=row.held_until,
        error=row.error,
    )


def _fires(one: Schedule, *, now: float) -> Iterator[tuple[float, Schedule]]:
    """Yield the times at which it fires from now on, the next first; what is overdue fires now."""
    if one.state != "active":
        return
    times = merge(_series(one, now), [one.snoozed_until] if one.snoozed_until is not None else [])
    yield from ((max(at, now), one) for at in times)


def _series(one: Schedule, now: float) -> Iterator[float]:
    if one.next_at is None:
        return
    yield one.next_at
    rule = when.load(one.rule)
    at = datetime.fromtimestamp(max(one.next_at, now), UTC)
    while following := when.next_after(rule, at):
        yield following.timestamp()
        at = following


def _called(one: Schedule) -> str:
    return one.title or cut(one.text, 40)


def _rule(one: Schedule, zone: ZoneInfo) -> str:
    try:
        return when.describe(when.load(one.rule), language="en", zone=zone.key)
    except (PhraseError, ValueError):
        return one.phrase


def _to(one: Schedule, names: Mapping[str, str]) -> str:
    return ", ".join(_named(address, names) for address in one.addresses)


def _named(address: str, names: Mapping[str, str]) -> str:
    """Return an address, behind the name that the mapping file has for it."""
    return f"{names[address]} ({address})" if address in names else address


def _row(one: Schedule, names: Mapping[str, str], *, now: float, zone: ZoneInfo) -> list[str]:
    due = one.due_at if one.state == "active" else None
    rests = "paused" if one.state == "paused" else "over"
    at, soon = (moment(due, zone) or "", span(due - now)) if due is not None else (rests, "")
    what = one.title if one.kind == "schedule" else f"reminder of {_named(one.owner, names)}"
    return [str(one.id or ""), what, at, soon, _rule(one, zone), _to(one, names), cut(one.text), one.error]


def _facts(one: Schedule, *, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": one.id or None,
        "kind": one.kind,
        "name": one.title,
        "owner": one.owner,
        "next_at": moment(one.due_at, zone) if one.state == "active" else None,
        "fired_at": moment(one.fired_at, zone),
        "rule": _rule(one, zone),
        "zone": one.zone,
        "to": list(one.addresses),
        "text": one.text,
        "error": one.error or None,
    }
