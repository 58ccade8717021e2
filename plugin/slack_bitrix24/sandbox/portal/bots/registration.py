"""imbot.v2.Revision, Bot and Command: who the bots are and what they understand. No I/O."""

from __future__ import annotations

from typing import Any

from slack_bitrix24.sandbox.portal import decode
from slack_bitrix24.sandbox.portal.bots.access import bot_of, owner_of, refused
from slack_bitrix24.sandbox.portal.bots.store import FIRST_BOT, Bot, Command, flag, named
from slack_bitrix24.sandbox.portal.bots.told import person
from slack_bitrix24.sandbox.portal.envelope import Json
from slack_bitrix24.sandbox.portal.method import Call, Method
from slack_bitrix24.sandbox.portal.people import User

TOKEN = 40
"""Characters of a bot's token at most (documentation, 6 August 2026)."""
MOST = 100
"""Bots of one token or application."""
KINDS = frozenset({"bot", "supervisor", "personal", "openline"})


def revision(call: Call) -> object:
    """Return the revisions of the portal's interfaces."""
    return {"rest": call.portal.revision, "web": 130, "mobile": 22, "desktop": 5}


def register(call: Call) -> object:
    """Register a bot; with a code and owner that are known, return that bot and change nothing."""
    fields = named(call.params.get("FIELDS"))
    owner = owner_of(call, fields.get("bottoken"))
    if len(owner.removeprefix("custom")) > TOKEN and not call.caller.client_id:
        raise refused("BOT_TOKEN_INVALID_LENGTH")
    code, profile = str(fields.get("code") or ""), named(fields.get("properties"))
    if not code:
        raise refused("BOT_CODE_REQUIRED")
    if not profile.get("name"):
        raise refused("BOT_NAME_REQUIRED")
    bots = call.portal.bots
    found = next((bot for bot in bots.bots.values() if bot.code == code), None)
    if found is not None and found.owner != owner:
        raise refused("BOT_CODE_ALREADY_TAKEN")  # a code is the whole portal's
    if found is None:
        if sum(bot.owner == owner for bot in bots.bots.values()) >= MOST:
            raise refused("MAX_COUNT_ERROR")
        found = _new(call, fields, owner=owner, code=code)
    return _told(call, found)


def _new(call: Call, fields: dict[str, Any], *, owner: str, code: str) -> Bot:
    profile, portal = named(fields["properties"]), call.portal
    kind = fields.get("type", "bot")
    bot = Bot(portal.bots.next_id("bot", FIRST_BOT), code, owner, str(profile["name"]))
    bot.kind = kind if kind in KINDS else "bot"
    bot.mode, bot.hidden = str(fields.get("eventmode", "fetch")), flag(fields.get("ishidden"))
    bot.reactions = flag(fields.get("isreactionsenabled", True))
    portal.bots.bots[bot.id] = bot
    portal.users[bot.id] = User(
        bot.id,
        bot.name,
        str(profile.get("lastname") or ""),
        position=str(profile.get("workposition") or ""),
        departments=(),
        kind="bot",
    )
    return bot


def _told(call: Call, bot: Bot) -> Json:
    return {"bot": bot.json(), "users": [person(call.portal.users, bot.id)]}


def update(call: Call) -> object:
    """Change a bot's name or, with a new token, its owner."""
    bot, fields = bot_of(call), named(call.params.get("FIELDS"))
    token = fields.get("bottoken")
    if token and len(str(token)) > TOKEN:
        raise refused("BOT_TOKEN_INVALID_LENGTH")
    if token:
        bot.owner = f"custom{token}"
    name = named(fields.get("properties")).get("name")
    if name:
        bot.name = str(name)
        call.portal.users[bot.id] = User(bot.id, bot.name, departments=(), kind="bot")
    return _told(call, bot)


def get(call: Call) -> object:
    """Return one bot."""
    return _told(call, bot_of(call))


def list_all(call: Call) -> object:
    """Return the caller's bots."""
    owner = owner_of(call)
    own = [bot for bot in call.portal.bots.bots.values() if bot.owner == owner]
    return {"bots": [bot.json() for bot in own], "users": [person(call.portal.users, bot.id) for bot in own]}


def unregister(call: Call) -> object:
    """Delete a bot with its user: its old messages can't be changed any more."""
    bot = bot_of(call)
    del call.portal.bots.bots[bot.id]
    call.portal.users.pop(bot.id, None)
    return {"result": True}


def command_register(call: Call) -> object:
    """Make a bot understand a command; one that it knows is returned as it is."""
    bot, fields = bot_of(call), named(call.params.get("FIELDS"))
    name, hidden = fields.get("command"), flag(fields.get("hidden"))
    if name is not None and not isinstance(name, str):
        raise refused("COMMAND_NAME_INVALID")
    name = (name or "").lstrip("/").strip()
    if not name:
        raise refused("COMMAND_REQUIRED")
    if not hidden and not fields.get("title"):
        raise refused("COMMAND_TITLE_REQUIRED")
    found = next((command for command in bot.commands.values() if command.name == name), None)
    if found is None:
        found = Command(call.portal.bots.next_id("command", 40), bot.id, name, flag(fields.get("common")), hidden)
        found.extranet = flag(fields.get("extranetsupport"))
        bot.commands[found.id] = found
    return {"command": found.json()}


def command_list(call: Call) -> object:
    """Return a bot's commands."""
    return {"commands": [command.json() for command in bot_of(call).commands.values()]}


def command_unregister(call: Call) -> object:
    """Take a command away."""
    found = bot_of(call).commands.pop(decode.whole(call.params.get("COMMANDID")), None)
    if found is None:
        raise refused("COMMAND_NOT_FOUND")
    return {"result": True}


METHODS = (
    Method("imbot.v2.Revision.get", "imbot", revision),
    Method("imbot.v2.Bot.register", "imbot", register, own=True),
    Method("imbot.v2.Bot.update", "imbot", update, own=True),
    Method("imbot.v2.Bot.get", "imbot", get, own=True),
    Method("imbot.v2.Bot.list", "imbot", list_all, own=True),
    Method("imbot.v2.Bot.unregister", "imbot", unregister, own=True),
    Method("imbot.v2.Command.register", "imbot", command_register, own=True),
    Method("imbot.v2.Command.list", "imbot", command_list, own=True),
    Method("imbot.v2.Command.unregister", "imbot", command_unregister, own=True),
)
