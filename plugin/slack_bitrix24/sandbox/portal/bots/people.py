"""What people do in their dialogs with bots: read, click, write. No I/O; whoever calls holds the portal's lock.

`users` are the portal's by their ids, `now` is its time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from slack_bitrix24.sandbox.portal.bots.store import FIRST_MESSAGE, Bots, Message
from slack_bitrix24.sandbox.portal.bots.told import command_data, message_data, person
from slack_bitrix24.sandbox.portal.envelope import Json
from slack_bitrix24.sandbox.portal.people import User
from slack_bitrix24.sandbox.portal.seen import delivered
from slack_bitrix24.sandbox.portal.seen.reader import reader

Users = Mapping[int, User]

_COMMAND = re.compile(r"/(\w+)\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Clicked:
    """A click of a person below a message."""

    message: int
    user: int
    command: str
    params: str = ""


def chats(bots: Bots, users: Users, user: int | None = None) -> list[Json]:
    """Return the dialogs of a person, or of everyone, with their messages, the oldest first, as they are drawn."""
    found: dict[tuple[int, int], list[Message]] = {}
    for message in bots.messages.values():
        if message.gone != "vanished" and user in (None, message.user_id):
            found.setdefault((message.bot_id, message.user_id), []).append(message)
    return [
        {"bot": {"id": bot, "name": _name(users, bot)}, "user_id": who, "messages": [shown(one) for one in messages]}
        for (bot, who), messages in found.items()
    ]


def shown(message: Message) -> Json:
    """Return a message as it is drawn, with all that is known of it."""
    own = message_data(message) | {"gone": message.gone, "edited": message.edited, "spinning": message.spinning}
    own |= {"bot_id": message.bot_id, "user_id": message.user_id, "keyboard": message.keyboard, "file": message.file}
    if message.gone:
        return own | {"nodes": [], "attach": None}
    text = delivered(message.text, notification=False)
    return own | reader(text, kept=message.text, message_out="", attach=message.attach, notification=False)


def view(bots: Bots, *, bot: int, user: int) -> int:
    """Let a person have read a dialog; return how many messages were new to them."""
    unread = [one for one in bots.dialog(bot, user) if not one.viewed and one.author_id != user]
    for message in unread:
        message.viewed = True
        bots.tell(message)
    return len(unread)


def click(bots: Bots, users: Users, clicked: Clicked, *, now: float) -> bool:
    """Let a person run a command below a message, by a button or by the API with any parameters.

    Returns whether the bot heard it. The person is told "true" in any case: a command that is not registered is
    swallowed.
    """
    found = bots.messages.get(clicked.message)
    bot = bots.bots.get(found.bot_id) if found else None
    if found is None or bot is None:
        return False
    for button in found.keyboard:
        if button.get("COMMAND") == clicked.command and button.get("BLOCK") == "Y":
            found.spinning = True  # until the keyboard changes
    known = next((one for one in bot.commands.values() if one.name == clicked.command), None)
    if known is None:
        return False
    bots.clicks[found.id, known.id] = now
    data = command_data(found, known, users, params=clicked.params, context="keyboard", user=clicked.user)
    bots.happen(bot, "ONIMBOTV2COMMANDADD", data, now=now)
    bots.tell(found)
    return True


def say(bots: Bots, users: Users, *, bot: int, user: int, text: str, now: float) -> int:
    """Let a person write to a bot; return the message's id, 0 when there is no such bot."""
    found = bots.bots.get(bot)
    if found is None:
        return 0
    message = Message(bots.next_id("message", FIRST_MESSAGE), bot, user, user, text, now, viewed=True)
    bots.add(message)
    asked = _COMMAND.fullmatch(text)
    known = next((one for one in found.commands.values() if asked and one.name == asked[1]), None)
    if known and asked:
        bots.clicks[message.id, known.id] = now
        data = command_data(message, known, users, params=asked[2], context="textarea")
        bots.happen(found, "ONIMBOTV2COMMANDADD", data, now=now)
    else:
        data = {"message": message_data(message), "chat": {}, "user": person(users, user)}
        bots.happen(found, "ONIMBOTV2MESSAGEADD", data, now=now)
    return message.id


def _name(users: Users, bot: int) -> str:
    return users[bot].full_name if bot in users else f"bot {bot}"
