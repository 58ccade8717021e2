"""What repeats, in a person's terms, and the rule that says the same: a cron line or an RFC 5545 rule. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from slack_bitrix24 import crontab
from slack_bitrix24.when.fires import first_after, parts
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.rule import Cron, Recurring, Rule, zone_info
from slack_bitrix24.when.tokens import Unit

_FREQUENCIES = {
    Unit.MINUTE: "MINUTELY",
    Unit.HOUR: "HOURLY",
    Unit.DAY: "DAILY",
    Unit.WEEK: "WEEKLY",
    Unit.MONTH: "MONTHLY",
    Unit.YEAR: "YEARLY",
}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# More times of a day than this are not said one by one; fewer are not said as "every 12 hours".
_MOST_HOURS = 12
_FEW_HOURS = 2
SHORTEST_MONTH = 28
"""Days that every month has."""
# So many hours are listed even where they are evenly apart.
_FEW_LISTED = 3
# The largest interval that means anything, of every unit; what is longer runs out of the calendar.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Repeat:
    """Every `interval` units, at these hours and this minute, on these days."""

    unit: Unit
    interval: int = 1
    hours: tuple[int, ...] = (9,)
    minute: int = 0
    weekdays: tuple[int, ...] = ()
    nth: int | None = None  # which of the weekdays in the month; -1 the last
    days: tuple[int, ...] = ()  # of the month; -1 the last
    months: tuple[int, ...] = ()
    clamped: bool = False  # the one day of the month is the last one where a month is shorter


def rule_of(repeat: Repeat, *, now: datetime, zone: str, from_today: bool = False) -> Rule:
    """Make the rule.

    What has an interval starts with the first possible fire after `now`, or is counted `from_today`.
    """
    if repeat.interval > _MOST:
        raise RefusalError("far")
    local = now.astimezone(zone_info(zone)).replace(tzinfo=None)
    if repeat.unit is Unit.SECOND:
        raise RefusalError("often")
    if repeat.unit in (Unit.MINUTE, Unit.HOUR):
        return Recurring(_rrule(repeat), local.replace(second=0, microsecond=0), zone)
    if repeat.interval == 1 and repeat.nth is None and -1 not in repeat.days and not repeat.clamped:
        return Cron(_cron(repeat), zone)
    start = local.replace(hour=repeat.hours[0], minute=repeat.minute, second=0, microsecond=0, fold=0)
    if repeat.interval > 1 and not from_today:
        start = _first(repeat, now=now, zone=zone)
    return Recurring(_rrule(repeat), start, zone)


def _first(repeat: Repeat, *, now: datetime, zone: str) -> datetime:
    first = first_after(rule_of(replace(repeat, interval=1), now=now, zone=zone), now)
    local = first.astimezone(zone_info(zone)).replace(tzinfo=None, fold=0)
    # The day counts; the time of day is said by the phrase, not by a gap that happens to be on that day.
    return local.replace(hour=_hour(local, repeat), minute=repeat.minute, second=0)


def _hour(local: datetime, repeat: Repeat) -> int:
    return max((hour for hour in repeat.hours if hour <= local.hour), default=repeat.hours[0])


def _cron(repeat: Repeat) -> str:
    fields = (
        str(repeat.minute),
        _list(repeat.hours),
        _list(repeat.days),
        _list(repeat.months),
        "1-5" if repeat.weekdays == (0, 1, 2, 3, 4) else _list(tuple(day + 1 for day in repeat.weekdays)),
    )
    return " ".join(fields)


def _list(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers)) or "*"


def _rrule(repeat: Repeat) -> str:
    fields = {"FREQ": _FREQUENCIES[repeat.unit]}
    if repeat.interval > 1:
        fields["INTERVAL"] = str(repeat.interval)
    if repeat.weekdays:
        fields["BYDAY"] = ",".join(f"{repeat.nth or ''}{_DAYS[day]}" for day in repeat.weekdays)
    if repeat.clamped:
        fields["BYMONTHDAY"] = _list(tuple(range(SHORTEST_MONTH, repeat.days[0] + 1)))
        fields["BYSETPOS"] = "-1"
    elif repeat.days:
        fields["BYMONTHDAY"] = _list(repeat.days)
    if repeat.months:
        fields["BYMONTH"] = _list(repeat.months)
    if len(repeat.hours) > 1:
        fields["BYHOUR"] = _list(repeat.hours)
    return ";".join(f"{name}={value}" for name, value in fields.items())


def repeat_of(rule: Cron | Recurring) -> Repeat | None:
    """Tell what a rule says in a person's terms; None where `Repeat` has no words for it."""
    repeat = _of_cron(rule.expression) if isinstance(rule, Cron) else _of_rrule(rule)
    return repeat if repeat and _sayable(repeat) else None


def _sayable(repeat: Repeat) -> bool:
    weekdays, days, months = repeat.weekdays, repeat.days, repeat.months
    if repeat.unit is Unit.YEAR:
        return not weekdays and all(day > 0 for day in days) and bool(days) and min(len(days), len(months)) == 1
    if repeat.unit is Unit.MONTH:
        plain = days == (-1,) or all(day > 0 for day in days)
        nth = repeat.nth in (1, 2, 3, 4, 5, -1) and len(weekdays) == 1
        return not months and plain and (bool(days) if not weekdays else nth and not days)
    return not days and not months and repeat.nth is None and (repeat.unit is Unit.WEEK or not weekdays)


def _of_cron(expression: str) -> Repeat | None:
    """Read a cron line back, however it is written: "0 9 * * sun" is every Sunday at 9."""
    try:
        line = crontab.read(expression)
    except crontab.CrontabError:
        return None
    every_day, every_weekday = len(line.days) == 31, len(line.weekdays) == 7
    every_month = len(line.months) == 12
    if every_day and every_weekday and every_month and (short := _within_a_day(line)):
        return short
    if len(line.minutes) > 1 or (len(line.hours) > _MOST_HOURS and not even_step(line.hours)):
        return None
    unit = Unit.YEAR if not every_month else Unit.MONTH if not every_day else Unit.DAY if every_weekday else Unit.WEEK
    return Repeat(
        unit,
        hours=line.hours,
        minute=line.minutes[0],
        weekdays=() if every_weekday else line.weekdays,
        days=() if every_day else line.days,
        months=() if every_month else line.months,
    )


def even_step(hours: tuple[int, ...]) -> int:
    """Return how far apart hours are that are said as "every hour from 9:00 to 17:00"; 0 where they are listed."""
    step = hours[1] - hours[0] if len(hours) > _FEW_LISTED else 0
    return step if step and hours == tuple(range(hours[0], hours[-1] + 1, step)) else 0


def _within_a_day(line: crontab.Crontab) -> Repeat | None:
    """Say "*/5 * * * *" and "0 */2 * * *" as every 5 minutes, every 2 hours."""
    minutes, hours = line.minutes, line.hours
    if len(hours) == 24 and len(minutes) > 1:
        step = minutes[1] - minutes[0]
        return Repeat(Unit.MINUTE, interval=step) if minutes == tuple(range(0, 60, step)) and 60 % step == 0 else None
    if minutes == (0,) and len(hours) > 1:
        step = hours[1] - hours[0]
        even = hours == tuple(range(0, 24, step)) and 24 % step == 0
        return Repeat(Unit.HOUR, interval=step) if even and len(hours) > _FEW_HOURS else None
    return None


def _of_rrule(rule: Recurring) -> Repeat | None:
    fields = parts(rule)
    unit = next((unit for unit, name in _FREQUENCIES.items() if name == fields.get("FREQ")), None)
    if unit is None:
        return None
    clamped, monthdays = "BYSETPOS" in fields, _numbers(fields.get("BYMONTHDAY", "*"))
    days = re.findall(r"(-?\d)?(MO|TU|WE|TH|FR|SA|SU)", fields.get("BYDAY", ""))
    repeat = Repeat(
        unit,
        interval=int(fields.get("INTERVAL", "1")),
        hours=_numbers(fields.get("BYHOUR", str(rule.start.hour))),
        minute=rule.start.minute,
        weekdays=tuple(_DAYS.index(day) for _nth, day in days),
        nth=next((int(nth) for nth, _day in days if nth), None),
        days=monthdays[-1:] if clamped else monthdays,
        months=_numbers(fields.get("BYMONTH", "*")),
        clamped=clamped,
    )
    return repeat if _rrule(repeat) == rule.rrule else None


def _numbers(text: str) -> tuple[int, ...]:
    return () if text == "*" else tuple(int(number) for number in text.split(","))
