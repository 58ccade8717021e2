"""What a sender is: how one kind of body is read, and how its kind of program is answered. No I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from slack_bitrix24.document import Block, Blocks, Card, Document, Items, Quote, Unsupported
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Answer, RefusedError, Request

State = Literal["none", "firing", "resolved", "cleared"]
"""`cleared`: what stands under the key is taken back, nothing new is said."""

Priority = Literal["", "high", "normal", "low"]
"""How urgent the body says it is; empty where it does not: the webhook's own priority counts."""

LARGEST_BODY = 1_000_000
"""Bytes without attachments."""
LARGEST_WITH_FILES = 25_000_000
"""Bytes of a body that may carry attachments."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came along: its bytes, its address, or the number of an upload that came before."""

    name: str
    content: bytes = field(default=b"", repr=False)
    url: str = ""
    upload: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a body says.

    `named` are addresses that its sender asks for: refused where the webhook does not allow them.

    `key` is what replaces what, within the webhook: what comes later under the same key replaces what came before;
    empty replaces nothing. `wanted` are addresses that the body itself names: they count where the webhook's
    `addresses` allow them, else they are passed over. `facts` is where `to_field` looks: the body, then each alert.
    `link` is (label, address). `not_before` is in Unix seconds; 0 is at once.
    """

    document: Document = field(default_factory=Document)
    key: str = ""
    state: State = "none"
    named: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    files: tuple[Attached, ...] = ()
    facts: tuple[Any, ...] = ()
    link: tuple[str, str] | None = None
    not_before: float = 0.0
    priority: Priority = ""

    @property
    def unsupported(self) -> tuple[str, ...]:
        """Return the kinds of what could not be shown, each once."""
        return tuple(dict.fromkeys(_unsupported(self.document.blocks)))


def _unsupported(blocks: Blocks) -> list[str]:
    return [kind for block in blocks for kind in _kinds(block)]


def _kinds(block: Block) -> list[str]:
    match block:
        case Unsupported(kind=kind):
            return [kind]
        case Quote(blocks=inside) | Card(blocks=inside):
            return _unsupported(inside)
        case Items(items=items):
            return [kind for item in items for kind in _unsupported(item)]
        case _:
            return []


def ok_json(_request: Request, _incoming: Incoming) -> Answer:
    """Answer as most JSON interfaces do."""
    return Answer(200, '{"status":"ok"}', "application/json")


def json_refusal(refused: RefusedError) -> Answer:
    """Say it in JSON, with the status."""
    body = json.dumps({"status": "error", "error": refused.word, "message": refused.text})
    return Answer(refused.status, body, "application/json", refused.headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One kind of body.

    `read` is pure and raises nothing but RefusedError: it is called at the door, for the answer, again by the worker
    that makes the notifications, and by a replay. `glance` does for the door where a look suffices: it returns None
    unless `read` would surely take the body and show all of it, and then everything but the document. `paths` as
    `routes.py` says; those that have a part of `methods_with` take its methods, the last one's where they have several.
    `query_token` and `header_token` name a parameter and a header, beside the usual ones, in which
    these programs send their secret; `body_token` finds it in a body. `hook` is the webhook of all requests, where the
    path names none and the configuration says it (`[web] ntfy = "…"`).
    """

    name: str
    paths: tuple[str, ...]
    read: Callable[[Request, Hook], Incoming]
    methods: tuple[str, ...] = ("POST",)
    methods_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answer: Callable[[Request, Incoming], Answer] = ok_json
    refuse: Callable[[RefusedError], Answer] = json_refusal
    largest: int = LARGEST_BODY
    query_token: str = ""
    query_authorization: str = ""
    header_token: str = ""
    glance: Callable[[Request, Hook], Incoming | None] | None = None
    body_token: Callable[[Request], str] | None = None
    idempotent: bool = True
    hook: str = ""

    def allowed(self, parts: Collection[str]) -> tuple[str, ...]:
        """Return the methods of a path with these parts."""
        found = self.methods
        for part, methods in self.methods_with.items():
            if part in parts:
                found = methods
        return found
