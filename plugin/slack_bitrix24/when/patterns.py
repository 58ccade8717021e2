"""Grammar of days: dates, weekdays, days of the month, today and next week. No I/O.

Each function reads one part of a phrase: it tells whether it found it, and only then changes the reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from slack_bitrix24.when.reader import Reader, Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.tokens import Kind, Token, Unit, is_date

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
    """Read "tomorrow", "next Monday", "this week", «на следующей неделе»."""
    token = reader.here
    if day := reader.take(Kind.DAY):
        reading.claim("day", token)
        reading.offset = day.value[0]
        return True
    reader.take(Kind.AT, Kind.ON)
    which = reader.take(Kind.NEXT, Kind.THIS)
    if which is None:
        return False
    steps = int(which.kind is Kind.NEXT)
    if weekday := reader.take(Kind.WEEKDAY):
        reading.claim("weekday", weekday)
        reading.weekdays = weekday.value
        unit: Unit | None = Unit.WEEK
    else:
        unit = reader.unit()
    if unit not in (Unit.DAY, Unit.WEEK, Unit.MONTH):
        return False
    reading.claim("day", which)
    reading.ahead = (steps, unit)
    return True


def dates(reader: Reader, reading: Reading) -> bool:
    """Read "on 1 December 2026", "12/25", "1/30 and 9/30", «1 мая»."""
    token = reader.here
    dotted_is_time = reader.take(Kind.AT) is not None
    reader.take(Kind.ON)
    reader.take(Kind.ARTICLE)
    found = _date(reader, dotted_is_time=dotted_is_time)
    if found is None:
        return False
    year, month, day = found
    reading.claim("date", token)
    months = [month]
    while another := _another(reader, lambda: _date(reader, dotted_is_time=True)):
        if another[2] != day or another[0] or year:
            raise RefusalError("mixed")
        months.append(another[1])
    reading.days, reading.months, reading.year = (day,), tuple(sorted(set(months))), year or None
    return True


def _another(reader: Reader, read: Callable[[], tuple[int, int, int] | None]) -> tuple[int, int, int] | None:
    mark = reader.at
    found = read() if reader.take(Kind.AND) else None
    if found is None:
        reader.at = mark
    return found


def _date(reader: Reader, *, dotted_is_time: bool) -> tuple[int, int, int] | None:
    """Return year (0 for none), month and day."""
    if token := reader.take(Kind.DATE):
        return token.value[0], token.value[1], token.value[2]
    if reader.ahead(Kind.DOTTED):
        day, month, digits = reader.here.value
        fits = digits == 2 and is_date(0, month, day) and not (dotted_is_time and day < 24)
        return (0, month, day) if fits and reader.take(Kind.DOTTED) else None
    mark = reader.at
    found = _named_date(reader)
    if found is None:
        reader.at = mark
    return found


def _named_date(reader: Reader) -> tuple[int, int, int] | None:
    month = reader.take(Kind.MONTH)
    if month:
        reader.take(Kind.ARTICLE)
    day = reader.ordinal() or reader.number()
    if month is None:
        reader.take(Kind.DATE_NOUN)
        reader.take(Kind.OF)
        month = reader.take(Kind.MONTH)
    if month is None or day is None:
        return None
    year = _year(reader)
    return (year, month.value[0], day) if is_date(year, month.value[0], day) else None


def _year(reader: Reader) -> int:
    mark = reader.at
    reader.take(Kind.AND)
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
    # Without a sign that a day is meant, "do it first" and "pay 5" are text.
    if not (named or month or on or (ordinal and reading.repeats)) or (day == -1 and not named):
        return False
    if reader.ahead(Kind.UNIT) or not (days == [-1] or all(1 <= day <= 31 for day in days)):
        return False
    reading.claim("date", token)
    reading.days = tuple(sorted(set(days)))
    reading.unit = month or reading.unit
    return True


def _more_days(reader: Reader) -> list[int]:
    days: list[int] = []
    while True:
        mark = reader.at
        joined = reader.take(Kind.AND)
        reader.take(Kind.ARTICLE)
        day = reader.ordinal() or reader.number() if joined else None
        if day is None:
            reader.at = mark
            return days
        days.append(day)


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
    group = (Kind.GROUP,) if reading.repeats else ()
    token = reader.take(Kind.WEEKDAY, Kind.WEEKDAYS, *group)
    if token is None:
        return False
    reading.claim("weekday", token)
    if token.kind is not Kind.WEEKDAY:
        reading.repeats = True
        _the_day(reader)
    days = set(token.value) | _range(reader, reading, token.value[0])
    while more := _joined_weekday(reader, reading):
        days.update(more.value)
    reading.weekdays = tuple(sorted(days))
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


def _joined_weekday(reader: Reader, reading: Reading) -> Token | None:
    mark = reader.at
    joined = reader.take(Kind.AND)
    reader.take(Kind.AND)
    reader.take(Kind.ON, Kind.AT)
    token = reader.take(Kind.WEEKDAY, Kind.WEEKDAYS) if joined else None
    if token is None:
        reader.at = mark
    elif token.kind is Kind.WEEKDAYS:
        reading.repeats = True
    return token
