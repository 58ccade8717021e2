"""A notification as it is kept, put together from the tables that hold its parts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from slack_bitrix24.model import Attached, Notification, Recipient, State, Stored
from slack_bitrix24.store.queue.packing import unpack
from slack_bitrix24.store.sql.columns import quoted
from slack_bitrix24.store.sql.schema import OUTBOX, OUTCOMES, QUEUE, SENDING, TEXTS

TAG = sa.func.coalesce(OUTBOX.c.tag, TEXTS.c.sub_tag + "|U" + sa.cast(OUTBOX.c.user_id, sa.Text))
"""The tag as on the wire."""

SAID = (
    OUTBOX.c.id,
    OUTBOX.c.key,
    OUTBOX.c.user_id,
    TAG.label("tag"),
    TEXTS.c.portal,
    TEXTS.c.said,
    TEXTS.c.kind,
    TEXTS.c.sub_tag,
    TEXTS.c.source,
    TEXTS.c.author,
    TEXTS.c.priority,
    TEXTS.c.not_before,
    TEXTS.c.created_at,
    TEXTS.c.receipt_id,
    TEXTS.c.files,
)
"""What stands from the beginning, as `said` reads it."""

_IN_HAND = sa.and_(SENDING.c.portal == TEXTS.c.portal, SENDING.c.tag == TAG, SENDING.c.id == OUTBOX.c.id)

PLACES = (
    OUTBOX.join(TEXTS, TEXTS.c.id == OUTBOX.c.text_id)
    .outerjoin(OUTCOMES, OUTCOMES.c.id == OUTBOX.c.id)
    .outerjoin(QUEUE, QUEUE.c.id == OUTBOX.c.id)
    .outerjoin(SENDING, _IN_HAND)
)
"""All that is known of notifications."""

BY_TEXT = (
    TEXTS.join(OUTBOX, sa.and_(OUTBOX.c.id.between(TEXTS.c.id, TEXTS.c.last_id), OUTBOX.c.text_id == TEXTS.c.id))
    .outerjoin(OUTCOMES, OUTCOMES.c.id == OUTBOX.c.id)
    .outerjoin(QUEUE, QUEUE.c.id == OUTBOX.c.id)
    .outerjoin(SENDING, _IN_HAND)
)
"""The same, found by what is said."""

_WAITS = sa.case((QUEUE.c.wait > 0, QUEUE.c.wait))
_ASKED = sa.case((TEXTS.c.not_before > TEXTS.c.created_at, TEXTS.c.not_before), else_=TEXTS.c.created_at)

STATE = sa.func.coalesce(
    OUTCOMES.c.state, sa.case((SENDING.c.id.isnot(None), quoted(State.SENDING)), else_=quoted(State.PENDING))
)

WHOLE = sa.select(
    *SAID,
    STATE.label("state"),
    sa.func.coalesce(OUTCOMES.c.attempts, SENDING.c.attempts, QUEUE.c.attempts, 0).label("attempts"),
    sa.func.coalesce(_WAITS, _ASKED).label("due_at"),
    sa.func.coalesce(OUTCOMES.c.sent_at, SENDING.c.sent_at, QUEUE.c.sent_at).label("sent_at"),
    OUTCOMES.c.finished_at,
    OUTCOMES.c.bitrix24_id,
    sa.func.coalesce(OUTCOMES.c.code, QUEUE.c.code, "").label("code"),
    sa.func.coalesce(OUTCOMES.c.error, QUEUE.c.error, "").label("error"),
)
"""To be selected from PLACES or BY_TEXT; as `stored` reads it."""


def files_text(files: Sequence[Attached]) -> str:
    """Return files as a text's row holds them."""
    return json.dumps([[one.name, one.url, one.kept] for one in files]) if files else ""


def files_of(text: str) -> tuple[Attached, ...]:
    """Return the files of a text's row."""
    return tuple(Attached(*one) for one in json.loads(text)) if text else ()


def said(row: Any) -> Notification:
    """Return what was accepted; SAID stands at the beginning of the row."""
    # By position: fifty rows are read for each batch, and a row's names are looked up slowly.
    (_, key, user_id, tag, portal, packed, kind, sub_tag, source, author, priority, asked) = row[:12]
    recipient = Recipient(portal, user_id)
    files = files_of(row[14])
    message, message_out, attach = unpack(packed)
    return Notification(
        key, recipient, message, tag, sub_tag, message_out, attach, kind, source, author, asked, priority, files
    )


def stored(row: Any) -> Stored:
    """Return a row of WHOLE as the program speaks of it."""
    created_at, receipt_id, _, state, attempts, due_at, sent_at, finished_at, bitrix24_id, code, error = row[12:23]
    return Stored(
        row[0],
        said(row),
        State(state),
        attempts,
        created_at,
        due_at,
        sent_at,
        finished_at,
        bitrix24_id,
        code,
        error,
        receipt_id,
    )
