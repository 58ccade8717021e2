"""The bots of a portal, their commands, dialogs and events. No I/O; whoever calls holds the portal's lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slack_bitrix24.sandbox.portal.bots.uuids import Uuids
from slack_bitrix24.sandbox.portal.envelope import Json, iso

FIRST_BOT, FIRST_MESSAGE = 500, 70_000
EVENT_LIFE = 86_400.0
"""Seconds after which an agent deletes an event that nobody fetched."""
STUB, VANISHED = "stub", "vanished"


@dataclass
class Command:
    """A command that a bot knows."""

    id: int
    bot_id: int
    name: str
    common: bool = False
    hidden: bool = False
    extranet: bool = False

    def json(self) -> Json:
        """Return it as imbot.v2 does."""
        told = {"id": self.id, "botId": self.bot_id, "command": f"/{self.name}", "common": self.common}
        return told | {"hidden": self.hidden, "extranetSupport": self.extranet}


@dataclass
class Event:
    """Something that a bot is told of."""

    id: int
    type: str
    at: float
    data: Json

    def json(self) -> Json:
        """Return it as Event.get does."""
        return {"eventId": self.id, "type": self.type, "date": iso(int(self.at)), "data": self.data}


@dataclass
class Bot:
    """A bot; `owner` is the application's client id, or "custom" and the bot's token."""

    id: int
    code: str
    owner: str = field(repr=False)
    name: str
    kind: str = "bot"
    mode: str = "fetch"
    hidden: bool = False
    reactions: bool = True
    commands: dict[int, Command] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def json(self) -> Json:
        """Return it as imbot.v2 does."""
        told = {"id": self.id, "code": self.code, "type": self.kind, "isHidden": self.hidden, "eventMode": self.mode}
        told |= {"isReactionsEnabled": self.reactions, "isSupportOpenline": False, "backgroundId": None}
        return told | {"language": "en", "moduleId": "rest", "countCommand": len(self.commands)}


@dataclass
class Message:
    """One message in the dialog of a bot and a person; `author_id` 0 is a system message.

    `gone`: "" while it is there, "stub" when the reader sees that one was deleted, "vanished".
    """

    id: int
    bot_id: int
    user_id: int
    author_id: int
    text: str
    date: float
    attach: Json | None = None
    keyboard: list[Json] = field(default_factory=list)
    uuid: str = ""
    viewed: bool = False
    edited: bool = False
    spinning: bool = False
    gone: str = ""
    file: Json | None = None

    @property
    def chat_id(self) -> int:
        """The id of the dialog's chat."""
        return self.bot_id * 100_000 + self.user_id


@dataclass
class Bots:
    """All of them."""

    bots: dict[int, Bot] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    uuids: Uuids = field(default_factory=Uuids)
    clicks: dict[tuple[int, int], float] = field(default_factory=dict)
    listeners: list[Callable[[Json], None]] = field(default_factory=list)
    _last: dict[str, int] = field(default_factory=dict)
    _dialogs: dict[tuple[int, int], list[Message]] = field(default_factory=dict)

    def next_id(self, kind: str, first: int) -> int:
        """Return an id that no `kind` of thing had."""
        self._last[kind] = self._last.get(kind, first) + 1
        return self._last[kind]

    def add(self, message: Message) -> bool:
        """Keep a message; tell whether its dialog is new."""
        new = not self.dialog(message.bot_id, message.user_id)
        self.messages[message.id] = message
        self._dialogs.setdefault((message.bot_id, message.user_id), []).append(message)
        self.tell(message)
        return new

    def dialog(self, bot_id: int, user_id: int) -> list[Message]:
        """Return the messages of a bot and a person that are there or left a stub, the oldest first."""
        return [one for one in self._dialogs.get((bot_id, user_id), ()) if one.gone != VANISHED]

    def happen(self, bot: Bot, kind: str, data: Json, *, now: float) -> None:
        """Let a bot hear of something."""
        event = Event(self.next_id("event", 1000), kind, now, {"bot": bot.json(), **data, "language": "en"})
        bot.events.append(event)

    def fetch(self, bot: Bot, offset: int, limit: int, *, now: float) -> tuple[list[Event], bool]:
        """Return events from `offset` on, and whether there are more; those below it are deleted for good."""
        bot.events = [one for one in bot.events if one.id >= offset and now - one.at < EVENT_LIFE]
        return bot.events[:limit], len(bot.events) > limit

    def tell(self, message: Message) -> None:
        """Tell whoever looks on that a dialog has changed."""
        for listener in self.listeners:
            listener({"change": "chat", "bot_id": message.bot_id, "user_id": message.user_id, "id": message.id})

    def clear(self) -> None:
        """Forget dialogs, keys and events; bots and commands stay, ids go on."""
        self.messages.clear()
        self._dialogs.clear()
        self.uuids = Uuids()
        self.clicks.clear()
        for bot in self.bots.values():
            bot.events.clear()


def flag(value: object) -> bool:
    """Return a flag of imbot.v2: true, or "Y"."""
    return value is True or str(value).upper() in {"Y", "1", "TRUE"}


def named(fields: Any) -> dict[str, Any]:
    """Return the fields of a call by their names in lower case without underscores: only this level is so lenient."""
    if not isinstance(fields, dict):
        return {}
    return {str(name).replace("_", "").lower(): value for name, value in fields.items()}
