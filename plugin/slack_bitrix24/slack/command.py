"""What a slash command asks: its text becomes an intent. No I/O.

With `should_escape` on, Slack writes mentions as <@U…|name>, <!subteam^S…|@handle>, <#C…|name>; off, as typed.
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Notify:
    """Notify these addresses now; `text` is mrkdwn exactly as it came."""

    addresses: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind these addresses; `rest` holds the text and the time."""

    addresses: tuple[str, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class Reminders:
    """List the upcoming reminders."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel a reminder."""

    id: int


@dataclass(frozen=True, slots=True)
class Status:
    """Tell what became of my last notifications, or of one."""

    id: int | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Tell whom the mapping file takes these for; with no address, the person who asks."""

    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be typed."""


@dataclass(frozen=True, slots=True)
class Form:
    """Open the form, with these addresses in it. `remind` when a reminder was begun."""

    addresses: tuple[str, ...] = ()
    remind: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """The command can't be read.

    `reason`: "nobody" (the first word, `word`, is neither a command nor an address; `hint` may name the command that
    was meant), "id" (`verb` needs a number), "address" (`word` is none).
    """

    reason: Literal["nobody", "id", "address"]
    word: str = ""
    verb: str = ""
    hint: str = ""


Intent: TypeAlias = Notify | Remind | Reminders | Cancel | Status | Who | Help | Form | Unclear

_VERBS = {
    "remind": "remind напомни напомните напомнить",
    "reminders": "reminders напоминания",
    "cancel": "cancel отмени отмените отменить отмена",
    "status": "status статус",
    "who": "who кто",
    "help": "help помощь помоги справка ?",
}
_VERB_OF = {word: verb for verb, words in _VERBS.items() for word in words.split()}
_WORDS = r"me|я|мне|here|channel"
_SLACK_IDS = r"[UWSCG](?=[A-Z]*\d)[A-Z0-9]{6,}"
# After another address "CRITICAL" and "SERVER01" are text: only what looks like an id of today's is one.
_LATER_IDS = r"[UWSCG]\d[A-Z0-9]{6,}"
_MARKED = (
    r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>|<!subteam\^S[A-Z0-9]+(?:\|[^>]*)?>|<!(?:here|channel|everyone)(?:\|[^>]*)?>"
    r"|<\#[CG][A-Z0-9]+(?:\|[^>]*)?>|@\w(?:[\w.'’-]*\w)?|(?i:bitrix24):(?:[\w.-]+/)?\d+"
)
# An escaped mention may touch what follows; anything else ends at white space, a comma, or a colon before white space.
_END = r"(?:(?<=>)|(?=[\s,]|:\s|:?\Z))"
_FIRST = re.compile(rf"(?:{_MARKED}|(?i:{_WORDS})|{_SLACK_IDS}){_END}")
_LATER = re.compile(rf"(?:{_MARKED}|{_LATER_IDS}){_END}")
_BETWEEN = re.compile(r"\s*(?:,\s*)*")
_WORD = re.compile(r"\S+")
_ID = re.compile(r"[#№]?(\d{1,18})")


def parse(text: str) -> Intent:
    """Read the text of a slash command, English or Russian."""
    start = len(text) - len(text.lstrip())
    first = _WORD.match(text, start)
    if first is None:
        return Form()
    verb = _VERB_OF.get(first[0].lower())
    if verb:
        return _command(verb, text[first.end() :].lstrip())
    addresses, message = _addresses(text[start:])
    if not addresses:
        return Unclear("nobody", word=first[0], hint=_meant(first[0]))
    return Notify(addresses, message) if message.strip() else Form(addresses)


def _command(verb: str, rest: str) -> Intent:
    match verb:
        case "remind":
            return _remind(rest)
        case "who":
            return _who(rest)
        case "cancel" | "status":
            return _numbered(verb, rest)
        case "reminders":
            return Reminders()
    return Help()


def _remind(rest: str) -> Intent:
    addresses, what = _addresses(rest)
    if not what.strip():
        return Form(addresses, remind=True)
    # As in Slack's own /remind, who names nobody means oneself.
    return Remind(addresses or ("me",), what)


def _who(rest: str) -> Intent:
    addresses, further = _addresses(rest.rstrip(" \t\n?"))
    word = _WORD.match(further)
    return Unclear("address", word=word[0], verb="who") if word else Who(addresses)


def _numbered(verb: str, rest: str) -> Intent:
    if verb == "status" and not rest:
        return Status()
    number = _ID.fullmatch(rest.strip())
    if number is None:
        return Unclear("id", word=rest.strip(), verb=verb)
    return Cancel(int(number[1])) if verb == "cancel" else Status(int(number[1]))


def _addresses(text: str) -> tuple[tuple[str, ...], str]:
    """Part the leading addresses from the rest, which stays as it is but for the white space before it.

    "me", "here" and "channel" are addresses at the beginning or after a comma: elsewhere they begin the text.
    """
    found: list[str] = []
    place = end = 0
    pattern = _FIRST
    while match := pattern.match(text, place):
        found.append(match[0])
        end = match.end()
        between = _BETWEEN.match(text, end)
        place = between.end() if between else end
        pattern = _FIRST if "," in text[end:place] else _LATER
    if text.startswith(":", end) and not text[end + 1 : end + 2].strip():
        place = end + 1
    return tuple(found), text[place:].lstrip() if found else text


def _meant(word: str) -> str:
    """Name the command that a mistyped word is close to, if any."""
    close = get_close_matches(word.lower(), _VERB_OF, n=1, cutoff=0.75)
    return close[0] if close else ""
