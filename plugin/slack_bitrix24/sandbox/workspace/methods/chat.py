"""chat.*."""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.messages import Message, content
from slack_bitrix24.sandbox.workspace.methods.registry import method, need
from slack_bitrix24.sandbox.workspace.payloads import bot_message
from slack_bitrix24.sandbox.workspace.people import BOT_ID, BOT_USER, JSON
from slack_bitrix24.sandbox.workspace.views import ApiError

MAX_BLOCKS = 50  # https://docs.slack.dev/reference/block-kit/blocks
MAX_ATTACHMENTS = 100
MAX_TEXT = 40_000  # characters: https://docs.slack.dev/reference/methods/chat.postMessage#truncating


def _content(args: JSON) -> JSON:
    for key, most, error in (
        ("blocks", MAX_BLOCKS, "invalid_blocks"),
        ("attachments", MAX_ATTACHMENTS, "too_many_attachments"),
    ):
        value = args.get(key)
        if value and (not isinstance(value, list) or len(value) > most):
            raise ApiError(error)
    if not any(args.get(key) for key in ("text", "blocks", "attachments")):
        raise ApiError("no_text")
    parts = content(args)
    return {**parts, "text": parts["text"][:MAX_TEXT]}


def _own(core: Core, args: JSON, *, denied: str) -> Message:
    channel, ts = need(args, "channel", "ts")
    message = core.log.get(core.channel(channel).id, ts)
    if message is None or message.only_for:
        raise ApiError("message_not_found")
    if message.body.get("bot_id") != BOT_ID:
        raise ApiError(denied)
    return message


@method("chat.postMessage", "chat:write")
def post_message(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.postMessage."""
    (where,) = need(args, "channel")
    channel = core.channel(where)
    if BOT_USER not in channel.members and "chat:write.public" not in core.scopes:
        raise ApiError("not_in_channel")
    message = core.post(channel, bot_message(core.clock.ts(), _content(args)))
    return {"channel": channel.id, "ts": message.ts, "message": message.body}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral."""
    where, user = need(args, "channel", "user")
    channel = core.channel(where)
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    message = core.post(channel, bot_message(core.clock.ts(), _content(args)), only_for=user)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
def update(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.update."""
    message = _own(core, args, denied="cant_update_message")
    core.change(message, _content(args), editor=BOT_ID)
    return {"channel": message.channel, "ts": message.ts, "text": message.body["text"], "message": message.body}


@method("chat.delete", "chat:write")
def delete(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.delete."""
    message = _own(core, args, denied="cant_delete_message")
    core.remove(message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink")
def permalink(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/chat.getPermalink."""
    channel, ts = need(args, "channel", "message_ts")
    if core.log.get(core.channel(channel).id, ts) is None:
        raise ApiError("message_not_found")
    return {"channel": channel, "permalink": f"{core.base_url}archives/{channel}/p{ts.replace('.', '')}"}
