"""Accept: the hot path. The submissions of many callers become a few statements of many rows."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.errors import StoreError
from slack_bitrix24.model import Notification, Receipt, Recipient
from slack_bitrix24.store.queue import fair, twins
from slack_bitrix24.store.queue.packing import pack
from slack_bitrix24.store.queue.pending import enqueue, served, supersede_older
from slack_bitrix24.store.queue.stored import files_text
from slack_bitrix24.store.sql import jsonrows
from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.inserting import Inserting, insert
from slack_bitrix24.store.sql.prepared import Prepared
from slack_bitrix24.store.sql.schema import INBOX, OUTBOX, RECEIPTS, TEXTS
from slack_bitrix24.store.work import Work

RESPONSE_URL_DEADLINE = 25 * 60.0
"""Seconds: a response_url lives for 30 minutes (https://docs.slack.dev/interactivity/handling-user-interaction/)."""

RESPONSE_URL_PATIENCE = 10.0
"""Seconds after which whoever asked hears why it takes so long."""

MOST = 2**63 - 1
"""The greatest whole number that both databases hold."""

NEVER = 1e12
"""A receipt without a deadline waits for its outcomes as long as it takes."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What is accepted as a whole or not at all.

    The receipt covers those notifications that are new; where none is, the first submission's receipt speaks.
    `inbox_id`: this row of the inbox is done with it. `before`: so many of the same broadcast were accepted earlier,
    in portions, and these line up behind them.
    """

    notifications: Sequence[Notification]
    receipt: Receipt | None = None
    inbox_id: int | None = None
    before: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """One notification as accepted; not `new` where its key was known."""

    id: int
    recipient: Recipient
    new: bool


@dataclass(slots=True)
class _Text:
    """One rendering and the rows of those who get it."""

    row: dict[str, Any]
    owed: list[dict[str, Any]] = field(default_factory=list)


def accept(work: Work, submissions: Sequence[Submission]) -> list[list[Accepted]]:
    """Put all into the outbox, in this order; return what became of each submission's notifications."""
    receipts = [_random_id() if one.receipt else None for one in submissions]
    ids = _allot(work, sum(len(one.notifications) for one in submissions))
    texts = [
        _texts(one, ids, receipt_id=receipt_id, now=work.now)
        for one, receipt_id in zip(submissions, receipts, strict=True)
    ]
    known = _insert(work, [text for of_one in texts for text in of_one])
    _line_up(work, list(zip(submissions, texts, strict=True)))
    results = list(_results(submissions, known))
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
    # Of our own making, because the texts that it belongs to name it before its row is there.
    return random.getrandbits(62)


def _allot(work: Work, count: int) -> Iterator[int]:
    """Return so many ids that nobody else is given."""
    if work.dialect == "sqlite":  # one transaction writes at a time
        last = work.connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").scalar() or 0
        return iter(range(last + 1, last + 1 + count))
    rows = work.connection.exec_driver_sql(
        "SELECT nextval('outbox_id_seq') FROM generate_series(1, %(count)s)", {"count": count}
    )
    # Sorted, because a set that calls nextval comes in no promised order.
    return iter(sorted(id_ for (id_,) in rows))


def _texts(one: Submission, ids: Iterator[int], *, receipt_id: int | None, now: float) -> list[_Text]:
    texts: dict[tuple[object, ...], _Text] = {}
    for notification in one.notifications:
        id_, said = next(ids), _said(notification)
        text = texts.get(said)
        if text is None:
            row = {"id": id_, **dict(zip(_SAME, map(_cleaned, said[3:]), strict=True))}
            row["said"] = pack(notification.message, notification.message_out, notification.attach)
            row |= {"created_at": now, "receipt_id": receipt_id}
            text = texts[said] = _Text(row)
        text.row["last_id"] = id_
        tag, user_id = clean(notification.tag), notification.recipient.user_id
        if user_id > MOST:  # SQLite would take it, rounded
            raise StoreError(f"no database holds a user id of {len(str(user_id))} digits")
        text.owed.append(
            {
                "id": id_,
                "key": clean(notification.key),
                "text_id": text.row["id"],
                "user_id": user_id,
                "tag": None if tag == f"{text.row['sub_tag']}|U{user_id}" else tag,
                "mark": twins.mark(text.row["portal"], tag),
                "whole_tag": tag,
            }
        )
    return list(texts.values())


_SAME = ("portal", "kind", "sub_tag", "source", "author", "priority", "not_before", "files")


def _said(one: Notification) -> tuple[object, ...]:
    """Return what is the same for all who get the same; its three forms, then as in _SAME."""
    return (
        one.message,
        one.message_out,
        one.attach,
        one.recipient.portal,
        one.kind,
        one.sub_tag,
        one.source,
        one.author,
        one.priority,
        one.not_before,
        files_text(one.files),
    )


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _insert(work: Work, texts: Sequence[_Text]) -> dict[str, int]:
    """Keep what is new, and leave only that in the texts; return the id of each key, negative where it was known."""
    # In the order in which they were given: of a key that is there twice, the first counts.
    rows = sorted((row for text in texts for row in text.owed), key=itemgetter("id"))
    if not rows:
        return {}
    inserted = _OWING.run(work.connection, rows=jsonrows.encode([{n: row[n] for n in _OWED} for row in rows]))
    new = {id_ for (id_,) in inserted}
    ids = {row["key"]: row["id"] for row in rows if row["id"] in new}
    if len(new) < len(rows):
        missing = {row["key"] for row in rows} - ids.keys()
        if missing:
            keys = jsonrows.listed(missing, dialect=work.dialect)
            ids |= {key: -id_ for id_, key in _BY_KEYS.run(work.connection, keys=keys)}
        for text in texts:
            text.owed = [row for row in text.owed if row["id"] in new]
    said = [text.row for text in texts if text.owed]
    if said:
        _SAYING.run(work.connection, said)
    return ids


def _line_up(work: Work, texts: Sequence[tuple[Submission, list[_Text]]]) -> None:
    """Put the new ones into the queue, and out of it what they supersede."""
    portals = {text.row["portal"] for _, of_one in texts for text in of_one if text.owed}
    if portals:
        come = served(work, portals)
        rows = [row for one, of_one in texts for row in _places(one, of_one, come=come, now=work.now)]
        enqueue(work, supersede_older(work, rows))


def _places(
    one: Submission, texts: Sequence[_Text], *, come: Mapping[str, int], now: float
) -> Iterator[dict[str, Any]]:
    """Yield the rows of the queue of one submission; at each portal it counts for itself."""
    by_portal: dict[str, list[tuple[int, str, dict[str, Any]]]] = {}
    for text in texts:
        for row in text.owed:
            by_portal.setdefault(text.row["portal"], []).append((row["id"], row["whole_tag"], text.row))
    for portal, owed in by_portal.items():
        owed.sort(key=itemgetter(0))
        ranks = fair.ranks(len(owed), priority=owed[0][2]["priority"], before=one.before)
        for (id_, tag, said), rank in zip(owed, ranks, strict=True):
            # What waits lines up when its time has come: until then only the distance is known.
            waits = said["not_before"] > now
            yield {
                "portal": portal,
                "wait": said["not_before"] if waits else 0.0,
                "rank": rank if waits else rank + come.get(portal, 0),
                "id": id_,
                "tag": tag,
                "receipt_id": said["receipt_id"],
            }


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


def _add_receipts(work: Work, accepted: Any) -> None:
    rows = []
    for one, id_, result in accepted:
        missing = sum(notification.new for notification in result)
        if one.receipt and id_ is not None and missing:
            rows.append(receipt_row(one.receipt, id_=id_, missing=missing, now=work.now))
    if rows:
        work.connection.execute(sa.insert(RECEIPTS), rows)


def _finish_inbox(work: Work, ids: Sequence[int]) -> None:
    if ids:
        _FINISHING.run(work.connection, ids=jsonrows.listed(ids, dialect=work.dialect), now=work.now)


_OWED: jsonrows.Types = {
    "id": sa.BigInteger, "key": sa.Text, "text_id": sa.BigInteger, "user_id": sa.BigInteger, "tag": sa.Text,
    "mark": sa.BigInteger,
}  # fmt: skip

_TEXT: jsonrows.Types = {
    "id": sa.BigInteger,
    "last_id": sa.BigInteger,
    "said": sa.LargeBinary,
    **dict.fromkeys(_SAME, sa.Text),
    "not_before": sa.Double,
    "created_at": sa.Double,
    "receipt_id": sa.BigInteger,
}


def _owing(dialect: str) -> Any:
    statement = insert(OUTBOX, dialect=dialect).from_select(
        list(_OWED), jsonrows.select("rows", _OWED, dialect=dialect)
    )
    return statement.on_conflict_do_nothing(index_elements=[OUTBOX.c.key]).returning(OUTBOX.c.id)


_OWING = Prepared(_owing)
_SAYING = Inserting(TEXTS, _TEXT)
_BY_KEYS = Prepared(
    lambda dialect: sa.select(OUTBOX.c.id, OUTBOX.c.key).where(jsonrows.among(OUTBOX.c.key, "keys", dialect=dialect))
)
_FINISHING = Prepared(
    lambda dialect: (
        sa.update(INBOX)
        .where(jsonrows.among(INBOX.c.id, "ids", dialect=dialect), INBOX.c.finished_at.is_(None))
        .values(state="done", error="", finished_at=sa.bindparam("now", type_=sa.Double()))
    )
)
