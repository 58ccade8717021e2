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
    LAST = auto()
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


_TOKEN = re.compile(
    r"""
    (?P<iso>    \d{4}-\d\d?-\d\d? (?= T\d) ) T?
  | (?P<date>   \d{4}-\d\d?-\d\d? | \d{4}/\d\d?/\d\d? | \d{4}\.\d\d?\.\d\d?
              | \d\d?(?P<mark>[-/.])\d\d?(?P=mark)(?:\d{4}|\d\d) | \d\d?[-/]\d\d? ) (?![\d:])
  | (?P<clock>  \d\d?:\d\d (?: :\d\d )? ) (?![\d:])
  | (?P<dotted> \d+[.,]\d+ ) (?![\d:])
  | (?P<ord>    \d+ (?: st|nd|rd|th | -?(?:ого|его|ому|ое|ее|ые|ый|ий|ая|ую|ых|ым|го|му|й|я|е|х|м|ю) ) ) \b
  | (?P<number> \d+ )
  | (?P<word>   [ap]\.\s?m\b\.? | [^\W\d_]+(?:['’][^\W\d_]+)*\.? )
  | (?P<other>  [^\s\w] | _ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SIGNS = {",": Kind.AND, "&": Kind.AND, "-": Kind.TO, "–": Kind.TO, "—": Kind.TO, "@": Kind.AT}
_LEXICON = {
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
    text = match[found] if found != "mark" else match["date"]
    kind, value = _meaning("date" if found == "mark" else found, text.lower().replace("ё", "е"))
    return Token(kind, value, text, match.start(), match.end())


def _meaning(found: str, text: str) -> tuple[Kind, tuple[int, ...]]:
    match found:
        case "word":
            plain = text.replace("’", "'").replace(" ", "")
            return _LEXICON.get(plain.rstrip(".")) or _LEXICON.get(plain) or (Kind.UNKNOWN, ())
        case "number":
            return Kind.NUMBER, (int(text[:9]),)
        case "ord":
            return Kind.ORDINAL, (int(re.sub(r"\D", "", text)[:9]),)
        case "clock":
            return _clock(text)
        case "dotted":
            before, after = re.split("[.,]", text)
            return Kind.DOTTED, (int(before[:9]), int(after[:9]), len(after))
        case "iso" | "date":
            return _date(text)
    return _SIGNS.get(text, Kind.UNKNOWN), ()


def _clock(text: str) -> tuple[Kind, tuple[int, ...]]:
    hour, minute, *seconds = (int(number) for number in text.split(":"))
    valid = hour < 24 and minute < 60 and not any(seconds)
    return (Kind.CLOCK, (hour, minute)) if valid else (Kind.UNKNOWN, ())


def _date(text: str) -> tuple[Kind, tuple[int, ...]]:
    numbers = [int(number) for number in re.split("[-/.]", text)]
    if numbers[0] > 31:
        year, month, day = numbers
    else:
        first, second, *rest = numbers
        year = rest[0] + 2000 * (rest[0] < 100) if rest else 0
        # 12/25 as Americans write it, 25/12 where only that makes sense; a dotted date is always day first.
        day_first = "." in text or first > 12
        month, day = (second, first) if day_first else (first, second)
    return (Kind.DATE, (year, month, day)) if is_date(year, month, day) else (Kind.UNKNOWN, ())


def is_date(year: int, month: int, day: int) -> bool:
    """Tell whether there is such a day; year 0 stands for any, a leap year if need be."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(year or 2024, month)[1] and year <= 9000
