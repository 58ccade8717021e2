"""What a slash command asks: its text becomes an intent. No I/O.

With `should_escape` on, Slack writes mentions as <@U…|name>, <!subteam^S…|@handle>, <#C…|name>; off, as typed.
https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

import re
from collections.abc import Callable
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
Known: TypeAlias = Callable[[str], bool]
"""Tells whether a bare id (U024BE7LH) or a typed full name (@First Last) is somebody's."""

# An address ends at a blank, a comma, or a colon as in "@anna: hello"; what goes on is a word of the text.
_WORDS = re.compile(r"(?:me|я|мне|себе|here|channel)(?=[\s,]|:\s|:?\Z)", re.IGNORECASE)
_IDS = re.compile(r"[UWSCG][A-Z0-9]{5,}(?=[\s,]|:\s|:?\Z)")
# An escaped mention may touch punctuation; where a letter or an apostrophe follows, it is a word of the text.
_ESCAPED = re.compile(
    r"(?:<@[UW][A-Z0-9]+(?:\|[^>]*)?>|<!subteam\^S[A-Z0-9]+(?:\|[^>]*)?>|<!(?:here|channel|everyone)(?:\|[^>]*)?>"
    r"|<\#[CG][A-Z0-9]+(?:\|[^>]*)?>)(?![\w'’]|-\w)"
)
_TYPED = re.compile(r"(?:@\w(?:[\w.'’-]*\w)?|(?i:bitrix24):(?:[\w.-]+/)?\d+)(?=[\s,]|:\s|:?\Z)")
_BETWEEN = re.compile(r"\s*(?:,\s*)*")
_JOINER = re.compile(r"(?:and|и|&amp;|&)\s+", re.IGNORECASE)
_ME_TOO = re.compile(r"(?:me|мне)(?=[\s,]|:\s|:?\Z)", re.IGNORECASE)
_NAME_ON = re.compile(r"[ \t]+[^\W\d_](?:[\w.'’-]*\w)?(?=[\s,]|:\s|:?\Z)")
_NAME_WORDS = 4
"""Words of a name that is typed without quotes."""
_WORD = re.compile(r"\S+")
_ID = re.compile(r"[#№]?(\d{1,18})\.?")
_IS = re.compile(r"(?:is|are|такой|такая|такие|это)\s+", re.IGNORECASE)
_AFTER_VERB = ",.:;!?"


def parse(text: str, *, known: Known = lambda _address: False) -> Intent:
    """Read the text of a slash command, English or Russian.

    A bare id and a full name are addresses only where they are `known`: WINDOWS11 has the form of an id.
    """
    start = len(text) - len(text.lstrip())
    first = _WORD.match(text, start)
    if first is None:
        return Form()
    word = first[0].lower()
    verb = _VERB_OF.get(word) or _VERB_OF.get(word.rstrip(_AFTER_VERB))
    if verb:
        return _command(verb, text[first.end() :].lstrip(), known)
    addresses, message = leading(text[start:], known=known)
    if not addresses:
        return Unclear("nobody", word=first[0], hint=_meant(first[0]))
    return Notify(addresses, message) if message.strip() else Form(addresses)


def _command(verb: str, rest: str, known: Known) -> Intent:
    match verb:
        case "remind":
            return _remind(rest, known)
        case "who":
            return _who(rest, known)
        case "cancel" | "status":
            return _numbered(verb, rest)
        case "reminders":
            return Reminders()
    return Help()


def _remind(rest: str, known: Known) -> Intent:
    addresses, what = leading(rest, known=known, me_too=True)
    if not what.strip():
        return Form(addresses, remind=True)
    # As in Slack's own /remind, who names nobody means oneself.
    return Remind(addresses or ("me",), what)


def _who(rest: str, known: Known) -> Intent:
    asked = rest.rstrip(" \t\n?")
    is_who = _IS.match(asked)
    addresses, further = leading(asked[is_who.end() :] if is_who else asked, known=known)
    word = _WORD.match(further)
    return Unclear("address", word=word[0], verb="who") if word else Who(addresses)


def _numbered(verb: str, rest: str) -> Intent:
    if verb == "status" and not rest:
        return Status()
    number = _ID.fullmatch(rest.strip())
    if number is None:
        return Unclear("id", word=rest.strip(), verb=verb)
    return Cancel(int(number[1])) if verb == "cancel" else Status(int(number[1]))


def leading(text: str, *, known: Known, me_too: bool = False) -> tuple[tuple[str, ...], str]:
    """Part the leading addresses from the rest, which stays as it is but for the white space before it.

    After a comma or "and" only what is marked as an address is one; "me", "here" and "channel" also at the beginning,
    and after a comma or "and" where nothing but further addresses follows them. `me_too`: "and me" is always one, as in
    "remind @anna and me to call".
    """
    found: list[str] = []
    place = end = 0
    read = _first
    while match := read(text, place, known):
        found.append(" ".join(match.split()) if match.startswith("@") else match)
        end = place + len(match)
        place = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing, too
        read = _after_comma if "," in text[end:place] else _after_blank
        joiner = _JOINER.match(text, place) if place > end else None
        if joiner and _joined(text, joiner.end(), known, me_too=me_too):
            place = joiner.end()
            read = _first
    if text.startswith(":", end) and not text[end + 1 : end + 2].strip():
        place = end + 1
    return tuple(found), text[place:].lstrip() if found else text


def _joined(text: str, place: int, known: Known, *, me_too: bool) -> bool:
    """Tell whether an address follows "and"."""
    return bool((me_too and _ME_TOO.match(text, place)) or _after_comma(text, place, known))


def _first(text: str, place: int, known: Known) -> str:
    word = _WORDS.match(text, place)
    return word[0] if word else _after_blank(text, place, known)


def _after_blank(text: str, place: int, known: Known) -> str:
    bare = _IDS.match(text, place)
    return bare[0] if bare and known(bare[0]) else _marked(text, place, known)


def _after_comma(text: str, place: int, known: Known) -> str:
    if marked := _marked(text, place, known):
        return marked
    word = _WORDS.match(text, place)
    if word is None:
        return ""
    following = text[word.end() :].lstrip()
    return word[0] if not following or following.startswith(",") or _marked(following, 0, known) else ""


def _marked(text: str, place: int, known: Known) -> str:
    """Return the address with a mark of its own that stands here: <@U…>, @name, bitrix24:10."""
    if escaped := _ESCAPED.match(text, place):
        return escaped[0]
    typed = _TYPED.match(text, place)
    if typed is None:
        return ""
    if not typed[0].startswith("@"):
        return typed[0]
    ends = [typed.end()]
    while len(ends) < _NAME_WORDS and (further := _NAME_ON.match(text, ends[-1])):
        ends.append(further.end())
    for end in reversed(ends[1:]):
        if known(text[place:end]):
            return text[place:end]
    # "@bob's laptop" is about Bob; "@o'brien" is somebody.
    return "" if {"'", "’"} & set(typed[0]) and not known(typed[0]) else typed[0]


def _meant(word: str) -> str:
    """Name the command that a mistyped word is close to, if any."""
    close = get_close_matches(word.lower(), _VERB_OF, n=1, cutoff=0.75)
    return close[0] if close else ""
