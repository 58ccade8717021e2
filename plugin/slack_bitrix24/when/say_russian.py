"""Recurrences and dates in Russian words. No I/O."""

from __future__ import annotations

from datetime import datetime

from slack_bitrix24.when.repeat import SHORTEST_MONTH, Repeat, even_step
from slack_bitrix24.when.tokens import Unit

_WEEKDAYS = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
_DATIVE = ("понедельникам", "вторникам", "средам", "четвергам", "пятницам", "субботам", "воскресеньям")
_GENITIVE = ("понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья")
_SHORT = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_FEMININE = (2, 4, 5)
_NEUTER = (6,)
_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
_ORDINALS = {
    1: ("первый", "первую", "первое"),
    2: ("второй", "вторую", "второе"),
    3: ("третий", "третью", "третье"),
    4: ("четвёртый", "четвёртую", "четвёртое"),
    5: ("пятый", "пятую", "пятое"),
    -1: ("последний", "последнюю", "последнее"),
}
# One, two to four, five and more; "every" agrees with the first.
_UNITS = {
    Unit.MINUTE: ("каждую", "минуту", "минуты", "минут"),
    Unit.HOUR: ("каждый", "час", "часа", "часов"),
    Unit.DAY: ("каждый", "день", "дня", "дней"),
    Unit.WEEK: ("каждую", "неделю", "недели", "недель"),
    Unit.MONTH: ("каждый", "месяц", "месяца", "месяцев"),
    Unit.YEAR: ("каждый", "год", "года", "лет"),
}


RARE = " (в месяцах, где оно есть)"
CLAMPED = " (где его нет, в последний день)"


def date(local: datetime) -> str:
    """Say a date: «вт 24 ноября 2026»."""
    return f"{_SHORT[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"


def repeat(said: Repeat) -> str:
    """Say a recurrence: «каждые 2 недели по понедельникам в 10:00»."""
    if said.unit < Unit.DAY:
        return _every(said)
    step = even_step(said.hours)
    if step and said.interval == 1 and said.unit in (Unit.DAY, Unit.WEEK):
        return _hourly(said, step)
    return f"{_head(said)} в {_join([f'{hour}:{said.minute:02}' for hour in said.hours])}"


def _hourly(said: Repeat, step: int) -> str:
    """Say «каждые 2 часа с 9:00 до 17:00 по будням»."""
    first, last = (f"{hour}:{said.minute:02}" for hour in (said.hours[0], said.hours[-1]))
    days = _days(said)
    return f"{_every(Repeat(Unit.HOUR, interval=step))} с {first} до {last}{f' {days}' if days else ''}"


def _head(said: Repeat) -> str:
    days = _days(said)
    if not days:
        return _every(said)
    if said.unit is Unit.WEEK and said.interval == 1:
        if said.weekdays == (0, 1, 2, 3, 4):
            return "каждый будний день"
        if len(said.weekdays) == 6:
            return f"каждый день, кроме {_GENITIVE[21 - sum(said.weekdays)]}"
        if len(said.weekdays) > 1:
            return days
        day = said.weekdays[0]
        return f"{('каждый', 'каждую', 'каждое')[_gender(day)]} {_WEEKDAYS[day]}"
    return f"{_every(said)} {days}"


def _days(said: Repeat) -> str:
    if said.nth is not None:
        weekday = said.weekdays[0]
        return f"{'во' if said.nth == 2 else 'в'} {_ORDINALS[said.nth][_gender(weekday)]} {_WEEKDAYS[weekday]}"
    if said.months:
        return _join([f"{day} {_MONTHS[month - 1]}" for month in said.months for day in said.days])
    if said.days == (-1,):
        return "в последний день"
    if said.days:
        rare = CLAMPED if said.clamped else RARE if max(said.days) > SHORTEST_MONTH else ""
        return f"{_join([str(day) for day in said.days])} числа{rare}"
    if said.weekdays == (0, 1, 2, 3, 4):
        return "по будням"
    return f"по {_join([_DATIVE[day] for day in said.weekdays])}" if said.weekdays else ""


def _every(said: Repeat) -> str:
    every, one, few, many = _UNITS[said.unit]
    count = said.interval
    if count == 1:
        return f"{every} {one}"
    if count % 10 == 1 and count % 100 != 11:
        return f"{every} {count} {one}"
    return f"каждые {count} {few if 1 < count % 10 < 5 and not 11 < count % 100 < 15 else many}"


def _gender(weekday: int) -> int:
    return 1 if weekday in _FEMININE else 2 if weekday in _NEUTER else 0


def _join(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} и {words[-1]}" if len(words) > 1 else "".join(words)
