"""From what a phrase says to a rule, given the time now and a zone. No I/O."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from slack_bitrix24.when.clocks import ONE, PARTS
from slack_bitrix24.when.fires import first_after
from slack_bitrix24.when.habits import check_count, within
from slack_bitrix24.when.halves import in_part
from slack_bitrix24.when.reader import Clock, Reading
from slack_bitrix24.when.refusal import RefusalError
from slack_bitrix24.when.repeat import SHORTEST_MONTH, Repeat, rule_of
from slack_bitrix24.when.rule import Once, Rule, Several, instant, zone_info
from slack_bitrix24.when.tokens import Part, Unit

DEFAULT = Clock(9)
"""The time of day where a phrase names only a day."""
EARLY = 5
"""Hours before this one belong to the night before."""
_CALENDAR = {Unit.DAY: "days", Unit.WEEK: "weeks", Unit.MONTH: "months", Unit.YEAR: "years"}
_SECONDS = {Unit.SECOND: 1, Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.DAY: 86_400, Unit.WEEK: 604_800}


def resolve(reading: Reading, *, now: datetime, zone: str) -> Rule:
    """Make the rule; raises PhraseError for what is over, too far away, or doesn't fit together."""
    if reading.wrong:
        raise reading.wrong
    now = now.astimezone(UTC)  # adding hours to a time in a zone would move its hands, not count time
    try:
        if reading.repeats:
            return _recurrence(reading, now=now, zone=zone)
        moments = sorted({_later(at, reading, zone) for at in _moments(reading, now=now, zone=zone)})
    except OverflowError as error:
        raise RefusalError("far") from error
    if moments[0] <= now:
        raise _over(reading, moments[0], now=now, zone=zone)
    return Once(moments[0]) if len(moments) == 1 else Several(tuple(moments))


def _over(reading: Reading, moment: datetime, *, now: datetime, zone: str) -> RefusalError:
    """Say that a moment is over, and name the one of the other half of the day where that is still to come."""
    later = moment + timedelta(hours=12)
    said = f"{moment.astimezone(zone_info(zone)):%Y-%m-%d %H:%M}"
    if reading.russian and any(clock.bare for clock in reading.clocks) and later > now:
        return RefusalError("past_half", said, hint=f"{later.astimezone(zone_info(zone)):%H:%M}")
    return RefusalError("past", said)


def _recurrence(reading: Reading, *, now: datetime, zone: str) -> Rule:
    if any(year for year, _month, _day in reading.dates):
        raise RefusalError("year")
    if reading.delay or reading.later or "day" in reading.topics:
        raise RefusalError("mixed")
    if reading.nth == 2 and reading.unit is None:
        raise RefusalError("second")
    reading = within(reading)
    clocks = _clocks(reading)
    check_count(reading, len(reading.clocks))
    if len({clock.minute for clock in clocks}) > 1:
        raise RefusalError("minutes")
    repeat = Repeat(
        _unit(reading),
        interval=reading.interval,
        hours=tuple(sorted({clock.hour for clock in clocks})),
        minute=clocks[0].minute,
        weekdays=_left(reading),
        nth=reading.nth,
        days=reading.days or _common_days(reading),
        months=reading.months,
    )
    placed = _with_days(repeat, now.astimezone(zone_info(zone)).date())
    named = bool(repeat.weekdays or repeat.days) or repeat.unit < Unit.WEEK
    return rule_of(placed, now=now, zone=zone, from_today=not named)


def _left(reading: Reading) -> tuple[int, ...]:
    """Return the weekdays that are named, or all, without those that are excepted."""
    if not reading.without:
        return reading.weekdays
    if reading.dates or reading.days or reading.nth is not None or reading.unit not in (None, Unit.DAY, Unit.WEEK):
        raise RefusalError("mixed")
    if reading.interval > 1:
        raise RefusalError("mixed")
    left = tuple(day for day in reading.weekdays or range(7) if day not in reading.without)
    if not left:
        raise RefusalError("never")
    return left


def _common_days(reading: Reading) -> tuple[int, ...]:
    """Return the days of the dates, where each is meant in each of their months; else one rule can't hold them."""
    days = {day for _year, _month, day in reading.dates}
    if len(days) * len(reading.months) != len(reading.dates):
        raise RefusalError("mixed")
    return tuple(sorted(days))


def _unit(reading: Reading) -> Unit:
    """Find the unit that the named days go by; raises PhraseError where another one was said."""
    said = reading.unit
    if reading.weekdays and (reading.days or reading.dates):
        raise RefusalError("mixed")
    if reading.months:
        unit, fitting = Unit.YEAR, {Unit.YEAR}
    elif reading.days or reading.nth is not None:
        unit, fitting = Unit.MONTH, {Unit.MONTH}
    elif reading.weekdays or reading.without:
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
    last = today.day == monthrange(today.year, today.month)[1] and today.day > SHORTEST_MONTH
    named = bool(repeat.weekdays or repeat.days)
    if named or repeat.unit < Unit.WEEK:
        return repeat
    weekdays = (today.weekday(),) if repeat.unit is Unit.WEEK else ()
    # "Monthly" said on the 31st is the last day of each month, not seven times a year.
    days = () if weekdays else (-1,) if last and repeat.unit is Unit.MONTH else (today.day,)
    months = (today.month,) if repeat.unit is Unit.YEAR else ()
    return Repeat(
        repeat.unit,
        interval=repeat.interval,
        hours=repeat.hours,
        minute=repeat.minute,
        weekdays=weekdays,
        days=days,
        months=months,
        # The place of an hour among the day's is no place of a day among the month's.
        clamped=repeat.unit is Unit.MONTH and max(days) > SHORTEST_MONTH and len(repeat.hours) == 1,
    )


def _clocks(reading: Reading) -> list[Clock]:
    if wrong := next((clock for clock in reading.clocks if clock.said), None):
        raise RefusalError("one") if wrong.said == ONE else RefusalError("no_clock", wrong.said)
    if not reading.clocks:
        return [DEFAULT if reading.part is None else PARTS[reading.part]]
    if reading.part is None:
        return reading.clocks
    return [in_part(clock, reading.part) if clock.open else clock for clock in reading.clocks]


def _hours(clock: Clock, reading: Reading) -> tuple[int, ...]:
    """Return the hours that a time may mean: in English "5" is of either half of the day, in Russian of 24 hours."""
    either = clock.bare and clock.open and not reading.russian
    return (clock.hour, clock.hour + 12) if either else (clock.hour,)


def _moments(reading: Reading, *, now: datetime, zone: str) -> list[datetime]:
    clocks = _clocks(reading)
    today = now.astimezone(zone_info(zone)).date()
    if reading.delay:
        if len(clocks) > 1:
            raise RefusalError("mixed")
        return [_delayed(reading, clocks[0], now=now, zone=zone)]
    days = _days(reading, today)
    if days is None:
        return [moment for clock in clocks for moment in _next(reading, clock, now=now, zone=zone)]
    return [_on(day, clock, reading, now=now, zone=zone) for day in days for clock in clocks]


def _later(at: datetime, reading: Reading, zone: str) -> datetime:
    """Count days on by the calendar: "a week from Monday", and "Friday night at 1", which is on Saturday."""
    local = at.astimezone(zone_info(zone)).replace(tzinfo=None)
    evening = reading.part is Part.EVENING and not reading.tonight and {"day", "weekday"} & reading.topics
    days = reading.later + (bool(reading.night or evening) and local.hour < EARLY)
    return instant(local + timedelta(days=days), zone) if days else at


def _on(day: date, clock: Clock, reading: Reading, *, now: datetime, zone: str) -> datetime:
    """Return the first time on a day that is still to come, else its last one."""
    if reading.tonight and clock.hour < EARLY:
        day += timedelta(days=1)
    times = [instant(datetime.combine(day, time(hour, clock.minute)), zone) for hour in _hours(clock, reading)]
    over = times[-1] if day == now.astimezone(zone_info(zone)).date() else times[0]
    return next((at for at in times if at > now), over)


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


def _days(reading: Reading, today: date) -> list[date] | None:
    """Find the days that are meant; None where it is the next one that fits."""
    if reading.offsets:
        if reading.days or reading.dates:
            raise RefusalError("mixed")
        days = [today + timedelta(days=offset) for offset in reading.offsets]
    elif reading.ahead is not None:
        return [_ahead(reading, today)]
    elif reading.dates and all(year for year, _month, _day in reading.dates):
        days = [date(*one) for one in reading.dates]
    else:
        return None
    for day in days:
        _check_weekday(reading, day)
    return days


def _check_weekday(reading: Reading, day: date) -> None:
    if reading.nth is not None or (reading.weekdays and day.weekday() not in reading.weekdays):
        raise RefusalError("mixed")


def _ahead(reading: Reading, today: date) -> date:
    steps, unit = reading.ahead or (0, Unit.DAY)
    if reading.nth is not None or reading.dates:
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
    if reading.coming and reading.weekdays:
        return today + timedelta(days=(reading.weekdays[0] - today.weekday()) % 7)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=steps)
    return monday + timedelta(days=reading.weekdays[0] if reading.weekdays else 0)


def _in_month(month: date, day: int) -> date:
    if day == -1:
        return month + relativedelta(day=31)
    try:
        return month.replace(day=day)
    except ValueError as error:
        raise RefusalError("never") from error


def _next(reading: Reading, clock: Clock, *, now: datetime, zone: str) -> list[datetime]:
    """Find the next times that fit: what is named repeats, and its first fire is meant."""
    if reading.nth == -1 and reading.unit is None:
        raise RefusalError("last")
    if reading.dates:
        return [_next_date(one, clock, reading, now=now, zone=zone) for one in reading.dates]
    repeat = Repeat(
        _unit(reading),
        hours=_hours(clock, reading),
        minute=clock.minute,
        weekdays=reading.weekdays,
        nth=reading.nth,
        days=reading.days,
    )
    return [first_after(rule_of(repeat, now=now, zone=zone), now)]


def _next_date(one: tuple[int, int, int], clock: Clock, reading: Reading, *, now: datetime, zone: str) -> datetime:
    year, month, day = one
    if reading.days or reading.nth is not None or (reading.unit is not None and reading.unit is not Unit.YEAR):
        raise RefusalError("mixed")
    if year:
        return _on(date(year, month, day), clock, reading, now=now, zone=zone)
    repeat = Repeat(Unit.YEAR, hours=_hours(clock, reading), minute=clock.minute, days=(day,), months=(month,))
    first = first_after(rule_of(repeat, now=now, zone=zone), now)
    _check_weekday(reading, first.astimezone(zone_info(zone)).date())
    return first
