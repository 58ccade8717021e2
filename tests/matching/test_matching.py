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
        # what those write who know another engine: possessive, named as .NET does, Unicode's and POSIX's classes
        ("a++b", "caab", True),
        ("(?<name>down)", "down", True),
        (r"^\p{Cyrillic}+$", "склад", True),
        (r"^\p{Lu}", "Склад", True),
        (r"^\p{Lu}", "склад", False),
        ("^[[:alpha:]]+$", "down", True),
        ("(?i:firing) Disk", "FIRING Disk", True),
        ("(?i)firing(?-i) Disk", "FIRING disk", False),
        ("(?x) firing | down # either", "down", True),
        (r"\-\_\/\!\@\#\ \"", '-_/!@# "', True),
        (r"\[FIRING:\d+\]", "[FIRING:12]", True),
        (r"\Adown\z", "down", True),
        ("(?U)d.*n", "down", True),
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
        ("(?i)^(?!.*(ok|resolved))", "unless"),
        # references, under all their names
        (r"(disk|cpu) \1", "write the alternatives out"),
        (r"(disk|cpu) \9", "write the alternatives out"),
        ("(?P<a>x)(?P=a)", "write the alternatives out"),
        # other engines' groups
        ("(?>x)y", r"\(\?:…\) in place of"),
        ("x(?#note)y", r"\(\?x\) at the beginning"),
        ("(a)?(?(1)b|c)", "both ways out"),
        ("(a)(?1)", "can't call itself"),
        ("(?&name)", "can't call itself"),
        ("(?P>name)", "can't call itself"),
        ("(?'name'x)", r"\(\?P<name>…\)"),
        ("(?a)x", "takes the flags"),
        ("(?L:x)", "takes the flags"),
        ("(?|a|b)", "takes the flags"),
        ("firing(?i)", r"\(\?i\) at the beginning"),
        ("firing|down(?im)", "stand before"),
        # other engines' escapes
        (r"down\Z", r"\\z"),
        (r"\Gdown", r"\\A"),
        (r"a\hb", r"\\s"),
        (r"a\Rb", r"\\r\?\\n"),
        (r"\Qa.b\E", "before each character"),
        (r"\N{BULLET}", "means nothing here"),
        (r"\Xx", "means nothing here"),
        (r"\101", r"\\x41"),
        (r"\0", r"\\x41"),
        # a backspace is what TOML makes of \b in double quotes
        ("\bdown\b", "single quotes"),
        ("down\b", "single quotes"),
        # counts, and what repeats nothing
        ("x{,3}", "{n,m}"),
        ("x{", r"\\{"),
        ("{{ name }}", r"\\{"),
        ("a{b}", r"\\{"),
        ("x{1000}{1000}", "large"),
        (r"\w{1,500}", "large"),
        ("*.down", r"\\\*"),
        ("+7 495", r"\\\+"),
        ("?", r"\\\?"),
        # brackets
        ("(down", r"unclosed group.*\\\("),
        ("down :(", r"unclosed group.*\\\("),
        ("down :)", r"unopened group.*\\\)"),
        ("[a-", r"unclosed character class.*\\\["),
        ("[FIRING", r"unclosed character class.*\\\["),
        ("[z-a]", "stands at the end"),
        (r"[a-\d]", "stands at the end"),
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
