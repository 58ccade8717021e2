"""A bot's messages as calls of imbot.v2. No I/O.

Bitrix24 server source, main 26.250 (2026-04), REST revision 33 and later.
https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/index.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from slack_bitrix24.bitrix24.calls import Attach, without_codes
from slack_bitrix24.bitrix24.rest import Call

SEND: Final = "imbot.v2.Chat.Message.send"
UPDATE: Final = "imbot.v2.Chat.Message.update"
DELETE: Final = "imbot.v2.Chat.Message.delete"
REVISION: Final = 33
"""The first REST revision that knows imbot.v2."""
LONGEST_TOKEN: Final = 40
DESCRIPTION: Final = 150
"""Characters of a card's text that push and mail show."""
_LINE: Final = re.compile(r"^([ \t\r\v\0]*)/(?=\w)", re.MULTILINE)
_DISK: Final = re.compile(r"\[(?=disk=)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class Bot:
    """A registered bot and the secret that drives it, which belongs to the portal and not to the webhook."""

    id: int
    token: str

    def call(self, method: str, **params: object) -> Call:
        """Return a call in the bot's name. Its texts are people's own: in a batch none of them is a reference."""
        return Call(method, {"botId": self.id, "botToken": self.token, **params}, literal=True)

    def __repr__(self) -> str:
        return f"Bot({self.id}, <secret>)"


def message_key(*parts: str) -> str:
    """Return a `templateId`: the same parts give the same, for one message *and recipient*.

    It is shaped as a UUID of version 4 in lower case: anything else is ignored by the server without an error, and a
    repetition is then sent anew.
    """
    raw = bytearray(hashlib.blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest())
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def send(bot: Bot, user_id: int, message: str, *, key: str, attach: Attach = "", keyboard: object = None) -> Call:
    """Return the call that sends a message to a person. Repeated with the same `key` it returns the first one's id."""
    fields = {"message": safe(message), "templateId": key, "urlPreview": False, **_more(bot, attach, keyboard)}
    return bot.call(SEND, dialogId=str(user_id), fields=fields)


def update(bot: Bot, message_id: int, message: str, *, attach: Attach = "", keyboard: object = None) -> Call:
    """Return the call that puts a message in the place of one, quietly. What is empty here is taken away there."""
    fields = {"attach": "", "keyboard": "N", "urlPreview": False, **_more(bot, attach, keyboard)}
    # An empty text with nothing else would delete the message.
    return bot.call(UPDATE, messageId=message_id, fields={"message": safe(message) or "\u2060", **fields})


def delete(bot: Bot, message_id: int) -> Call:
    """Return the call that deletes a message without a trace, also where it was read."""
    return bot.call(DELETE, messageId=message_id, complete=True)


def safe(message: str) -> str:
    """Return a text in which no line is taken for another bot's command, and no file is fetched by its number."""
    return _DISK.sub("[\u2060", _LINE.sub("\\1\u2060/", message))


def _more(bot: Bot, attach: Attach, keyboard: object) -> dict[str, object]:
    more: dict[str, object] = {}
    if card := card_of(attach):
        more["attach"] = card
    if keyboard:
        # Without BOT_ID an update drops the buttons that are commands.
        more["keyboard"] = {"BOT_ID": bot.id, "BUTTONS": keyboard}
    return more


def card_of(attach: Attach) -> dict[str, Any]:
    """Return ATTACH in its full form, the only one that an update takes, with a DESCRIPTION for push and mail."""
    given = json.loads(attach) if isinstance(attach, str) and attach else attach
    card: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {"BLOCKS": list(given)} if given else {}
    if card and not card.get("DESCRIPTION"):
        said = " ".join(without_codes(" ".join(_words(card.get("BLOCKS") or []))).split())
        card["DESCRIPTION"] = said[:DESCRIPTION] or "…"
    return card


def _words(value: object) -> list[str]:
    """Return what stands in the blocks, in order, without addresses."""
    if isinstance(value, Mapping):
        return [word for name, each in value.items() if name in _SAID for word in _words(each)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [word for each in value for word in _words(each)]
    return [value] if isinstance(value, str) and value else []


_SAID: Final = ("MESSAGE", "TEXT", "GRID", "NAME", "VALUE", "LINK", "DESC", "USER", "FILE", "IMAGE")
