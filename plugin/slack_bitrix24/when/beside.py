"""Times said by the hour beside them: "quarter to eight", "half past six", «без пяти пять». No I/O."""

from __future__ import annotations

from slack_bitrix24.when.halves import suffixed
from slack_bitrix24.when.reader import Clock, Reader
from slack_bitrix24.when.tokens import Kind, Token, Unit

# "At nine to five" is a span; minutes are said so by fives.
_SAID_MINUTES = (5, 10, 20, 25)


def beside_the_hour(reader: Reader, *, prefixed: bool) -> Clock | None:
    """Read such a time; "ten to nine" only after "at"."""
    token = reader.here
    return reader.first(
        lambda: _without(reader, token),
        lambda: _half_of(reader, token),
        lambda: _to_or_past(reader, token, prefixed=prefixed),
    )


def _without(reader: Reader, token: Token) -> Clock | None:
    """Read «без пяти пять», «без четверти шесть», «без двадцати пяти минут семь»."""
    if not reader.take(Kind.WITHOUT):
        return None
    # «Без двадцати пять» is twenty to five; only an hour after it makes it twenty-five minutes.
    return reader.first(
        lambda: _before(reader, token, reader.number()),
        lambda: _before(reader, token, _first_number(reader)),
        lambda: _before(reader, token, 15 if reader.take(Kind.QUARTER) else None),
    )


def _first_number(reader: Reader) -> int | None:
    token = reader.take(Kind.NUMBER)
    return token.value[0] if token else None


def _before(reader: Reader, token: Token, minutes: int | None) -> Clock | None:
    if minutes is None or not 0 < minutes < 31:
        return None
    if reader.at_value(Unit.MINUTE):
        reader.unit()
    return _clock(reader, token, reader.number(), minutes=-minutes)


def _half_of(reader: Reader, token: Token) -> Clock | None:
    """Read «половина седьмого», «четверть шестого», «десять минут девятого»."""
    minutes = reader.number()
    if minutes is not None:
        said = 0 < minutes < 60 and reader.at_value(Unit.MINUTE) and reader.unit() is not None
        hour = reader.ordinal() if said else None
        return _clock(reader, token, (hour - 2) % 12 + 1, minutes=minutes) if hour and 1 <= hour <= 12 else None
    part = reader.take(Kind.HALF, Kind.QUARTER)
    hour = reader.ordinal() if part else None
    if part is None or hour is None or not 1 <= hour <= 12:
        return None
    return _clock(reader, token, (hour - 2) % 12 + 1, minutes=30 if part.kind is Kind.HALF else 15)


def _to_or_past(reader: Reader, token: Token, *, prefixed: bool) -> Clock | None:
    """Read "a quarter to eight", "half past six", "20 minutes past 9"."""
    reader.take(Kind.ARTICLE)
    sure = True
    if reader.take(Kind.QUARTER):
        minutes = 15
    elif reader.take(Kind.HALF):
        minutes = 30
    else:
        number = reader.number()
        minutes = 0 if number is None else number
        sure = reader.at_value(Unit.MINUTE) and reader.unit() is not None
        sure = sure or (prefixed and minutes in _SAID_MINUTES)
    if minutes == 30 and prefixed and reader.ahead(Kind.NUMBER) and not token.text.isdigit():
        return _clock(reader, token, reader.number(), minutes=30)  # "at half six"
    side = reader.take(Kind.TO, Kind.PAST)
    if side is None or side.text in "-–—" or not sure or not 0 < minutes < 60:
        return None
    if side.kind is Kind.TO and minutes == 30:
        return None
    if noon := reader.take(Kind.FIXED):
        total = (noon.value[0] * 60 + (minutes if side.kind is Kind.PAST else -minutes)) % 1440
        return Clock(total // 60, total % 60, open=False)
    return _clock(reader, token, reader.number(), minutes=minutes if side.kind is Kind.PAST else -minutes)


def _clock(reader: Reader, token: Token, hour: int | None, *, minutes: int) -> Clock | None:
    """Return a time so many minutes from an hour of the twelve."""
    if hour is None or not 1 <= hour <= 12 or reader.ahead(Kind.UNIT):
        return None
    total = hour * 60 + minutes
    if total < 60:  # ten to one is of the twelfth hour
        total += 720
    time = Clock(total // 60, total % 60, bare=total < 720)
    return suffixed(reader, time, token)
