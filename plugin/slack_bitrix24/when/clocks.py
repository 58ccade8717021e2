"""Grammar of times of day: "at 9", "5:30 pm", «в 9 утра», "in the morning", "at noon". No I/O."""

from __future__ import annotations

from slack_bitrix24.when.beside import beside_the_hour
from slack_bitrix24.when.halves import suffixed
from slack_bitrix24.when.reader import Clock, Reader, Reading
from slack_bitrix24.when.tokens import Kind, Part, Token, Unit

PARTS = {
    Part.MORNING: Clock(9, open=False),
    Part.AFTERNOON: Clock(14, open=False),
    Part.EVENING: Clock(19, open=False),
    Part.NIGHT: Clock(22, open=False),
}
"""When a part of the day is, where no hour is said."""
LUNCH = 13
"""The hour of "at lunch", «в обед»."""
ONE = "час"
"""«В час»: at one, in the night or the afternoon."""
_SHARP = frozenset({"sharp", "exactly", "ровно"})


def clock(reader: Reader, reading: Reading) -> bool:
    """Read one or several times of day."""
    token = reader.here
    prefixed = _prefix(reader)
    first = one_clock(reader, prefixed=prefixed)
    if first is None:
        return False
    reading.claim("clock", token)
    reading.clocks = [first]
    while more := reader.first(lambda: _another(reader, prefixed=prefixed)):
        reading.clocks.append(more)
    if reader.here.text.lower() in _SHARP:
        reader.take(Kind.ABOUT)
    return True


def _prefix(reader: Reader) -> bool:
    """Take "at", "about", "at about", «около», «примерно в»."""
    before = reader.at
    if reader.ahead(Kind.HEDGE, Kind.AT):
        reader.take(Kind.HEDGE)
    if (
        reader.at_value(Unit.HOUR)
        and reader.ahead(Kind.UNIT, Kind.AT)
        and reader.here.text.lower() in ("часов", "часам", "часа")
    ):
        reader.take(Kind.UNIT)  # «часов в 10»
    first = reader.take(Kind.AT, Kind.ABOUT)
    if first is not None:
        reader.take(Kind.ABOUT if first.kind is Kind.AT else Kind.AT)
    return reader.at > before


def _another(reader: Reader, *, prefixed: bool) -> Clock | None:
    joined = reader.take(Kind.AND)
    again = _prefix(reader)
    return one_clock(reader, prefixed=prefixed or again) if joined else None


def part(reader: Reader, reading: Reading) -> bool:
    """Read "in the morning", "this evening", «вечером», "mornings", "tonight"."""
    if tonight := reader.take(Kind.TONIGHT):
        reading.claim("day", tonight)
        reading.claim("part", tonight)
        reading.offsets, reading.part, reading.tonight = (0,), Part.EVENING, True
        return True
    reader.take(Kind.HEDGE)  # «поздно вечером», "early in the morning"
    if reader.ahead(Kind.TONIGHT):
        return part(reader, reading)
    mark = reader.at
    since = None
    this = reader.take(Kind.THIS)
    if this is None:
        if not reader.take(Kind.IN, Kind.AT, Kind.ON) and reader.here.text.lower() in ("с", "со"):
            since = reader.take(Kind.FROM)  # «с утра»
        if reader.take(Kind.AFTER) and reader.take(Kind.MEAL):
            reading.claim("part", reader.here)
            reading.part = Part.AFTERNOON
            return True
        reader.take(Kind.ARTICLE)
    anchored = reader.at > mark or bool(reading.topics)
    token = reader.take(Kind.PART, Kind.PARTS)
    # Without a sign that a time is meant, "good morning" is text; «утром» is a sign by itself.
    if token is None or not (anchored or len(token.value) == 2) or (since and len(token.value) == 2):
        return False
    reading.night = token.text.lower() == "night" and bool({"day", "weekday"} & reading.topics) and not reading.clocks
    reading.claim("part", token)
    reading.part = Part(token.value[0])
    parts = [reading.part]
    while more := reader.first(lambda: _another_part(reader)):
        parts.append(Part(more.value[0]))
    if len(parts) > 1:
        reading.claim("clock", token)
        reading.clocks, reading.part = [PARTS[one] for one in parts], None
    if this:
        reading.claim("day", this)
        reading.offsets = (0,)
    reading.repeats = reading.repeats or token.kind is Kind.PARTS
    return True


def _another_part(reader: Reader) -> Token | None:
    """Read one more part of the day: «утром и вечером»."""
    if not reader.take(Kind.AND):
        return None
    reader.take(Kind.EVERY)
    reader.take(Kind.IN, Kind.AT, Kind.ON)
    reader.take(Kind.ARTICLE)
    return reader.take(Kind.PART, Kind.PARTS)


def one_clock(reader: Reader, *, prefixed: bool) -> Clock | None:
    """Read a time of day; a bare number is one only after "at" (`prefixed`)."""
    if prefixed and reader.tokens[reader.at - 1].text.lower() != "на" and reader.take(Kind.MEAL):
        return Clock(LUNCH, open=False)
    if token := reader.take(Kind.FIXED):
        return Clock(token.value[0], open=False)
    if token := reader.take(Kind.HALF_HOUR):
        return suffixed(reader, Clock(token.value[0], 30), token)
    if token := reader.take(Kind.CLOCK):
        return suffixed(reader, _open(token, token.value[0], token.value[1]), token)
    if prefixed and reader.ahead(Kind.DOTTED):
        return _dotted(reader, reader.here)
    if prefixed and (token := reader.take(Kind.PAIR)):
        return _pair(reader, token)
    return reader.first(
        lambda: beside_the_hour(reader, prefixed=prefixed),
        lambda: _hour(reader, prefixed=prefixed),
    )


def _open(token: Token, hour: int, minute: int) -> Clock:
    """Return a time of either half of the day, unless it is written as one of 24 hours: 9:30, but 09:30 and 14:30."""
    return Clock(hour, minute, bare=0 < hour < 12 and not token.text.startswith("0"))


def _dotted(reader: Reader, token: Token) -> Clock | None:
    hour, minute, digits = token.value
    if hour > 23 or minute > 59 or digits != 2 or "," in token.text:
        return None
    reader.take(Kind.DOTTED)
    return suffixed(reader, _open(token, hour, minute), token)


def _pair(reader: Reader, token: Token) -> Clock:
    """Read "10-30" after "at": it can be nothing but a time of day."""
    hour, minute, digits = token.value
    if hour > 23 or minute > 59 or digits != 2:
        return Clock(hour, minute, said=token.text)
    return suffixed(reader, _open(token, hour, minute), token)


def _hour(reader: Reader, *, prefixed: bool) -> Clock | None:
    """Read "9", "1400", "930 am", "9 o'clock", «9 часов 30 минут», «час дня»; a bare number only after "at"."""
    token = reader.here
    if prefixed and (reader.ahead(Kind.UNIT, Kind.MIDDAY) or reader.ahead(Kind.UNIT, Kind.PART)):
        return suffixed(reader, Clock(1), token) if reader.unit() is Unit.HOUR else None
    if prefixed and reader.at_value(Unit.HOUR) and token.text.lower() == ONE:
        reader.unit()
        return Clock(1, said=ONE)
    number = reader.number()
    if number is None:
        return None
    named = bool(reader.take(Kind.HOUR_NOUN))
    if not named and len(token.text) in (3, 4) and token.text.isdigit():
        hour, minute = divmod(number, 100)
    else:
        full = prefixed or reader.ahead(Kind.UNIT, Kind.PART)
        hour, minute = number, _hours_and_minutes(reader) if full else 0
        if prefixed and not named:
            minute = minute or reader.first(lambda: _minutes_beside(reader)) or 0
    if not (prefixed or named or reader.ahead(Kind.MERIDIEM) or reader.ahead(Kind.PART)):
        return None
    # "at 5 minutes" is no time of day.
    if hour > 23 or minute > 59 or reader.ahead(Kind.UNIT):
        return None
    return suffixed(reader, _open(token, hour, minute), token)


def _minutes_beside(reader: Reader) -> int | None:
    """Read the minutes of "five thirty", «9 30»; "9 30 December" has none."""
    token = reader.here
    minutes = reader.number()
    if minutes == 0 and token.text.lower() == "ноль":  # «девять ноль пять»
        return reader.number() or 0
    other = any(
        reader.ahead(kind) for kind in (Kind.MONTH, Kind.UNIT, Kind.MIDDAY, Kind.DATE_NOUN, Kind.OF, Kind.NUMBER)
    )
    said = len(token.text) == 2 if token.text.isdigit() else minutes is not None and minutes > 9
    return minutes if said and minutes is not None and minutes < 60 and not other else None


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
