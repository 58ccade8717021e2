"""Words and numbers of a phrase, each with its meaning and its place in the text. No I/O."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from enum import IntEnum, StrEnum, auto

from slack_bitrix24.when import english, russian


class Kind(StrEnum):
    """What a token is."""

    UNKNOWN = auto()
    NUMBER = auto()  # value: (n,)
    ORDINAL = auto()  # (n,)
    CLOCK = auto()  # (hour, minute)
    DATE = auto()  # (year or 0, month, day)
    DOTTED = auto()  # 17.30, 25.12 or 1.5: (before, after, digits after)
    PAIR = auto()  # 10-30: the same; a time after "at", a date after "on", nothing else
    NO_DATE = auto()  # 2026-02-30: a day that there is not
    UNIT = auto()  # (Unit,)
    SECOND = auto()  # English: the unit, or the ordinal
    MIDDAY = auto()  # «дня»: of the day, or in the afternoon
    AMOUNT = auto()  # «полчаса»: (n, Unit)
    WEEKDAY = auto()  # weekdays from 0, Monday
    WEEKDAYS = auto()  # the same in the plural: it repeats
    GROUP = auto()  # "weekday", «будний»: the same, only after "every"
    MONTH = auto()  # (1…12,)
    PART = auto()  # of the day: (Part,)
    PARTS = auto()  # the same in the plural: it repeats
    MERIDIEM = auto()  # (0,) am, (1,) pm
    FIXED = auto()  # noon, midnight: (hour,)
    HALF_HOUR = auto()  # «полседьмого»: (hour,), 30 minutes after it
    QUARTER = auto()  # of an hour, or of a year
    PAST = auto()
    WITHOUT = auto()  # «без» five five
    ABOUT = auto()
    HEDGE = auto()  # "early in the morning", "maybe at 9": no part of a time, but between two of them
    AFTER = auto()
    EXCEPT = auto()
    NOT = auto()
    FOR = auto()
    DAY = auto()  # days from today
    TONIGHT = auto()
    ADVERB = auto()  # "daily": (interval, Unit)
    IN = auto()
    AT = auto()
    ON = auto()
    FROM = auto()
    NOW = auto()
    EVERY = auto()
    OTHER = auto()
    ONCE = auto()
    NEXT = auto()
    THIS = auto()
    COMING = auto()  # after "this": the next one
    LAST = auto()
    EDGE = auto()  # the end (-1,) or the beginning (1,) of a month
    BETWEEN = auto()
    TWICE = auto()  # (n,)
    TIMES = auto()  # "three times"
    MEAL = auto()  # the middle of the day, only after "at" or "after"
    OF = auto()
    AND = auto()
    TO = auto()
    ARTICLE = auto()
    HALF = auto()
    ONE_HALF = auto()  # «полтора»
    DATE_NOUN = auto()  # «числа»
    HOUR_NOUN = auto()  # "o'clock"


class Unit(IntEnum):
    """Units of time, short to long."""

    SECOND = 0
    MINUTE = 1
    HOUR = 2
    DAY = 3
    WEEK = 4
    MONTH = 5
    YEAR = 6


class Part(IntEnum):
    """Parts of the day."""

    MORNING = 0
    AFTERNOON = 1
    EVENING = 2
    NIGHT = 3


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number of the phrase; `start` and `end` are offsets in the text."""

    kind: Kind
    value: tuple[int, ...]
    text: str
    start: int
    end: int


# What Slack puts into a text counts as one word without a meaning here: mentions, links, emoji, escaped brackets.
_TOKEN = re.compile(
    r"""
    (?P<opaque>  <(?:[@\#!]|https?:|mailto:|tel:)[^<>]*> | &[lg]t; | :(?=[^\s:]*[^\W\d])[\w+'’-]+: )
  | (?P<iso>     \d{4}-\d\d?-\d\d? (?= T\d) ) T?
  | (?P<numeric> \d+ (?: [-–‑/.:]\d+ )+ )
  | (?P<comma>   \d+,\d+ ) (?![\d:])
  | (?P<ord>     \d+ (?: st|nd|rd|th | -?(?:ого|его|ому|ое|ее|ые|ый|ий|ая|ую|ых|ым|го|му|й|я|е|х|ю) | -м ) ) \b
  | (?P<number>  \d+ )
  | (?P<word>    [ap]\.\s?m\b\.? | bi-weekly | где-то | [^\W\d_]+(?:['’][^\W\d_]+)*\.? )
  | (?P<other>   &amp; | [^\s\w] | _ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SIGNS = {
    ",": Kind.AND, "&": Kind.AND, "&amp;": Kind.AND, "/": Kind.AND, "+": Kind.AND,
    "-": Kind.TO, "–": Kind.TO, "—": Kind.TO, "@": Kind.AT,
}  # fmt: skip
_CLOCK = re.compile(r"\d\d?:\d\d(?::\d\d)?")
_DATE = re.compile(r"\d{4}([-/.])\d\d?\1\d\d?|\d\d?([-/.])\d\d?\2(?:\d{4}|\d\d)|\d\d?/\d\d?")
_TWO = re.compile(r"(\d+)[.,](\d+)|(\d\d?)[-–‑](\d\d?)")
FRACTIONS = frozenset({"1/2", "1/3", "2/3", "1/4", "3/4"})
"""Dates only after "on": else a dose, a share."""
LEXICON = {
    word: (Kind(kind), value)
    for language in (english.WORDS, russian.WORDS)
    for (kind, value), words in language.items()
    for word in words.split()
}


def tokenise(text: str) -> list[Token]:
    """Cut a text into tokens; what has no meaning in a time is UNKNOWN."""
    return [_token(match) for match in _TOKEN.finditer(text)]


def _token(match: re.Match[str]) -> Token:
    found = match.lastgroup or ""
    text = match[found]
    kind, value = _meaning(found, text.lower().replace("ё", "е"))
    return Token(kind, value, text, match.start(), match.end())


def _meaning(found: str, text: str) -> tuple[Kind, tuple[int, ...]]:
    match found:
        case "word":
            plain = text.replace("’", "'").replace(" ", "")
            return LEXICON.get(plain.rstrip(".")) or LEXICON.get(plain) or (Kind.UNKNOWN, ())
        case "number":
            return Kind.NUMBER, (int(text[:9]),)
        case "ord":
            return Kind.ORDINAL, (int(re.sub(r"\D", "", text)[:9]),)
        case "iso" | "numeric" | "comma":
            return _numeric(text)
    return _SIGNS.get(text, Kind.UNKNOWN), ()


def _numeric(text: str) -> tuple[Kind, tuple[int, ...]]:
    """Tell what numbers with signs between them are by their shape; 8-800-555-35-35 and 1:1000 are nothing."""
    if _CLOCK.fullmatch(text):
        return _clock(text)
    if _DATE.fullmatch(text):
        return _date(text)
    if two := _TWO.fullmatch(text):
        kind = Kind.DOTTED if two[1] else Kind.PAIR
        before, after = (two[1], two[2]) if two[1] else (two[3], two[4])
        return kind, (int(before[:9]), int(after[:9]), len(after))
    return Kind.UNKNOWN, ()


def _clock(text: str) -> tuple[Kind, tuple[int, ...]]:
    hour, minute, *seconds = (int(number) for number in text.split(":"))
    valid = hour < 24 and minute < 60 and not any(seconds)
    return (Kind.CLOCK, (hour, minute)) if valid else (Kind.UNKNOWN, ())


def _date(text: str) -> tuple[Kind, tuple[int, ...]]:
    parts = re.split("[-/.]", text)
    numbers = [int(number) for number in parts]
    if len(parts[0]) == 4:
        year, month, day = numbers
    else:
        year = 0 if len(parts) == 2 else numbers[2] + 2000 * (len(parts[2]) == 2)
        month, day = month_and_day(numbers[0], numbers[1], day_first="." in text)
    if is_date(year, month, day):
        return Kind.DATE, (year, month, day)
    # Without a year in full it is rather a ratio or a version.
    return (Kind.NO_DATE, ()) if any(len(part) == 4 for part in parts) else (Kind.UNKNOWN, ())


def month_and_day(first: int, second: int, *, day_first: bool) -> tuple[int, int]:
    """Tell a month and a day apart: 12/25 as Americans write it, 25/12 where only that makes sense."""
    return (second, first) if day_first or first > 12 else (first, second)


def is_date(year: int, month: int, day: int) -> bool:
    """Tell whether there is such a day; year 0 stands for any, a leap year if need be."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(year or 2024, month)[1] and year <= 9000
