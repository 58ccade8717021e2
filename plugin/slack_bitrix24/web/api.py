"""The bridge's own API: notifications made, looked at and taken back by their numbers."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bitrix24 import metrics
from slack_bitrix24.document import Document
from slack_bitrix24.model import Notification, State, Stored
from slack_bitrix24.store import POST, Known, Letter, Store, Submission, Transaction
from slack_bitrix24.submit.compose import Draft, deletions
from slack_bitrix24.web import keys
from slack_bitrix24.web.door import check, with_unsupported
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.posting import Owed, Posting
from slack_bitrix24.web.request import Answer, RefusedError, Request, to_json
from slack_bitrix24.web.senders import api

BEING_SENT = 2.0
"""Seconds for which somebody who takes a notification back waits for the end of its being sent."""
_NO_ID = 2**62
"""No id is so large, and a database raises for what is beyond 2^63."""


@dataclass(frozen=True, slots=True)
class Api:
    """`keeps_tags` tells whether a notification can be taken back where it was delivered."""

    store: Store
    posting: Posting
    keeps_tags: Callable[[Notification], bool]

    async def take(self, request: Request, hook: Hook) -> Answer:
        """Answer a request that was let in."""
        act = {"POST": self.post, "GET": self.get, "HEAD": self.get, "DELETE": self.delete}[request.method]
        return await asyncio.to_thread(act, request, hook)

    def post(self, request: Request, hook: Hook) -> Answer:
        """Make the notifications at once, and return their numbers."""
        incoming = self.posting.read(request, hook)
        check(self.posting.allows, hook, request=request, incoming=incoming)
        key = keys.key_of(request, api.SENDER)
        asked = keys.known(request) if key else None
        letter = Letter(
            id=0,
            key=f"post:{hook.name}:{secrets.token_hex(16)}",
            kind=POST,
            payload=to_json(request.without_secrets()),
            order_key=hook.tag(incoming.key),
            attempts=0,
            received_at=time.time(),
        )
        owed = self.posting.owed(letter)
        self.posting.submitter.missed(owed.missed, source=f"webhook:{hook.name}")
        if not owed.notifications:
            said = {"status": "error", "error": "no_recipients", "message": owed.problem}
            return _json(400, {**said, "notifications": [], "unknown": list(owed.unknown)})
        before, answer = self.store.write(lambda tx: self._accept(tx, owed, key=key, asked=asked))
        if before is not None and asked is not None:
            return keys.again(before, asked)
        metrics.ACCEPTED.labels("webhook").inc(len(owed.notifications))
        return with_unsupported(api.SENDER, answer, incoming)

    def _accept(self, tx: Transaction, owed: Owed, *, key: str, asked: Known | None) -> tuple[Known | None, Answer]:
        hook = str(owed.letter.payload["hook"])
        before = tx.answers.keep(hook, key, asked) if asked is not None else None
        if before is not None:
            return before, Answer(0)
        letter = owed.letter
        inbox_id = tx.inbox.add(letter.key, POST, letter.payload, order_key=letter.order_key)
        if owed.tag:
            tx.standing.put(owed.tag, owed.standing)
        accepted = tx.outbox.accept(Submission(owed.notifications, inbox_id=inbox_id))
        made = [{"id": one.id, "to": str(one.recipient)} for one in accepted]
        answer = _json(202, {"notifications": made, "unknown": list(owed.unknown)})
        if asked is not None:
            tx.answers.amend(hook, key, keys.as_kept(answer))
        return None, answer

    def get(self, request: Request, hook: Hook) -> Answer:
        """Return what became of one."""
        one = self._own(request, hook)
        tag = one.notification.sub_tag
        taken = self.store.read(lambda tx: tx.taken.among([tag])).get(tag)
        told = {"acknowledged": {"by": taken.by, "at": taken.at}} if taken else {}
        return _json(200, {**_shown(one), **told})

    def delete(self, request: Request, hook: Hook) -> Answer:
        """Take one back: what is still to come never comes; what was delivered goes where the portal can do that."""
        id_ = self._own(request, hook).id
        until = time.monotonic() + BEING_SENT
        while True:
            # Again each time: what could not be delivered lines up again, and may be taken out before it goes.
            self.store.write(lambda tx: tx.outbox.cancel([id_]))
            found = self._own(request, hook)
            if found.state is not State.SENDING or time.monotonic() > until:
                break
            time.sleep(0.05)
        if found.state in (State.CANCELLED, State.SUPERSEDED, State.DEAD):
            return _json(200, _shown(found))
        one = found.notification
        if one.kind != "bot" and not self.keeps_tags(one):
            raise RefusedError(409, "not_taken_back", "the portal cannot take back what it has: it keeps no tags")
        draft = Draft(Document(), f"deleted:{found.id}", source=one.source, author=one.author, tag=one.sub_tag)
        self.store.accept(Submission(deletions(draft, [one.recipient])))
        return _json(200, {**_shown(found), "state": "deleted"})

    def _own(self, request: Request, hook: Hook) -> Stored:
        number = request.named["id"]
        id_ = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
        found = self.store.read(lambda tx: tx.outbox.get(id_)) if 0 < id_ < _NO_ID else None
        if found is None or found.notification.source != f"webhook:{hook.name}":
            raise RefusedError(404, "not_found", "no such notification of this webhook")
        return found


def _shown(one: Stored) -> dict[str, Any]:
    return {
        "id": one.id,
        "to": str(one.notification.recipient),
        "state": one.state.value,
        "attempts": one.attempts,
        "bitrix24_id": one.bitrix24_id,
        "error": one.error or None,
    }


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False), "application/json")
