"""Phrases that name one moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24.when import Once, parse

MINSK = ZoneInfo("Europe/Minsk")
# Now is Wednesday, 25 November 2026, 12:00.
DELAYS = {
    "in 20 minutes": 1200,
    "in 10 seconds": 10,
    "in a second": 1,
    "in 1hr": 3600,
    "in an hour": 3600,
    "in twenty-five minutes": 1500,
    "in twenty five minutes": 1500,
    "in half an hour": 1800,
    "in a half hour": 1800,
    "in 1.5 hours": 5400,
    "in an hour and a half": 5400,
    "in 1 hour and 30 minutes": 5400,
    "in 1 hour 30 minutes": 5400,
    "in a couple of hours": 7200,
    "20 minutes from now": 1200,
    "an hour from now": 3600,
    "in 24 hours": 86_400,
    "in one day and 2 hours": 93_600,
    "через 20 минут": 1200,
    "через двадцать пять минут": 1500,
    "через час": 3600,
    "через полчаса": 1800,
    "через полтора часа": 5400,
    "через час с половиной": 5400,
    "через 1,5 часа": 5400,
    "через 1 час 30 минут": 5400,
    "через пару часов": 7200,
    "через 1 день": 86_400,
}
MOMENTS = {
    "in 2 days": "2026-11-27 12:00",
    "in 2 days at 9": "2026-11-27 09:00",
    "in 90 weeks": "2028-08-16 12:00",
    "in 3 months": "2027-02-25 12:00",
    "in 1 year": "2027-11-25 12:00",
    "in 2 days in the morning": "2026-11-27 09:00",
    "at 17:30": "2026-11-25 17:30",
    "at 17:30:00": "2026-11-25 17:30",
    "at 17.30": "2026-11-25 17:30",
    "at noon": "2026-11-26 12:00",
    "at midnight": "2026-11-26 00:00",
    "at 5pm": "2026-11-25 17:00",
    "at 5 p.m.": "2026-11-25 17:00",
    "at 17:30 pm": "2026-11-25 17:30",
    "5:30 pm": "2026-11-25 17:30",
    "at 12am": "2026-11-26 00:00",
    "at 1230 am": "2026-11-26 00:30",
    "at 12pm": "2026-11-26 12:00",
    "at 1400": "2026-11-25 14:00",
    "930am": "2026-11-26 09:30",
    "9 o'clock tomorrow": "2026-11-26 09:00",
    "at 9 in the evening": "2026-11-25 21:00",
    "at 11 in the morning": "2026-11-26 11:00",
    "at 3 in the afternoon": "2026-11-25 15:00",
    "at 11 at night": "2026-11-25 23:00",
    "tomorrow at 2 at night": "2026-11-26 02:00",
    "tomorrow evening at 18:00": "2026-11-26 18:00",
    "tomorrow morning at 9am": "2026-11-26 09:00",
    "this evening": "2026-11-25 19:00",
    "this afternoon": "2026-11-25 14:00",
    "tonight": "2026-11-25 19:00",
    "tonight at 11": "2026-11-25 23:00",
    "tonight at midnight": "2026-11-26 00:00",
    "in the morning": "2026-11-26 09:00",
    "tomorrow": "2026-11-26 09:00",
    "tomorrow at 9:00": "2026-11-26 09:00",
    "tomorrow 8:00": "2026-11-26 08:00",
    "tomorrow, at 9.": "2026-11-26 09:00",
    "at 9 tomorrow": "2026-11-26 09:00",
    "tomorrow, Thursday at 9": "2026-11-26 09:00",
    "today at 3pm": "2026-11-25 15:00",
    "on Friday at 10": "2026-11-27 10:00",
    "Wednesday at 11": "2026-11-25 23:00",
    "Wednesday at 13:00": "2026-11-25 13:00",
    "next Monday at 9": "2026-11-30 09:00",
    "next Friday": "2026-12-04 09:00",
    "this Friday": "2026-11-27 09:00",
    "next day at 9": "2026-11-26 09:00",
    "next week": "2026-11-30 09:00",
    "Tuesday next week": "2026-12-01 09:00",
    "this week on Friday": "2026-11-27 09:00",
    "next month": "2026-12-01 09:00",
    "next month on the 5th": "2026-12-05 09:00",
    "next month on the last day": "2026-12-31 09:00",
    "on 1 December at 9:00": "2026-12-01 09:00",
    "December 1": "2026-12-01 09:00",
    "December the 1st": "2026-12-01 09:00",
    "the twenty-first of December": "2026-12-21 09:00",
    "Dec. 1, 9:00": "2026-12-01 09:00",
    "December 1, 2027 at 9": "2027-12-01 09:00",
    "January 5": "2027-01-05 09:00",
    "November 25": "2027-11-25 09:00",
    "12/25": "2026-12-25 09:00",
    "25/12": "2026-12-25 09:00",
    "on 12-25": "2026-12-25 09:00",
    "on 1/17/27": "2027-01-17 09:00",
    "on 17.1.27": "2027-01-17 09:00",
    "17.12 at 9": "2026-12-17 09:00",
    "at 17.12": "2026-11-25 17:12",
    "2026-12-01 09:00": "2026-12-01 09:00",
    "2026-12-01T09:00": "2026-12-01 09:00",
    "2026/12/01": "2026-12-01 09:00",
    "Tue 1 Dec 2026, 9:00": "2026-12-01 09:00",
    "Tue 1 Dec": "2026-12-01 09:00",
    "on 7": "2026-12-07 09:00",
    "on the 26th": "2026-11-26 09:00",
    "on the first Monday": "2026-12-07 09:00",
    "the last Friday of the month": "2026-11-27 09:00",
    "on the last day of the month": "2026-11-30 09:00",
    "в 17:30": "2026-11-25 17:30",
    "в 17.30": "2026-11-25 17:30",
    "в 9 вечера": "2026-11-25 21:00",
    "в 9 часов 30 минут вечера": "2026-11-25 21:30",
    "9 часов утра": "2026-11-26 09:00",
    "в час дня": "2026-11-25 13:00",
    "в 3 часа дня": "2026-11-25 15:00",
    "в 2 часа ночи": "2026-11-26 02:00",
    "в 12 ночи": "2026-11-26 00:00",
    "в полдень": "2026-11-26 12:00",
    "в полночь": "2026-11-26 00:00",
    "вечером": "2026-11-25 19:00",
    "завтра": "2026-11-26 09:00",
    "завтра в 9 утра": "2026-11-26 09:00",
    "завтра утром": "2026-11-26 09:00",
    "завтра днём": "2026-11-26 14:00",
    "завтра вечером в 8": "2026-11-26 20:00",
    "послезавтра в 15:00": "2026-11-27 15:00",
    "в пятницу в 10": "2026-11-27 10:00",
    "во вторник": "2026-12-01 09:00",
    "в ближайшую пятницу": "2026-11-27 09:00",
    "в следующий понедельник в 9": "2026-11-30 09:00",
    "на следующей неделе в пятницу": "2026-12-04 09:00",
    "1 декабря в 9:00": "2026-12-01 09:00",
    "1-го декабря": "2026-12-01 09:00",
    "двадцать пятого декабря": "2026-12-25 09:00",
    "25 декабря 2026": "2026-12-25 09:00",
    "25 декабря 2026 года в 10": "2026-12-25 10:00",
    "1 числа": "2026-12-01 09:00",
    "вт 1 декабря 2026, 9:00": "2026-12-01 09:00",
    "через неделю в 10": "2026-12-02 10:00",
    "через полгода": "2027-05-25 12:00",
}


@pytest.mark.parametrize(("phrase", "seconds"), DELAYS.items())
def test_a_delay_is_counted_from_now(read, phrase, seconds):
    now = datetime(2026, 11, 25, 12, 0, tzinfo=MINSK)
    assert read(phrase) == Once(now + timedelta(seconds=seconds))


@pytest.mark.parametrize(("phrase", "moment"), MOMENTS.items())
def test_a_moment_is_the_next_one_that_fits(read, phrase, moment):
    assert read(phrase) == Once(datetime.fromisoformat(moment).replace(tzinfo=MINSK))


@pytest.mark.parametrize(
    ("hour", "moment"),
    [(7, "2026-11-25 08:00"), (12, "2026-11-25 20:00"), (19, "2026-11-25 20:00"), (21, "2026-11-26 08:00")],
)
def test_a_bare_hour_alone_is_the_next_one_of_either_half_day(read, hour, moment):
    now = datetime(2026, 11, 25, hour, 0, tzinfo=MINSK)
    assert read("at 8", now) == Once(datetime.fromisoformat(moment).replace(tzinfo=MINSK))


def test_days_are_counted_by_the_calendar_and_hours_by_the_clock():
    """Berlin's night of 28 to 29 March 2026 is an hour short."""
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 28, 12, 0, tzinfo=berlin)
    assert parse("in 1 day", now=now, zone="Europe/Berlin") == Once(datetime(2026, 3, 29, 12, 0, tzinfo=berlin))
    assert parse("in 24 hours", now=now, zone="Europe/Berlin") == Once(datetime(2026, 3, 29, 13, 0, tzinfo=berlin))
