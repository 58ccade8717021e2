"""imbot.v2.Chat.Message.update and delete, with the traps of an update. No I/O.

Bitrix24 server source, main 26.250 (2026-04). Neither has a limit of time; an update does not ring.
"""

from __future__ import annotations

from typing import Any

from slack_bitrix24.sandbox.portal.bots.access import bot_of, message_of, own_message_of, refused
from slack_bitrix24.sandbox.portal.bots.keyboard import buttons
from slack_bitrix24.sandbox.portal.bots.sending import attached, written
from slack_bitrix24.sandbox.portal.bots.store import STUB, VANISHED, Bot, Message, flag, named
from slack_bitrix24.sandbox.portal.method import Call, Method


def update(call: Call) -> object:
    """Change what is given of a message; an empty text and nothing else deletes it."""
    bot = bot_of(call)
    message = own_message_of(call, bot)
    if message.gone:
        raise refused("MESSAGE_ACCESS_DENIED")
    fields = named(call.params.get("FIELDS"))
    if set(fields) - {"urlpreview"} == {"message"} and not written(fields["message"]):
        _delete(call, message, complete=False)
        return {"result": True}
    if "attach" in fields:
        _change_attach(call, message, fields["attach"])
    if "message" in fields:
        message.text = written(fields["message"])
    if "keyboard" in fields:
        _change_keyboard(message, fields["keyboard"], bot)
    message.edited = message.edited or message.viewed
    call.portal.counts["bot_updated"] += 1
    call.portal.bots.tell(message)
    return {"result": True}


def _change_attach(call: Call, message: Message, given: Any) -> None:
    # Only the full form is understood: a bare list of blocks takes the attachment away, and says true.
    if isinstance(given, dict) and "BLOCKS" in given:
        message.attach = attached(call, given)
        return
    if given:
        call.portal.warn("an update's attach that is no {BLOCKS: …} takes the attachment away")
    message.attach = None


def _change_keyboard(message: Message, given: Any, bot: Bot) -> None:
    kept = buttons(given, bot=bot.id, update=True)
    if given == "N":
        message.keyboard = []
    elif kept:
        message.keyboard = kept
    else:
        return  # nothing good in it: the old keyboard stays, without a word
    message.spinning = False


def delete(call: Call) -> object:
    """Delete a message: an unread one vanishes, a read one leaves a stub unless `complete`."""
    message = message_of(call, bot := bot_of(call))
    complete = flag(call.params.get("COMPLETE"))
    if message.gone and not complete:
        raise refused("MESSAGE_NOT_FOUND")
    if message.author_id != bot.id:
        raise refused("MESSAGE_ACCESS_DENIED")
    _delete(call, message, complete=complete)
    return True


def _delete(call: Call, message: Message, *, complete: bool) -> None:
    if complete or not message.viewed:
        message.gone = VANISHED
        call.portal.bots.uuids.forget(message.uuid, message.id)
    else:
        message.gone, message.keyboard = STUB, []
    call.portal.counts["bot_deleted"] += 1
    call.portal.bots.tell(message)


METHODS = (
    Method("imbot.v2.Chat.Message.update", "imbot", update, own=True),
    Method("imbot.v2.Chat.Message.delete", "imbot", delete, own=True),
)
