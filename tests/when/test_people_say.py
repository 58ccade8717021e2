"""What people type at 17:20 on Sunday, 29 November 2026, in Minsk, and what comes of it."""

from __future__ import annotations

import os
import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24 import when
from slack_bitrix24.errors import PhraseError
from slack_bitrix24.when.tokens import LEXICON

ZONE = "Europe/Minsk"
NOW = datetime(2026, 11, 29, 17, 20, tzinfo=ZoneInfo(ZONE))
# A text with its time: the text and up to three fires, or the code of the refusal.
SAID: dict[str, tuple[str, str] | str] = {
    # 9: after "at" a pair with a hyphen is a time of day, after "on" a date, alone neither
    "x в 10-30": ("x", "30.11 10:30"),
    "x завтра в 10-30": ("x", "30.11 10:30"),
    "x on Friday at 10-30": ("x", "04.12 10:30"),
    "x в пятницу в 11-30": ("x", "04.12 11:30"),
    "x в 17-00": ("x", "30.11 17:00"),
    "x к 18-00": ("x", "29.11 18:00"),
    "x на 9-15 завтра": ("x", "30.11 09:15"),
    "x at 5-30pm": ("x", "29.11 17:30"),
    "x at 9-30 and 17-30": ("x", "29.11 17:30, 29.11 21:30"),
    "x tomorrow at 10-05": ("x", "30.11 10:05"),
    "x at 31-12": "no_clock",
    "x at 9-5": "no_clock",
    "x в 24-00": "no_clock",
    "x к 10-75": "no_clock",
    "x at 9-60 tomorrow": "no_clock",
    "x Monday 9-10": "left",
    "x завтра 10-30": "left",
    "x в пятницу 9-10": "left",
    "x on 12-12": ("x", "12.12 09:00"),
    "x on 12-25": ("x", "25.12 09:00"),
    "x on 25-12": ("x", "25.12 09:00"),
    "x on 5-17-27": ("x", "17.05 09:00"),
    # 10: ratios, telephones, versions
    "fifty 50/50 tomorrow": ("fifty 50/50", "30.11 09:00"),
    "50/50 in 5 minutes": ("50/50", "29.11 17:25"),
    "40-60 in 5 minutes": ("40-60", "29.11 17:25"),
    "35-35 завтра в 9": ("35-35", "30.11 09:00"),
    "call 8-800-555-35-35 tomorrow at 9": ("call 8-800-555-35-35", "30.11 09:00"),
    "tomorrow at 9 call 8-800-555-35-35": ("call 8-800-555-35-35", "30.11 09:00"),
    "score 3:2:1 at 9pm": ("score 3:2:1", "29.11 21:00"),
    "1:1000 map in 5 minutes": ("1:1000 map", "29.11 17:25"),
    "upgrade to 10.20.30 at 9pm": ("upgrade to 10.20.30", "29.11 21:00"),
    "10.0.0.1 is down in 5 min": ("10.0.0.1 is down", "29.11 17:25"),
    "pay 99/99/99 tomorrow": ("pay 99/99/99", "30.11 09:00"),
    "x 35-35": "no_time",
    "x 40-60": "no_time",
    # 11: lists, and what is left over
    "standup Mon, Wed, Fri at 10": ("standup", "30.11 10:00, 02.12 10:00, 04.12 10:00"),
    "x tue/thu at 10": ("x", "01.12 10:00, 03.12 10:00, 08.12 10:00"),
    "x Mon &amp; Wed at 10": ("x", "30.11 10:00, 02.12 10:00, 07.12 10:00"),
    "x every mon wed fri at 9": ("x", "30.11 09:00, 02.12 09:00, 04.12 09:00"),
    "x в понедельник и среду в 9": ("x", "30.11 09:00, 02.12 09:00, 07.12 09:00"),
    "x пн, ср, пт в 10": ("x", "30.11 10:00, 02.12 10:00, 04.12 10:00"),
    "x on Mondays, Wednesdays and Fridays at 9": ("x", "30.11 09:00, 02.12 09:00, 04.12 09:00"),
    "x mon-fri at 10": ("x", "30.11 10:00, 01.12 10:00, 02.12 10:00"),
    "x tomorrow at 9 and at 17": ("x", "30.11 09:00, 30.11 17:00"),
    "x завтра в 9 и в 17": ("x", "30.11 09:00, 30.11 17:00"),
    "x at noon and 5pm": ("x", "30.11 12:00, 30.11 17:00"),
    "x today and tomorrow at 18": ("x", "29.11 18:00, 30.11 18:00"),
    "x 10 и 25 декабря в 10": ("x", "10.12 10:00, 25.12 10:00"),
    "x December 10 and 25 at 10": ("x", "10.12 10:00, 25.12 10:00"),
    "x 1 December and 5 January at 9": ("x", "01.12 09:00, 05.01 09:00"),
    "x on the 1st and 15th at 9": ("x", "01.12 09:00, 15.12 09:00, 01.01 09:00"),
    "x Mon, Wed or Fri at 10": "left",
    "x tomorrow at 9 or at 17": "left",
    "x завтра в 9 или в 17": "left",
    "x в понедельник или в среду": "left",
    "x the 1st, 15th at 9": "left",
    "x until tomorrow": "left",
    "x finish the report by Friday": "left",
    "x купить на и завтра": "left",
    "x meeting in December at 9": "left",
    "x on Feb 30 at 9": "no_day",
    "x 31 ноября в 9": "no_day",
    "x April 31": "no_day",
    "x on 31.02.2027": "no_day",
    "x 2026-02-30 at 9": "no_day",
    "x yesterday at 9": "past",
    "x вчера в 9": "past",
    "x tomorow at 9": "typo",
    "x tommorow": "typo",
    "x wednsday at 9": "typo",
    "x завтар в 9": "typo",
    "x в понедельнк в 9": "typo",
    "x at 25:00 tomorrow": "no_clock",
    "x every second": "often",
    "x каждую секунду": "often",
    "завтрак в 21": ("завтрак", "29.11 21:00"),
    "отчёт в сентябре завтра в 9": ("отчёт в сентябре", "30.11 09:00"),
    "turn the light on at 9": ("turn the light on", "29.11 21:00"),
    "log in at 9": ("log in", "29.11 21:00"),
    "stop by at 6": ("stop by", "29.11 18:00"),
    # 12: both ends
    "in 20 minutes to check rack 4-12": "two_times",
    "завтра в 9 созвон с Аней в 15": "two_times",
    "in 5 minutes coffee at 3": "two_times",
    "every Monday at 9 prepare for Tuesday": "two_times",
    "tomorrow call Bob at 5": "two_times",
    "Monday report at 9": "two_times",
    "tomorrow at 9 call Bob about Monday": "two_times",
    "Daily standup at 10": "two_times",
    "in 5 minutes and 5 more": "left",
    "tomorrow at 9 Friday demo": "mixed",
    "prepare for Friday tomorrow at 9": "left",
    "Friday demo tomorrow at 9": ("Friday demo", "30.11 09:00"),
    "Daily standup every weekday at 9:45": ("Daily standup", "30.11 09:45, 01.12 09:45, 02.12 09:45"),
    "tomorrow at 9: Friday demo prep": ("Friday demo prep", "30.11 09:00"),
    '"in 5 minutes coffee" at 15': ("in 5 minutes coffee", "30.11 15:00"),
    "good morning tomorrow at 9": ("good morning", "30.11 09:00"),
    # 13: bare hours
    "x at 4": ("x", "30.11 04:00"),
    "x at 4:30": ("x", "30.11 04:30"),
    "x at 6": ("x", "29.11 18:00"),
    "x at 6:45": ("x", "29.11 18:45"),
    "x at 11.30": ("x", "29.11 23:30"),
    "x at 5-25": ("x", "29.11 17:25"),
    "x today at 5": "past",
    "x today at 8": ("x", "29.11 20:00"),
    "x today at 4:30": "past",
    "x Sunday at 6": ("x", "29.11 18:00"),
    "x tomorrow at 5": ("x", "30.11 05:00"),
    "x on Friday at 5": ("x", "04.12 05:00"),
    "x every day at 5": ("x", "30.11 05:00, 01.12 05:00, 02.12 05:00"),
    "x at 09:30": ("x", "30.11 09:30"),
    "x at 12": ("x", "30.11 12:00"),
    "x at 0:30": ("x", "30.11 00:30"),
    "x at 5pm": ("x", "30.11 17:00"),
    "x в 9": ("x", "30.11 09:00"),
    "x в 9:30": ("x", "30.11 09:30"),
    "x в 6": ("x", "30.11 06:00"),
    "x в 6 вечера": ("x", "29.11 18:00"),
    "x сегодня в 18": ("x", "29.11 18:00"),
    "x сегодня в 5": "past",
    "x сегодня в 9": "past_half",
    "напомнить 6:45": ("напомнить", "30.11 06:45"),
    "meet 6:45": ("meet", "29.11 18:45"),
    # 17: the text stays whole
    "party :tada: in 2 seconds": ("party :tada:", "29.11 17:20"),
    ":coffee: in 5 minutes": (":coffee:", "29.11 17:25"),
    "in 5 minutes :coffee:": (":coffee:", "29.11 17:25"),
    "check &lt;Foo&gt; in 5 minutes": ("check &lt;Foo&gt;", "29.11 17:25"),
    "a &amp; tomorrow": ("a &amp;", "30.11 09:00"),
    "a &amp;, tomorrow": ("a &amp;", "30.11 09:00"),
    "see <https://a.b/2026-12-01|at 9> tomorrow": ("see <https://a.b/2026-12-01|at 9>", "30.11 09:00"),
    "to do list tomorrow": ("to do list", "30.11 09:00"),
    "to-do list tomorrow": ("to-do list", "30.11 09:00"),
    "to the dentist tomorrow": ("to the dentist", "30.11 09:00"),
    "to Anna tomorrow": ("to Anna", "30.11 09:00"),
    "to call Bob tomorrow": ("call Bob", "30.11 09:00"),
    "to be on time tomorrow": ("be on time", "30.11 09:00"),
    "что делать завтра": ("что делать", "30.11 09:00"),
    "про запас завтра": ("про запас", "30.11 09:00"),
    "о главном завтра": ("о главном", "30.11 09:00"),
    "чтобы не забыть завтра": ("не забыть", "30.11 09:00"),
    "чтобы купил хлеб завтра": ("купил хлеб", "30.11 09:00"),
    "чтобы Аня пришла завтра": ("чтобы Аня пришла", "30.11 09:00"),
    "in 5 minutes": "no_text",
    "to tomorrow": "no_text",
    # 46: everyday
    "x через день в 9": "other_day",
    "x через день": "other_day",
    "x через день утром": "other_day",
    "x через 1 день": ("x", "30.11 17:20"),
    "x каждые 2 дня в 9": ("x", "30.11 09:00, 02.12 09:00, 04.12 09:00"),
    "x at 7 december 31": ("x", "31.12 07:00"),
    "x at 7 31 december": ("x", "31.12 07:00"),
    "x в полседьмого": ("x", "30.11 06:30"),
    "x завтра в полшестого вечера": ("x", "30.11 17:30"),
    "x в половине седьмого": ("x", "30.11 06:30"),
    "x без пяти пять": ("x", "30.11 04:55"),
    "x без четверти шесть вечера": ("x", "29.11 17:45"),
    "x без двадцати пять": ("x", "30.11 04:40"),
    "x без двадцати пяти семь": ("x", "30.11 06:35"),
    "x четверть шестого": ("x", "30.11 05:15"),
    "x quarter to eight": ("x", "29.11 19:45"),
    "x at a quarter past nine": ("x", "29.11 21:15"),
    "x at half past six": ("x", "29.11 18:30"),
    "x tomorrow at ten to nine": ("x", "30.11 08:50"),
    "x 20 minutes to 8 pm": ("x", "29.11 19:40"),
    "x через три с половиной часа": ("x", "29.11 20:50"),
    "x in two and a half hours": ("x", "29.11 19:50"),
    "x около 9": ("x", "30.11 09:00"),
    "x около полудня": ("x", "30.11 12:00"),
    "x к девяти": ("x", "30.11 09:00"),
    "x about 9": ("x", "29.11 21:00"),
    "x at about 9pm": ("x", "29.11 21:00"),
    "x каждый день кроме воскресенья в 10": ("x", "30.11 10:00, 01.12 10:00, 02.12 10:00"),
    "x кроме воскресенья": ("x", "30.11 09:00, 01.12 09:00, 02.12 09:00"),
    "x every day except sunday at 9": ("x", "30.11 09:00, 01.12 09:00, 02.12 09:00"),
    "x daily except on weekends at 9": ("x", "30.11 09:00, 01.12 09:00, 02.12 09:00"),
    "x every weekday except Friday at 9": ("x", "30.11 09:00, 01.12 09:00, 02.12 09:00"),
    "x except sunday": ("x", "30.11 09:00, 01.12 09:00, 02.12 09:00"),
    "x every friday except friday": "never",
    "x 1 и 15 числа в 10": ("x", "01.12 10:00, 15.12 10:00, 01.01 10:00"),
    "x in a fortnight": ("x", "13.12 17:20"),
    "x every fortnight": ("x", "13.12 09:00, 27.12 09:00, 10.01 09:00"),
    "x biweekly on Monday": ("x", "30.11 09:00, 14.12 09:00, 28.12 09:00"),
    "x bi-weekly on Friday at 10": ("x", "04.12 10:00, 18.12 10:00, 01.01 10:00"),
    "x every quarter": ("x", "28.02 09:00, 29.05 09:00, 29.08 09:00"),
    "x quarterly": ("x", "28.02 09:00, 29.05 09:00, 29.08 09:00"),
    "x каждый квартал": ("x", "28.02 09:00, 29.05 09:00, 29.08 09:00"),
    "x every quarter of an hour": ("x", "29.11 17:35, 29.11 17:50, 29.11 18:05"),
    "x the day after tomorrow at 9": ("x", "01.12 09:00"),
    "work 9 to 5 tomorrow": ("work 9 to 5", "30.11 09:00"),
    # neighbours of all of these
    "x at five thirty": ("x", "29.11 17:30"),
    "x в девять тридцать": ("x", "30.11 09:30"),
    "x в 9 30": ("x", "30.11 09:30"),
    "x at 9 05 tomorrow": ("x", "30.11 09:05"),
    "x в 9 30 декабря": ("x", "30.12 09:00"),
    "x at nine thirty pm": ("x", "29.11 21:30"),
    "x в семь двадцать пять вечера": ("x", "29.11 19:25"),
    "x к 9 часам": ("x", "30.11 09:00"),
    "x ровно в 9": ("x", "30.11 09:00"),
    "x at exactly 9": ("x", "29.11 21:00"),
    "x в 10–30": ("x", "30.11 10:30"),
    "x во вторник в 14-45": ("x", "01.12 14:45"),
    "x в 8-30 утра": ("x", "30.11 08:30"),
    "x завтра к 12-00": ("x", "30.11 12:00"),
    "x @ 10-30": ("x", "29.11 22:30"),
    "x Tuesday 14-30": "left",
    "x monday wednesday at 9": ("x", "30.11 09:00, 02.12 09:00, 07.12 09:00"),
    "x every mon/wed/fri at 9": ("x", "30.11 09:00, 02.12 09:00, 04.12 09:00"),
    "x weekdays at 9 and 17": ("x", "30.11 09:00, 30.11 17:00, 01.12 09:00"),
    "x on the 5th and the 20th at 9": ("x", "05.12 09:00, 20.12 09:00, 05.01 09:00"),
    "x 5 и 20 числа": ("x", "05.12 09:00, 20.12 09:00, 05.01 09:00"),
    "x Dec 1, 5 and 10 at 9": ("x", "01.12 09:00, 05.12 09:00, 10.12 09:00"),
    "x 1, 5 и 10 декабря в 9": ("x", "01.12 09:00, 05.12 09:00, 10.12 09:00"),
    "x tomorrow and Friday at 9": "mixed",
    "x at 9 and 17 tomorrow": ("x", "30.11 09:00, 30.11 17:00"),
    "x в 9 и 17 завтра": ("x", "30.11 09:00, 30.11 17:00"),
    "x Mon at 9 and Wed at 10": "left",
    "x Mon, Wed, at 10": ("x", "30.11 10:00, 02.12 10:00, 07.12 10:00"),
    "x Sept 31 at 9": "no_day",
    "x 30 февраля": "no_day",
    "x Feb 29 2027 at 9": "no_day",
    "x 29.02.2027": "no_day",
    "x today at 25:00": "no_clock",
    "x every seconds": "often",
    "x thrusday at 9": "typo",
    "x firday at 9": "typo",
    "x tommorow morning": "typo",
    "x teusday": "typo",
    "x sundy at 9": "typo",
    "x послезавра в 9": "typo",
    "x сегдня в 20": "typo",
    "x в пятнцу в 9": "typo",
    "money at 9": ("money", "29.11 21:00"),
    "sandy beach at 9": ("sandy beach", "29.11 21:00"),
    "x через час созвон в 15": ("x через час созвон", "30.11 15:00"),
    "through in 10 min lunch at noon": ("through in 10 min lunch", "30.11 12:00"),
    "on Friday pay rent for December": ("pay rent for December", "04.12 09:00"),
    "meeting at 5 tomorrow at 9": "two_times",
    "x at 12:30": ("x", "30.11 12:30"),
    "x tonight at 5": "past",
    "done :) tomorrow": ("done :)", "30.11 09:00"),
    "&amp;copy; tomorrow": ("&amp;copy;", "30.11 09:00"),
    "grade A- tomorrow": ("grade A-", "30.11 09:00"),
    "call Bob; tomorrow": ("call Bob", "30.11 09:00"),
    "in 5 minutes: :coffee: break": (":coffee: break", "29.11 17:25"),
    "x без пяти минут пять": ("x", "30.11 04:55"),
    "x без четверти восемь вечера": ("x", "29.11 19:45"),
    "x quarter till 8": ("x", "29.11 19:45"),
    "x a fortnight from now": ("x", "13.12 17:20"),
    "x two weeks from now": ("x", "13.12 17:20"),
    "x каждые две недели": ("x", "13.12 09:00, 27.12 09:00, 10.01 09:00"),
    "x раз в две недели по пятницам": ("x", "04.12 09:00, 18.12 09:00, 01.01 09:00"),
    "x раз в квартал": ("x", "28.02 09:00, 29.05 09:00, 29.08 09:00"),
    "x once a quarter": ("x", "28.02 09:00, 29.05 09:00, 29.08 09:00"),
    "x every three months": ("x", "28.02 09:00, 29.05 09:00, 29.08 09:00"),
    "x every day except weekends": ("x", "30.11 09:00, 01.12 09:00, 02.12 09:00"),
    "x ежедневно кроме субботы и воскресенья в 9": ("x", "30.11 09:00, 01.12 09:00, 02.12 09:00"),
    "x in 2.5 days": ("x", "02.12 05:20"),
    "x через два с половиной дня": ("x", "02.12 05:20"),
    "x around noon": ("x", "30.11 12:00"),
    "x at around 5pm": ("x", "30.11 17:00"),
    "x 1-го и 15-го в 10": ("x", "01.12 10:00, 15.12 10:00, 01.01 10:00"),
    "x 1 и 15 числа каждого месяца": ("x", "01.12 09:00, 15.12 09:00, 01.01 09:00"),
    "x 15 и 30 числа": ("x", "30.11 09:00, 15.12 09:00, 30.12 09:00"),
    "x every 31st": ("x", "31.12 09:00, 31.01 09:00, 31.03 09:00"),
    "x every month on the 31st": ("x", "31.12 09:00, 31.01 09:00, 31.03 09:00"),
    "x every day but Sunday": ("x", "30.11 09:00, 01.12 09:00, 02.12 09:00"),
    "x every quarter on the 1st at 9": ("x", "01.12 09:00, 01.03 09:00, 01.06 09:00"),
    "x через неделю": ("x", "06.12 17:20"),
    "x через месяц в 9": ("x", "29.12 09:00"),
    "x каждые полчаса": ("x", "29.11 17:50, 29.11 18:20, 29.11 18:50"),
    "x in the evening": ("x", "29.11 19:00"),
    "x next month": ("x", "01.12 09:00"),
    "x через 2 часа 15 минут": ("x", "29.11 19:35"),
    "x in 1h 30m": ("x", "29.11 18:50"),
    "x in 90 min": ("x", "29.11 18:50"),
    "x завтра в полдень": ("x", "30.11 12:00"),
    "x noon tomorrow": ("x", "30.11 12:00"),
    "x this Friday at 5pm": ("x", "04.12 17:00"),
    "x next Tuesday and Thursday at 9": "left",
    "x 3 декабря и 5 января в 12:30": ("x", "03.12 12:30, 05.01 12:30"),
    "x в 17 ч 30 мин": ("x", "29.11 17:30"),
}
ODD = """8-800-555-35-35 50/50 40-60 35-35 10-30 31-12 9:30 25:61 1.5 25.12 2026-12-01 2026-02-30 1/2/3 0 12 1st ² ½ ٣
    99999999999999999999 9-10-11 1:2:3:4 5-го <@U1|anna> :tada: &lt; &amp; call Bob , . : - / @ ' " « »"""


def fires(rule, now=NOW, zone=ZONE):
    found = when.fires_between(rule, now, now + timedelta(days=4000), limit=3)
    return ", ".join(f"{fire.astimezone(ZoneInfo(zone)):%d.%m %H:%M}" for fire in found)


@pytest.mark.parametrize(("text", "expected"), SAID.items())
def test_a_text_and_its_time_are_what_was_meant_or_refused(text, expected):
    if isinstance(expected, str):
        with pytest.raises(when.RefusalError) as caught:
            when.split(text, now=NOW, zone=ZONE)
        assert caught.value.code == expected
    else:
        message, rule, _phrase = when.split(text, now=NOW, zone=ZONE)
        assert (message, fires(rule)) == expected


@pytest.mark.parametrize(
    ("now", "phrase", "expected"),
    [
        ("15:25", "at 4", "29.11 16:00"),
        ("15:25", "at 4:30", "29.11 16:30"),
        ("15:25", "at 3", "30.11 03:00"),
        ("15:25", "at 3:30", "29.11 15:30"),
        ("15:25", "today at 5", "29.11 17:00"),
        ("15:25", "сегодня в 17", "29.11 17:00"),
        ("15:25", "в 4", "30.11 04:00"),
        ("15:25", "в 4:30", "30.11 04:30"),
        ("21:00", "в 9", "30.11 09:00"),
        ("08:00", "at 9:15", "29.11 09:15"),
        ("08:00", "в 9:15", "29.11 09:15"),
        ("03:00", "at 4", "29.11 04:00"),
        ("23:59", "at 11:59", "30.11 11:59"),
    ],
)
def test_a_bare_hour_is_of_either_half_of_the_day_in_english_and_of_24_hours_in_russian(now, phrase, expected):
    at = datetime.fromisoformat(f"2026-11-29T{now}").replace(tzinfo=ZoneInfo(ZONE))
    assert fires(when.parse(phrase, now=at, zone=ZONE), at) == expected


@pytest.mark.parametrize(
    ("phrase", "named"),
    [
        ("today at 5", "2026-11-29 17:00 is over"),
        ("today at 4:30", "2026-11-29 16:30 is over"),
        ("сегодня в 9", 'say "21:00"'),
        ("сегодня в 6:15", 'say "18:15"'),
        ("yesterday at 9", "2026-11-28 09:00 is over"),
    ],
)
def test_what_is_over_names_the_time_that_may_be_meant(phrase, named):
    with pytest.raises(PhraseError, match=named):
        when.parse(phrase, now=NOW, zone=ZONE)


@pytest.mark.parametrize(
    ("today", "phrase", "expected"),
    [
        ("2026-10-31", "monthly", "30.11 09:00, 31.12 09:00, 31.01 09:00"),
        ("2026-10-31", "every month at 10", "30.11 10:00, 31.12 10:00, 31.01 10:00"),
        ("2026-10-31", "ежемесячно", "30.11 09:00, 31.12 09:00, 31.01 09:00"),
        ("2026-10-31", "каждый месяц", "30.11 09:00, 31.12 09:00, 31.01 09:00"),
        ("2026-11-30", "monthly", "31.12 09:00, 31.01 09:00, 28.02 09:00"),
        ("2026-02-28", "monthly", "28.03 09:00, 28.04 09:00, 28.05 09:00"),
        ("2026-11-15", "monthly", "15.12 09:00, 15.01 09:00, 15.02 09:00"),
    ],
)
def test_monthly_said_on_a_last_day_is_the_last_day(today, phrase, expected):
    now = datetime.fromisoformat(f"{today}T12:00").replace(tzinfo=ZoneInfo(ZONE))
    assert fires(when.parse(phrase, now=now, zone=ZONE), now) == expected


@pytest.mark.parametrize(
    ("phrase", "english", "russian"),
    [
        (
            "every month on the 31st at 9",
            "every month on the 31st (in the months that have it) at 9:00",
            "каждый месяц 31 числа (в месяцах, где оно есть) в 9:00",
        ),
        ("1 и 15 числа в 10", "every month on the 1st and 15th at 10:00", "каждый месяц 1 и 15 числа в 10:00"),
        ("except sunday", "every day except Sunday at 9:00", "каждый день, кроме воскресенья в 9:00"),
        ("every 10 and 25 December", "every year on December 10 and December 25 at 9:00",
         "каждый год 10 декабря и 25 декабря в 9:00"),
        (
            "tomorrow at 9 and 17",
            "Mon 30 Nov 2026, 9:00; Mon 30 Nov 2026, 17:00 (Europe/Minsk)",
            "пн 30 ноября 2026, 9:00; пн 30 ноября 2026, 17:00 (Europe/Minsk)",
        ),
    ],
)  # fmt: skip
def test_what_was_understood_is_said(phrase, english, russian):
    rule = when.parse(phrase, now=NOW, zone=ZONE)
    assert when.describe(rule, language="en", zone=ZONE) == english
    assert when.describe(rule, language="ru", zone=ZONE) == russian
    assert when.load(when.dump(rule)) == rule


@pytest.mark.parametrize(
    "text", ["x tomorow at 9", "x at 31-12", "x Mon, Wed or Fri at 10", "in 5 minutes coffee at 3"]
)
def test_a_refusal_says_in_both_languages_what_to_do(text):
    with pytest.raises(when.RefusalError) as caught:
        when.split(text, now=NOW, zone=ZONE)
    assert caught.value.word in when.explain(caught.value, language="ru")
    assert caught.value.word in when.explain(caught.value, language="en")


def test_random_phrases_raise_nothing_but_refusals():
    """With SOAK a million of them."""
    words = [*LEXICON, *ODD.split()]
    dice = random.Random(8)  # noqa: S311 - dice
    for _turn in range(1_000_000 if os.environ.get("SOAK") else 1_500):
        text = " ".join(dice.choice(words) for _word in range(dice.randint(1, 9)))
        for read in (when.parse, when.split):
            try:
                found = read(text, now=NOW, zone=ZONE)
            except PhraseError as refusal:
                when.explain(refusal, language="ru")
                continue
            rule = found[1] if isinstance(found, tuple) else found
            assert when.next_after(rule, NOW) > NOW
            assert when.load(when.dump(rule)) == rule
