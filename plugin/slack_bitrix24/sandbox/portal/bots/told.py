"""What a bot is told: messages, dialogs, events. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from slack_bitrix24.sandbox.portal.bots.store import Command, Message
from slack_bitrix24.sandbox.portal.envelope import Json, iso
from slack_bitrix24.sandbox.portal.people import EXTERNAL, User
from slack_bitrix24.sandbox.portal.seen import delivered

Users = Mapping[int, User]


def message_data(message: Message) -> Json:
    """Return a message as the bot reads it."""
    params: Json = {}
    if message.attach:
        params["ATTACH"] = [message.attach]
    if message.keyboard:
        params["KEYBOARD"] = message.keyboard
    if message.edited:
        params["IS_EDITED"] = "Y"
    if message.gone:
        params["IS_DELETED"] = "Y"
    if message.file:
        params["FILE_ID"] = [message.file["id"]]
    return {
        "id": message.id,
        "chatId": message.chat_id,
        "authorId": message.author_id,
        "date": iso(int(message.date)),
        "text": "" if message.gone else delivered(message.text, notification=False),
        "isSystem": message.author_id == 0,
        "uuid": message.uuid,
        "forward": None,
        "params": params,
        "viewedByOthers": message.viewed,
    }


def chat_data(messages: list[Message], *, bot: int, user: int) -> Json:
    """Return the dialog of a bot and a person."""
    last = messages[-1] if messages else None
    return {
        "id": Message(0, bot, user, bot, "", 0.0).chat_id,
        "dialogId": str(user),
        "name": "",
        "type": "private",
        "owner": bot,
        "lastMessageId": last.id if last else 0,
        "lastMessageViews": {"countOfViewers": int(last.viewed)} if last else {},
        "messageCount": len(messages),
        "userCounter": 2,
        "muteList": [],
    }


def person(users: Users, number: int) -> Json:
    """Return a person, known or not, as imbot.v2 tells it."""
    user = users.get(number) or User(number)
    told: Json = {"id": user.id, "active": user.active, "name": user.full_name, "firstName": user.name}
    told |= {"lastName": user.last_name, "workPosition": user.position, "color": user.colour, "avatar": user.avatar}
    told |= {"extranet": user.kind == "extranet", "bot": user.kind == "bot", "departments": list(user.departments)}
    external = user.kind if user.kind in EXTERNAL else "default"
    return told | {"externalAuthId": external, "type": user.kind}


def join_data(message: Message, users: Users) -> Json:
    """Return what ONIMBOTV2JOINCHAT says of a dialog's first message."""
    chat = chat_data([message], bot=message.bot_id, user=message.user_id)
    return {"dialogId": str(message.user_id), "chat": chat, "user": person(users, message.user_id)}


def command_data(message: Message, command: Command, users: Users, *, params: str, context: str, user: int = 0) -> Json:
    """Return what ONIMBOTV2COMMANDADD says. In a private dialog `chat` is empty (the server's source, 2026-04)."""
    told = {"id": command.id, "command": f"/{command.name}", "params": params, "context": context}
    who = person(users, user or message.user_id)
    return {"command": told, "message": message_data(message), "chat": {}, "user": who}
