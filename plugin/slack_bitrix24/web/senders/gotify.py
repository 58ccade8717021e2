"""Gotify's `POST /message`: what Proxmox, NAS boxes and many programs of the home speak. No I/O.

https://gotify.net/api-docs#/message/createMessage. Its clients take exactly 200 for success and read the JSON.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from slack_bitrix24.document import Document, Image, Link, Paragraph, Text
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Answer, RefusedError, Request
from slack_bitrix24.web.senders import bodies, leaves, written
from slack_bitrix24.web.senders.sender import Incoming, Priority, Sender

_HIGH, _LOW = 8, 1
"""Priorities from 8 on ring in Gotify's own app, 0 makes no sound (https://gotify.net/docs/msgextras)."""


def read(request: Request, _hook: Hook) -> Incoming:
    """Read title, message, priority and extras, from JSON or a form; each may also stand in the address."""
    given = {**_given(request)}
    for name in ("title", "message", "priority"):
        given.setdefault(name, request.asked(name))
    extras = lenient.mapping(given.get("extras"))
    form = lenient.text(lenient.mapping(extras.get("client::display")).get("contentType"))
    said = written.blocks(
        leaves.said(given.get("message")), "markdown" if form.strip().lower() == "text/markdown" else ""
    )
    if not said:
        raise RefusedError(400, "bad_request", "a message is needed")
    shown = lenient.mapping(extras.get("client::notification"))
    url = lenient.web(lenient.mapping(shown.get("click")).get("url"))
    picture = lenient.web(shown.get("bigImageUrl"))
    blocks = (
        *written.title(leaves.said(given.get("title"))),
        *said,
        *((Image(picture),) if picture else ()),
        *((Paragraph((Link(url, (Text("Open"),)),)),) if url else ()),
    )
    return Incoming(
        document=Document(blocks), facts=(given,), priority=_priority(lenient.number(given.get("priority")))
    )


def _priority(number: float | None) -> Priority:
    if number is None or _LOW <= number < _HIGH:
        return "normal"
    return "high" if number >= _HIGH else "low"


def _given(request: Request) -> Mapping[str, Any]:
    try:
        body = bodies.json_of(request)
    except bodies.NoJSONError:
        return {}
    return body if isinstance(body, Mapping) else {}


def _answer(_request: Request, incoming: Incoming) -> Answer:
    given = lenient.mapping(incoming.facts[0]) if incoming.facts else {}
    made = {
        # Gotify counts its messages; nothing is looked up by the number here.
        "id": secrets.randbelow(2**31) + 1,
        "appid": 1,
        "message": leaves.said(given.get("message")),
        "title": leaves.said(given.get("title")),
        "priority": lenient.whole(given.get("priority")),
        "extras": dict(lenient.mapping(given.get("extras"))),
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    return Answer(200, json.dumps(made, ensure_ascii=False), "application/json")


def _refuse(refused: RefusedError) -> Answer:
    body = {
        "error": HTTPStatus(refused.status).phrase,
        "errorCode": refused.status,
        "errorDescription": refused.text,
    }
    return Answer(refused.status, json.dumps(body), "application/json", refused.headers)


SENDER = Sender(
    name="gotify",
    paths=("/message",),
    read=read,
    answer=_answer,
    refuse=_refuse,
    query_token="token",  # noqa: S106 - the name of a parameter
)
