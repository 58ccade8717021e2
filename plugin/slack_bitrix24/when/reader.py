"""What a phrase has said so far, and the place up to which it is read. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.tokens import Kind, Part, Token, Unit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `open`: not fixed by "pm" or the like; `bare`: it may be of either half of the day.

    `said` is how a time was put that there is not ("31-12"): it is understood, and refused later.
    """

    hour: int
    minute: int = 0
    open: bool = True
    bare: bool = False
    said: str = ""


@dataclass(slots=True)
class Reading:
    """All that a phrase says; what it leaves out is None or empty. Each topic is said once."""

    repeats: bool = False
    interval: int = 1
    unit: Unit | None = None
    weekdays: tuple[int, ...] = ()
    nth: int | None = None  # which of them in the month; -1 the last
    days: tuple[int, ...] = ()  # of the month; -1 the last
    dates: tuple[tuple[int, int, int], ...] = ()  # year (0: none), month, day
    without: tuple[int, ...] = ()  # weekdays
    offsets: tuple[int, ...] = ()  # days from today
    ahead: tuple[int, Unit] | None = None  # next week: (1, Unit.WEEK)
    later: int = 0  # days after the day that is named: "a week from Monday"
    coming: bool = False  # "this Friday", the next one, whatever the week
    count: int = 0  # "twice a day": 2
    span: tuple[Clock, Clock] | None = None  # "every hour from 9 to 17"
    loose: bool = False  # its last number has no unit
    delay: list[tuple[float, Unit]] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    part: Part | None = None
    tonight: bool = False
    night: bool = False  # "Friday night": its early hours are of the next day
    topics: set[str] = field(default_factory=set)
    russian: bool = False
    wrong: RefusalError | None = None  # what is understood and can't be

    @property
    def months(self) -> tuple[int, ...]:
        """The months of the dates."""
        return tuple(sorted({month for _year, month, _day in self.dates}))

    def claim(self, topic: str, token: Token) -> None:
        """Note that a topic is said; raises PhraseError where it was said before."""
        if topic in self.topics:
            raise RefusalError("twice", token.text)
        self.topics.add(topic)


class Reader:
    """A cursor over tokens. Every method leaves it in place when it finds nothing."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    @property
    def here(self) -> Token:
        """The next token, or the last one at the end: the one to name in a refusal."""
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def ahead(self, *kinds: Kind) -> bool:
        """Tell whether the next tokens are of these kinds, one after the other."""
        found = [token.kind for token in self.tokens[self.at : self.at + len(kinds)]]
        return found == list(kinds)

    def at_value(self, value: int) -> bool:
        """Tell whether the next token is the unit of this value."""
        return self.ahead(Kind.UNIT) and self.here.value == (value,)

    def take(self, *kinds: Kind) -> Token | None:
        """Take the next token when it is of one of these kinds."""
        if self.at < len(self.tokens) and self.tokens[self.at].kind in kinds:
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def first(self, *readings: Callable[[], T | None]) -> T | None:
        """Return what the first of these finds, each tried from here; leave the place when none does."""
        mark = self.at
        for reading in readings:
            found = reading()
            if found is not None:
                return found
            self.at = mark
        return None

    def number(self) -> int | None:
        """Take a number, in digits or words ("twenty-five")."""
        token = self.take(Kind.NUMBER)
        if token is None:
            return None
        if token.text.isdigit() or token.value[0] < 20:
            return token.value[0]
        mark = self.at
        self.take(Kind.TO)
        ones = self.take(Kind.NUMBER)
        if ones and not ones.text.isdigit() and ones.value[0] < 10:
            return token.value[0] + ones.value[0]
        self.at = mark
        return token.value[0]

    def ordinal(self) -> int | None:
        """Take an ordinal number, in digits or words ("twenty-first"); -1 is "last"."""
        mark = self.at
        if self.take(Kind.LAST):
            return -1
        tens = self.take(Kind.NUMBER)
        if tens and (tens.text.isdigit() or tens.value[0] < 20):
            self.at = mark
            return None
        if tens:
            self.take(Kind.TO)
        token = self.take(Kind.ORDINAL, Kind.SECOND)
        if token is None or (tens and token.text[0].isdigit()):
            self.at = mark
            return None
        return (token.value[0] if token.value else 2) + (tens.value[0] if tens else 0)

    def unit(self) -> Unit | None:
        """Take a unit of time."""
        token = self.take(Kind.UNIT, Kind.SECOND, Kind.MIDDAY)
        if token is None:
            return None
        if token.kind is Kind.MIDDAY:
            return Unit.DAY
        return Unit(token.value[0]) if token.value else Unit.SECOND
