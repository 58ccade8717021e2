"""A `message` event to what happened: posted, changed, deleted, or nothing for us. No I/O.

https://docs.slack.dev/reference/events/message. Slack sends message_changed for link previews and thread replies too,
and streams a bot's answer as many changes; neither is an edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from slack_bitrix24.document import Block, Card, Document, Image
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.slack.messages.payload import Post, Sender, read

_MESSAGES = frozenset(
    {"", "bot_message", "slackbot_response", "file_share", "thread_broadcast", "reply_broadcast", "me_message"}
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A new message. `ts` with `channel` names it for ever; `event_ts` orders what happens to it."""

    channel: str
    ts: str
    post: Post
    sender: Sender
    thread_ts: str = ""
    team: str = ""
    event_ts: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A message says something else now. `previous` is what it said, None where Slack did not tell; `edited` the time
    of a person's edit, empty for a bot's chat.update."""  # noqa: D205, D209 - one sentence on two lines

    channel: str
    ts: str
    post: Post
    sender: Sender
    thread_ts: str = ""
    team: str = ""
    event_ts: str = ""
    previous: Post | None = None
    edited: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message is gone; `ts` is the message's own."""

    channel: str
    ts: str
    team: str = ""
    event_ts: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to relay; the reason is for the log."""

    reason: str


Event: TypeAlias = Posted | Changed | Deleted | Ignored


def read_event(event: object) -> Event:
    """Return what an inner event (or a whole event_callback) means. The app's own messages are the caller's matter."""
    outer = lenient.mapping(event)
    fields = lenient.mapping(outer.get("event")) if isinstance(outer.get("event"), Mapping) else outer
    team = lenient.text(fields.get("team")) or lenient.text(outer.get("team_id"))
    subtype = lenient.text(fields.get("subtype"))
    if lenient.text(fields.get("type")) != "message":
        return Ignored(f"not a message: {lenient.text(fields.get('type')) or 'no type'}")
    if not lenient.text(fields.get("channel")):
        return Ignored("a message without a channel")
    if subtype == "message_deleted":
        return _deleted(fields, team, lenient.text(fields.get("deleted_ts")))
    if subtype == "message_changed":
        return _changed(fields, team)
    return Ignored(reason) if (reason := _reason(fields)) else _posted(fields, fields, team)


def _reason(message: Mapping[str, Any]) -> str:
    """Return why a message is none of ours, or nothing."""
    subtype = lenient.text(message.get("subtype"))
    if subtype not in _MESSAGES:
        return f"subtype {subtype}"
    if message.get("is_ephemeral") or lenient.text(message.get("channel_type")) == "ephemeral":
        return "ephemeral"
    if lenient.text(message.get("streaming_state")) == "in_progress":
        return "still being written"
    if message.get("hidden"):
        return "hidden"
    return "" if lenient.text(message.get("ts")) else "a message without a time stamp"


def _posted(event: Mapping[str, Any], message: Mapping[str, Any], team: str) -> Posted:
    post = read(message)
    return Posted(
        channel=lenient.text(event.get("channel")),
        ts=post.ts,
        post=post,
        sender=post.sender,
        thread_ts=post.thread_ts,
        team=lenient.text(message.get("team")) or team,
        event_ts=lenient.text(event.get("event_ts")) or lenient.text(event.get("ts")),
    )


def _deleted(event: Mapping[str, Any], team: str, ts: str) -> Deleted | Ignored:
    ts = ts or lenient.text(lenient.mapping(event.get("previous_message")).get("ts"))
    channel, event_ts = lenient.text(event.get("channel")), lenient.text(event.get("event_ts"))
    return Deleted(channel, ts, team=team, event_ts=event_ts) if ts else Ignored("a deletion without a time stamp")


def _changed(event: Mapping[str, Any], team: str) -> Event:
    before = lenient.mapping(event.get("previous_message"))
    message = {"ts": before.get("ts"), **lenient.mapping(event.get("message"))}
    if lenient.text(message.get("subtype")) == "tombstone":
        return _deleted(event, team, lenient.text(message.get("ts")))
    # A changed message of its own may be hidden or shown: that says nothing about the change.
    if reason := _reason({**message, "hidden": None}):
        return Ignored(reason)
    posted = _posted(event, message, team)
    if lenient.text(before.get("streaming_state")) == "in_progress":
        return posted
    previous = read(before) if before else None
    if previous and _same(previous, posted.post):
        return Ignored("only a link preview or a thread reply")
    return Changed(
        channel=posted.channel,
        ts=posted.ts,
        post=posted.post,
        sender=posted.sender,
        thread_ts=posted.thread_ts,
        team=posted.team,
        event_ts=posted.event_ts,
        previous=previous,
        edited=lenient.text(lenient.mapping(message.get("edited")).get("ts")),
    )


def _same(before: Post, after: Post) -> bool:
    """Return whether a reader sees the same: Slack adds sizes to pictures and details to files later."""
    files = [file.id for file in before.files] == [file.id for file in after.files]
    return files and _sizeless(before.own) == _sizeless(after.own)


def _sizeless(document: Document) -> tuple[Block, ...]:
    return tuple(map(_without_size, document.blocks))


def _without_size(block: Block) -> Block:
    if isinstance(block, Image):
        return replace(block, width=0, height=0)
    return replace(block, blocks=tuple(map(_without_size, block.blocks))) if isinstance(block, Card) else block
