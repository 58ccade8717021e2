"""imbot.v2.Chat.Message.send and what is sent in other ways: Command.answer, File.upload. No I/O.

Bitrix24 server source, main 26.250 (2026-04).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from slack_bitrix24.sandbox.portal import attach_source, decode
from slack_bitrix24.sandbox.portal.bots.access import bot_of, message_of, refused
from slack_bitrix24.sandbox.portal.bots.keyboard import buttons
from slack_bitrix24.sandbox.portal.bots.store import FIRST_MESSAGE, Bot, Message, flag, named
from slack_bitrix24.sandbox.portal.bots.told import command_data, join_data
from slack_bitrix24.sandbox.portal.envelope import Json, Refusal
from slack_bitrix24.sandbox.portal.files import File
from slack_bitrix24.sandbox.portal.method import Call, Method
from slack_bitrix24.sandbox.portal.seen.text import BLANKS, cut, fitting, resembles_marker

ANSWERABLE = 600.0
"""Seconds after a click in which Command.answer sends; later it answers true and sends nothing."""
LARGEST = 100 * 1024 * 1024
"""Bytes of a file."""
_DISK = re.compile(r"\[disk=n?\d+\]", re.IGNORECASE)
_COMMAND = re.compile(r"^/(\w+)[ \t]*(.*)$", re.MULTILINE)


def claim(call: Call) -> int:
    """Check a send and take its key; the id of the message that was sent with that key before, 0 without one."""
    bot = bot_of(call)
    recipient(call)
    fields = named(call.params.get("FIELDS"))
    content(call, fields, bot)
    key = fields.get("templateid")
    if flag(fields.get("system")) or not call.portal.bots.uuids.counts(key):
        if key:
            call.portal.warn("templateId of a system message, or no UUID of version 4 in lower case: ignored")
        return 0
    found = call.portal.bots.uuids.claim(str(key), call.portal.clock())
    if found is None:
        raise refused("SENDING_FAILED")
    return found


def send(call: Call) -> object:
    """Send a message, or return the id of the one that was sent with the same key."""
    portal, fields = call.portal, named(call.params.get("FIELDS"))
    if call.number:
        portal.counts["deduplicated"] += 1
        return {"id": call.number, "uuidMap": {}}
    bot = bot_of(call)
    message = content(call, fields, bot)
    message.user_id = recipient(call)
    key, system = fields.get("templateid"), flag(fields.get("system"))
    if system:
        message.author_id = 0
    elif portal.bots.uuids.counts(key):
        message.uuid = str(key)
    keep(call, bot, message)
    if message.uuid and not call.dying:
        portal.bots.uuids.note(message.uuid, message.id)
    return {"id": message.id, "uuidMap": {}}


def recipient(call: Call) -> int:
    """Return the person of a dialog. Nothing asks whether they are still there: who was dismissed is sent to."""
    given = str(call.params.get("DIALOGID", ""))
    user = call.portal.users.get(int(given)) if given.isdigit() else None
    if user is None:
        raise refused("CHAT_NOT_FOUND")
    return user.id


def content(call: Call, fields: dict[str, Any], bot: Bot) -> Message:
    """Return the message of a call's fields, without an id; Refusal when there is nothing in it."""
    text = written(fields.get("message"))
    attach = attached(call, fields.get("attach"))
    if not text and attach is None:
        raise refused("EMPTY_MESSAGE")
    keys = buttons(fields.get("keyboard"), bot=bot.id)
    if fields.get("keyboard") and not keys:
        raise refused("PARAM_KEYBOARD_ERROR")
    if resembles_marker(text) or (attach and resembles_marker(str(attach))):
        call.portal.warn("four or more # in a row: the server's own markers begin so")
    return Message(0, bot.id, 0, bot.id, text, call.portal.clock(), attach, keys)


def written(given: object) -> str:
    """Return a text as it is kept: cut, without files; HTML is not turned into codes here."""
    text = given.strip(BLANKS) if isinstance(given, str) else str(given) if isinstance(given, int | float) else ""
    return fitting(cut(_DISK.sub("", text)))


def attached(call: Call, given: object) -> Json | None:
    """Return an ATTACH as it is kept; one that is too big or has no good block has one code in common."""
    try:
        call.portal.attach_seconds += attach_source.seconds(given)
        return attach_source.normalised(given, now=call.portal.clock())
    except Refusal as refusal:
        raise refused("PARAM_ATTACH_ERROR") from refusal


def keep(call: Call, bot: Bot, message: Message) -> None:
    """Store a message, and let other bots hear the commands that stand in it."""
    portal = call.portal
    user = portal.users[message.user_id]
    if not user.active or user.kind == "extranet":
        portal.warn("a bot's message to a dismissed user or a guest: stored, and not read")
    message.id = portal.bots.next_id("message", FIRST_MESSAGE)
    if portal.bots.add(message):
        portal.bots.happen(bot, "ONIMBOTV2JOINCHAT", join_data(message, portal.users), now=portal.clock())
    portal.counts["bot_sent"] += 1
    for name, params in _COMMAND.findall(message.text):
        for other in portal.bots.bots.values():
            for command in other.commands.values():
                if command.common and command.name == name and other.id != bot.id:
                    data = command_data(message, command, portal.users, params=params, context="textarea")
                    portal.bots.happen(other, "ONIMBOTV2COMMANDADD", data, now=portal.clock())


def answer(call: Call) -> object:
    """Answer a command; true also when it comes too late and sends nothing."""
    bot, portal = bot_of(call), call.portal
    asked = message_of(call, bot)
    clicked = portal.bots.clicks.get((asked.id, decode.whole(call.params.get("COMMANDID"))))
    if clicked is not None and portal.clock() - clicked <= ANSWERABLE:
        message = content(call, named(call.params.get("FIELDS")), bot)
        message.user_id = asked.user_id
        keep(call, bot, message)
    else:
        portal.warn("Command.answer without a click, or later than ten minutes after it: nothing was sent")
    return {"result": True}


def upload(call: Call) -> object:
    """Put a file into the dialog, as a message of its own; repeated, it is there twice."""
    bot, fields, portal = bot_of(call), named(call.params.get("FIELDS")), call.portal
    user_id = recipient(call)
    name, given = str(fields.get("name") or ""), str(fields.get("content") or "")
    if not name or not given:
        raise refused("FILE_EMPTY")
    try:
        raw = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        raise refused("FILE_INVALID_CONTENT") from None
    if len(raw) > LARGEST:
        raise refused("FILE_TOO_LARGE")
    taken = sum(file.name.endswith(name) for file in portal.files.by_id.values())
    unique = f"{taken}_{name}" if taken else name
    file = File(portal.files.next_id(), unique, raw, 0, bot.id, portal.clock())
    portal.files.add(file)
    message = Message(0, bot.id, user_id, bot.id, written(fields.get("message")), portal.clock())
    message.file = {"id": file.id, "name": unique, "size": len(raw)}
    keep(call, bot, message)
    dialog = {"messageId": message.id, "chatId": message.chat_id, "dialogId": str(user_id)}
    return {"file": message.file} | dialog


METHODS = (
    Method("imbot.v2.Chat.Message.send", "imbot", send, own=True, early=claim),
    Method("imbot.v2.Command.answer", "imbot", answer, own=True),
    Method("imbot.v2.File.upload", "imbot", upload, own=True),
)
