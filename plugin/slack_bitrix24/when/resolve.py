"""From what a phrase says to a rule, given the time now and a zone. No I/O."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from slack_bitrix24.when.clocks import in_part
from slack_bitrix24.when.fires import first_after
from slack_bitrix24.when.reader import Clock, Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.repeat import Repeat, rule_of
from slack_bitrix24.when.rule import Once, Rule, instant, zone_info
from slack_bitrix24.when.tokens import Part, Unit

DEFAULT = Clock(9)
"""The time of day where a phrase names only a day."""
PARTS = {Part.MORNING: Clock(9), Part.AFTERNOON: Clock(14), Part.EVENING: Clock(19), Part.NIGHT: Clock(22)}
_CALENDAR = {Unit.DAY: "days", Unit.WEEK: "weeks", Unit.MONTH: "months", Unit.YEAR: "years"}
_SECONDS = {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.DAY: 86_400, Unit.WEEK: 604_800}


def resolve(reading: Reading, *, now: datetime, zone: str) -> Rule:
    """Make the rule; raises PhraseError for what is over, too far away, or doesn't fit together."""
    now = now.astimezone(UTC)  # adding hours to a time in a zone would move its hands, not count time
    try:
        if reading.repeats:
            return _recurrence(reading, now=now, zone=zone)
        at = _moment(reading, now=now, zone=zone)
    except OverflowError as error:
        raise RefusalError("far") from error
    if at <= now:
        raise RefusalError("past", at.astimezone(zone_info(zone)).strftime("%Y-%m-%d %H:%M"))
    return Once(at)


def _recurrence(reading: Reading, *, now: datetime, zone: str) -> Rule:
    if reading.year:
        raise RefusalError("year")
    if reading.delay or "day" in reading.topics:
        raise RefusalError("mixed")
    if reading.nth == 2 and reading.unit is None:
        raise RefusalError("second")
    clocks = _clocks(reading)
    if len({clock.minute for clock in clocks}) > 1:
        raise RefusalError("minutes")
    repeat = Repeat(
        _unit(reading),
        interval=reading.interval,
        hours=tuple(sorted({clock.hour for clock in clocks})),
        minute=clocks[0].minute,
        weekdays=reading.weekdays,
        nth=reading.nth,
        days=reading.days,
        months=reading.months,
    )
    return rule_of(_with_days(repeat, now.astimezone(zone_info(zone)).date()), now=now, zone=zone)


def _unit(reading: Reading) -> Unit:
    """Find the unit that the named days go by; raises PhraseError where another one was said."""
    said = reading.unit
    if reading.weekdays and reading.days:
        raise RefusalError("mixed")
    if reading.months:
        unit, fitting = Unit.YEAR, {Unit.YEAR}
    elif reading.days or reading.nth is not None:
        unit, fitting = Unit.MONTH, {Unit.MONTH}
    elif reading.weekdays:
        unit, fitting = Unit.WEEK, {Unit.WEEK}
        if reading.interval == 1:
            fitting.add(Unit.DAY)
    else:
        unit = Unit.DAY if said is None else said
        fitting = {unit}
        if unit < Unit.DAY and (reading.clocks or reading.part is not None):
            raise RefusalError("mixed")
    if said is not None and said not in fitting:
        raise RefusalError("mixed")
    return unit


def _with_days(repeat: Repeat, today: date) -> Repeat:
    """Give "every week", "every month" and "every year" today's place in them."""
    if repeat.weekdays == (0, 1, 2, 3, 4, 5, 6) and repeat.interval == 1:
        return Repeat(Unit.DAY, hours=repeat.hours, minute=repeat.minute)
    named = bool(repeat.weekdays or repeat.days)
    if named or repeat.unit < Unit.WEEK:
        return repeat
    weekdays = (today.weekday(),) if repeat.unit is Unit.WEEK else ()
    days = () if weekdays else (today.day,)
    months = (today.month,) if repeat.unit is Unit.YEAR else ()
    return Repeat(
        repeat.unit,
        interval=repeat.interval,
        hours=repeat.hours,
        minute=repeat.minute,
        weekdays=weekdays,
        days=days,
        months=months,
    )


def _clocks(reading: Reading) -> list[Clock]:
    if not reading.clocks:
        return [DEFAULT if reading.part is None else PARTS[reading.part]]
    if reading.part is None:
        return reading.clocks
    return [in_part(clock, reading.part) if clock.open else clock for clock in reading.clocks]


def _moment(reading: Reading, *, now: datetime, zone: str) -> datetime:
    if len(reading.clocks) > 1:
        raise RefusalError("mixed")
    clock = _clocks(reading)[0]
    today = now.astimezone(zone_info(zone)).date()
    if reading.delay:
        return _delayed(reading, clock, now=now, zone=zone)
    day = _day(reading, today)
    if day is None:
        return _next(reading, clock, now=now, zone=zone)
    if reading.tonight and clock.hour < 5:
        day += timedelta(days=1)
    return instant(datetime.combine(day, time(clock.hour, clock.minute)), zone)


def _delayed(reading: Reading, clock: Clock, *, now: datetime, zone: str) -> datetime:
    """Count days and longer by the calendar, shorter units by elapsed time."""
    if reading.topics - {"delay", "clock", "part"}:
        raise RefusalError("mixed")
    calendar = relativedelta()
    elapsed = timedelta()
    for count, unit in reading.delay:
        if unit in _CALENDAR and count == int(count):
            calendar += relativedelta(**{_CALENDAR[unit]: int(count)})  # type: ignore[arg-type]  # stubs: names as literals
        elif unit in _SECONDS:
            elapsed += timedelta(seconds=count * _SECONDS[unit])
        else:
            raise RefusalError("mixed")
    timed = reading.topics & {"clock", "part"}
    if timed and elapsed:
        raise RefusalError("mixed")
    if not calendar:
        return now + elapsed
    try:
        local = now.astimezone(zone_info(zone)).replace(tzinfo=None) + calendar
    except ValueError as error:
        raise RefusalError("far") from error
    if timed:
        local = datetime.combine(local, time(clock.hour, clock.minute))
    return instant(local, zone) + elapsed


def _day(reading: Reading, today: date) -> date | None:
    """Find the day that is meant; None where it is the next one that fits."""
    if reading.offset is not None:
        day = today + timedelta(days=reading.offset)
    elif reading.ahead is not None:
        return _ahead(reading, today)
    elif reading.year:
        day = date(reading.year, reading.months[0], reading.days[0])
    else:
        return None
    named = reading.topics & {"weekday", "date"}
    if reading.offset is not None and "date" in named:
        raise RefusalError("mixed")
    _check_weekday(reading, day)
    return day


def _check_weekday(reading: Reading, day: date) -> None:
    if reading.nth is not None or (reading.weekdays and day.weekday() not in reading.weekdays):
        raise RefusalError("mixed")


def _ahead(reading: Reading, today: date) -> date:
    steps, unit = reading.ahead or (0, Unit.DAY)
    if reading.nth is not None or reading.months:
        raise RefusalError("mixed")
    if unit is Unit.MONTH and not reading.weekdays:
        month = today.replace(day=1) + relativedelta(months=steps)
        return _in_month(month, reading.days[0] if reading.days else 1)
    if reading.days or unit is Unit.MONTH:
        raise RefusalError("mixed")
    if unit is Unit.DAY:
        day = today + timedelta(days=steps)
        _check_weekday(reading, day)
        return day
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=steps)
    return monday + timedelta(days=reading.weekdays[0] if reading.weekdays else 0)


def _in_month(month: date, day: int) -> date:
    if day == -1:
        return month + relativedelta(day=31)
    try:
        return month.replace(day=day)
    except ValueError as error:
        raise RefusalError("never") from error


def _next(reading: Reading, clock: Clock, *, now: datetime, zone: str) -> datetime:
    """Find the next time that fits: what is named repeats, and its first fire is meant."""
    if len(reading.weekdays) > 1 or len(reading.days) > 1 or len(reading.months) > 1:
        raise RefusalError("mixed")
    if reading.nth == -1 and reading.unit is None:
        raise RefusalError("last")
    dated = bool(reading.months and reading.weekdays)
    hours = {clock.hour}
    # "at 8", and nothing else: the next 8 o'clock, of either half of the day.
    if clock.bare and clock.open and reading.topics == {"clock"}:
        hours.add((clock.hour + 12) % 24)
    repeat = Repeat(
        Unit.YEAR if dated else _unit(reading),
        hours=tuple(sorted(hours)),
        minute=clock.minute,
        weekdays=() if dated else reading.weekdays,
        nth=None if dated else reading.nth,
        days=reading.days,
        months=reading.months,
    )
    first = first_after(rule_of(repeat, now=now, zone=zone), now)
    _check_weekday_of_date(reading, first, zone=zone, dated=dated)
    return first


def _check_weekday_of_date(reading: Reading, first: datetime, *, zone: str, dated: bool) -> None:
    if dated:
        _check_weekday(reading, first.astimezone(zone_info(zone)).date())
