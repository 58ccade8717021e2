from __future__ import annotations

import pytest

from slack_bitrix24.document import Emoji
from slack_bitrix24.slack.messages import emoji


@pytest.mark.parametrize(
    ("name", "unicode"),
    [
        ("+1", "👍"),
        (":fire:", "🔥"),
        ("rotating_light", "🚨"),
        ("large_green_circle", "🟢"),
        ("red_circle", "🔴"),
        ("flag-by", "🇧🇾"),
        ("us", "🇺🇸"),
        ("dog", "🐶"),
        ("fencer", "🤺"),
        ("female-technologist", "👩‍💻"),
        ("man-shrugging", "🤷‍♂️"),
        ("man-woman-girl-boy", "👨‍👩‍👧‍👦"),
        ("woman-heart-man", "👩‍❤️‍👨"),
        ("fox", "🦊"),
        ("wave::skin-tone-3", "👋🏼"),
        (":wave::skin-tone-6:", "👋🏿"),
        ("woman-shrugging::skin-tone-2", "🤷🏻‍♀️"),
        ("fire::skin-tone-3", "🔥"),
        ("our_logo", ""),
        ("our_logo::skin-tone-3", ""),
        ("man", "👨"),
        ("man-logo", ""),
    ],
)
def test_a_name_of_slacks_becomes_the_characters(name: str, unicode: str) -> None:
    assert emoji.named(name).unicode == unicode


def test_a_name_that_is_none_stays_a_name() -> None:
    assert emoji.named("a:b:c") == Emoji("a:b:c")


@pytest.mark.parametrize(
    ("codes", "tone", "unicode"),
    [
        ("1f44d", 0, "👍"),
        ("1f468-200d-1f4bb", 0, "👨‍💻"),
        ("1f44d", 4, "👍🏽"),
        ("1f44d", 9, "👍"),
        ("", 0, "🔥"),
        ("zz", 0, "🔥"),
        ("d800", 0, "🔥"),
        ("ffffffff", 0, "🔥"),
    ],
)
def test_code_points_are_preferred_and_nonsense_falls_back_on_the_name(codes: str, tone: int, unicode: str) -> None:
    assert emoji.coded("fire", codes, tone).unicode == unicode
