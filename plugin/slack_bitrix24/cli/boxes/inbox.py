"""`inbox list | show | replay`: what senders posted over HTTP, what became of it, and the same once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from slack_bitrix24.app.portals import keeps_tags
from slack_bitrix24.cli import tables
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.opening import database, duration, settings_of
from slack_bitrix24.cli.words import cut, moment
from slack_bitrix24.config import Settings
from slack_bitrix24.model import State, Stored
from slack_bitrix24.store import POST, Kept, Store, Transaction
from slack_bitrix24.submit.compose import digest, keys
from slack_bitrix24.web.posting import REPLAY_OF

MOST = 100_000
"""Requests in one replay."""


def listed(*, path: Path | None, environ: Mapping[str, str], since: str, limit: int, as_json: bool) -> int:
    """Print the requests, the newest last."""
    settings = settings_of(path, environ)
    with closing(database(settings)) as store:
        after = _after(since, settings, store)
        found = store.read(lambda tx: tx.inbox.posts(limit=limit, newer_than=after))[::-1]
    if as_json:
        tables.as_json([_facts(one) for one in found])
        return DONE
    rows = [
        (
            str(one.letter.id),
            one.state,
            _webhook(one),
            moment(one.letter.received_at) or "",
            cut(_body(one), 60),
            one.error,
        )
        for one in found
    ]
    if not rows:
        print("Nothing has come in.")  # noqa: T201 – what a command prints
        return DONE
    tables.show(("id", "state", "webhook", "received", "body", "reason"), rows)
    return DONE


def shown(*, path: Path | None, environ: Mapping[str, str], number: int, as_json: bool) -> int:
    """Print a request as it came and the notifications that it became; 1 where there is none of this number."""
    with closing(database(settings_of(path, environ))) as store:
        one, became = store.read(lambda tx: _story(tx, number))
    if one is None:
        fail(f"inbox: there is no request {number}")
        return FAILED
    facts = {**_facts(one), "request": _request(one), "notifications": [_outcome(each) for each in became]}
    if as_json:
        tables.as_json(facts)
        return DONE
    for name in ("id", "webhook", "received_at", "state", "error"):
        if facts[name] != "":
            print(f"{name}: {facts[name]}")  # noqa: T201 – what a command prints
    print(f"\n{_body(one)}\n")  # noqa: T201 – the same
    if became:
        rows = [(str(each.id), each.state, str(each.notification.recipient), each.error) for each in became]
        tables.show(("id", "state", "to", "reason"), rows)
    return DONE


def replayed(*, path: Path | None, environ: Mapping[str, str], numbers: Sequence[int], since: str, again: bool) -> int:
    """Keep requests anew, to be read and delivered by `run`; 1 where one of them is not."""
    if bool(numbers) == bool(since):
        raise UsageFaultError("inbox replay: give ids, or --since WHEN")
    settings = settings_of(path, environ)
    with closing(database(settings)) as store:
        after = _after(since, settings, store)
        ids = list(numbers) or None
        found = store.read(lambda tx: tx.inbox.posts(limit=MOST, newer_than=after, ids=ids))[::-1]
        missing = [number for number in numbers if number not in {one.letter.id for one in found}]
        for number in missing:
            fail(f"inbox: there is no request {number}")
        held = 0
        for one in found:
            reason = "" if again else _twice(store, one, settings)
            if reason:
                held += 1
                fail(f"{one.letter.id}: {reason}; --again sends it all the same")
            else:
                store.write(lambda tx, one=one: _replay(tx, one))  # type: ignore[misc]
    print(f"{len(found) - held} to be delivered again, by `run`")  # noqa: T201 – what a command prints
    return FAILED if missing or held else DONE


def _replay(tx: Transaction, one: Kept) -> None:
    first = one.letter.payload.get(REPLAY_OF) or one.letter.key
    payload = {**one.letter.payload, REPLAY_OF: first}
    number = 1
    while tx.inbox.add(f"{first}:replay:{number}", POST, payload, order_key=one.letter.order_key) is None:
        number += 1


def _twice(store: Store, one: Kept, settings: Settings) -> str:
    """Return why people would see it twice; empty where they would not."""
    if one.state in ("new", "working"):
        return "it is not worked off yet"
    seen = [
        each
        for each in store.read(lambda tx: _became(tx, one))
        if each.state in (State.DELIVERED, State.SENDING, State.PENDING)
    ]
    for name, kind in dict.fromkeys((each.notification.recipient.portal, each.notification.kind) for each in seen):
        portal = settings.portals.get(name)
        if portal is None or not keeps_tags(portal, store, kind):
            return f"it was delivered, and portal {name} keeps no tags: people would see it twice"
    return ""


def _story(tx: Transaction, number: int) -> tuple[Kept | None, list[Stored]]:
    found = tx.inbox.posts(ids=[number])
    return (found[0], _became(tx, found[0])) if found else (None, [])


def _became(tx: Transaction, one: Kept) -> list[Stored]:
    """Return the notifications of a request: their keys are made of its own and of each recipient."""
    first = one.letter.payload.get(REPLAY_OF) or one.letter.key
    tags = [one.letter.order_key] if one.letter.order_key else [digest(one.letter.key), digest(str(first))]
    recipients = [each for tag in tags for each in tx.outbox.recipients_of(tag)]
    return tx.outbox.by_keys([key for each in dict.fromkeys(recipients) for key in keys(one.letter.key, each)])


def _after(since: str, settings: Settings, store: Store) -> float:
    """Return Unix seconds of an age or a moment; a moment without an offset is of the configuration's zone."""
    if not since:
        return 0.0
    try:
        at = datetime.fromisoformat(since)
    except ValueError:
        return store.now() - duration(since, "--since")
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings.timezone))).timestamp()


def _webhook(one: Kept) -> str:
    return str(one.letter.payload.get("hook", ""))


def _body(one: Kept) -> str:
    payload = one.letter.payload
    return str(payload["body"]) if "body" in payload else f"{len(str(payload.get('base64', '')))} characters of base64"


def _request(one: Kept) -> dict[str, Any]:
    return {name: value for name, value in one.letter.payload.items() if name != "hook"}


def _facts(one: Kept) -> dict[str, Any]:
    return {
        "id": one.letter.id,
        "webhook": _webhook(one),
        "received_at": moment(one.letter.received_at),
        "state": one.state,
        "error": one.error,
    }


def _outcome(one: Stored) -> dict[str, Any]:
    return {
        "id": one.id,
        "to": str(one.notification.recipient),
        "state": str(one.state),
        "bitrix24_id": one.bitrix24_id,
        "error": one.error,
    }
