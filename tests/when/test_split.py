"""A text and its time, parted."""

from __future__ import annotations

import contextlib
import re
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24 import when
from slack_bitrix24.errors import PhraseError

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=ZoneInfo("Europe/Minsk"))
SPLITS = {
    "stretch in 10 seconds": ("stretch", "in 10 seconds"),
    "to stretch in 10 seconds": ("stretch", "in 10 seconds"),
    "in 20 minutes check the oven": ("check the oven", "in 20 minutes"),
    "in 10 minutes to stretch": ("stretch", "in 10 minutes"),
    "tomorrow: call": ("call", "tomorrow"),
    "tomorrow - call": ("call", "tomorrow"),
    "every day at 9 take pills": ("take pills", "every day at 9"),
    "every day at 9, take 2 pills": ("take 2 pills", "every day at 9"),
    "about the release tomorrow at 9": ("about the release", "tomorrow at 9"),
    "that Bob is late, at 17:30": ("that Bob is late", "at 17:30"),
    "call Bob, tomorrow at 9.": ("call Bob", "tomorrow at 9"),
    "call Bob – tomorrow at 9!": ("call Bob", "tomorrow at 9"),
    "meet @ 5pm": ("meet", "@ 5pm"),
    "Hello at noon every monday": ("Hello", "at noon every monday"),
    "pay rent on the 1st of every month": ("pay rent", "on the 1st of every month"),
    "pay 12/25": ("pay", "12/25"),
    "release 1.5 in 5 min": ("release 1.5", "in 5 min"),
    "v2.5 in 5 min": ("v2.5", "in 5 min"),
    "line one\nline  two tomorrow": ("line one\nline  two", "tomorrow"),
    "in 20 minutes,  check\n  the oven  ": ("check\n  the oven", "in 20 minutes"),
    '"meet in 5 minutes" tomorrow at 9': ("meet in 5 minutes", "tomorrow at 9"),
    'to "meet in 5 minutes", tomorrow at 9': ("meet in 5 minutes", "tomorrow at 9"),
    'tomorrow at 9 "buy 5 eggs at noon"': ("buy 5 eggs at noon", "tomorrow at 9"),
    "“stand-up” every weekday at 9:45": ("stand-up", "every weekday at 9:45"),
    "«завтра» в 17:30": ("завтра", "в 17:30"),
    '"a" and "b" tomorrow': ('"a" and "b"', "tomorrow"),
    'say "see you tomorrow" tomorrow': ('say "see you tomorrow"', "tomorrow"),
    "завтра в 9 утра позвонить Бобу": ("позвонить Бобу", "завтра в 9 утра"),
    "позвонить Бобу завтра в 9 утра": ("позвонить Бобу", "завтра в 9 утра"),
    "чтобы купил хлеб через полчаса": ("купил хлеб", "через полчаса"),
    "о том, что встреча завтра в 9": ("о том, что встреча", "завтра в 9"),
    "что завтра отпуск": ("отпуск", "завтра"),
    "что-то завтра": ("что-то", "завтра"),
    "через 20 минут, что пора домой": ("что пора домой", "через 20 минут"),
}
WORDS = re.findall(
    r"\S+",
    "in at on every other 2 5 minutes days week month Monday mondays weekday 9:00 9 pm "
    "tomorrow next last first second 1st of the and , - noon morning через в по каждый каждые "
    "2 дня недели понедельникам 1 числа месяца утра ",
)
NO_TIME = [
    "good morning",
    "do this first",
    "release 10.12",
    "отпуск 3 дня",
    "позвонить Бобу",
    "give me a second",
    "you may",
    '"tomorrow" is a word',
    "abc12:30",
    "",
    "   ",
]


@pytest.mark.parametrize(("text", "parts"), SPLITS.items())
def test_the_longest_time_at_the_end_else_at_the_beginning_is_taken(split, text, parts):
    message, rule, phrase = split(text)
    assert (message, phrase) == parts
    assert rule == when.parse(phrase, now=NOW, zone="Europe/Minsk")


@pytest.mark.parametrize("text", NO_TIME)
def test_a_text_without_a_time_is_refused(split, text):
    with pytest.raises(PhraseError) as caught:
        split(text)
    assert caught.value.code in {"no_time", "unknown"}


@pytest.mark.parametrize("text", ["in 5 minutes", '"" tomorrow', "to tomorrow", "завтра в 9"])
def test_a_time_without_a_text_is_refused(split, text):
    with pytest.raises(PhraseError, match="text is missing"):
        split(text)


def test_a_time_that_is_over_is_not_read_as_a_shorter_one(split):
    with pytest.raises(PhraseError, match="is over"):
        split("buy milk today at 9 am")


@pytest.mark.parametrize("text", ["call in an hour at 9", "pay every month on Monday", "meet Monday tomorrow at 9"])
def test_a_time_that_contradicts_itself_is_refused_as_a_whole(split, text):
    with pytest.raises(PhraseError, match="do not fit together"):
        split(text)


def test_beside_quotes_the_word_that_was_not_understood_is_named(split):
    with pytest.raises(PhraseError, match='"nonsense" is not understood'):
        split('"meet in 5 minutes" nonsense')


@given(st.text(min_size=1).filter(lambda text: text.strip() and '"' not in text))
def test_what_stands_in_quotes_is_the_text_whatever_it_says(text):
    message, _rule, phrase = when.split(f'"{text}" tomorrow at 9', now=NOW, zone="Europe/Minsk")
    assert (message, phrase) == (text.strip(), "tomorrow at 9")


@given(st.text())
def test_any_text_is_parted_or_refused(text):
    for tried in (text, f"{text} in 5 minutes", f"tomorrow {text}"):
        try:
            message, _rule, phrase = when.split(tried, now=NOW, zone="Europe/Minsk")
        except PhraseError:
            continue
        assert message in tried
        assert phrase in tried


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7))
def test_any_heap_of_known_words_is_read_or_refused(words):
    try:
        rule = when.parse(" ".join(words), now=NOW, zone="Europe/Minsk")
    except PhraseError:
        return
    fire = when.next_after(rule, NOW)
    assert fire is not None
    assert fire > NOW
    for language in ("en", "ru"):
        said = when.describe(rule, language=language, zone="Europe/Minsk").removesuffix(" (Europe/Minsk)")
        again = when.parse(said, now=NOW, zone="Europe/Minsk")
        if isinstance(rule, when.Once):
            assert again.at == rule.at.replace(second=0)
        else:
            assert again == rule


@pytest.mark.parametrize(
    "part", ["«", "„", '"', " ", "1", "-", ":a", "z", "я", "to ", "mon ", "and ", "at 9 ", "1, ", "<@", "без "]
)
def test_a_long_text_is_read_in_time_that_grows_with_its_length(part):
    """Twice the length is at most about twice the work: measured in processor time, with room for a busy machine."""

    def spent(length):
        text = (part * length)[:length]
        began = time.process_time()
        for tried in (f"{text} tomorrow at 9", f"tomorrow at 9 {text}"):
            with contextlib.suppress(PhraseError):
                when.split(tried, now=NOW, zone="Europe/Minsk")
        return time.process_time() - began

    spent(1_000)
    whole, part_of_it = (min(spent(length) for _ in range(2)) for length in (16_000, 4_000))
    assert whole < 0.2 + 8 * part_of_it
