"""Phrases that are refused, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from slack_bitrix24.errors import PhraseError
from slack_bitrix24.when import explain, parse

UNKNOWN = {
    "hello world": "hello",
    "in 5 apples": "apples",
    "tomorrow at nine-ish": "ish",
    "at 25:00": "25:00",
    "at 9:00:30": "9:00:30",
    "at 12:75": "12:75",
    "at 99": "at",
    "at 9.5": "at",
    "on 13/13": "13/13",
    "2026-02-30": "2026-02-30",
    "каждый день в девять часов примерно": "примерно",
    "завтра в субботу или воскресенье": "или",
    "tomorrow 9": "9",
    "good morning": "good",
    "morning": "morning",
    "weekday": "weekday",
    "first": "first",
    "the 40th of every month": "the",
    "2 дня": "2",
    "next year": "next",
    "every": "every",
    "in": "in",
    "17:30 am": "17:30 am",
    "tomorrow,": ",",
    "_": "_",
    "every 0 days": "0",
    "twenty thirty minutes from now": "twenty",
    "the twenty of May 1": "1",
    "every half day": "half",
    "an hour from Monday": "an",
    "every other": "every",
    "once upon a time": "upon",
    "in hour hour": "hour",
}
CODES = {
    "": "empty",
    "every day in 5 minutes": "mixed",
    "every Monday tomorrow": "mixed",
    "every 2 hours at 9": "mixed",
    "every 2 hours in the morning": "mixed",
    "every month on Monday": "mixed",
    "every 2 days on Monday": "mixed",
    "every Monday on the 1st": "mixed",
    "every week on the 1st": "mixed",
    "every month on May 1": "mixed",
    "every 1/30 and 9/29": "mixed",
    "in an hour at 9": "mixed",
    "in an hour tomorrow": "mixed",
    "in 1.5 months": "mixed",
    "Monday 27 Nov": "mixed",
    "Monday 27 Nov 2026": "mixed",
    "tomorrow on the 1st": "mixed",
    "tomorrow, Friday": "mixed",
    "next day, Friday": "mixed",
    "next week on the first Monday": "mixed",
    "next week on the 1st": "mixed",
    "next month on Monday": "mixed",
    "on 30 February": "no_day",
    "every month on Feb 30": "no_day",
    "at 31-12": "no_clock",
    "через день": "other_day",
    "every second": "often",
    "tomorrow morning at 15:00": "mixed",
    "today at 9:00 am": "past",
    "сегодня в 9": "past_half",
    "2026-11-01": "past",
    "this week on Monday": "past",
    "every day at 9:00 and 17:30": "minutes",
    "every second Tuesday": "second",
    "каждый второй вторник": "second",
    "last Friday": "last",
    "every 12/18/2027": "year",
    "every 30 seconds": "often",
    "every 99999 days": "far",
    "in 99999999 years": "far",
    "in 9999 years": "far",
    "in 999999999 hours": "far",
    "tomorrow tomorrow": "twice",
    "every day every week": "twice",
    "tomorrow at 9 at 10": "twice",
    "tonight this evening": "twice",
    "Monday, next Friday": "twice",
    "every month on the 31st of the month twice": "unknown",
}


@pytest.mark.parametrize(("phrase", "word"), UNKNOWN.items())
def test_the_first_word_that_was_not_understood_is_named(read, phrase, word):
    with pytest.raises(PhraseError) as caught:
        read(phrase)
    assert caught.value.word == word


@pytest.mark.parametrize(("phrase", "code"), CODES.items())
def test_what_contradicts_itself_is_refused_with_its_reason(refusal, phrase, code):
    assert refusal(phrase)[0] == code


def test_a_day_that_the_next_month_lacks_never_comes(read):
    with pytest.raises(PhraseError, match="never comes"):
        read("next month on the 31st", datetime(2026, 10, 25, 12, tzinfo=ZoneInfo("Europe/Minsk")))


def test_what_is_over_is_said_with_its_time(read):
    with pytest.raises(PhraseError, match=r"2026-11-25 09:00 is over$"):
        read("today at 09:00")
    with pytest.raises(PhraseError, match='2026-11-25 09:00 is over: say "21:00"'):
        read("сегодня в 9")


def test_a_zone_that_does_not_exist_is_named():
    with pytest.raises(PhraseError, match='no time zone is called "Europe/Minks"'):
        parse("tomorrow", now=datetime(2026, 11, 25, tzinfo=UTC), zone="Europe/Minks")


def test_a_refusal_is_explained_in_the_readers_language(read):
    with pytest.raises(PhraseError) as caught:
        read("завтра примерно")
    assert explain(caught.value, language="ru") == "не понимаю «примерно» как часть времени"
    assert explain(caught.value, language="en") == '"примерно" is not understood as a part of a time'
    assert explain(PhraseError("as it is"), language="ru") == "as it is"
