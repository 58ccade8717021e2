"""Idempotency-Key: what tells one request from another, and what was answered to it. No I/O."""

from __future__ import annotations

import hashlib
from typing import Any

from slack_bitrix24.store import Known
from slack_bitrix24.submit.compose import digest
from slack_bitrix24.web.request import Answer, RefusedError, Request
from slack_bitrix24.web.senders.sender import Sender

LONGEST = 255
"""Characters."""


def key_of(request: Request, sender: Sender) -> str:
    """Return the request's key; empty where it has none, or where its sender knows no such thing."""
    key = request.header("idempotency-key") if sender.idempotent else ""
    if len(key) > LONGEST:
        raise RefusedError(400, "invalid_idempotency_key", f"at most {LONGEST} characters")
    return key


def known(request: Request, answer: Answer | None = None) -> Known:
    """Return what is kept under the request's key: which request it was, by address and body, and its answer."""
    kept = request.without_secrets()
    parts = [kept.sender, kept.hook, kept.method, *(f"{k}={v}" for k, v in sorted(kept.named.items()))]
    parts += [f"{name}={value}" for name, value in kept.query]
    return Known(digest(*parts, hashlib.sha256(kept.body).hexdigest()), as_kept(answer) if answer else {})


def as_kept(answer: Answer) -> dict[str, Any]:
    """Return an answer as it is kept."""
    return {"status": answer.status, "body": answer.body, "kind": answer.kind, "headers": dict(answer.headers)}


def again(before: Known, asked: Known) -> Answer:
    """Return the answer that the same request was given before; RefusedError 422 for another one."""
    if before.digest != asked.digest:
        raise RefusedError(422, "idempotency_key_reused", "this Idempotency-Key came with another request")
    return Answer(**before.answer)
