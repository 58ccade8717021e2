"""Rules written, read back, and said in words."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.errors import PhraseError
from slack_bitrix24.when import Cron, Once, Recurring, describe, dump, load, next_after, parse
from slack_bitrix24.when.repeat import Repeat, repeat_of, rule_of
from slack_bitrix24.when.tokens import Unit

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("Europe/Minsk"))
SAID = {
    "every weekday at 9:45": ("every weekday at 9:45", "каждый будний день в 9:45"),
    "every day at 9 and 17": ("every day at 9:00 and 17:00", "каждый день в 9:00 и 17:00"),
    "every Wednesday": ("every Wednesday at 9:00", "каждую среду в 9:00"),
    "every Sunday": ("every Sunday at 9:00", "каждое воскресенье в 9:00"),
    "every Mon, Tue and Fri": (
        "every Monday, Tuesday and Friday at 9:00",
        "по понедельникам, вторникам и пятницам в 9:00",
    ),
    "every other weekday": ("every 2 weeks on weekdays at 9:00", "каждые 2 недели по будням в 9:00"),
    "every 2 weeks on Monday at 10": ("every 2 weeks on Monday at 10:00", "каждые 2 недели по понедельникам в 10:00"),
    "every 21 days": ("every 21 days at 9:00", "каждый 21 день в 9:00"),
    "every 11 days": ("every 11 days at 9:00", "каждые 11 дней в 9:00"),
    "every month on the 1st": ("every month on the 1st at 9:00", "каждый месяц 1 числа в 9:00"),
    "every month on the 2nd, 3rd and 12th": (
        "every month on the 2nd, 3rd and 12th at 9:00",
        "каждый месяц 2, 3 и 12 числа в 9:00",
    ),
    "every month on the last day": ("every month on the last day at 9:00", "каждый месяц в последний день в 9:00"),
    "every month on the second Wednesday": (
        "every month on the second Wednesday at 9:00",
        "каждый месяц во вторую среду в 9:00",
    ),
    "every year on May 1": ("every year on May 1 at 9:00", "каждый год 1 мая в 9:00"),
    "every 2 hours": ("every 2 hours", "каждые 2 часа"),
    "every minute": ("every minute", "каждую минуту"),
}
hours = st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
intervals = st.integers(1, 30)
minutes = st.integers(0, 59)
weekdays = st.sets(st.integers(0, 6), min_size=1, max_size=6).map(lambda found: tuple(sorted(found)))
repeats = st.one_of(
    st.builds(Repeat, st.sampled_from([Unit.MINUTE, Unit.HOUR]), intervals, st.just((12,))),
    st.builds(Repeat, st.just(Unit.DAY), intervals, hours, minutes),
    st.builds(Repeat, st.just(Unit.WEEK), intervals, hours, minutes, weekdays),
    st.builds(
        lambda interval, at, minute, days: Repeat(Unit.MONTH, interval, at, minute, days=days),
        intervals,
        hours,
        minutes,
        st.one_of(
            st.just((-1,)),
            st.sets(st.integers(1, 28), min_size=1, max_size=3).map(lambda found: tuple(sorted(found))),
        ),
    ),
    st.builds(
        lambda interval, minute, day, nth: Repeat(Unit.MONTH, interval, (9,), minute, (day,), nth),
        intervals,
        minutes,
        st.integers(0, 6),
        st.sampled_from([1, 2, 3, 4, 5, -1]),
    ),
    st.builds(
        lambda interval, day, months: Repeat(Unit.YEAR, interval, days=(day,), months=months),
        st.integers(1, 3),
        st.integers(1, 28),
        st.sets(st.integers(1, 12), min_size=1, max_size=3).map(lambda found: tuple(sorted(found))),
    ),
)


@pytest.mark.parametrize(("phrase", "words"), SAID.items())
def test_a_recurrence_is_said_in_both_languages(phrase, words):
    rule = parse(phrase, now=NOW, zone="Europe/Minsk")
    assert (describe(rule, language="en", zone=None), describe(rule, language="ru", zone="Europe/Minsk")) == words


def test_a_moment_is_said_in_the_readers_zone():
    rule = Once(datetime(2026, 11, 24, 6, 0, tzinfo=UTC))
    assert describe(rule, language="en", zone="Europe/Minsk") == "Tue 24 Nov 2026, 9:00 (Europe/Minsk)"
    assert describe(rule, language="ru", zone="Europe/Minsk") == "вт 24 ноября 2026, 9:00 (Europe/Minsk)"
    assert describe(rule, language="en", zone=None) == "Tue 24 Nov 2026, 6:00 (UTC)"


def test_a_recurrence_names_its_zone_where_the_reader_is_in_another_one():
    rule = Cron("45 9 * * 1-5", "Europe/Berlin")
    assert describe(rule, language="en", zone="Europe/Minsk") == "every weekday at 9:45 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("0 9 * * 0", "every Sunday at 9:00"),
        ("0 9 * * 7", "every Sunday at 9:00"),
        ("0 9 * * sun", "every Sunday at 9:00"),
        ("45 9 * * mon-fri", "every weekday at 9:45"),
        ("30 8 * jan 1-7", "cron 30 8 * jan 1-7"),
        ("0 9 * * sat,sun", "every Saturday and Sunday at 9:00"),
        ("00 9 * * *", "every day at 9:00"),
        ("0 9-11 * * *", "every day at 9:00, 10:00 and 11:00"),
        ("0 0 1 jan *", "every year on January 1 at 0:00"),
        ("0 9 1,15 * *", "every month on the 1st and 15th at 9:00"),
        ("*/5 * * * *", "every 5 minutes"),
        ("0 */2 * * *", "every 2 hours"),
        ("0 * * * *", "every hour"),
        ("* * * * *", "every minute"),
        ("0 */12 * * *", "every day at 0:00 and 12:00"),
    ],
)
def test_a_cron_line_is_said_in_words_however_it_is_written(expression, said):
    assert describe(Cron(expression, "UTC"), language="en", zone="UTC") == said


@pytest.mark.parametrize("expression", ["*/7 * * * *", "0 9 1 * 1", "0 9 1,2 5,6 *", "0,30 9 * * *", "0 9 * 5 *"])
def test_a_cron_line_without_words_is_shown_as_it_is(expression):
    said = describe(Cron(expression, "UTC"), language="en", zone="UTC")
    assert said == f"cron {expression}"


@pytest.mark.parametrize("rrule", ["FREQ=DAILY;COUNT=2", "FREQ=WEEKLY;WKST=SU", "FREQ=SECONDLY", "FREQ=DAILY;BYDAY=MO"])
def test_an_rfc_5545_rule_without_words_is_shown_as_it_is(rrule):
    assert (
        describe(Recurring(rrule, datetime.fromisoformat("2026-01-01T00:00"), "UTC"), language="ru", zone=None) == rrule
    )


@given(repeats, st.sampled_from(["en", "ru"]))
def test_what_is_said_is_read_back_as_the_same_rule(repeat, language):
    rule = rule_of(repeat, now=NOW, zone="Europe/Minsk")
    assert repeat_of(rule) == repeat
    assert parse(describe(rule, language=language, zone=None), now=NOW, zone="Europe/Minsk") == rule


@given(
    st.datetimes(
        min_value=datetime.fromisoformat("2000-01-01T00:00"), max_value=datetime.fromisoformat("2090-01-01T00:00")
    ),
    st.sampled_from([0, 1]),
)
def test_rules_survive_being_stored(moment, fold):
    rules = (
        Once(moment.replace(tzinfo=UTC)),
        Cron("0 9 * * 1-5", "Europe/Berlin"),
        Recurring("FREQ=HOURLY", moment.replace(fold=fold), "Europe/Berlin"),
    )
    for rule in rules:
        again = load(dump(rule))
        assert again == rule
        assert next_after(again, NOW) == next_after(rule, NOW)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "not JSON", '{"once": "soon"}', '{"once": "2026-11-25T09:00:00"}', '{"cron": "0 9 * * *"}']
)
def test_what_is_no_stored_rule_is_refused(text):
    with pytest.raises(PhraseError, match="not a stored rule"):
        load(text)
