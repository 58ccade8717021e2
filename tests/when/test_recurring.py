"""Phrases that name something that repeats."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24.when import Cron, Recurring, fires_between, parse

# Now is Wednesday, 25 November 2026, 12:00.
CRONS = {
    "every day at 9": "0 9 * * *",
    "everyday": "0 9 * * *",
    "daily at 9": "0 9 * * *",
    "once a day at 9:15": "15 9 * * *",
    "every morning": "0 9 * * *",
    "every evening at 7": "0 19 * * *",
    "in the mornings": "0 9 * * *",
    "at 3pm every day": "0 15 * * *",
    "every day at 9 and 17": "0 9,17 * * *",
    "every day at 9, 12:00 and at 17": "0 9,12,17 * * *",
    "every weekday at 9:45": "45 9 * * 1-5",
    "every day on weekdays": "0 9 * * 1-5",
    "weekdays at 9": "0 9 * * 1-5",
    "on weekdays": "0 9 * * 1-5",
    "every working day at 9": "0 9 * * 1-5",
    "every mon-fri at 8": "0 8 * * 1-5",
    "from Monday to Friday at 8": "0 8 * * 1-5",
    "every Friday to Monday": "0 9 * * 1,5,6,7",
    "every weekend at 11": "0 11 * * 6,7",
    "every monday to sunday": "0 9 * * *",
    "every Monday and Thursday at 10:00": "0 10 * * 1,4",
    "every monday, tuesday and sunday at 11:00am": "0 11 * * 1,2,7",
    "every monday, and wednesday": "0 9 * * 1,3",
    "Mondays": "0 9 * * 1",
    "on Mondays and Fridays": "0 9 * * 1,5",
    "monday and fridays": "0 9 * * 1,5",
    "at 11:00 every Thursday": "0 11 * * 4",
    "every Friday evening": "0 19 * * 5",
    "weekly on Monday": "0 9 * * 1",
    "every week": "0 9 * * 3",
    "every month": "0 9 25 * *",
    "every month on the 1st at 9": "0 9 1 * *",
    "every 1st at 9": "0 9 1 * *",
    "every first day of the month": "0 9 1 * *",
    "on the 1st of every month": "0 9 1 * *",
    "the 1st and 15th of every month at 8:30": "30 8 1,15 * *",
    "monthly on the 15th": "0 9 15 * *",
    "every year": "0 9 25 11 *",
    "every year on May 1": "0 9 1 5 *",
    "every January 25": "0 9 25 1 *",
    "every 5/5 at 7": "0 7 5 5 *",
    "every 1/30 and 9/30 at noon": "0 12 30 1,9 *",
    "yearly on 1 May at 10": "0 10 1 5 *",
    "каждый день в 9": "0 9 * * *",
    "ежедневно в 9": "0 9 * * *",
    "раз в день в 9": "0 9 * * *",
    "каждое утро": "0 9 * * *",
    "по утрам": "0 9 * * *",
    "каждый будний день в 9:45": "45 9 * * 1-5",
    "по будням в 9:45": "45 9 * * 1-5",
    "по рабочим дням в 9": "0 9 * * 1-5",
    "с понедельника по пятницу в 9": "0 9 * * 1-5",
    "по выходным": "0 9 * * 6,7",
    "каждый понедельник и четверг в 10:00": "0 10 * * 1,4",
    "каждый понедельник и по средам": "0 9 * * 1,3",
    "по понедельникам в 10": "0 10 * * 1",
    "по вторникам и четвергам в 9": "0 9 * * 2,4",
    "каждую среду в 18.30": "30 18 * * 3",
    "еженедельно по пятницам": "0 9 * * 5",
    "каждый месяц 1 числа в 9": "0 9 1 * *",
    "1 числа каждого месяца": "0 9 1 * *",
    "ежемесячно 15-го числа": "0 9 15 * *",
    "каждое 15 число в 10": "0 10 15 * *",
    "каждый год 1 мая": "0 9 1 5 *",
    "каждое 1 мая": "0 9 1 5 *",
    "ежегодно 8 марта в 8": "0 8 8 3 *",
}
RULES = {
    "every other Tuesday": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "12-01 09:00"),
    "every 2 weeks on Monday at 10": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "11-30 10:00"),
    "once every 2 weeks on Monday": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "11-30 09:00"),
    "fortnightly on Fridays": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", "11-27 09:00"),
    "every other friday and saturday": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,SA", "11-27 09:00"),
    "every 2 weeks": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "12-09 09:00"),
    "every other day at 9": ("FREQ=DAILY;INTERVAL=2", "11-26 09:00"),
    "every second day at 13:00": ("FREQ=DAILY;INTERVAL=2", "11-25 13:00"),
    "every 2 days at 9 and 17": ("FREQ=DAILY;INTERVAL=2;BYHOUR=9,17", "11-25 17:00"),
    "every third month": ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=25", "02-25 09:00"),
    "every other month on the 1st": ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1", "12-01 09:00"),
    "every 2 years on May 1": ("FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=1;BYMONTH=5", "05-01 09:00"),
    "on the last day of every month": ("FREQ=MONTHLY;BYMONTHDAY=-1", "11-30 09:00"),
    "every last day of the month": ("FREQ=MONTHLY;BYMONTHDAY=-1", "11-30 09:00"),
    "every first Monday at 10": ("FREQ=MONTHLY;BYDAY=1MO", "12-07 10:00"),
    "first Monday of each month at 10": ("FREQ=MONTHLY;BYDAY=1MO", "12-07 10:00"),
    "every second Tuesday of the month": ("FREQ=MONTHLY;BYDAY=2TU", "12-08 09:00"),
    "every month on the second Tuesday": ("FREQ=MONTHLY;BYDAY=2TU", "12-08 09:00"),
    "every last Friday at 17": ("FREQ=MONTHLY;BYDAY=-1FR", "11-27 17:00"),
    "every 2 hours": ("FREQ=HOURLY;INTERVAL=2", "11-25 14:00"),
    "hourly": ("FREQ=HOURLY", "11-25 13:00"),
    "every minute": ("FREQ=MINUTELY", "11-25 12:01"),
    "every half hour": ("FREQ=MINUTELY;INTERVAL=30", "11-25 12:30"),
    "every half an hour": ("FREQ=MINUTELY;INTERVAL=30", "11-25 12:30"),
    "каждые 2 недели по понедельникам": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "11-30 09:00"),
    "раз в 2 недели в понедельник": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "11-30 09:00"),
    "каждый второй день": ("FREQ=DAILY;INTERVAL=2", "11-26 09:00"),
    "каждые 2 дня": ("FREQ=DAILY;INTERVAL=2", "11-26 09:00"),
    "каждый первый понедельник в 10": ("FREQ=MONTHLY;BYDAY=1MO", "12-07 10:00"),
    "каждый второй вторник месяца": ("FREQ=MONTHLY;BYDAY=2TU", "12-08 09:00"),
    "в последний день каждого месяца": ("FREQ=MONTHLY;BYMONTHDAY=-1", "11-30 09:00"),
    "каждый последний день месяца": ("FREQ=MONTHLY;BYMONTHDAY=-1", "11-30 09:00"),
    "каждые 2 часа": ("FREQ=HOURLY;INTERVAL=2", "11-25 14:00"),
    "каждые полчаса": ("FREQ=MINUTELY;INTERVAL=30", "11-25 12:30"),
    "каждые полгода": ("FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=25", "05-25 09:00"),
}


@pytest.mark.parametrize(("phrase", "expression"), CRONS.items())
def test_what_cron_can_say_becomes_a_cron_line(read, phrase, expression):
    assert read(phrase) == Cron(expression, "Europe/Minsk")


@pytest.mark.parametrize(("phrase", "rule"), RULES.items())
def test_anything_else_becomes_an_rfc_5545_rule(read, fires, phrase, rule):
    rrule, first = rule
    made = read(phrase)
    assert isinstance(made, Recurring)
    assert (made.rrule, made.zone, fires(phrase)[0]) == (rrule, "Europe/Minsk", first)


def test_an_interval_starts_with_the_first_possible_fire(fires):
    assert fires("every other Tuesday at 10") == ["12-01 10:00", "12-15 10:00", "12-29 10:00"]
    assert fires("every other wednesday and thursday") == ["11-26 09:00", "12-09 09:00", "12-10 09:00"]


def test_an_interval_that_starts_on_a_gap_day_keeps_its_own_time():
    """The first day's gap shifts 2:30; the days after it are at 2:30 again."""
    now = datetime(2026, 3, 28, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    rule = parse("every 2 days at 2:30", now=now, zone="Europe/Berlin")
    times = fires_between(rule, now, now.replace(month=5), limit=2)
    assert [f"{time.astimezone(ZoneInfo('Europe/Berlin')):%d %H:%M}" for time in times] == ["29 03:30", "31 02:30"]
