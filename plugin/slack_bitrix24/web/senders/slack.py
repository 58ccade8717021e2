"""Slack's incoming webhook, and Mattermost's and Rocket.Chat's after it. No I/O.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: exactly `ok`, and Slack's words for what is
wrong. Alertmanager takes any other body for a failure.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bitrix24.document import Author, Blocks, Document
from slack_bitrix24.slack.messages import lenient, payload
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Answer, RefusedError, Request
from slack_bitrix24.web.senders import elsewhere, leaves
from slack_bitrix24.web.senders.bodies import NoJSONError, form, json_of
from slack_bitrix24.web.senders.sender import Incoming, Sender

ABOUT = frozenset({
    "text", "blocks", "attachments", "files", "channel", "username", "icon_emoji", "icon_url", "emoji",
    "avatar", "alias", "link_names", "mrkdwn", "parse", "unfurl_links", "unfurl_media", "thread_ts", "as_user",
    "response_type", "replace_original", "delete_original", "reply_broadcast", "metadata", "props", "token",
    "icon", "mrkdwn_in", "fallback", "color", "pretext", "title",
})  # fmt: skip
"""Fields of a message that say nothing alone: a body of none but these, without a word in them, is `no_text`."""

REACH = 300_000
"""Characters: MESSAGE, MESSAGE_OUT and ATTACH together hold half as many, addresses of links and all."""
_FEW = 100  # Slack's own limit of attachments; more are measured

_LOOKED_INTO = (b'"blocks"', b'"payload"', b'"alerts"')
"""What may hold more than words: blocks that can't be shown, another message, a group with its key."""
_SAID = ("text", "title", "pretext")
_WORD = re.compile(r"^[^\W_]|(?<=\s)[^\W_]")
"""A word that is no part of any markup."""
_ADDRESS = re.compile(r"[@#]?[^\s@#]+|<[@#!][^>]+>")


def read(request: Request, hook: Hook) -> Incoming:
    """Read the message. JSON that is no message of Slack's at all is shown as a table of its leaves."""
    try:
        body = json_of(request, "payload")
    except NoJSONError:
        raise RefusedError(400, "invalid_payload") from None
    if not isinstance(body, Mapping | list):
        raise RefusedError(400, "invalid_payload")
    found = message(body, hook)
    return replace(found, files=form(request).files) if request.content_type == "multipart/form-data" else found


def glance(request: Request, _hook: Hook) -> Incoming | None:
    """Return whom a plain message is for: one with words in its text or attachments, and no blocks."""
    if request.body[:1] != b"{" or any(name in request.body for name in _LOOKED_INTO):
        return None
    try:
        body = json_of(request)
    except NoJSONError:
        return None
    if not isinstance(body, Mapping):
        return None
    told = [lenient.mapping(one) for one in lenient.several(body.get("attachments"))]
    said = (one for each in (body, *told) for name in _SAID if isinstance(one := each.get(name), str))
    if not any(_WORD.search(one) for one in said):
        return None
    return Incoming(wanted=wanted(lenient.text(body.get("channel"))), facts=(body,))


def message(body: Mapping[str, Any] | list[Any], _hook: Hook) -> Incoming:
    """Return what a message says; RefusedError `no_text` where that is nothing."""
    body = _in_reach(body)
    post = payload.read(body)
    if found := elsewhere.read(body):
        return replace(found, wanted=wanted(post.channel))
    blocks: Blocks = post.document.blocks
    if not blocks:
        blocks = _foreign(body)
    if not blocks:
        raise RefusedError(400, "no_text")
    if post.sender.name:
        blocks = (*blocks, Author(post.sender.name))
    return Incoming(document=Document(blocks), wanted=wanted(post.channel), facts=(body,))


def _in_reach(body: Mapping[str, Any] | list[Any]) -> Mapping[str, Any] | list[Any]:
    """Return the body without what is beyond everything that a notification can hold: nobody would ever see it."""
    if not isinstance(body, Mapping):
        return body
    cut: dict[str, Any] = {}
    text = body.get("text")
    if isinstance(text, str) and len(text) > REACH:
        cut["text"] = f"{text[:REACH]}…"
    for name in ("blocks", "attachments"):
        several = body.get(name)
        if isinstance(several, list) and len(several) > _FEW:
            sizes = itertools.accumulate(len(json.dumps(one)) for one in several)
            kept = sum(1 for _ in itertools.takewhile(lambda size: size < REACH, sizes))
            cut |= {name: several[: kept + 1]} if kept + 1 < len(several) else {}
    return {**body, **cut} if cut else body


def _foreign(body: Mapping[str, Any] | list[Any]) -> Blocks:
    if isinstance(body, Mapping) and not set(body) - ABOUT:
        return ()
    return leaves.blocks(body)


def wanted(channel: str) -> tuple[str, ...]:
    """Return the address in a `channel`; none in `#general` or what else names no person."""
    channel = lenient.text(channel).strip()
    if not channel or channel.startswith("#") or not _ADDRESS.fullmatch(channel):
        return ()
    return (channel,)


def answer(_request: Request, _incoming: Incoming) -> Answer:
    """Answer as Slack does."""
    return Answer(200, "ok")


def refuse(refused: RefusedError) -> Answer:
    """Answer with Slack's word alone."""
    return Answer(refused.status, refused.word, headers=refused.headers)


SENDER = Sender(
    name="slack",
    paths=(
        "/services/hooks/incoming-webhook",
        "/services/{any}/{name}/{token}",
        "/hooks/{either}",
        "/hooks/{name}/{token}",
    ),
    read=read,
    glance=glance,
    answer=answer,
    refuse=refuse,
    query_token="token",  # noqa: S106 - the name of a parameter
)
