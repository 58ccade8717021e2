"""Patterns of relays: which are taken, and that none makes the search go back.

No text that would hold up an engine that goes back is written here. The engine shows by its structure what it is: it
has no look-around and no references, which a walk without going back can't have, and twice the text takes it twice as
long.
"""

from __future__ import annotations

import time

import pytest

from slack_bitrix24.matching import LONGEST_PATTERN, LONGEST_SEARCHED, Pattern, PatternError


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("(?i)firing|critical", "[FIRING:1] disk", True),
        ("(?i)тревога", "ТРЕВОГА на складе", True),
        (r"\bсклад\b", "тревога: склад закрыт", True),
        (r"\bсклад\b", "складской учёт", False),
        (r"^\w+ \d+%$", "загрузка 95%", True),
        (r"(?m)^host: web\d+$", "alert\nhost: web12\nmore", True),
        (r"(?s)disk.*full", "disk\nis full", True),
        (r"(?P<severity>P[12])\b", "P1 down", True),
        ("down", "", False),
        ("down", "up\ud83d", False),
        ("up", "up\ud83d", True),
    ],
)
def test_a_pattern_is_searched_anywhere_in_the_text(pattern, text, found):
    assert Pattern(pattern).search(text) is found


@pytest.mark.parametrize(
    ("pattern", "way_round"),
    [
        ("(?!resolved)down", "unless"),
        ("(?<!not )down", "unless"),
        ("(?=.*prod)down", "unless"),
        ("(?<=host: )web", "unless"),
        (r"(disk|cpu) \1", "write the alternatives out"),
        ("(?P<a>x)(?P=a)", "takes the flags"),
        ("(?>x)y", "takes the flags"),
        (r"down\Z", r"\\z"),
        ("x{,3}", "{n,m}"),
        ("x{1000}{1000}", "large"),
        ("(down", "unclosed group"),
        ("[a-", "unclosed character class"),
        ("*", "missing expression"),
        ("x" * (LONGEST_PATTERN + 1), "longer than"),
    ],
)
def test_what_cannot_be_searched_in_one_walk_is_refused_with_the_way_round(pattern, way_round):
    with pytest.raises(PatternError, match=way_round):
        Pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["(?i)firing|critical", r"\bdone\b", r"(?i)авария.{0,100}склад", "warn.*error", "[a-z]+ [0-9]+%"]
)
def test_twice_the_text_takes_about_twice_the_time(pattern):
    """The best of five counts, with room for a busy machine; what goes back takes many times as long."""
    ready = Pattern(pattern)
    text = "load is fine on web12, "
    taken = []
    for length in (LONGEST_SEARCHED // 2, LONGEST_SEARCHED):
        said = (text * length)[:length]
        best = 9.0
        for _ in range(5):
            began = time.perf_counter()
            ready.search(said)
            best = min(best, time.perf_counter() - began)
        taken.append(best)
    assert taken[1] < 4 * taken[0] + 0.01
    assert taken[1] < 1


@pytest.mark.parametrize(("before", "found"), [(0, True), (LONGEST_SEARCHED - 4, True), (LONGEST_SEARCHED - 3, False)])
def test_only_the_beginning_of_a_long_text_is_searched(before, found):
    assert Pattern("down").search("." * before + "down") is found


def test_two_patterns_of_one_text_are_equal():
    assert Pattern("a") == Pattern("a")
    assert Pattern("a") != Pattern("b")
