"""auth.*, apps.*, team.*, bots.*, emoji.*, files.*, reactions.*."""

from __future__ import annotations

import secrets

from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.methods.registry import method, need
from slack_bitrix24.sandbox.workspace.people import APP_ID, BOT_ID, BOT_USER, JSON, MONITOR_ID, TEAM_ID, TEAM_NAME
from slack_bitrix24.sandbox.workspace.views import ApiError


@method("api.test")
def api_test(_core: Core, args: JSON) -> JSON:
    """Return the arguments."""
    return {"args": args}


@method("auth.test")
def auth_test(core: Core, _args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/auth.test."""
    return {
        "url": core.base_url,
        "team": TEAM_NAME,
        "team_id": TEAM_ID,
        "user": core.users[BOT_USER].name,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", app_level=True)
def connections_open(core: Core, _args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/apps.connections.open; the address works once."""
    ticket = secrets.token_urlsafe(16)
    core.tickets.add(ticket)
    return {"url": f"ws{core.base_url.removeprefix('http')}link/?ticket={ticket}&app_id={APP_ID}"}


@method("team.info", "team:read")
def team_info(_core: Core, _args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/team.info."""
    domain = TEAM_NAME.lower()
    return {"team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": domain, "email_domain": "", "icon": {}}}


@method("bots.info", "users:read")
def bots_info(_core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/bots.info."""
    known = {
        BOT_ID: {"name": "Bitrix24 bridge", "app_id": APP_ID, "user_id": BOT_USER},
        MONITOR_ID: {"name": "Monitoring", "app_id": "A0MONITOR"},
    }
    (bot,) = need(args, "bot")
    if bot not in known:
        raise ApiError("bot_not_found")
    return {"bot": {"id": bot, "deleted": False, "updated": 1763874900, "icons": {}, **known[bot]}}


@method("emoji.list", "emoji:read")
def emoji_list(core: Core, _args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/emoji.list: the custom ones."""
    return {"emoji": {"sandbox": f"{core.base_url}emoji/sandbox.png", "box": "alias:sandbox"}}


@method("files.info", "files:read")
def files_info(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/files.info."""
    (file,) = need(args, "file")
    if file not in core.files:
        raise ApiError("file_not_found")
    return {"file": core.files[file], "comments": []}


@method("reactions.add", "reactions:write")
def reactions_add(core: Core, args: JSON) -> JSON:
    """https://docs.slack.dev/reference/methods/reactions.add."""
    channel, name, ts = need(args, "channel", "name", "timestamp")
    message = core.log.get(channel, ts)
    if message is None:
        raise ApiError("message_not_found")
    reactions = message.body.setdefault("reactions", [])
    if any(reaction["name"] == name and BOT_USER in reaction["users"] for reaction in reactions):
        raise ApiError("already_reacted")
    reactions.append({"name": name, "users": [BOT_USER], "count": 1})
    core.feed.publish("message", channel=channel, ts=ts)
    return {}
