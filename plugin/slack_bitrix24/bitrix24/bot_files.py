"""Files that a bot puts into a dialog, each a message of its own. No I/O but by `ask`.

An upload has no key that makes a repetition safe, and a name that is taken gets a number: so each carries a mark in its
text, by which it is looked for before it goes again. Bitrix24 server source, main 26.250 (2026-04).
https://apidocs.bitrix24.com/api-reference/chat-bots/chat-bots-v2/imbot.v2/files/file-upload.html
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from slack_bitrix24.bitrix24.bot_calls import Bot, safe
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.bitrix24.values import mapping, whole

UPLOAD: Final = "imbot.v2.File.upload"
LARGEST: Final = 100 * 1024 * 1024
"""Bytes of one file."""
REFUSED: Final = frozenset({"FILE_EMPTY", "FILE_INVALID_CONTENT", "FILE_TOO_LARGE"})
"""What is said of a file that no repetition would bring in."""
PAGES: Final = 20
"""Answers of fifty messages in which a mark is looked for."""
RANGE: Final = 50
"""Messages of one answer."""
_NAME: Final = re.compile(r"[/\\\x00-\x1f\x7f]")

Ask = Callable[[Call], Answer]


def upload(bot: Bot, user_id: int, content: bytes, *, name: str, said: str = "") -> Call:
    """Return the call that puts a file into the dialog with a person, `said` below it. Never to be repeated unseen."""
    fields = {"name": _NAME.sub("_", name) or "file", "content": base64.b64encode(content).decode("ascii")}
    return bot.call(UPLOAD, dialogId=str(user_id), fields={**fields, **({"message": safe(said)} if said else {})})


def marked(ask: Ask, bot: Bot, user_id: int, *, after: int) -> dict[str, int]:
    """Return the ids of the bot's messages to a person that came after this one, by each line of their text.

    Raise `Bitrix24Error`. The newest thousand are looked through.
    """
    found: dict[str, int] = {}
    for number, row in _own(ask, bot, user_id, pages=PAGES, after=after):
        found.update((line.strip(), number) for line in str(row.get("text") or "").splitlines())
    return found


def sent(ask: Ask, bot: Bot, user_id: int) -> dict[str, int]:
    """Return the ids of the bot's last hundred messages to a person, by the keys that they were sent under.

    Raise `Bitrix24Error`.
    """
    return {str(row["uuid"]): number for number, row in _own(ask, bot, user_id, pages=2) if row.get("uuid")}


def _own(ask: Ask, bot: Bot, user_id: int, *, pages: int, after: int = 0) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the bot's own messages behind one, page by page from the newest on; some may come twice."""
    chat = mapping(mapping(ask(bot.call("imbot.v2.Chat.get", dialogId=str(user_id))).result).get("chat"))
    last = whole(chat.get("lastMessageId")) or 0
    for _ in range(pages):
        if last <= after:
            return
        page = mapping(ask(bot.call("imbot.v2.Chat.Message.getContext", messageId=last, range=RANGE)).result)
        rows = [(whole(row.get("id")) or 0, row) for row in page.get("messages") or () if isinstance(row, Mapping)]
        yield from ((id_, row) for id_, row in rows if id_ > after and whole(row.get("authorId")) == bot.id)
        first = min((id_ for id_, _ in rows), default=0)
        if not page.get("hasPrevPage") or first >= last:
            return
        last = first
