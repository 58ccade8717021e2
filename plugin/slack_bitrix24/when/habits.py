"""Grammar of what comes several times a day or a week: "twice a day", "every hour from 9 to 17". No I/O."""

from __future__ import annotations

from dataclasses import replace

from slack_bitrix24.when.clocks import one_clock
from slack_bitrix24.when.reader import Clock, Reader, Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.tokens import Kind, Unit


def counted(reader: Reader, reading: Reading) -> bool:
    """Read "twice a day", «три раза в неделю»; the times themselves are parts of their own."""
    token = reader.here
    twice = reader.take(Kind.TWICE)
    count = twice.value[0] if twice else reader.number()
    if count is None or not (twice or reader.take(Kind.TIMES, Kind.ONCE)):
        return False
    if not reader.take(Kind.ARTICLE, Kind.AT, Kind.EVERY):
        return False
    unit = reader.unit()
    if unit not in (Unit.DAY, Unit.WEEK, Unit.MONTH):
        return False
    reading.claim("every", token)
    reading.repeats, reading.unit, reading.count = True, unit, count
    return True


def span(reader: Reader, reading: Reading) -> bool:
    """Read "from 9 to 17", «с 9 до 18» after "every hour"."""
    token = reader.here
    if reading.unit is not Unit.HOUR or not reading.repeats or not reader.take(Kind.FROM, Kind.BETWEEN):
        return False
    first = one_clock(reader, prefixed=True)
    if first is None or not reader.take(Kind.TO, Kind.AND, Kind.ON):
        return False
    last = one_clock(reader, prefixed=True)
    if last is None:
        return False
    reading.claim("clock", token)
    reading.span = (first, last)
    return True


def within(reading: Reading) -> Reading:
    """Return "every hour from 9 to 17" as every day at each of these hours."""
    if reading.span is None:
        return reading
    first, last = reading.span
    end = last.hour * 60 + last.minute
    if end <= first.hour * 60 + first.minute and last.bare and last.open and not reading.russian:
        end += 720  # "from 9 to 5"
    starts = range(first.hour, 24, reading.interval)
    clocks = [Clock(hour, first.minute, open=False) for hour in starts if hour * 60 + first.minute <= end]
    if not clocks:
        raise RefusalError("mixed")
    return replace(reading, span=None, unit=None, interval=1, clocks=clocks)


def check_count(reading: Reading, times: int) -> None:
    """Raise PhraseError where "twice a day" does not name as many times, days or dates."""
    named = {Unit.DAY: times, Unit.WEEK: len(reading.weekdays), Unit.MONTH: len(reading.days)}
    if reading.count and named.get(reading.unit or Unit.DAY) != reading.count:
        raise RefusalError("count")
