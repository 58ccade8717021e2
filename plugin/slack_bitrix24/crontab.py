"""A line of cron: five fields, read and checked. No I/O.

The fields are those of crontab(5) on Debian: numbers, names, ranges, lists and steps; 0 and 7 are Sunday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_FIELDS = 5
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class CrontabError(ValueError):
    """The line is none: which field is bad, or how many there are."""


@dataclass(frozen=True, slots=True)
class Crontab:
    """When a line fires, each field as its numbers in order; `weekdays` count from Monday, 0.

    `real`: the minute or the hour begins with `*`, so it fires at minutes that come, as often as they come. `both`: the
    day of the month and the weekday must both fit (one of the fields begins with `*`); else either does.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    real: bool
    both: bool

    def on(self, day: date) -> bool:
        """Tell whether the line fires on a day."""
        if day.month not in self.months:
            return False
        fits = (day.day in self.days, day.weekday() in self.weekdays)
        return all(fits) if self.both else any(fits)


def plain(line: str) -> str:
    """Write a line with one blank between its fields, @daily and the like spelled out."""
    return " ".join(_NICKNAMES.get(line.strip().lower(), line).split())


def read(line: str) -> Crontab:
    """Read a line; raises CrontabError that names the field, also for a day that no month has."""
    fields = plain(line).split()
    if len(fields) != _FIELDS:
        raise CrontabError(f"expected 5 fields, got {len(fields)}")
    minutes = _field("minute", fields[0], (0, 59))
    hours = _field("hour", fields[1], (0, 23))
    days = _field("day-of-month", fields[2], (1, 31))
    months = _field("month", fields[3], (1, 12), names=_MONTHS)
    weekdays = {(day - 1) % 7 for day in _field("day-of-week", fields[4], (0, 7), names=_WEEKDAYS)}
    both = fields[2].startswith("*") or fields[4].startswith("*")
    if both and all(day > _LONGEST_MONTHS[month - 1] for day in days for month in months):
        raise CrontabError("bad day-of-month: no such month has that day")
    real = fields[0].startswith("*") or fields[1].startswith("*")
    rows = [tuple(sorted(numbers)) for numbers in (minutes, hours, days, months, weekdays)]
    return Crontab(rows[0], rows[1], rows[2], rows[3], rows[4], real=real, both=both)


def _field(name: str, text: str, span: tuple[int, int], *, names: tuple[str, ...] = ()) -> set[int]:
    try:
        return set().union(*(_term(term, span, names) for term in text.lower().split(",")))
    except ValueError:
        raise CrontabError(f"bad {name}") from None


def _term(term: str, span: tuple[int, int], names: tuple[str, ...]) -> range:
    """Read `*`, `5`, `mon-fri`, `*/5`, `0-30/10`, `5/15`; raises ValueError."""
    low, high = span
    numbers, slash, step_text = term.partition("/")
    step = _number(step_text, (1, high), ()) if slash else 1
    if numbers == "*":
        return range(low, high + 1, step)
    first_text, dash, last_text = numbers.partition("-")
    first = _number(first_text, span, names)
    last = _number(last_text, span, names) if dash else (high if slash else first)
    if names is _WEEKDAYS and last == 0 < first:  # fri-sun
        last = 7
    if last < first:
        raise ValueError(term)
    return range(first, last + 1, step)


def _number(text: str, span: tuple[int, int], names: tuple[str, ...]) -> int:
    if text in names:
        return names.index(text) + span[0]
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise ValueError(text)
    number = int(text)
    if not span[0] <= number <= span[1]:
        raise ValueError(text)
    return number
