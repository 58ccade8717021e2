"""Accept: the hot path. The submissions of many callers become a few statements of many rows."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from slack_bitrix24.model import Notification, Receipt, Recipient, State
from slack_bitrix24.store import jsonrows
from slack_bitrix24.store.cleaning import clean
from slack_bitrix24.store.schema import INBOX, OUTBOX, RECEIPTS, is_in, is_open
from slack_bitrix24.store.work import Work

T = TypeVar("T")

ROWS = 500
"""Rows in one statement."""

RESPONSE_URL_DEADLINE = 25 * 60.0
"""Seconds: a response_url lives for 30 minutes (https://docs.slack.dev/interactivity/handling-user-interaction/)."""

RESPONSE_URL_PATIENCE = 10.0
"""Seconds after which whoever asked hears why it takes so long."""

NEVER = 1e12
"""A receipt without a deadline waits for its outcomes as long as it takes."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What is accepted as a whole or not at all.

    The receipt covers those notifications that are new; where none is, the first submission's receipt speaks.
    `inbox_id`: this row of the inbox is done with it.
    """

    notifications: Sequence[Notification]
    receipt: Receipt | None = None
    inbox_id: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """One notification as accepted; not `new` where its key was known."""

    id: int
    recipient: Recipient
    new: bool


def accept(work: Work, submissions: Sequence[Submission]) -> list[list[Accepted]]:
    """Put all into the outbox, in this order; return what became of each submission's notifications."""
    receipts = [_random_id() if one.receipt else None for one in submissions]
    rows = [
        _row(notification, receipt_id, now=work.now)
        for one, receipt_id in zip(submissions, receipts, strict=True)
        for notification in one.notifications
    ]
    ids = _insert(work, rows)
    new = {key: id_ for key, id_ in ids.items() if id_ > 0}
    _supersede(work, [{**row, "id": new[str(row["key"])]} for row in _firsts(rows) if row["key"] in new])
    results = list(_results(submissions, ids))
    _add_receipts(work, zip(submissions, receipts, results, strict=True))
    _finish_inbox(work, [one.inbox_id for one in submissions if one.inbox_id is not None])
    return results


def receipt_row(receipt: Receipt, *, id_: int, missing: int, now: float) -> dict[str, object]:
    """Return the row of a receipt that waits for so many outcomes."""
    patience = now + RESPONSE_URL_PATIENCE if receipt.kind == "response_url" else NEVER
    return {
        "id": id_,
        "kind": receipt.kind,
        "target": json.dumps(receipt.target),
        "language": receipt.language,
        "names": json.dumps(receipt.names),
        "notes": json.dumps(receipt.notes),
        "state": "waiting" if missing else "due",
        "missing": missing,
        "accepted_at": now,
        "due_at": patience if missing else now,
    }


def _random_id() -> int:
    return random.getrandbits(62)


def _row(notification: Notification, receipt_id: int | None, *, now: float) -> dict[str, object]:
    return {
        "key": clean(notification.key),
        "portal": notification.recipient.portal,
        "user_id": notification.recipient.user_id,
        "message": clean(notification.message),
        "message_out": clean(notification.message_out),
        "attach": clean(notification.attach),
        "kind": notification.kind,
        "tag": clean(notification.tag),
        "sub_tag": clean(notification.sub_tag),
        "source": clean(notification.source),
        "author": clean(notification.author),
        "not_before": notification.not_before,
        "state": State.PENDING,
        "created_at": now,
        "due_at": max(notification.not_before, now),
        "receipt_id": receipt_id,
    }


def _firsts(rows: Sequence[dict[str, object]]) -> Iterable[dict[str, object]]:
    by_key: dict[object, dict[str, object]] = {}
    for row in rows:
        by_key.setdefault(row["key"], row)
    return by_key.values()


def _insert(work: Work, rows: Sequence[dict[str, object]]) -> dict[str, int]:
    """Return the id of each key; negative where it was known before."""
    ids: dict[str, int] = {}
    for part in _parts(rows):
        for id_, key, portal in work.connection.execute(_insertion(work.dialect), part):
            ids[key] = id_
            work.moved(portal, None, State.PENDING)
            work.wake(portal)
    known = [row["key"] for row in rows if row["key"] not in ids]
    for keys in _parts(known):
        found = work.connection.execute(_by_keys(work.dialect), {"keys": jsonrows.listed(keys, dialect=work.dialect)})
        ids.update((key, -id_) for id_, key in found)
    return ids


def _parts(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, ROWS)):
        yield part


@cache
def _insertion(dialect: str) -> sa.Executable:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(OUTBOX).on_conflict_do_nothing(index_elements=[OUTBOX.c.key])
    return statement.returning(OUTBOX.c.id, OUTBOX.c.key, OUTBOX.c.portal)


@cache
def _by_keys(dialect: str) -> sa.Select[int, str]:
    return sa.select(OUTBOX.c.id, OUTBOX.c.key).where(jsonrows.among(OUTBOX.c.key, "keys", dialect=dialect))


def _supersede(work: Work, fresh: Sequence[dict[str, object]]) -> None:
    """Supersede pending rows that are older than one of these with the same portal and tag."""
    for part in _parts(fresh):
        newest = {(row["portal"], row["tag"]): row["id"] for row in part}
        twins = open_twins(work, {str(row["tag"]) for row in part})
        older = [
            twin.id
            for twin in twins
            if twin.state == State.PENDING and (newest.get((twin.portal, twin.tag)) or 0) > twin.id
        ]
        supersede(work, older)


def open_twins(work: Work, tags: set[str]) -> Sequence[Any]:
    """Return id, portal, tag and state of what is pending or sending under these tags, at any portal."""
    if not tags:
        return []
    # Neither joined with them nor asked for by portal: either could lead a planner without statistics astray.
    return work.connection.execute(_twins(work.dialect), {"tags": jsonrows.listed(tags, dialect=work.dialect)}).all()


@cache
def _twins(dialect: str) -> sa.Select[int, str, str, str]:
    columns = (OUTBOX.c.id, OUTBOX.c.portal, OUTBOX.c.tag, OUTBOX.c.state)
    return sa.select(*columns).where(jsonrows.among(OUTBOX.c.tag, "tags", dialect=dialect), is_open())


def supersede(work: Work, ids: Sequence[int]) -> None:
    """Make these rows superseded, those of them that are still pending."""
    if not ids:
        return
    parameters = {"ids": jsonrows.listed(ids, dialect=work.dialect), "now": work.now}
    for portal, receipt_id in work.connection.execute(_superseding(work.dialect), parameters):
        work.moved(portal, State.PENDING, State.SUPERSEDED, receipt_id=receipt_id)


@cache
def _superseding(dialect: str) -> sa.Executable:
    return (
        sa.update(OUTBOX)
        .where(jsonrows.among(OUTBOX.c.id, "ids", dialect=dialect), is_in(State.PENDING))
        .values(state=State.SUPERSEDED, finished_at=sa.bindparam("now", type_=sa.Double()))
        .returning(OUTBOX.c.portal, OUTBOX.c.receipt_id)
    )


def _results(submissions: Sequence[Submission], ids: dict[str, int]) -> Iterator[list[Accepted]]:
    seen: set[str] = set()
    for one in submissions:
        result = []
        for notification in one.notifications:
            key = clean(notification.key)
            new = ids[key] > 0 and key not in seen
            seen.add(key)
            result.append(Accepted(abs(ids[key]), notification.recipient, new))
        yield result


def _add_receipts(work: Work, accepted: Iterable[tuple[Submission, int | None, list[Accepted]]]) -> None:
    rows = []
    for one, id_, result in accepted:
        missing = sum(notification.new for notification in result)
        if one.receipt and id_ is not None and missing:
            rows.append(receipt_row(one.receipt, id_=id_, missing=missing, now=work.now))
    if rows:
        work.connection.execute(sa.insert(RECEIPTS), rows)


def _finish_inbox(work: Work, ids: Sequence[int]) -> None:
    if ids:
        parameters = {"ids": jsonrows.listed(ids, dialect=work.dialect), "now": work.now}
        work.connection.execute(_finishing(work.dialect), parameters)


@cache
def _finishing(dialect: str) -> sa.Update:
    return (
        sa.update(INBOX)
        .where(jsonrows.among(INBOX.c.id, "ids", dialect=dialect), INBOX.c.finished_at.is_(None))
        .values(state="done", error="", finished_at=sa.bindparam("now", type_=sa.Double()))
    )
