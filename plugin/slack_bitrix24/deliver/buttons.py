"""The buttons below a message of the bot: open it in Slack, take it; and which clicks count. No I/O.

Whoever is in the chat may send any parameters, so a click counts only by what is known here: the notification, its
reader, and a nonce that only the holder of the bot's secret can make. Bitrix24 server source, main 26.250 (2026-04).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from slack_bitrix24.bitrix24.bot_calls import Bot, message_key
from slack_bitrix24.bitrix24.bots import Event
from slack_bitrix24.bitrix24.values import mapping
from slack_bitrix24.document import Paragraph, Text
from slack_bitrix24.model import OVER_KEY, Notification, State, Stored, is_over
from slack_bitrix24.render.bbcode import render
from slack_bitrix24.render.dialect import BOT
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.store import Taking

COMMAND: Final = "ack"
TAKEN_KEY: Final = "taken:"
"""How the keys begin of what goes out once more to say who took it: it never rings."""
CLICKED: Final = "ONIMBOTV2COMMANDADD"
_PARAMS: Final = re.compile(r"([1-9][0-9]{0,17}) ([0-9a-f]{32})", re.ASCII)


def english(_: Notification) -> str:
    """Return the language of whoever is not known."""
    return "en"


def utc(_: Notification) -> str:
    """Return the time zone of whoever is not known."""
    return "UTC"


def nowhere(_: Notification) -> str:
    """Return no address."""
    return ""


@dataclass(frozen=True, slots=True)
class Buttons:
    """`sources` gives those whose messages can be taken now; `link` the address of one in Slack, empty if unknown.

    `loud` gives the sources of which an edit comes as a new message; `language` (en or ru) and `zone` (an IANA name)
    those of a reader.
    """

    sources: Callable[[], frozenset[str]] = frozenset
    link: Callable[[Notification], str] = nowhere
    loud: Callable[[], frozenset[str]] = frozenset
    language: Callable[[Notification], str] = english
    zone: Callable[[Notification], str] = utc

    def of(self, bot: Bot, one: Stored, *, taken: bool) -> list[dict[str, str]]:
        """Return the buttons of a message; what was taken can't be taken again, nor what is over."""
        note = one.notification
        if note.source not in self.sources():
            return []
        made, language = [], self.language(note)
        if url := self.link(note):
            made.append({"TEXT": say(language, "open_in_slack"), "LINK": url, "DISPLAY": "LINE"})
        if not taken and not is_over(note):
            params = f"{one.id} {nonce(bot, note)}"
            take = {"TEXT": say(language, "take_it"), "COMMAND": COMMAND, "COMMAND_PARAMS": params, "BLOCK": "Y"}
            made.append({**take, "DISPLAY": "LINE", "BG_COLOR_TOKEN": "primary"})
        return made

    def told(self, note: Notification, taking: Taking) -> str:
        """Return what a reader is told of who took it: in their language, by their clock."""
        at = datetime.fromtimestamp(taking.at, ZoneInfo(self.zone(note)))
        said = say(self.language(note), "taken", name=taking.by, time=f"{at:%H:%M}")
        return render((Paragraph((Text(said, italic=True),)),), BOT)


@dataclass(frozen=True, slots=True)
class Click:
    """A click as it was heard: the message, who clicked (and their name there), what the button's parameters say."""

    message: int
    user: int
    name: str
    notification: int
    nonce: str


def nonce(bot: Bot, note: Notification) -> str:
    """Return what only a button of ours holds: the same for all versions of what one person reads."""
    return hmac.new(bot.token.encode(), f"{note.recipient}|{note.tag}".encode(), hashlib.sha256).hexdigest()[:32]


def read(event: Event) -> Click | None:
    """Return the click that an event tells of; None for all else."""
    command, message, user = (mapping(event.data.get(name)) for name in ("command", "message", "user"))
    found = _PARAMS.fullmatch(str(command.get("params") or ""))
    if event.type != CLICKED or str(command.get("command") or "").lstrip("/") != COMMAND or not found:
        return None
    name = " ".join(str(user.get("name") or "").split())[:100]
    return Click(_number(message.get("id")), _number(user.get("id")), name, int(found[1]), found[2])


def refusal(click: Click, one: Stored | None, bot: Bot, *, portal: str) -> str:
    """Return why a click does not count; empty where it does."""
    if one is None or one.notification.kind != "bot" or one.notification.recipient.portal != portal:
        return "no such message"
    if one.notification.recipient.user_id != click.user:
        return "somebody else's message"
    if not hmac.compare_digest(nonce(bot, one.notification), click.nonce):
        return "not a button of ours"
    # Its answer may still be on the way: then the nonce alone tells.
    return "" if one.bitrix24_id in (None, click.message) else "another message"


def shown_again(newest: Iterable[Stored]) -> list[Notification]:
    """Return what goes out once more so that its readers see who took it: what each has now.

    What was never sent will say it anyway.
    """
    return [
        replace(one.notification, key=_key_again(one.notification), author="", not_before=0.0)
        for one in newest
        if one.notification.kind == "bot" and (one.state in (State.DELIVERED, State.SENDING) or _may_be_there(one))
    ]


def is_shown_again(note: Notification) -> bool:
    """Tell whether it goes out once more only to say who took it."""
    return note.key.removeprefix(OVER_KEY).startswith(TAKEN_KEY)


def _key_again(note: Notification) -> str:
    return (OVER_KEY if is_over(note) else "") + TAKEN_KEY + message_key("taken", note.key)


def _may_be_there(one: Stored) -> bool:
    # Under its key the portal would answer the first one's id, and change nothing of it.
    return one.state is State.PENDING and one.sent_at is not None


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
