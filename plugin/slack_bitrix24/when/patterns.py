"""Grammar of days: dates, weekdays, days of the month, today and next week. No I/O.

Each function reads one part of a phrase: it tells whether it found it, and only then changes the reading.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from slack_bitrix24.when.reader import Reader, Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.tokens import FRACTIONS, Kind, Token, Unit, is_date, month_and_day

# No month has a sixth Monday.
_MOST_WEEKS = 5
_THE_NTH = re.compile(r"\d\d?-?го")  # «5-го» is a day by itself

Grammar: TypeAlias = Callable[[Reader, Reading], bool]


def first_of(grammars: tuple[Grammar, ...], reader: Reader, reading: Reading) -> bool:
    """Read the first of these that is there; leave the reader in place when none is."""
    mark = reader.at
    for grammar in grammars:
        if grammar(reader, reading):
            return True
        reader.at = mark
    return False


def pattern(reader: Reader, reading: Reading) -> bool:
    """Read a part that names days."""
    return first_of((relative, dates, monthdays, weekdays), reader, reading)


def relative(reader: Reader, reading: Reading) -> bool:
    """Read "tomorrow", "today and tomorrow", "next Monday", "this week", «на следующей неделе»."""
    token = reader.here
    on = reader.take(Kind.AT, Kind.ON)
    # "Move on tomorrow": no day of these has an "on".
    if (on is None or on.kind is Kind.AT) and (offset := _day(reader)) is not None:
        offsets = [offset]
        while (more := reader.first(lambda: _day(reader) if reader.take(Kind.AND) else None)) is not None:
            offsets.append(more)
        reading.claim("day", token)
        reading.offsets = tuple(sorted(set(offsets)))
        return True
    if reading.days:
        reader.take(Kind.OF)  # "on the 5th of next month"
    which = reader.take(Kind.NEXT, Kind.THIS, Kind.ARTICLE)
    coming = bool(which and which.kind is not Kind.NEXT and reader.take(Kind.COMING))
    if which is None or (which.kind is Kind.ARTICLE and not coming):
        return False
    steps = int(which.kind is Kind.NEXT)
    if weekday := reader.take(Kind.WEEKDAY):
        reading.claim("weekday", weekday)
        reading.weekdays = weekday.value
        unit: Unit | None = Unit.WEEK
        reading.coming = steps == 0
    else:
        unit = reader.unit()
    if unit not in (Unit.DAY, Unit.WEEK, Unit.MONTH):
        return False
    reading.claim("day", which)
    reading.ahead = (steps, unit)
    return True


def _day(reader: Reader) -> int | None:
    """Read "tomorrow", "the day after tomorrow": days from today."""

    def after() -> int | None:
        reader.take(Kind.ARTICLE)
        day = reader.unit() is Unit.DAY and reader.take(Kind.AFTER) and reader.take(Kind.DAY)
        return day.value[0] + 1 if day else None

    found = reader.first(after)
    if found is None and (token := reader.take(Kind.DAY)):
        found = token.value[0]
    return found


def dates(reader: Reader, reading: Reading) -> bool:
    """Read "on 1 December 2026", "12/25", "10 and 25 December", «1 мая и 9 мая»."""
    token = reader.here
    at = reader.take(Kind.AT)
    on = reader.take(Kind.ON)
    reader.take(Kind.ARTICLE)
    if wrong := reader.take(Kind.NO_DATE):
        reading.claim("date", token)
        reading.wrong = RefusalError("no_day", wrong.text)
        return True
    start = reader.at
    found = _dates(reader, at=at is not None, on=on is not None)
    if not found:
        return False
    reading.claim("date", token)
    hour = reader.tokens[start].kind is not Kind.DOTTED  # "5.12 and 10.12" are dates
    while more := reader.first(lambda: _dates(reader, at=hour, on=on is not None) if reader.take(Kind.AND) else None):
        found += more
    if not all(is_date(*one) for one in found):
        said = " ".join(token.text for token in reader.tokens[start : reader.at])
        reading.wrong = RefusalError("no_day", said)
        found = [(0, 1, 1)]
    reading.dates = tuple(sorted(set(found)))
    return True


def _dates(reader: Reader, *, at: bool, on: bool) -> list[tuple[int, int, int]] | None:
    """Return year (0 for none), month and day of one date, or of several days of one month."""
    if not on and reader.ahead(Kind.DATE) and reader.here.text in FRACTIONS:
        return None
    if token := reader.take(Kind.DATE):
        return [(token.value[0], token.value[1], token.value[2])]
    if on and reader.ahead(Kind.PAIR):
        month, day = month_and_day(*reader.here.value[:2], day_first=False)
        return [(0, month, day)] if is_date(0, month, day) and reader.take(Kind.PAIR) else None
    if reader.ahead(Kind.DOTTED):
        day, month, digits = reader.here.value
        fits = digits == 2 and is_date(0, month, day) and not (at and day < 24)
        return [(0, month, day)] if fits and reader.take(Kind.DOTTED) else None
    return reader.first(lambda: _named_date(reader, at=at))


def _named_date(reader: Reader, *, at: bool) -> list[tuple[int, int, int]] | None:
    month = reader.take(Kind.MONTH)
    if month:
        reader.take(Kind.ARTICLE)
    first = _day_number(reader)
    if first is None:
        return None
    if reader.ahead(Kind.TO, Kind.MONTH) and reader.here.text == "-":
        reader.take(Kind.TO)  # "5-Dec"
    days = [first, *_more_days(reader)]
    if month is None:
        reader.take(Kind.DATE_NOUN)
        reader.take(Kind.OF)
        month = reader.take(Kind.MONTH)
        # "At 7 December 31": the seven is an hour.
        if at and month and reader.first(lambda: _day_number(reader)):
            return None
    if month is None:
        return None
    year = _year(reader)
    return [(year, month.value[0], day) for day in days]


def _day_number(reader: Reader) -> int | None:
    """Read a day's number, also one that no month has; "1 December, 9 pm" has one day."""
    token = reader.here
    day = reader.ordinal()
    if day is None:
        day = reader.number()
    hour = any(reader.ahead(kind) for kind in (Kind.MERIDIEM, Kind.PART, Kind.UNIT, Kind.MIDDAY, Kind.HOUR_NOUN))
    if day is None or day < 1 or hour or (token.text.isdigit() and len(token.text) > 2):
        return None
    return day


def _year(reader: Reader) -> int:
    mark = reader.at
    reader.take(Kind.AND, Kind.TO)
    token = reader.take(Kind.NUMBER)
    if token is None or len(token.text) != 4 or not 1900 < token.value[0] < 9000:
        reader.at = mark
        return 0
    if reader.at_value(Unit.YEAR):
        reader.take(Kind.UNIT)
    return token.value[0]


def monthdays(reader: Reader, reading: Reading) -> bool:
    """Read "on the 1st", "on 7", «1 числа», "the last day of the month", "first Monday of the month"."""
    token = reader.here
    prefix = reader.take(Kind.ON, Kind.AT)
    reader.take(Kind.ARTICLE)
    ordinal = reader.ordinal()
    if ordinal is not None and (weekday := reader.take(Kind.WEEKDAY)):
        if ordinal > _MOST_WEEKS:
            return False
        reading.claim("weekday", token)
        reading.nth, reading.weekdays = ordinal, weekday.value
        reading.unit = _of_the_month(reader, named=True) or reading.unit
        return True
    day = ordinal or reader.number()
    if day is None:
        return False
    days = [day, *_more_days(reader)]
    named = bool(reader.take(Kind.DATE_NOUN)) or _the_day(reader)
    month = _of_the_month(reader, named=named)
    on = (prefix is not None and prefix.kind is Kind.ON) or reader.ahead(Kind.OF, Kind.EVERY)
    on = on or _THE_NTH.fullmatch(token.text) is not None
    several = len(days) > 1 and ordinal is not None and token.text[0].isdigit()  # «1-го и 15-го»
    # Without a sign that a day is meant, "do it first" and "pay 5" are text.
    if not (named or month or on or several or (ordinal and reading.repeats)) or (day == -1 and not named):
        return False
    if reader.ahead(Kind.UNIT) or not (days == [-1] or all(1 <= day <= 31 for day in days)):
        return False
    reading.claim("date", token)
    reading.days = tuple(sorted(set(days)))
    reading.unit = month or reading.unit
    reading.repeats = reading.repeats or len(reading.days) > 1
    return True


def _more_days(reader: Reader) -> list[int]:
    days: list[int] = []

    def another() -> int | None:
        joined = reader.take(Kind.AND)
        reader.take(Kind.ARTICLE)
        return _day_number(reader) if joined else None

    while (day := reader.first(another)) is not None:
        days.append(day)
    return days


def _the_day(reader: Reader) -> bool:
    return reader.at_value(Unit.DAY) and bool(reader.take(Kind.UNIT))


def _of_the_month(reader: Reader, *, named: bool) -> Unit | None:
    """Read "of the month", «месяца»; "of every month" is left to "every"."""
    mark = reader.at
    of = reader.take(Kind.OF)
    reader.take(Kind.ARTICLE)
    if (of or named) and reader.unit() is Unit.MONTH:
        return Unit.MONTH
    reader.at = mark
    return None


def weekdays(reader: Reader, reading: Reading) -> bool:
    """Read "on Friday", "Mondays", "mon-fri", «по понедельникам и четвергам», "every weekday"."""
    reader.take(Kind.ON, Kind.AT)
    reader.take(Kind.FROM)
    reader.take(Kind.ARTICLE)
    # "Every weekday", "on working days", "weekday mornings".
    group = (Kind.GROUP,) if reading.repeats or _plural_days(reader) else ()
    token = reader.take(Kind.WEEKDAY, Kind.WEEKDAYS, *group)
    if token is None:
        return False
    reading.claim("weekday", token)
    if token.kind is not Kind.WEEKDAY:
        reading.repeats = True
        _the_day(reader)
    days = set(token.value) | _range(reader, reading, token.value[0])
    while more := reader.first(lambda: _joined_weekday(reader)):
        days.update(more.value)
        # Several weekdays are a habit: "Mon, Wed, Fri at 10" is every week, as "mon-fri" is.
        reading.repeats = True
    reading.weekdays = tuple(sorted(days))
    return True


def _plural_days(reader: Reader) -> bool:
    following = reader.tokens[reader.at + 1 : reader.at + 2]
    days = reader.ahead(Kind.GROUP, Kind.UNIT) and following[0].text.lower() == "days"
    return days or reader.ahead(Kind.GROUP, Kind.PARTS)


def exception(reader: Reader, reading: Reading) -> bool:
    """Read "except Sunday", "except on weekends", «кроме субботы и воскресенья»."""
    token = reader.here
    # "But" excepts from what repeats; else it is a word of the text.
    if reader.take(Kind.EXCEPT) is None or (token.text.lower() in ("but", "но") and not reading.repeats):
        return False
    reader.take(Kind.NOT)
    reader.take(Kind.FOR)
    inner = Reading()
    if not weekdays(reader, inner):
        return False
    reading.claim("except", token)
    reading.without, reading.repeats = inner.weekdays, True
    return True


def _range(reader: Reader, reading: Reading, first: int) -> set[int]:
    """Read "to Friday" after a first weekday: a range repeats."""
    mark = reader.at
    last = reader.take(Kind.WEEKDAY) if reader.take(Kind.TO, Kind.ON) else None
    if last is None:
        reader.at = mark
        return set()
    reading.repeats = True
    length = (last.value[0] - first) % 7
    return {(first + step) % 7 for step in range(length + 1)}


def _joined_weekday(reader: Reader) -> Token | None:
    """Read one more weekday: after a comma, "and" or a slash, or beside the last one."""
    if reader.take(Kind.AND):
        reader.take(Kind.AND)
        reader.take(Kind.ON, Kind.AT)
    return reader.take(Kind.WEEKDAY, Kind.WEEKDAYS)
