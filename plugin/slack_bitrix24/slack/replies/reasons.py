"""Why something has not arrived: what it means for people, and for administrators what Bitrix24 said. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from slack_bitrix24.model import State, Stored
from slack_bitrix24.slack.replies.words import WORDS, say

MOST: Final = 300
"""Characters of a reason: what a proxy answered may be a whole page."""
NO_ANSWER: Final = "NO_ANSWER"
"""The code of a portal that is away: it said nothing, so that the code is our own."""
_STOPS: Final = {NO_ANSWER: "stop_away", "OVERLOAD_LIMIT": "stop_overload", "PAYMENT_REQUIRED": "stop_plan"}
"""All other codes of a stop say that the sign-in, its rights or its scopes are not as they should be."""
_WAITS: Final = {
    "QUERY_LIMIT_EXCEEDED": "waits_slower",
    "OPERATION_TIME_LIMIT": "waits_slower",
    "UPDATE_SOON": "waits_update",
}
_INSIDE: Final = " (result: false)"
"""What Bitrix24 answered in JSON: no word for people."""


class Stopped(NamedTuple):
    """What a portal's lane is stopped for: Bitrix24's code, and what it said."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads. `admin`: they can mend it. `told`: some administrator hears of a portal that stands still."""

    lang: str
    admin: bool = False
    told: bool = True


def of(one: Stored, stopped: Stopped | None, reader: Reader) -> str:
    """Return why a notification has not arrived (yet)."""
    if one.state is State.DEAD:
        return refused(one, reader)
    if stopped is not None:
        kept = "kept" if stopped.code == NO_ANSWER or not reader.told or reader.admin else "kept_told"
        return say(reader.lang, kept, why=stop(stopped, reader))
    if not one.error:
        return say(reader.lang, "not_answered_yet" if one.state is State.SENDING else "not_sent_yet")
    return _with_code(say(reader.lang, _WAITS.get(one.code, "waits_again")), one, reader)


def refused(one: Stored, reader: Reader) -> str:
    """Return why a notification is dead: who it was for, as far as the portal told, else Bitrix24's own sentence."""
    if f"why_{one.code}" in WORDS:
        known = say(reader.lang, f"why_{one.code}", user=one.notification.recipient.user_id)
        said = known if reader.lang != "en" else _line(one.error.replace(_INSIDE, "")) or known
        return f"{said} ({one.code})" if reader.admin else said
    inside = one.error.replace(f"{one.code}: ", "", 1) if one.code else one.error
    sentence = _line(inside.replace(_INSIDE, ""))
    if reader.admin or not sentence:
        return _line(one.error) or say(reader.lang, "not_sent_yet")
    return say(reader.lang, "refused", why=sentence)


def stop(stopped: Stopped, reader: Reader) -> str:
    """Return why a portal takes nothing, as a part of a sentence."""
    words = say(reader.lang, _STOPS.get(stopped.code.upper(), "stop_access"))
    return f"{words} ({_line(stopped.reason)})" if reader.admin and stopped.reason else words


def _with_code(words: str, one: Stored, reader: Reader) -> str:
    return f"{words} ({_line(one.error)})" if reader.admin else words


def _line(reason: str) -> str:
    """Return a reason as a part of a sentence of ours: one line, without a full stop of its own."""
    return " ".join(reason.split())[:MOST].rstrip(". ")
