"""Slack's Web API, as far as programs that post use it. No I/O.

Always 200 with `ok`, and Slack's words for what is wrong (https://docs.slack.dev/reference/methods/chat.postMessage).
A message is named by its `ts`: what is kept of a request holds the one that it was given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bitrix24.document import Document
from slack_bitrix24.slack.messages import lenient, mrkdwn
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Answer, RefusedError, Request
from slack_bitrix24.web.senders import slack
from slack_bitrix24.web.senders.bodies import NoJSONError, form, parse, said
from slack_bitrix24.web.senders.sender import Attached, Incoming, Sender

WORDS = {
    "invalid_payload": "invalid_arguments",
    "action_prohibited": "restricted_action",
    "method_not_allowed": "invalid_arguments",
    "too_large": "msg_too_long",
}
"""Slack's word for ours."""


def arguments(request: Request) -> dict[str, Any]:
    """Return a method's arguments: JSON, a form, or parameters of the address; without the token."""
    found: dict[str, Any] = dict(request.query)
    whole = said(request).strip()
    try:
        body = parse(whole) if whole.startswith(("{", "[")) else form(request).fields
    except NoJSONError:
        raise RefusedError(400, "invalid_arguments") from None
    if not isinstance(body, Mapping):
        raise RefusedError(400, "invalid_arguments")
    return {name: value for name, value in {**found, **body}.items() if name != "token"}


def token(request: Request) -> str:
    """Return the token that stands among the arguments."""
    whole = said(request).strip()
    try:
        body = parse(whole) if whole.startswith("{") else form(request).fields
    except NoJSONError:
        return ""
    return lenient.text(lenient.mapping(body).get("token")) or request.asked("token")


def read(request: Request, hook: Hook) -> Incoming:
    """Read a kept call: chat.postMessage, chat.update, chat.delete, files.completeUploadExternal."""
    given = arguments(request)
    ts = request.named.get("ts") or lenient.text(given.get("ts"))
    key = f"ts\n{ts}"
    match request.named.get("method"):
        case "chat.delete":
            return Incoming(key=key, state="cleared", facts=(given,))
        case "files.completeUploadExternal":
            return replace(_shared(given), key=key)
        case _:
            said = {name: value for name, value in given.items() if name in slack.ABOUT}
            return replace(slack.message(said, hook), key=key)


def _shared(given: Mapping[str, Any]) -> Incoming:
    told = [lenient.mapping(one) for one in lenient.several(given.get("files"))]
    files = tuple(
        Attached(
            name=lenient.text(one.get("title")) or lenient.text(one.get("name")), upload=lenient.text(one.get("id"))
        )
        for one in told
    )
    channel = lenient.text(given.get("channel_id")) or lenient.text(given.get("channels"))
    return Incoming(
        document=Document(mrkdwn.parse(lenient.text(given.get("initial_comment")))),
        wanted=slack.wanted(channel),
        files=tuple(one for one in files if one.upload),
        facts=(given,),
    )


def refuse(refused: RefusedError) -> Answer:
    """Answer as Slack does: 200, but for what has a status of its own."""
    word = WORDS.get(refused.word, refused.word)
    if refused.word == "invalid_token":
        word = "not_authed" if refused.status == 401 else "invalid_auth"
    body = json.dumps({"ok": False, "error": word})
    status = refused.status if refused.status in (413, 503) else 200
    return Answer(status, body, "application/json", refused.headers)


SENDER = Sender(
    name="slack_api",
    paths=("/api/{method}",),
    read=read,
    refuse=refuse,
    methods=("POST", "GET"),
    query_token="token",  # noqa: S106 - the name of a parameter
    body_token=token,
    idempotent=False,
)
