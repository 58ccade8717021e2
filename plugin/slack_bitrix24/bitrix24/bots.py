"""A bot of a portal: registered once, then sending, editing, deleting and hearing of clicks, through any sign-in.

No public address is needed. https://apidocs.bitrix24.com/api-reference/chat-bots/index.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from slack_bitrix24.bitrix24 import bot_calls
from slack_bitrix24.bitrix24.bot_calls import LONGEST_TOKEN, REVISION, Bot
from slack_bitrix24.bitrix24.bot_files import LARGEST, sent, upload
from slack_bitrix24.bitrix24.caller import Caller
from slack_bitrix24.bitrix24.calls import Attach
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.bitrix24.values import mapping
from slack_bitrix24.errors import Bitrix24Error, Verdict

GONE: Final = frozenset({"MESSAGE_NOT_FOUND"})
EVENTS: Final = 100
"""Events of one answer: where there are as many, there are more."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the bot. Its `data` is unchecked: anyone in the chat may send any parameters."""

    id: int
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


Ask = Callable[[Call], Answer]
"""Makes one call that may be repeated."""


def revision(ask: Ask) -> int:
    """Return the portal's REST revision, 0 where it knows no imbot.v2. Needs the scope `imbot`."""
    try:
        answer = ask(Call("imbot.v2.Revision.get"))
    except Bitrix24Error as error:
        if error.code.upper() == "ERROR_METHOD_NOT_FOUND":
            return 0
        raise
    return int(mapping(answer.result).get("rest") or 0)


def register(ask: Ask, *, code: str, name: str, token: str, avatar: str = "") -> Bot:
    """Return the bot of this code, registered where it is not yet; what is there is left as it is.

    Raise `Bitrix24Error` where the portal is too old for bots, or the code belongs to another token; ValueError for a
    token longer than 40 characters.
    """
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise ValueError(f"a bot's token has 1 to {LONGEST_TOKEN} characters")
    if (found := revision(ask)) < REVISION:
        said = f"the portal's REST revision is {found or 'older'}: bots need {REVISION}; stay with notifications"
        raise Bitrix24Error(said, verdict=Verdict.DEAD)
    properties = {"name": name, **({"avatar": avatar} if avatar else {})}
    fields = {"code": code, "botToken": token, "type": "personal", "eventMode": "fetch", "properties": properties}
    answer = ask(Call("imbot.v2.Bot.register", {"botToken": token, "fields": fields}))
    return Bot(int(mapping(mapping(answer.result).get("bot")).get("id") or 0), token)


class Messages:
    """What one bot does. Threads may share it; `key` makes a repetition safe (see `bot_calls.message_key`)."""

    def __init__(self, caller: Caller, bot: Bot) -> None:
        self._caller, self.bot = caller, bot

    def send(self, user_id: int, text: str, *, key: str, attach: Attach = "", keyboard: object = None) -> int:
        """Send a message to a person and return its id; with a key that was used before, the first one's.

        A dismissed person's id is answered too: ask `Bitrix24.users_by_id` first. Raise `Bitrix24Error`.
        """
        call = bot_calls.send(self.bot, user_id, text, key=key, attach=attach, keyboard=keyboard)
        return message_id(self._caller.call(call, repeatable=True).result)

    def update(self, id: int, text: str, *, attach: Attach = "", keyboard: object = None) -> None:  # noqa: A002 - Bitrix24's word
        """Put a text in the place of a message: quietly, however old it is. May be repeated."""
        self._caller.call(bot_calls.update(self.bot, id, text, attach=attach, keyboard=keyboard), repeatable=True)

    def delete(self, id: int) -> bool:  # noqa: A002 - Bitrix24's word
        """Take a message away without a trace; False where it is not there any more."""
        try:
            self._caller.call(bot_calls.delete(self.bot, id), repeatable=True)
        except Bitrix24Error as error:
            if error.code.upper() in GONE:
                return False
            raise
        return True

    def find(self, user_id: int, key: str) -> int:
        """Return the id of what was sent under a key, looked for among the dialog's last hundred messages; 0: none."""
        return sent(lambda call: self._caller.call(call, repeatable=True), self.bot, user_id).get(key, 0)

    def upload(self, user_id: int, source: Path | bytes, name: str = "", *, text: str = "") -> int:
        """Put a file (100 MB at most) into the chat with a person, as a message of its own; return the message's id.

        Not repeated after a lost answer: it would be there twice. Raise `Bitrix24Error`, ValueError for one too large.
        """
        if isinstance(source, bytes) and not name:
            raise ValueError("bytes need a name")
        content = source if isinstance(source, bytes) else source.read_bytes()
        if len(content) > LARGEST:
            raise ValueError(f"a file has at most {LARGEST // 1024 // 1024} MB")
        called = name or Path(str(source)).name
        answer = self._caller.call(upload(self.bot, user_id, content, name=called, said=text))
        return int(mapping(answer.result).get("messageId") or 0)

    def events(self, offset: int = 0) -> tuple[list[Event], int]:
        """Return what happened, and the offset for the next call, which deletes it: keep it after your work is done.

        One reader for each bot; what is not read within 24 hours is gone.
        """
        return events(lambda call: self._caller.call(call, repeatable=True), self.bot, offset)

    def command(self, name: str) -> int:
        """Register a hidden command for buttons and return its id; one that is there is returned. Safe to repeat."""
        return command(lambda call: self._caller.call(call, repeatable=True), self.bot, name)


def events(ask: Ask, bot: Bot, offset: int) -> tuple[list[Event], int]:
    """Return what happened since an offset (0: all that is kept), and the next one. Raise `Bitrix24Error`."""
    params: dict[str, object] = {"limit": EVENTS, **({"offset": offset} if offset else {})}
    result = mapping(ask(bot.call("imbot.v2.Event.get", **params)).result)
    rows: Sequence[Any] = result.get("events") or []
    found = [Event(int(row["eventId"]), str(row.get("type") or ""), mapping(row.get("data"))) for row in rows]
    return found, int(result.get("nextOffset") or offset)


def command(ask: Ask, bot: Bot, name: str) -> int:
    """Register a hidden command and return its id. Raise `Bitrix24Error`."""
    fields = {"command": name, "hidden": True, "common": False}
    answer = ask(bot.call("imbot.v2.Command.register", fields=fields))
    return int(mapping(mapping(answer.result).get("command")).get("id") or 0)


def message_id(result: object) -> int:
    """Return the id in the answer to a send; raise `Bitrix24Error` where there is none."""
    number = int(mapping(result).get("id") or 0)
    if not number:
        raise Bitrix24Error("the answer to the bot's message holds no id", verdict=Verdict.UNKNOWN)
    return number
