"""The Apprise API's `POST /notify`: with it every program that has Apprise inside. No I/O.

https://github.com/caronc/apprise-api#api-details. Apprise itself takes exactly 200 for success; from 2.3.0 on its
client leaves the token out of the address and sends it as `X-Apprise-Config-ID`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from typing import Any

from slack_bitrix24.document import Block, Card, Document
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.web import naming
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Answer, RefusedError, Request
from slack_bitrix24.web.senders import alerts, bodies, leaves, written
from slack_bitrix24.web.senders.sender import LARGEST_WITH_FILES, Attached, Incoming, Sender

_LEVELS: Mapping[str, alerts.Level] = {"success": "resolved", "warning": "warning", "failure": "critical"}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_BODY = ("body", "message", "text")
"""Apprise's own name, and those that programs which speak several of these have for it."""
_ATTACHED = ("attachments", "attachment", "attach")
MOST_FILES = 50


def read(request: Request, _hook: Hook) -> Incoming:
    """Read title, body, type, format, tag and attachments, from JSON or from a form."""
    given, files = _given(request)
    form = lenient.text(given.get("format")) or request.header("x-apprise-format")
    body = next(filter(None, (leaves.said(given.get(name)) for name in _BODY)), "")
    said = (*written.title(leaves.said(given.get("title"))), *written.blocks(body, form))
    attached = (*files, *_attached(given))
    if not said and not attached:
        raise RefusedError(400, "no_body", "a notification needs a body")
    level = _LEVELS.get((lenient.text(given.get("type")) or "info").strip().lower())
    blocks: tuple[Block, ...] = (Card(said, alerts.COLORS[level]),) if level and said else said
    return Incoming(document=Document(blocks), wanted=tuple(_tags(given)), files=attached, facts=(given,))


def _given(request: Request) -> tuple[Mapping[str, Any], tuple[Attached, ...]]:
    try:
        if request.content_type in _FORMS and request.body.lstrip()[:1] != b"{":  # curl -d calls JSON a form
            form = bodies.form(request)
            return {name: list(values) for name, values in form.all.items()}, form.files
        body = bodies.parse(bodies.said(request))
    except bodies.NoJSONError:
        raise RefusedError(400, "bad_request", "the body is neither JSON nor a form") from None
    if not isinstance(body, Mapping):
        raise RefusedError(400, "bad_request", "expected an object with a body")
    return body, ()


def _tags(given: Mapping[str, Any]) -> Iterator[str]:
    """Yield whom the tags name: an address as it is, a name of the mapping file as the group that it is."""
    for name in ("tag", "tags"):
        for address in naming.addresses(lenient.text(given.get(name))):
            if address.lower() != "@all":
                yield address


def _attached(given: Mapping[str, Any]) -> Iterator[Attached]:
    found = [one for name in _ATTACHED for one in _several(given.get(name))][:MOST_FILES]
    for number, one in enumerate(found, 1):
        if isinstance(one, Mapping):
            yield from _object(one, number)
        elif url := lenient.web(one):
            yield Attached(url.partition("?")[0].rstrip("/").rpartition("/")[2] or f"file {number}", url=url)


def _several(value: object) -> list[Any]:
    return [value] if lenient.web(value) else lenient.several(value)


def _object(one: Mapping[str, Any], number: int) -> Iterator[Attached]:
    name = lenient.text(one.get("filename") or one.get("name")).strip() or f"file {number}"
    kind = lenient.text(one.get("mimetype") or one.get("mime"))
    encoded = lenient.text(one.get("base64"))
    encoded = encoded.partition("base64,")[2] or encoded  # a data: address holds the same
    if url := lenient.web(one.get("url")):
        yield Attached(name, url=url, kind=kind)
    elif encoded:
        try:
            yield Attached(name, content=base64.b64decode("".join(encoded.split()), validate=True), kind=kind)
        except (binascii.Error, ValueError):
            raise RefusedError(400, "bad_attachment", f"attachment {number} is no base64") from None


def _answer(_request: Request, _incoming: Incoming) -> Answer:
    return Answer(200, json.dumps({"error": None, "details": []}), "application/json")


def _refuse(refused: RefusedError) -> Answer:
    return Answer(refused.status, json.dumps({"error": refused.text}), "application/json", refused.headers)


SENDER = Sender(
    name="apprise",
    paths=("/notify/{token}", "/notify"),
    read=read,
    answer=_answer,
    refuse=_refuse,
    largest=LARGEST_WITH_FILES,
    header_token="x-apprise-config-id",  # noqa: S106 - the name of a header
)
