"""Recurrences and dates in English words. No I/O."""

from __future__ import annotations

from datetime import datetime

from slack_bitrix24.when.repeat import SHORTEST_MONTH, Repeat, even_step
from slack_bitrix24.when.tokens import Unit

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905 - reads as a line
)
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_UNITS = {
    Unit.MINUTE: "minute",
    Unit.HOUR: "hour",
    Unit.DAY: "day",
    Unit.WEEK: "week",
    Unit.MONTH: "month",
    Unit.YEAR: "year",
}


RARE = " (in the months that have it)"
CLAMPED = " (the last day of a shorter month)"


def date(local: datetime) -> str:
    """Say a date: "Tue 24 Nov 2026"."""
    return f"{_WEEKDAYS[local.weekday()][:3]} {local.day} {_MONTHS[local.month - 1][:3]} {local.year}"


def repeat(said: Repeat) -> str:
    """Say a recurrence: "every 2 weeks on Monday at 10:00"."""
    if said.unit < Unit.DAY:
        return _every(said)
    step = even_step(said.hours)
    if step and said.interval == 1 and said.unit in (Unit.DAY, Unit.WEEK):
        return _hourly(said, step)
    return f"{_head(said)} at {join([f'{hour}:{said.minute:02}' for hour in said.hours])}"


def _hourly(said: Repeat, step: int) -> str:
    """Say "every 2 hours from 9:00 to 17:00 on weekdays"."""
    first, last = (f"{hour}:{said.minute:02}" for hour in (said.hours[0], said.hours[-1]))
    days = "weekdays" if said.weekdays == (0, 1, 2, 3, 4) else _days(said)
    return f"every {'hour' if step == 1 else f'{step} hours'} from {first} to {last}{f' on {days}' if days else ''}"


def _head(said: Repeat) -> str:
    workdays = said.weekdays == (0, 1, 2, 3, 4)
    if said.unit is Unit.WEEK and said.interval == 1 and said.weekdays:
        if len(said.weekdays) == 6:
            return f"every day except {_WEEKDAYS[21 - sum(said.weekdays)]}"
        return "every weekday" if workdays else f"every {_days(said)}"
    days = "weekdays" if workdays else _days(said)
    return f"{_every(said)} on {days}" if days else _every(said)


def _every(said: Repeat) -> str:
    unit = _UNITS[said.unit]
    return f"every {unit}" if said.interval == 1 else f"every {said.interval} {unit}s"


def _days(said: Repeat) -> str:
    if said.nth is not None:
        return f"the {_ORDINALS[said.nth]} {_WEEKDAYS[said.weekdays[0]]}"
    if said.months:
        return join([f"{_MONTHS[month - 1]} {day}" for month in said.months for day in said.days])
    if said.days:
        days = "the " + join(["last day" if day == -1 else _ordinal(day) for day in said.days])
        if said.clamped:
            return f"{days}{CLAMPED}"
        return f"{days}{RARE if max(said.days) > SHORTEST_MONTH else ''}"
    return join([_WEEKDAYS[day] for day in said.weekdays])


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def join(words: list[str]) -> str:
    """Put words in a row: "a, b and c"."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
