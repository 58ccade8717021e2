"""Grammar of the edges of weeks and months: "at the end of the month", "this weekend", "a week from Monday". No I/O."""

from __future__ import annotations

from slack_bitrix24.when.reader import Reader, Reading
from slack_bitrix24.when.tokens import Kind, Unit

_WEEKEND = (5, 6)


def edge(reader: Reader, reading: Reading) -> bool:
    """Read "at the end of the month", «в начале следующего месяца»: its last day or its first."""
    token = reader.here
    if not reader.take(Kind.AT, Kind.ON):
        return False
    reader.take(Kind.ARTICLE)
    found = reader.take(Kind.EDGE)
    if found is None:
        return False
    if not (
        _month(reader) or reader.ahead(Kind.OF, Kind.EVERY) or reader.ahead(Kind.EVERY, Kind.UNIT) or _next(reader)
    ):
        return False
    reading.claim("date", token)
    reading.days = found.value
    return True


def _month(reader: Reader) -> bool:
    mark = reader.at
    reader.take(Kind.OF)
    reader.take(Kind.ARTICLE)
    if reader.unit() is Unit.MONTH:
        return True
    reader.at = mark
    return False


def _next(reader: Reader) -> bool:
    return reader.ahead(Kind.OF, Kind.NEXT) or reader.ahead(Kind.NEXT)


def weekend(reader: Reader, reading: Reading) -> bool:
    """Read "this weekend", "at the weekend", «на выходных»: the coming one; «по выходным» is each."""
    token = reader.here
    if reading.repeats:
        return False
    which = reader.take(Kind.NEXT, Kind.THIS)
    if which is None:
        which = reader.take(Kind.AT, Kind.ON)
        later = reader.take(Kind.NEXT, Kind.THIS)
        article = reader.take(Kind.ARTICLE)
        if which is None or (which.text.lower() == "по"):
            return False
        which = later or article or which
    days = reader.take(Kind.GROUP, Kind.WEEKDAYS)
    if reader.at_value(Unit.DAY):
        reader.unit()  # «в выходные дни»
    if days is None or days.value != _WEEKEND or (days.text.lower() == "weekends"):
        return False
    reading.claim("weekday", token)
    reading.weekdays = _WEEKEND
    if which.kind is Kind.NEXT:
        reading.claim("day", token)
        reading.ahead, reading.weekdays = (1, Unit.WEEK), _WEEKEND[:1]
    return True


def from_day(reader: Reader, reading: Reading) -> bool:
    """Read "a week from" before a day: "a week from Monday", "two weeks from tomorrow"."""
    token = reader.here
    article = reader.take(Kind.ARTICLE)
    number = None if article else reader.number()
    if article is None and number is None:
        return False
    unit = reader.unit()
    start = reader.take(Kind.FROM)
    if unit not in (Unit.DAY, Unit.WEEK) or start is None or start.text.lower() != "from":
        return False
    reader.take(Kind.ARTICLE)
    if not any(reader.ahead(kind) for kind in (Kind.DAY, Kind.WEEKDAY, Kind.NEXT, Kind.THIS)):
        return False
    reading.claim("later", token)
    reading.later = (1 if number is None else number) * (7 if unit is Unit.WEEK else 1)
    return True
