"""`outbox list` and `outbox show`: what is owed to whom, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_bitrix24.cli import tables
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.opening import database, duration, looked_into, portal_named
from slack_bitrix24.cli.send.whom import whom
from slack_bitrix24.cli.words import cut, moment, span
from slack_bitrix24.config import Settings
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient, State, Stored
from slack_bitrix24.plain import uncoded
from slack_bitrix24.store import LaneState, Store, Transaction


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which notifications are listed: every condition that is given must hold."""

    state: str = ""
    portal: str = ""
    person: str = ""
    older_than: str = ""
    limit: int = 50


def listed(*, path: Path | None, environ: Mapping[str, str], chosen: Chosen, as_json: bool) -> int:
    """Print the notifications, the newest last, and say which portals are stopped."""
    found = looked_into(path, environ)
    portal = portal_named(found.settings, chosen.portal)
    age = duration(chosen.older_than, "--older-than") if chosen.older_than else None
    persons: list[Recipient | None] = [None]
    if chosen.person:
        resolved = whom(found, [chosen.person], environ)
        if resolved.faults:
            raise UsageFaultError(f"--person: {resolved.faults[0]}")
        persons = list(resolved.recipients)
    state = State(chosen.state) if chosen.state else None
    with closing(database(found.settings)) as store:
        now = store.now()

        def read(tx: Transaction) -> tuple[list[Stored], list[LaneState]]:
            rows: list[Stored] = []
            for person in persons:
                if person is not None and portal not in ("", person.portal):
                    continue
                rows += tx.outbox.find(
                    limit=chosen.limit,
                    newest=True,
                    state=state,
                    portal=person.portal if person else portal or None,
                    user_id=person.user_id if person else None,
                    older_than=now - age if age is not None else None,
                )
            return sorted(rows, key=lambda one: one.id)[-chosen.limit :], tx.lanes.states()

        rows, lanes = store.read(read)
    if as_json:
        tables.as_json([_facts(one, found.directory) for one in rows])
        return DONE
    tables.show(
        ("id", "state", "to", "name", "age", "tries", "text", "reason"),
        [_row(one, found.directory, now=now) for one in rows],
        empty="no notifications",
    )
    say_stopped(found.settings, lanes, now=now)
    return DONE


def say_stopped(settings: Settings, lanes: list[LaneState], *, now: float) -> None:
    """Say on standard error which portals are stopped, why, and what may be done."""
    for lane in lanes:
        if lane.stopped is not None and lane.portal in settings.portals:
            since, soon = span(now - lane.stopped.since), span(lane.stopped.probe_at - now)
            fail(
                f"portal {lane.portal} has been stopped for {since}: {lane.stopped.reason}; everything is kept, "
                f"next try in {soon} (outbox resume {lane.portal}: now)"
            )


def shown(*, path: Path | None, environ: Mapping[str, str], number: int, as_json: bool) -> int:
    """Print all of one notification."""
    found = looked_into(path, environ)
    with closing(database(found.settings)) as store:
        one, now = _one(store, number), store.now()
    if one is None:
        fail(f"there is no notification {number}")
        return FAILED
    if as_json:
        tables.as_json(_whole(one, found.directory))
        return DONE
    for name, value in _whole(one, found.directory).items():
        if value not in ("", None):
            print(f"{name + ':':<13}{_told(name, value, one, now=now)}")  # noqa: T201 – what a command prints
    return DONE


def _one(store: Store, number: int) -> Stored | None:
    # More digits than a database counts to are nobody's id.
    return store.read(lambda tx: tx.outbox.get(number)) if abs(number) < 2**63 else None


def _row(one: Stored, directory: Directory, *, now: float) -> list[str]:
    wait = one.due_at - now
    state = f"{one.state.value}, in {span(wait)}" if one.state is State.PENDING and wait >= 1 else one.state.value
    note = one.notification
    text = note.message or ("(takes back what was sent)" if note.kind == "delete" else "")
    reason = cut(f"{one.code}: {one.error}" if one.code and one.code not in one.error else one.error, 100)
    return [
        str(one.id),
        state,
        str(note.recipient),
        directory.name(note.recipient),
        span(now - one.created_at),
        str(one.attempts),
        cut(uncoded(text)),
        reason,
    ]


def _facts(one: Stored, directory: Directory) -> dict[str, Any]:
    note = one.notification
    return {
        "id": one.id,
        "state": one.state.value,
        "to": str(note.recipient),
        "name": directory.name(note.recipient) or None,
        "kind": note.kind,
        "message": note.message,
        "tag": note.tag,
        "source": note.source,
        "author": note.author,
        "attempts": one.attempts,
        "created_at": moment(one.created_at),
        "due_at": moment(one.due_at) if one.state is State.PENDING else None,
        "sent_at": moment(one.sent_at),
        "finished_at": moment(one.finished_at),
        "bitrix24_id": one.bitrix24_id,
        "code": one.code,
        "error": one.error,
    }


def _whole(one: Stored, directory: Directory) -> dict[str, Any]:
    note = one.notification
    attach = json.loads(note.attach) if note.attach else None
    return {**_facts(one, directory), "sub_tag": note.sub_tag, "message_out": note.message_out, "attach": attach}


def _told(name: str, value: Any, one: Stored, *, now: float) -> str:
    if name.endswith("_at"):
        at = float(getattr(one, name))
        return f"{value} ({span(now - at)} ago)" if at <= now else f"{value} (in {span(at - now)})"
    if name == "attach":
        return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n" + " " * 13)
    lines = "".join(char if char.isprintable() or char == "\n" else " " for char in str(value))
    return lines.replace("\n", "\n" + " " * 13)
