"""The messages of a workspace: posted, edited, deleted, and those that only one person sees."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bitrix24.sandbox.workspace.people import JSON

COLORS = {"good": "2eb886", "warning": "daa038", "danger": "a30200"}
TITLE = re.compile(r"\s+")


@dataclass(slots=True)
class Message:
    """A message as Slack stores it.

    `only_for` is the one user who sees an ephemeral one, `prompt` what that user typed to get it.
    """

    channel: str
    body: JSON
    only_for: str = ""
    prompt: str = ""
    replaced: int = 0

    @property
    def ts(self) -> str:
        """The id within the channel: Unix seconds with microseconds."""
        return str(self.body["ts"])


class Clock:
    """Gives every message its own `ts`, rising."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._last = 0.0
        self._event_ids = itertools.count(1)

    def ts(self) -> str:
        """Return the time now, at least a microsecond after the last."""
        self._last = max(self.now(), self._last + 0.000001)
        return f"{self._last:.6f}"

    def event_id(self) -> str:
        """Return an id that no other event of this run has."""
        return f"Ev{int(self.now()):X}{next(self._event_ids):05X}"


class Log:
    """All messages, oldest first."""

    def __init__(self) -> None:
        self._messages: dict[tuple[str, str], Message] = {}

    def add(self, message: Message) -> Message:
        """Keep a new message."""
        self._messages[message.channel, message.ts] = message
        return message

    def get(self, channel: str, ts: str) -> Message | None:
        """Return the message, or None if there is none."""
        return self._messages.get((channel, ts))

    def find(self, ts: str) -> Message | None:
        """Return the message of that `ts` in whichever channel."""
        return next((message for (_, key), message in self._messages.items() if key == ts), None)

    def remove(self, message: Message) -> None:
        """Forget a message."""
        self._messages.pop((message.channel, message.ts), None)

    def seen_by(self, channel: str, user: str = "") -> list[Message]:
        """Return what a user sees in the channel; without a user what everybody sees."""
        return [
            message
            for message in self._messages.values()
            if message.channel == channel and message.only_for in {"", user}
        ]

    def everything(self, channel: str) -> list[Message]:
        """Return the channel's messages with everybody's ephemeral ones."""
        return [message for message in self._messages.values() if message.channel == channel]


def attachments_as_received(attachments: list[Any]) -> list[JSON]:
    """Return legacy attachments as Slack hands them on: numbered, colours as hex without "#", a fallback."""
    received = []
    for number, attachment in enumerate((a for a in attachments if isinstance(a, dict)), start=1):
        body = dict(attachment, id=number)
        if isinstance(body.get("color"), str):
            body["color"] = COLORS.get(body["color"], body["color"].removeprefix("#"))
        body.setdefault("fallback", _fallback(body))
        received.append(body)
    return received


def _fallback(attachment: JSON) -> str:
    words = [str(attachment[key]) for key in ("title", "text", "pretext") if attachment.get(key)]
    return TITLE.sub(" ", " ".join(words)) or "[no preview available]"


def content(args: JSON) -> JSON:
    """Return what of a call's arguments makes up a message: text, blocks, attachments, thread."""
    body: JSON = {"text": str(args.get("text") or "")}
    if args.get("blocks"):
        body["blocks"] = args["blocks"]
    if args.get("attachments"):
        body["attachments"] = attachments_as_received(args["attachments"])
    for key in ("thread_ts", "metadata"):
        if args.get(key):
            body[key] = args[key]
    return body
