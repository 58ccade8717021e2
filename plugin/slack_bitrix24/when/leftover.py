"""What is left of a text beside its time: what is stripped, and what shows that the time was not all. No I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence

from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.spelling import misplaced, misspelt
from slack_bitrix24.when.tokens import FRACTIONS, Kind, Token, Unit, is_date

_MARKS = re.compile(r"\s*(?:[,:;–—-]+\s+)?")
# "To" before a verb: what follows is none where it is an article, a pronoun, a preposition, a name or a number.
_TO = re.compile(
    r"to\s+(?!(?:the|an?|my|your|his|her|its|our|their|this|that|these|those|me|you|him|us|them|it|everyone|everybody|all"
    r"|and|or|in|at|on|of|for|from|with|whom|which|dos?\s+lists?|dos|be\s+or)\b|\w+:)(?=[a-z])"
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
    "and or but every by until till before after within since starting for from of the a an except excluding",
    "either between",
    "и или либо до после перед к ко на в во с со по о об про для за от из кроме через",
    "начиная исключением помимо каждый каждую каждое каждые",
)
_DANGLING = frozenset(" ".join(_WANTING).split())
_PHRASAL = frozenset({"stop", "drop", "swing", "come", "pass", "go", "stand", "get"})
_WEEKDAY_LETTERS = re.compile(r"(?:^|/)(?:M|T|Tu|W|Th|F|Sa|Su)/(?:M|T|Tu|W|Th|F|Sa|Su)\Z")
_SPANNED = frozenset({Kind.NUMBER, Kind.ORDINAL, Kind.MONTH, Kind.DATE, Kind.WEEKDAY, Kind.CLOCK, Kind.MERIDIEM})
_COUNTED = frozenset({Kind.UNIT, Kind.DATE_NOUN})  # «по чётным неделям»
_DAY_ENDINGS = ("day", "end", "ий", "ой")
_NAMED_DAYS = frozenset({"black", "cyber", "good", "easter", "ash", "palm"})  # "on Black Friday"
_EACH = frozenset({"single", "alternate", "alternating", "consecutive", "божий"})
_DAYS = frozenset({Kind.DAY, Kind.IN, Kind.WEEKDAY, Kind.WEEKDAYS, Kind.EVERY, Kind.MONTH, Kind.DATE, Kind.TONIGHT})
# So many words before a time are looked at; farther ones are text.
_NEAR = 8
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
    if time and _dangling(left, words):
        return RefusalError("left", last.text)
    near = words[-_NEAR:]
    typo = misplaced([*near, *time[:1]])
    if meant := misspelt(last.text):
        typo = (last.text, meant)
    elif len(words) > 1 and last.kind in (Kind.NUMBER, Kind.ORDINAL) and (meant := misspelt(words[-2].text)):
        typo = (words[-2].text, meant)
    if typo:
        return RefusalError("typo", typo[0], hint=typo[1])
    if last.kind is Kind.DOTTED and _lacking(last):
        return RefusalError("no_day", last.text)
    if last.kind is Kind.UNKNOWN and _CLOCK.fullmatch(last.text):
        return RefusalError("no_clock", last.text)
    if last.text in FRACTIONS and not {token.kind for token in time} & _DAYS:
        return RefusalError("fraction", last.text)
    begun = _begun(near, time) or (_unread(near) if time else None)
    return RefusalError("left", begun.text) if begun else None


def _dangling(left: Sequence[Token], words: Sequence[Token]) -> bool:
    """Tell whether the last word wants something after it, which is then the time: "stay until"."""
    last = words[-1]
    low = last.text.lower()
    joiner = low in ("and", "or", "и", "или", "либо")
    if low not in _DANGLING or (left[-1].text == "," and not joiner):
        return False
    glued = len(left) > 1 and left[-2].end == last.start  # «1С», "Q&A"
    name = len(last.text) == 1 and last.text.isupper() and any(word.text[-1:].islower() for word in words)
    phrasal = low == "by" and len(words) > 1 and words[-2].text.lower() in _PHRASAL
    return not (glued or name or phrasal)


def _lacking(token: Token) -> bool:
    """Tell whether "31.11" is a day that a month lacks."""
    day, month, digits = token.value
    return digits == 2 and 28 < day < 32 and 0 < month < 13 and not is_date(0, month, day)


def _begun(words: Sequence[Token], time: Sequence[Token]) -> Token | None:
    """Return the last word where it begins a date or goes with the time that follows."""
    last, before = words[-1], words[-2].kind if len(words) > 1 else None
    low = last.text.lower()
    first = time[0].kind if time else None
    counted = before in (Kind.NUMBER, Kind.ORDINAL)
    begins = (
        (last.kind is Kind.MONTH and (counted or low.rstrip(".") not in _NO_MONTH))
        or (last.kind is Kind.ORDINAL and last.text[0].isdigit())
        or (last.kind in (Kind.NEXT, Kind.LAST, Kind.OTHER) and first in (Kind.WEEKDAY, Kind.WEEKDAYS, Kind.UNIT))
        or (last.kind is Kind.PAIR and before in (Kind.WEEKDAY, Kind.DAY, Kind.AT, Kind.ON, Kind.MONTH))
        or (last.kind is Kind.NUMBER and last.text.isdigit() and before in (Kind.FROM, Kind.BETWEEN))
        or (
            last.kind is Kind.GROUP
            and low.endswith(_DAY_ENDINGS)
            and before in (Kind.LAST, Kind.NEXT, Kind.THIS, Kind.ORDINAL, Kind.SECOND)
        )
        or (last.kind is Kind.UNIT and last.value[0] > Unit.HOUR and first is Kind.FROM)
        or (last.kind is Kind.TO and before in _SPANNED)
        or (last.kind is Kind.ORDINAL and before is Kind.EDGE)
        or (last.kind in _COUNTED and len(words) > 2 and words[-3].kind is Kind.ON and before is Kind.UNKNOWN)
        or first is Kind.OF
        or (first is Kind.WEEKDAY and (low in _NAMED_DAYS or _russian_which(words)))
        or _WEEKDAY_LETTERS.search("".join(word.text for word in words[-3:])) is not None
    )
    return last if begins else None


def _russian_which(words: Sequence[Token]) -> bool:
    """Tell whether «в ту» stands before a weekday: which one is not known."""
    return len(words) > 1 and words[-1].kind is Kind.UNKNOWN and words[-2].text.lower() in ("в", "во")


def _unread(words: Sequence[Token]) -> Token | None:
    """Return the "every" or "between" after which all words belong to a time that can't be read: "twice a day at"."""
    known = next((at for at in range(len(words), 0, -1) if words[at - 1].kind is Kind.UNKNOWN), 0)
    # "Every single day", "every alternate Tuesday"; "every client on Monday" is text.
    if known > 1 and words[known - 2].kind is Kind.EVERY:
        days = any(word.kind in (Kind.UNIT, Kind.WEEKDAY) for word in words[known:])
        if days or words[known - 1].text.lower() in _EACH:
            return words[known - 2]
    for at in range(known, len(words) - 1):
        here, following = words[at], words[at + 1 :]
        text = following[0].kind is Kind.OF or (following[0].kind is Kind.OTHER and len(following) == 1)
        if here.kind in (Kind.EVERY, Kind.BETWEEN) and not text:  # "each of them", "each other"
            return here
        often = here.kind in (Kind.TWICE, Kind.TIMES) and following[0].kind in (Kind.ARTICLE, Kind.AT)
        if often and len(following) > 1 and following[1].kind is Kind.UNIT:
            return here
    return None
