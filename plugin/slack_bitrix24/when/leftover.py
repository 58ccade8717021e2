"""What is left of a text beside its time: what is stripped, and what shows that the time was not all. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.spelling import misspelt
from slack_bitrix24.when.tokens import Kind, Token

_MARKS = re.compile(r"\s*(?:[,:;–—-]+\s+)?")
# "To" before a verb: what follows is none where it is an article, a pronoun, a preposition, a name or a number.
_TO = re.compile(
    r"to\s+(?!(?:the|an?|my|your|his|her|its|our|their|this|that|these|those|me|you|him|us|them|it|everyone|everybody|all"
    r"|and|or|in|at|on|of|for|from|with|whom|which|dos?\s+lists?|dos|be\s+or)\b)(?=[a-z])"
)
_INFINITIVE = r"[а-яё]+(?:ть|ти|чь|ться|тись|чься)"
_PAST = r"[а-яё]+(?:л|ла|ло|ли|лся|лась|лось|лись)"
_CHTOBY = re.compile(rf"[Чч]тобы\s+(?=(?:не\s+)?(?:{_INFINITIVE}|{_PAST})\b)")
_PARTING = frozenset(":;–—-")
_LONGEST_EMOJI = 100
# The colon of an emoji and the semicolon of an escaped character belong to the text.
_CLOSED = re.compile(r"(?::[\w+'’-]+:|&(?:amp;)?\w+;)\Z")
_CLOCK = re.compile(r"\d\d?:\d\d(?::\d\d)?")
# These want something after them: a time that begins there has lost its beginning. "Turn on" and "drop by" do not.
_WANTING = (
    "and or but every by until till before since for from of the a an except excluding either between",
    "и или либо до после перед к ко на в во с со по о об про для за от из кроме через каждый каждую каждое каждые",
)
_DANGLING = frozenset(" ".join(_WANTING).split())
_PHRASAL = frozenset({"stop", "drop", "swing", "come", "pass", "go", "stand", "get"})
# Months that are words of their own.
_NO_MONTH = ("may", "march", "mar", "sep", "dec", "jun", "jul", "jan", "мар", "май", "мая")


def lead_end(text: str) -> int:
    """Return where a text begins: after blanks, a mark, and the "to" of "remind me to call"."""
    marks = _MARKS.match(text)
    start = marks.end() if marks else 0
    verb = _TO.match(text, start) or _CHTOBY.match(text, start)
    return verb.end() if verb else start


def tail_start(text: str) -> int:
    """Return where the comma or dash begins that parts a text from the time after it."""
    kept = text.rstrip()
    last, before = kept[-1:], kept[-2:-1]
    if _CLOSED.search(kept[-_LONGEST_EMOJI:]):
        return len(kept)
    parting = last == "," or (last in _PARTING and (before.isspace() or (last in ":;" and before.isalnum())))
    return len(kept[:-1].rstrip()) if kept and parting else len(kept)


def bare(text: str, *, before_time: bool) -> str:
    """Return the message that stands before its time, or after it, without "to" and the mark beside the time."""
    if before_time:
        stripped = text[: tail_start(text)].strip()
        verb = _TO.match(stripped) or _CHTOBY.match(stripped)
        stripped = stripped[verb.end() :] if verb else stripped
        return "" if stripped.lower() in ("to", "чтобы") else stripped
    return text[lead_end(text) :].strip()


def stray(left: Sequence[Token], *, time: Sequence[Token]) -> RefusalError | None:
    """Return why the words beside a time show that it was not all understood; None where they are text.

    `left` is what stands before the time.
    """
    words = [token for token in left if token.text not in (",", "–", "—")]
    if not words:
        return None
    last = words[-1]
    low = last.text.lower()
    touching = not time or left[-1].text != "," or low in ("and", "or", "и", "или", "либо")
    phrasal = low == "by" and len(words) > 1 and words[-2].text.lower() in _PHRASAL
    if touching and time and low in _DANGLING and not phrasal:
        return RefusalError("left", last.text)
    if meant := misspelt(last.text):
        return RefusalError("typo", last.text, hint=meant)
    if last.kind is Kind.UNKNOWN and _CLOCK.fullmatch(last.text):
        return RefusalError("no_clock", last.text)
    if last.kind is Kind.MONTH and low.rstrip(".") not in _NO_MONTH:
        return RefusalError("left", last.text)
    if last.kind is Kind.ORDINAL and last.text[0].isdigit():
        return RefusalError("left", last.text)
    if (
        time
        and last.kind in (Kind.NEXT, Kind.LAST, Kind.OTHER)
        and time[0].kind in (Kind.WEEKDAY, Kind.WEEKDAYS, Kind.UNIT)
    ):
        return RefusalError("left", last.text)
    pair = last.kind is Kind.PAIR and len(words) > 1 and words[-2].kind in (Kind.WEEKDAY, Kind.DAY, Kind.AT, Kind.ON)
    return RefusalError("left", last.text) if pair else None
