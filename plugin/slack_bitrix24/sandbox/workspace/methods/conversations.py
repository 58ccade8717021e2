"""conversations.*."""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.methods.registry import method, need, page
from slack_bitrix24.sandbox.workspace.people import BOT_USER, JSON, Channel
from slack_bitrix24.sandbox.workspace.views import ApiError


def _channel(core: Core, args: JSON) -> Channel:
    (channel_id,) = need(args, "channel")
    if channel_id not in core.channels:
        raise ApiError("channel_not_found")
    return core.channels[channel_id]


@method("conversations.info", "channels:read")
def info(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.info."""
    return {"channel": _channel(core, args).as_json()}


@method("conversations.members", "channels:read")
def members(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.members."""
    return page(_channel(core, args).members, args, key="members")


@method("conversations.list", "channels:read")
def list_(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.list."""
    names = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    kinds = {names.get(kind.strip()) for kind in str(args.get("types") or "public_channel").split(",")}
    return page([c.as_json() for c in core.channels.values() if c.kind in kinds], args, key="channels")


@method("conversations.history", "channels:history")
def history(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.history: newest first."""
    channel = _channel(core, args)
    if BOT_USER not in channel.members:
        raise ApiError("not_in_channel")
    oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    bodies = [m.body for m in core.log.seen_by(channel.id) if oldest <= float(m.ts) <= latest]
    answer = page(bodies[::-1], {"limit": 100, **args}, key="messages")
    return {**answer, "has_more": bool(answer["response_metadata"]["next_cursor"]), "pin_count": 0}


@method("conversations.replies", "channels:history")
def replies(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.replies: the parent first."""
    channel, (ts,) = _channel(core, args), need(args, "ts")
    bodies = [m.body for m in core.log.seen_by(channel.id) if ts in {m.ts, m.body.get("thread_ts")}]
    if not bodies:
        raise ApiError("thread_not_found")
    return {**page(bodies, args, key="messages"), "has_more": False}


@method("conversations.open", "im:write")
def open_(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.open: a direct message with one user."""
    (users,) = need(args, "users")
    if users not in core.users:
        raise ApiError("user_not_found")
    return {"channel": {"id": core.channel(users).id}, "no_op": True, "already_open": True}


@method("conversations.join", "channels:join")
def join(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/conversations.join."""
    channel = _channel(core, args)
    if channel.is_private:
        raise ApiError("method_not_supported_for_channel_type")
    if BOT_USER in channel.members:
        return {"channel": channel.as_json(), "warning": "already_in_channel"}
    channel.members.append(BOT_USER)
    return {"channel": channel.as_json()}
