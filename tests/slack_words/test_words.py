"""What the program says: both languages, the same blanks, nothing that breaks mrkdwn."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.slack.replies.words import WORDS, as_typed, escape, language, say, unescape


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_say_it_with_the_same_blanks(key):
    english, russian = WORDS[key]
    assert english.strip()
    assert russian.strip()
    assert blanks(english) == blanks(russian)
    assert not {"<", ">"} & set(english + russian)  # Slack would take it for a link
    assert english.count("`") % 2 == russian.count("`") % 2 == 0


@pytest.mark.parametrize("key", WORDS)
def test_russian_is_russian_and_english_is_not(key):
    english, russian = WORDS[key]
    assert not any("а" <= letter <= "я" for letter in english.lower())
    assert key == "who_is" or any("а" <= letter <= "я" for letter in russian.lower())


@pytest.mark.parametrize(
    ("name", "expected"), [("ru-RU", "ru"), ("RU", "ru"), ("en-US", "en"), ("be-BY", "en"), ("", "en")]
)
def test_whoever_does_not_read_russian_gets_english(name, expected):
    assert language(name) == expected


def test_a_sentence_is_filled_in():
    assert say("en", "queued", names="Anna") == "Queued for Anna"
    assert say("ru", "queued", names="Anna") == "В очереди: Anna"
    assert say("fr", "queued", names="Anna") == "Queued for Anna"


@given(st.text())
def test_what_is_escaped_is_shown_as_it_is(text):
    assert unescape(escape(text)) == text
    assert "<" not in escape(text)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Q &amp; A with <@U024BE7LH|anna>", "Q &amp; A with <@U024BE7LH|anna>"),
        ("a & b < c", "a &amp; b &lt; c"),
        ("<#C0GENERAL|general> <!here>", "<#C0GENERAL|general> <!here>"),
        ("<!subteam^S0614TZR7|@devs>", "<!subteam^S0614TZR7|@devs>"),
        ("<https://example.com/?a=1&amp;b=2|page>", "<https://example.com/?a=1&amp;b=2|page>"),
        ("<script>", "&lt;script&gt;"),
        ("&lt;Foo&gt; &copy;", "&lt;Foo&gt; &amp;copy;"),
        ("<@nobody>", "&lt;@nobody&gt;"),
    ],
)  # fmt: skip
def test_what_was_typed_is_shown_as_it_was_typed(typed, shown):
    assert as_typed(typed) == shown
