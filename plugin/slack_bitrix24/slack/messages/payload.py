"""A message's JSON - an event's, a webhook's, a shortcut's - to what it says. No I/O.

Whatever comes in, nothing raises: what makes no sense is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bitrix24.document import (
    Blocks,
    Card,
    Document,
    Fields,
    Heading,
    Items,
    Mention,
    Paragraph,
    Quote,
    Span,
    Table,
)
from slack_bitrix24.plain import plain
from slack_bitrix24.slack.messages import attachments, blocks, files, inline, lenient, markdown, mrkdwn
from slack_bitrix24.slack.messages.files import SlackFile
from slack_bitrix24.slack.messages.saying import says_nothing_new
from slack_bitrix24.slack.messages.tokens import SLACK_USER

_SAID_BY_SLACK = frozenset({"this content can't be displayed.", "this message contains interactive elements."})

_WRITTEN_BY_BOTS = frozenset({"bot_message", "slackbot_response"})
# Slack's own example of a bot_message has "bot_id": null: https://docs.slack.dev/reference/events/message/bot_message


@dataclass(frozen=True, slots=True)
class Sender:
    """Who posted: ids as far as Slack gave them, and the name that stood above the message."""

    user: str = ""
    bot_id: str = ""
    app_id: str = ""
    name: str = ""
    bot: bool = False
    """Whether the message itself says that a bot wrote it."""


_EMPTY = Document()
_NOBODY = Sender()


@dataclass(frozen=True, slots=True)
class Post:
    """A message.

    `mentions` are the ids of those whom the message mentions (not its link previews), in order, without doubles: users
    U… and W…, groups S…, `here`, `channel`; a name that the sender wrote in place of an id stands there as `@name`.
    `visible` is all that a reader sees, as plain text. `channel` is where a webhook's sender wants it (`#name`,
    `@user`, an id), or the event's channel. `own` is the document without link previews.
    """

    document: Document = _EMPTY
    mentions: tuple[str, ...] = ()
    visible: str = ""
    files: tuple[SlackFile, ...] = ()
    sender: Sender = _NOBODY
    ts: str = ""
    thread_ts: str = ""
    channel: str = ""
    own: Document = _EMPTY


def read(body: object) -> Post:
    """Return the message; one without anything to show has an empty document."""
    fields = _message(body)
    told = lenient.several(fields.get("attachments"))
    unfurls = [one for one in told if attachments.is_unfurl(one)]
    sent = attachments.parse([one for one in told if not attachments.is_unfurl(one)])
    held = files.read(fields.get("files") or fields.get("file"))
    own = (*_said(fields, sent), *sent, *_beside(fields), *(file.block() for file in held))
    document = Document((*own, *attachments.parse(unfurls)))
    return Post(
        document=document,
        mentions=mentions(own),
        visible=plain(document),
        files=held,
        sender=sender(fields),
        ts=lenient.text(fields.get("ts")),
        thread_ts=lenient.text(fields.get("thread_ts")),
        channel=lenient.text(fields.get("channel")),
        own=Document(own),
    )


def _message(body: object) -> Mapping[str, Any]:
    """Return the message in the body: a bare list, or JSON in a field `payload`, as some senders write it."""
    if isinstance(body, list):
        typed = any(lenient.mapping(item).get("type") for item in body)
        return {"blocks" if typed else "attachments": body}
    fields = lenient.mapping(body)
    if any(fields.get(key) for key in ("text", "blocks", "attachments", "files", "markdown_text")):
        return fields
    held = fields.get("payload")
    inside = lenient.parsed(held) if isinstance(held, str) else held
    return inside if isinstance(inside, Mapping) else fields


def _said(fields: Mapping[str, Any], sent: Blocks) -> Blocks:
    """Return text and blocks: beside blocks the text is a rough copy of them, unless it says more."""
    text = _text(fields)
    shown = blocks.parse(fields.get("blocks"))
    if not shown or not text:
        return (*text, *shown)
    if _typed_by_a_person(fields) or plain(text).strip().casefold() in _SAID_BY_SLACK:
        return shown
    beside = (*shown, *sent)
    new = set(mentions(text)) - set(mentions(beside))
    return shown if not new and says_nothing_new(text, beside) else (*text, *shown)


def _beside(fields: Mapping[str, Any]) -> Blocks:
    """Return what Mattermost shows beside a message: https://developers.mattermost.com/integrate/webhooks/incoming."""
    return markdown.parse(lenient.text(lenient.mapping(fields.get("props")).get("card")))


def _text(fields: Mapping[str, Any]) -> Blocks:
    text = lenient.text(fields.get("text"))
    if not text.strip():
        return markdown.parse(lenient.text(fields.get("markdown_text")))  # chat.postMessage: in place of a text
    if fields.get("mrkdwn") is False:
        return (Paragraph(inline.words(text)),) if text.strip() else ()
    return mrkdwn.parse(text)


def _typed_by_a_person(fields: Mapping[str, Any]) -> bool:
    """Return whether Slack made text and blocks of the same words: then names in the text are no news."""
    kinds = {lenient.mapping(block).get("type") == "rich_text" for block in lenient.several(fields.get("blocks"))}
    bot = fields.get("bot_id") or fields.get("subtype") == "bot_message"
    return kinds == {True} and bool(fields.get("user")) and not bot


def sender(fields: Mapping[str, Any]) -> Sender:
    """Return who posted a message."""
    bot, user = lenient.mapping(fields.get("bot_profile")), lenient.mapping(fields.get("user_profile"))
    app_id = lenient.text(fields.get("app_id")) or lenient.text(bot.get("app_id"))
    bot_id = lenient.text(fields.get("bot_id")) or lenient.text(bot.get("id"))
    names = (
        fields.get("username"),
        fields.get("alias"),
        bot.get("name"),
        user.get("display_name"),
        user.get("real_name"),
        user.get("name"),
    )
    return Sender(
        user=lenient.text(fields.get("user")),
        bot_id=bot_id,
        app_id=app_id,
        name=next(filter(None, map(lenient.text, names)), ""),
        bot=bool(bot_id or app_id or bot) or lenient.text(fields.get("subtype")) in _WRITTEN_BY_BOTS,
    )


def mentions(shown: Blocks) -> tuple[str, ...]:
    """Return the ids of all who are mentioned, in order, without doubles."""
    found = (_id(span) for span in _spans(shown) if isinstance(span, Mention) and span.kind != "channel")
    return tuple(dict.fromkeys(found))


def _id(mention: Mention) -> str:
    if mention.kind == "broadcast":
        return "here" if mention.id == "here" else "channel"
    return mention.id if mention.kind == "group" or SLACK_USER.fullmatch(mention.id) else f"@{mention.id}"


def _spans(shown: Blocks) -> Iterator[Span]:
    for block in shown:
        match block:
            case Paragraph(spans) | Heading(spans):
                yield from spans
            case Quote(inside) | Card(inside):
                yield from _spans(inside)
            case Items(items):
                for item in items:
                    yield from _spans(item)
            case Table(rows):
                yield from (span for row in rows for cell in row for span in cell)
            case Fields(fields):
                yield from (span for field in fields for span in (*field.title, *field.value))
            case _:
                pass
