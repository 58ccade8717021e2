"""The bridge's own API: `POST /api/notifications`. No I/O."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders import slack
from slack_bitrix24.web.senders.bodies import NoJSONError, json_of
from slack_bitrix24.web.senders.sender import Incoming, Sender


def read(request: Request, hook: Hook) -> Incoming:
    """Read `to`, `text`, `blocks`, `attachments`, `tag` and `at`; RefusedError where there is nothing to say."""
    try:
        body = json_of(request)
    except NoJSONError:
        raise RefusedError(400, "invalid_payload", "the body is no JSON") from None
    if not isinstance(body, Mapping):
        raise RefusedError(400, "invalid_payload", "the body is no JSON object")
    said = {name: body.get(name) for name in ("text", "blocks", "attachments", "username", "mrkdwn")}
    found = slack.message(said, hook)
    tag = lenient.text(body.get("tag")).strip()
    return replace(
        found,
        key=f"tag\n{tag}" if tag else "",
        named=addresses(body.get("to")),
        facts=(body,),
        not_before=moment(body.get("at"), zone=hook.zone),
    )


def addresses(value: Any) -> tuple[str, ...]:
    """Return the addresses of a list, or of a lone string (one, or several with commas)."""
    many = value if isinstance(value, list) else lenient.text(value).split(",")
    texts = (lenient.text(one).strip() for one in many)
    return tuple(dict.fromkeys(one for one in texts if one))


def moment(value: object, *, zone: str) -> float:
    """Return Unix seconds of a time, 0 where none is given; RefusedError where it is none."""
    text = lenient.text(value).strip()
    if not text:
        return 0.0
    at = lenient.moment(text)
    if at is None:
        try:
            found = dt.datetime.fromisoformat(text)
            at = int((found if found.tzinfo else found.replace(tzinfo=zoneinfo.ZoneInfo(zone))).timestamp())
        except (ValueError, OverflowError):
            raise RefusedError(400, "invalid_time", "`at` is a time such as 2026-12-01T09:00:00+03:00") from None
    return float(at)


SENDER = Sender(
    name="api",
    paths=("/api/notifications", "/api/notifications/{id}"),
    read=read,
    methods_with={"id": ("GET", "HEAD", "DELETE")},
)
