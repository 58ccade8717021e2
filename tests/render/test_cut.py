"""A block of text is divided at a line or a word, and nothing is lost between its parts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import blocks, leaves
from slack_bitrix24.bitrix24.size import counted
from slack_bitrix24.document import Code, Divider, Emoji, Heading, Items, Link, Mention, Paragraph, Quote, Text
from slack_bitrix24.render.bbcode import render
from slack_bitrix24.render.cut import divide, least
from slack_bitrix24.render.dialect import ATTACH


def text(words):
    return Paragraph((Text(words),))


def size(block):
    return len(render((block,)))


@settings(max_examples=50, deadline=None)
@given(st.one_of(leaves, leaves.map(lambda leaf: Quote((leaf, leaf)))), st.integers(0, 60))
def test_the_beginning_fits_and_the_parts_make_the_whole(block, limit):
    head, tail = divide(block, size, limit)
    if head and tail and isinstance(block, Paragraph) and not any(isinstance(span, Link) for span in block.spans):
        assert len(render((head,))) <= limit
        assert _said(head) + _said(tail) == _said(block)  # the line break between them is the one between two blocks


def _said(block):
    return "".join(span.text for span in block.spans if isinstance(span, Text)).replace("\n", "")


E = Emoji("x", "✓")


@pytest.mark.parametrize(
    ("block", "limit", "head", "tail"),
    [
        (text("abc"), 3, text("abc"), None),
        (text("one two three"), 9, text("one two"), text(" three")),
        (text("a b\nc d e"), 3, text("a b"), text("c d e")),
        (text("abcdef"), 4, text("abcd"), text("ef")),
        (text("abcde\u0301"), 5, text("abcd"), text("e\u0301")),
        (text("ab👩\u200d🔬cd"), 4, text("ab"), text("👩\u200d🔬cd")),
        (text("\u0301" * 30), 20, text("\u0301" * 20), text("\u0301" * 10)),
        (Heading((Text("ab", bold=True),)), 8, Heading((Text("a", bold=True),)), Heading((Text("b", bold=True),))),
        (Code("a\nb\nc"), 6, Code("a\nb"), Code("c")),
        (
            Paragraph((Link("http://x/", (Text("abc"), E)), Mention("user", "U", "A"))),
            23,
            Paragraph((Link("http://x/", (Text("ab"),)),)),
            Paragraph((Link("http://x/", (Text("c"), E)), Mention("user", "U", "A"))),
        ),
        (
            Paragraph((Mention("user", "U", "Anna"), Text("x"))),
            3,
            None,
            Paragraph((Mention("user", "U", "Anna"), Text("x"))),
        ),
        (Quote((text("ab"), text("cd"))), 5, Quote((text("ab"),)), Quote((text("cd"),))),
        (
            Items(((text("ab"),), (text("cdefgh ij"),), (text("g"),)), ordered=True),
            16,
            Items(((text("ab"),), (text("cdefgh"),)), ordered=True),
            Items(((text(" ij"),), (text("g"),)), ordered=True, start=2),
        ),
        (
            Items(((text("a"),), (text("b"),)), ordered=True),
            4,
            Items(((text("a"),),), ordered=True),
            Items(((text("b"),),), ordered=True, start=2),
        ),
        (Divider(), 1, None, Divider()),
        (Code(""), -1, None, Code("")),
    ],
)  # fmt: skip
def test_where_it_is_divided(block, limit, head, tail):
    assert divide(block, size, limit) == (head, tail)


@settings(max_examples=40, deadline=None)
@given(blocks)
def test_what_is_shown_at_least_is_shown(block):
    assert least(block) <= len("".join(render((block,)).split()))
    assert least(block) <= len("".join(render((block,), ATTACH).split()))


@pytest.mark.parametrize("said", ["word ", "слово ", "🎉", " ", "<&'", "a" * 900 + "я" * 900])
@pytest.mark.parametrize("room", [100, 5_000, 60_000])
def test_a_long_text_is_divided_near_its_place_after_few_looks(said, room):
    asked = []

    def heavy(block):
        asked.append(block)
        return counted(render((block,)))

    head, tail = divide(text(said * (300_000 // len(said))), heavy, room)
    assert room * 0.8 - 30 <= heavy(head) <= room
    assert tail
    assert len(asked) <= 20
