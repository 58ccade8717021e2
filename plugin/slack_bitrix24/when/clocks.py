"""Grammar of times of day: "at 9", "5:30 pm", «в 9 утра», "in the morning", "at noon". No I/O."""

from __future__ import annotations

from dataclasses import replace

from slack_bitrix24.when.reader import Clock, Reader, Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.tokens import Kind, Part, Token, Unit


def clock(reader: Reader, reading: Reading) -> bool:
    """Read one or several times of day."""
    token = reader.here
    prefix = reader.take(Kind.AT)
    first = _one(reader, prefixed=prefix is not None)
    if first is None:
        return False
    reading.claim("clock", token)
    reading.clocks = [first]
    while True:
        mark = reader.at
        joined = reader.take(Kind.AND)
        reader.take(Kind.AT)
        more = _one(reader, prefixed=prefix is not None) if joined else None
        if more is None:
            reader.at = mark
            return True
        reading.clocks.append(more)


def part(reader: Reader, reading: Reading) -> bool:
    """Read "in the morning", "this evening", «вечером», "mornings", "tonight"."""
    if tonight := reader.take(Kind.TONIGHT):
        reading.claim("day", tonight)
        reading.claim("part", tonight)
        reading.offset, reading.part, reading.tonight = 0, Part.EVENING, True
        return True
    mark = reader.at
    this = reader.take(Kind.THIS)
    if this is None:
        reader.take(Kind.IN, Kind.AT, Kind.ON)
        reader.take(Kind.ARTICLE)
    anchored = reader.at > mark or bool(reading.topics)
    token = reader.take(Kind.PART, Kind.PARTS)
    # Without a sign that a time is meant, "good morning" is text; «утром» is a sign by itself.
    if token is None or not (anchored or len(token.value) == 2):
        return False
    reading.claim("part", token)
    reading.part = Part(token.value[0])
    if this:
        reading.claim("day", this)
        reading.offset = 0
    reading.repeats = reading.repeats or token.kind is Kind.PARTS
    return True


def in_part(time: Clock, part_of_day: Part) -> Clock:
    """Move an hour up to 12 to where this part of the day has it: "9" in the evening is 21:00."""
    if time.hour > 12:
        if part_of_day is Part.MORNING:
            raise RefusalError("mixed")
        return time
    hour = time.hour % 12
    moved = {
        Part.MORNING: hour,
        Part.AFTERNOON: time.hour if time.hour > 9 else hour + 12,
        Part.EVENING: hour + 12 if hour else 0,
        Part.NIGHT: hour + 12 if hour > 5 else hour,
    }
    return replace(time, hour=moved[part_of_day], open=False)


def _one(reader: Reader, *, prefixed: bool) -> Clock | None:
    if token := reader.take(Kind.FIXED):
        return Clock(token.value[0], open=False)
    if token := reader.take(Kind.CLOCK):
        return _suffixed(reader, Clock(token.value[0], token.value[1]), token)
    if prefixed and reader.ahead(Kind.DOTTED):
        return _dotted(reader, reader.here)
    mark = reader.at
    found = _hour(reader, prefixed=prefixed)
    if found is None:
        reader.at = mark
    return found


def _dotted(reader: Reader, token: Token) -> Clock | None:
    hour, minute, digits = token.value
    if hour > 23 or minute > 59 or digits != 2 or "," in token.text:
        return None
    reader.take(Kind.DOTTED)
    return _suffixed(reader, Clock(hour, minute), token)


def _hour(reader: Reader, *, prefixed: bool) -> Clock | None:
    """Read "9", "1400", "930 am", "9 o'clock", «9 часов 30 минут», «час дня»; a bare number only after "at"."""
    token = reader.here
    if prefixed and (reader.ahead(Kind.UNIT, Kind.MIDDAY) or reader.ahead(Kind.UNIT, Kind.PART)):
        return _suffixed(reader, Clock(1), token) if reader.unit() is Unit.HOUR else None
    number = reader.number()
    if number is None:
        return None
    named = bool(reader.take(Kind.HOUR_NOUN))
    if not named and len(token.text) in (3, 4) and token.text.isdigit():
        hour, minute = divmod(number, 100)
    else:
        full = prefixed or reader.ahead(Kind.UNIT, Kind.PART)
        hour, minute = number, _hours_and_minutes(reader) if full else 0
    if not (prefixed or named or reader.ahead(Kind.MERIDIEM) or reader.ahead(Kind.PART)):
        return None
    if hour > 23 or minute > 59:
        return None
    return _suffixed(reader, Clock(hour, minute, bare=0 < number < 12 and not minute), token)


def _hours_and_minutes(reader: Reader) -> int:
    """Read «часов 30 минут» after the hour; return the minutes."""
    mark = reader.at
    if reader.unit() is not Unit.HOUR:
        reader.at = mark
        return 0
    mark = reader.at
    minute = reader.number()
    if minute is None or reader.unit() is not Unit.MINUTE:
        reader.at = mark
        return 0
    return minute


def _suffixed(reader: Reader, time: Clock, token: Token) -> Clock:
    """Read "pm" or «вечера» after a time."""
    if meridiem := reader.take(Kind.MERIDIEM):
        if time.hour > 12 and not meridiem.value[0]:
            raise RefusalError("unknown", f"{token.text} {meridiem.text}")
        if time.hour > 12:
            return replace(time, open=False)
        return replace(time, hour=time.hour % 12 + 12 * meridiem.value[0], open=False)
    if reader.take(Kind.MIDDAY):
        return in_part(time, Part.AFTERNOON)
    if suffix := reader.take(Kind.PART):
        return in_part(time, Part(suffix.value[0]))
    return time
