"""The grammar of a whole phrase, English and Russian: parts in any order, each of them understood. No I/O."""

from __future__ import annotations

import re

from slack_bitrix24.when.clocks import clock, part
from slack_bitrix24.when.edges import edge, from_day, weekend
from slack_bitrix24.when.habits import counted, span
from slack_bitrix24.when.patterns import exception, first_of, monthdays, pattern
from slack_bitrix24.when.reader import Reader, Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.tokens import Kind, Token, Unit

_LEAST_SAID = 5  # minutes that follow an hour without a unit
_MINUTES_IN_UNIT = {Unit.MINUTE: 1, Unit.HOUR: 60}
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def read(tokens: list[Token]) -> Reading:
    """Read a phrase; raises PhraseError that names the first word that can't be a part of it."""
    reader, reading = Reader(tokens), Reading(russian=any(_CYRILLIC.search(token.text) for token in tokens))
    if not tokens:
        raise RefusalError("empty")
    parts = (every, counted, adverb, delay, exception, span, edge, weekend, from_day, pattern, clock, part)
    while reader.at < len(tokens):
        if not first_of(parts, reader, reading):
            mark = reader.at
            if not (reading.topics and reader.take(Kind.AND) and reader.at < len(tokens)):
                raise _unknown(tokens[mark:])
    return reading


def _unknown(tokens: list[Token]) -> RefusalError:
    """Name the first word without any meaning among these, else the first one that stands wrong."""
    unknown = (token for token in tokens if token.kind is Kind.UNKNOWN)
    return RefusalError("unknown", next(unknown, tokens[0]).text)


def _unfinished(reader: Reader, token: Token) -> RefusalError:
    rest = reader.tokens[reader.at :]
    return _unknown(rest) if rest else RefusalError("incomplete", token.text)


def delay(reader: Reader, reading: Reading) -> bool:
    """Read "in 1 hour and 30 minutes", "an hour from now", «через полчаса»."""
    token = reader.here
    if turned := reader.first(lambda: _turned(reader)):
        reading.claim("delay", token)
        reading.delay = [turned]
        return True
    if reader.ahead(Kind.ABOUT, Kind.IN):
        reader.take(Kind.ABOUT)  # «ровно через час»
    prefix = reader.take(Kind.IN)
    reader.take(Kind.ABOUT)
    both = prefix is not None and prefix.text.lower() == "через" and reader.here.text.lower() == "день"
    amounts: list[tuple[float, Unit]] = []
    while amount := _amount(reader, joined=bool(amounts)):
        amounts += amount
    if not amounts or not (prefix or (reader.take(Kind.FROM) and reader.take(Kind.NOW))):
        return False
    if amounts[-1][1] is Unit.HOUR and (minutes := reader.first(lambda: _last_minutes(reader))):
        amounts.append((minutes, Unit.MINUTE))
        reading.loose = True
    reading.claim("delay", token)
    reading.delay = amounts
    if both:  # «через день»: tomorrow, or every other day
        reading.wrong = RefusalError("other_day")
    return True


def _turned(reader: Reader) -> tuple[float, Unit] | None:
    """Read «минут через 20»: about 20 minutes."""
    unit = reader.unit()
    if unit is None or not (reader.here.text.lower() == "через" and reader.take(Kind.IN)):
        return None
    number = reader.number()
    return None if number is None or reader.unit() is not None else (number, unit)


def _last_minutes(reader: Reader) -> int | None:
    """Read the minutes of «через час пятнадцать», "in an hour twenty", where they are the last word."""
    minutes = reader.number()
    return minutes if minutes and _LEAST_SAID <= minutes < 60 and reader.at == len(reader.tokens) else None


def _amount(reader: Reader, *, joined: bool) -> list[tuple[float, Unit]]:
    mark = reader.at
    if joined:
        reader.take(Kind.AND)
    if fixed := reader.first(lambda: (reader.take(Kind.ARTICLE), reader.take(Kind.AMOUNT))[1]):
        return [(fixed.value[0], Unit(fixed.value[1]))]
    if quarters := reader.first(lambda: (reader.take(Kind.ARTICLE), _quarter(reader))[1]):
        return [quarters] if quarters[1] is Unit.MINUTE else []
    count = _count(reader)
    unit = reader.unit()
    if unit is None or (joined and count is None):
        reader.at = mark
        return []
    return [(1 if count is None else count, unit), *_and_a_half(reader, unit)]


def _count(reader: Reader) -> float | None:
    """Read "20", "1.5", "a", "half an", "a couple of", nothing."""
    article = reader.take(Kind.ARTICLE)
    if reader.take(Kind.HALF):
        reader.take(Kind.ARTICLE, Kind.TO)  # «пол-часа»
        return 0.5
    if reader.take(Kind.ONE_HALF):
        return 1.5
    if decimal := reader.take(Kind.DOTTED):
        return float(decimal.text.replace(",", "."))
    number = reader.number()
    if number is not None:
        if reader.first(lambda: _half_more(reader)):
            return number + 0.5
        reader.take(Kind.OF)
        return number
    return 1 if article else None


def _half_more(reader: Reader) -> bool | None:
    """Read «с половиной», "and a half" before the unit."""
    joined = reader.take(Kind.AND, Kind.FROM)
    reader.take(Kind.ARTICLE)
    return (
        True if joined and reader.take(Kind.HALF) and (reader.ahead(Kind.UNIT) or reader.ahead(Kind.MIDDAY)) else None
    )


def _and_a_half(reader: Reader, unit: Unit) -> list[tuple[float, Unit]]:
    mark = reader.at
    if reader.take(Kind.AND, Kind.FROM):
        reader.take(Kind.ARTICLE)
        if reader.take(Kind.HALF):
            return [(0.5, unit)]
    reader.at = mark
    return []


def adverb(reader: Reader, reading: Reading) -> bool:
    """Read "daily", «еженедельно», "once a week", «раз в 2 недели»."""
    if token := reader.take(Kind.ADVERB):
        reading.claim("every", token)
        reading.repeats = True
        reading.interval, reading.unit = token.value[0], Unit(token.value[1])
        return True
    token = reader.take(Kind.ONCE)
    if token is None:
        return False
    if reader.take(Kind.ARTICLE, Kind.AT) is None:
        return every(reader, reading)
    return _interval(reader, reading, token)


def every(reader: Reader, reading: Reading) -> bool:
    """Read "every 2 weeks", "every other", «каждый второй день»; what else follows is a part of its own."""
    reader.take(Kind.OF)
    token = reader.take(Kind.EVERY)
    if token is None:
        return False
    if reader.take(Kind.OTHER):
        return _other(reader, reading, token)
    if reader.ahead(Kind.SECOND) and not _counts(reader):
        reader.unit()
        reading.claim("every", token)
        reading.repeats, reading.unit = True, Unit.SECOND
        return True
    mark = reader.at
    if not _interval(reader, reading, token):
        reader.at = mark
        reading.claim("every", token)
        reading.repeats = True
        if not first_of((pattern, part), reader, reading):
            raise _unfinished(reader, token)
    return True


def _counts(reader: Reader) -> bool:
    """Tell whether "second" is a number here: "every second week"."""
    following = reader.tokens[reader.at + 1 : reader.at + 2]
    return bool(following) and following[0].kind in (Kind.UNIT, Kind.WEEKDAY, Kind.WEEKDAYS, Kind.MIDDAY, Kind.QUARTER)


def _other(reader: Reader, reading: Reading, token: Token) -> bool:
    reading.claim("every", token)
    reading.repeats, reading.interval = True, 2
    reading.unit = reader.unit()
    if reading.unit is None:
        reading.unit = Unit.WEEK
        if not first_of((pattern,), reader, reading):
            raise _unfinished(reader, token)
    return True


def _interval(reader: Reader, reading: Reading, token: Token) -> bool:
    """Read a unit with or without a number before it; "every first day of the month" is none."""
    if first_of((_day_of_month,), reader, Reading()):
        return False
    number, unit = _half(reader) or _quarter(reader) or (_which(reader), reader.unit())
    if unit is None or number < 1:
        return False
    reading.claim("every", token)
    reading.repeats, reading.interval, reading.unit = True, number, unit
    return True


def _quarter(reader: Reader) -> tuple[int, Unit] | None:
    """Read "quarter", "2 quarters", "quarter of an hour", «квартал»."""

    def found() -> tuple[int, Unit] | None:
        number = _which(reader)
        if not reader.take(Kind.QUARTER):
            return None
        if reader.first(lambda: _of_an_hour(reader)):
            return 15 * number, Unit.MINUTE
        return 3 * number, Unit.MONTH

    return reader.first(found)


def _of_an_hour(reader: Reader) -> bool | None:
    reader.take(Kind.OF)
    reader.take(Kind.ARTICLE)
    return True if reader.unit() is Unit.HOUR else None


def _which(reader: Reader) -> int:
    """Read "2" or "second"; 1 where neither is said."""
    ordinal = reader.ordinal()
    number = reader.number() if ordinal is None else ordinal
    return 1 if number is None else number


def _half(reader: Reader) -> tuple[int, Unit] | None:
    """Read "half an hour", «полчаса», «полгода»."""
    if fixed := reader.take(Kind.AMOUNT):
        return fixed.value[0], Unit(fixed.value[1])
    return reader.first(lambda: _fraction(reader))


def _fraction(reader: Reader) -> tuple[int, Unit] | None:
    """Read "half an hour", «полтора часа», "2.5 hours", "hour and a half" in minutes."""
    if reader.take(Kind.HALF):
        reader.take(Kind.ARTICLE, Kind.TO)
        return (30, Unit.MINUTE) if reader.unit() is Unit.HOUR else None
    amounts = _amount(reader, joined=False)
    if len(amounts) == 1 and amounts[0][0] == int(amounts[0][0]):
        return None
    if not amounts or any(unit not in _MINUTES_IN_UNIT for _count, unit in amounts):
        return None
    minutes = sum(count * _MINUTES_IN_UNIT[unit] for count, unit in amounts)
    return (int(minutes), Unit.MINUTE) if minutes == int(minutes) else None


def _day_of_month(reader: Reader, reading: Reading) -> bool:
    """Tell whether a day of the month follows, said in full."""
    return monthdays(reader, reading) and (reading.unit is Unit.MONTH or reading.days == (-1,))
