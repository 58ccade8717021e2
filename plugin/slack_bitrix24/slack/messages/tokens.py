"""What stands in Slack's angle brackets, by its grammar: mentions, dates, links. No I/O.

Senders do not escape, so `<front>`, `<b>` or `<std::string>` are words and not tokens
(https://docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from slack_bitrix24.document import Date, Emoji, Link, Mention, Span, Text

Label: TypeAlias = Callable[[str], tuple[Text | Emoji, ...]]

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://.|(?:mailto|tel|sms|callto|skype|sips?|xmpp|magnet):.", re.IGNORECASE)
"""The beginning of what can be linked; `std::string` is not."""

SLACK_USER = re.compile(r"[UWB][A-Z0-9]{2,}")
_BROADCASTS = {"here": "here", "channel": "channel", "group": "channel", "everyone": "everyone"}
_USER = re.compile(r"@([\w.-]+)(?:\|(.*))?")
_CHANNEL = re.compile(r"#([A-Z][A-Z0-9]+)(?:\|(.*))?")
_GROUP = re.compile(r"!subteam\^(\w+)(?:\|(.*))?")
_DATE = re.compile(r"!date\^(-?\d{1,12})(?:\.\d+)?\^([^|^]*)(?:\^([^|]*))?(?:\|(.*))?")
_COMMAND = re.compile(r"!([\w^-]+)(?:\|(.*))?")
_HALF = re.compile(r"[/?#][^\s|]*|(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?(?:[/?#][^\s|]*)?", re.IGNORECASE)
_END_OF_TIME = 253_402_300_799  # 9999-12-31: no calendar goes further


def decode(text: str) -> str:
    """Return the text with Slack's three entities decoded, each exactly once, and its invisible joiners gone."""
    if "\u034f" in text:  # Healthchecks puts one before each * so that Slack makes nothing bold
        text = text.replace("\u034f", "")
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def read(inside: str, label: Label) -> Span | None:
    """Return what `<inside>` means; None where it is no token, and the brackets are the sender's own."""
    if inside[:1] == "@":
        return _user(inside)
    if inside[:1] == "#":
        found = _CHANNEL.fullmatch(inside)
        return Mention("channel", found[1], _name(found[2], "#")) if found else None
    if inside[:1] == "!":
        return _command(inside)
    return _link(inside, label)


def _name(label: str | None, mark: str) -> str:
    return decode(label or "").strip().removeprefix(mark)


def _user(inside: str) -> Span | None:
    found = _USER.fullmatch(inside)
    if not found:
        return None
    user, name = found[1], _name(found[2], "@")
    if user in _BROADCASTS:
        return Mention("broadcast", _BROADCASTS[user], user)
    if not SLACK_USER.fullmatch(user):
        name = name or user
    return Mention("user", user, name)


def _command(inside: str) -> Span | None:
    group = _GROUP.fullmatch(inside)
    if group:
        return Mention("group", group[1], _name(group[2], "@"))
    date = _DATE.fullmatch(inside)
    if date:
        return _date(date)
    command = _COMMAND.fullmatch(inside)
    if command and command[1] in _BROADCASTS:
        return Mention("broadcast", _BROADCASTS[command[1]], command[1])
    return Text(decode(command[2])) if command and command[2] else None


def _date(found: re.Match[str]) -> Span:
    form, link, fallback = decode(found[2]), decode(found[3] or "").strip(), decode(found[4] or "")
    timestamp = int(found[1])
    if not 0 <= timestamp <= _END_OF_TIME:
        return Text(fallback or form)
    return Date(timestamp, form, fallback, link)


def _link(inside: str, label: Label) -> Span | None:
    head, bar, words = inside.partition("|")
    url = decode(head.strip().strip("'\""))
    if not ADDRESS.match(url):
        quoted = head[:1] in ("'", '"') and url
        if not (bar and words and (quoted or _HALF.fullmatch(url))):
            return None
    elif not bar and re.search(r"\s", url):
        return None
    return link(url, label(words))


def link(url: str, label: tuple[Text | Emoji, ...]) -> Link:
    """Return a link; a label that says no more than its address is dropped."""
    spoken = "".join(span.text for span in label if isinstance(span, Text))
    return Link(url, () if not label or spoken == url else label)
