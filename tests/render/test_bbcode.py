"""Spans and blocks as BB code: what the tree asks for acts, and nothing else does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import blocks, runs, spans, texts
from slack_bitrix24.bitrix24.sendable import clean
from slack_bitrix24.document import (
    Author,
    Card,
    Code,
    Date,
    Divider,
    Emoji,
    Field,
    Fields,
    File,
    Heading,
    Image,
    Items,
    Link,
    Mention,
    Paragraph,
    Quote,
    Table,
    Text,
    Unsupported,
)
from slack_bitrix24.render.bbcode import render
from slack_bitrix24.render.dialect import ATTACH, MESSAGE
from slack_bitrix24.render.guard import JOINER, restored
from slack_bitrix24.render.links import target

PAIRED = "b|i|u|s|url|call|code|(?<=/)user"
VALUED = "url|user|call|pch|rating|size|color|chat|context|icon|put|send|disk|timestamp"
CODE = re.compile(
    rf"\[(?:(/?)({PAIRED})|()(br|like|dislike|put|send|img)|()({VALUED})=([^\]]*)|()(img|icon) \w+=[^\]]*)\]",
    re.IGNORECASE,
)
STYLES = {"bold": "b", "italic": "i", "underline": "u", "strike": "s"}


def parse(text):
    """Read BB code strictly; return each character with the codes open around it, JOINER taken out."""
    shown, stack, place = [], [], 0
    while place < len(text):
        found = CODE.match(text, place)
        if not found:
            if text[place] != JOINER:
                shown.append((text[place], tuple(sorted(stack))))
            place += 1
            continue
        closing, name, value = found[1], found[2] or found[4] or found[6] or found[9], found[7]
        assert name == name.lower(), found[0]
        if closing:
            assert stack.pop().partition("=")[0] == name, text
        else:
            stack.append(name if value is None else f"{name}={value}")
        place = found.end()
    assert not stack, text
    return shown


def dense(shown):
    return [pair for pair in shown if not pair[0].isspace()]


def paragraph(*spans):
    return render((Paragraph(spans),))


@settings(max_examples=50, deadline=None)
@given(st.lists(texts, max_size=4))
def test_plain_text_holds_no_code_however_it_is_divided_into_spans(words):
    made = paragraph(*map(Text, words))
    assert CODE.search(made) is None
    assert not re.search(r"^\s*>>", made, re.MULTILINE)
    assert "-" * 54 not in made
    assert restored(made) == "".join(map(clean, words)).strip("\n")


@settings(max_examples=50, deadline=None)
@given(st.lists(runs, max_size=5))
def test_each_character_has_the_styles_that_the_tree_gives_it(several):
    wanted = [
        (char, tuple(sorted(code for name, code in STYLES.items() if getattr(run, name))))
        for run in several
        for char in (f"`{clean(run.text)}`" if run.code and run.text.strip() else clean(run.text))
    ]
    assert dense(parse(render((Paragraph(tuple(several)),), ATTACH))) == dense(wanted)


def urls_of(spans):
    return {target(span.url) for span in spans if isinstance(span, Link | Date)}


@settings(max_examples=50, deadline=None)
@given(spans)
def test_links_lead_where_the_tree_says_and_mentions_name_only_its_users(several):
    codes = {code for _, stack in parse(paragraph(*several)) for code in stack if "=" in code}
    allowed = {f"url={url}" for url in urls_of(several)} | {"user=7"}
    assert codes <= allowed


@settings(max_examples=25, deadline=None)
@given(st.lists(blocks, max_size=4).map(tuple))
def test_every_code_is_closed_on_its_line_and_known_where_it_stands(several):
    for dialect in (MESSAGE, ATTACH):
        made = render(several, dialect)
        parse(made)
        assert "[code]" not in made
        assert "-" * 54 not in made
        for line in made.split("\n"):
            parse(line)


@settings(max_examples=25, deadline=None)
@given(st.lists(blocks.filter(lambda block: not isinstance(block, Quote | Card)), max_size=3).map(tuple))
def test_only_quotes_begin_a_quote_line(several):
    made = render(several)
    assert not re.search(r"^(?:\s|\[/?(?:[bius]|url=[^\]]*|user=7)\])*>>", made, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[FIRING:1] x", "[FIRING:1] x"),
        ("a[0] = b[i]", f"a[0] = b[{JOINER}i]"),
        ("[user not found]", "[user not found]"),
        ("[bold] [sms] [URLs]", "[bold] [sms] [URLs]"),
        ("[B]x[/b]", f"[{JOINER}B]x[{JOINER}/b]"),
        ("[user=all]", f"[{JOINER}user=all]"),
        ("[timestamp=1 format=X]", f"[{JOINER}timestamp=1 format=X]"),
        ("[img size=small]", f"[{JOINER}img size=small]"),
        ("x >> y > z", "x >> y > z"),
        (">> q", f">{JOINER}> q"),
        ("  >>q", f"  >{JOINER}>q"),
        ("-----", "-----"),
        ("-" * 53, "-" * 53),
        ("-" * 110, "-" * 53 + JOINER + "-" * 53 + JOINER + "-" * 4),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\x00\ud800", "\ufffd\ufffd"),
    ],
)
def test_text_is_changed_only_where_it_would_act(text, expected):
    assert paragraph(Text(text)) == expected


HTTP = "https://e.com/x"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([Text("a", bold=True), Text("b", bold=True, italic=True)], "[b]a[i]b[/i][/b]"),
        ([Text("a\nb", bold=True)], "[b]a[/b]\n[b]b[/b]"),
        ([Text(" ", bold=True), Text("x")], " x"),
        ([Text("x", underline=True, strike=True)], "[u]~x~[/u]"),
        ([Text("a", strike=True), Text("b", strike=True, bold=True)], "~a~[b]~b~[/b]"),
        ([Text("[b]rm[/b]", code=True)], f"`[{JOINER}b]rm[{JOINER}/b]`"),
        ([Text("["), Text("", bold=True), Text("b]")], f"[{JOINER}b]"),
        ([Text("["), Emoji("x", "b]")], f"[{JOINER}b]"),
        ([Link(HTTP, (Text("see"),))], "[url=https://e.com/x]see[/url]"),
        ([Link(HTTP)], "[url=https://e.com/x]https://e.com/x[/url]"),
        ([Link(HTTP, (Text(" "),))], "[url=https://e.com/x]https://e.com/x[/url]"),
        ([Link(HTTP, (Text("a\nb", code=True), Emoji("up", "⬆")))], "[url=https://e.com/x]`a b`⬆[/url]"),
        ([Link("https://e.com/a b[1]", (Text("x"),))], "[url=https://e.com/a%20b%5B1%5D]x[/url]"),
        ([Link("/company/", (Text("x"),))], "[url=/company/]x[/url]"),
        ([Link("//evil.example", (Text("x"),))], "x (//evil.example)"),
        ([Link("http://[::1]/", (Text("x"),))], "x (http://[::1]/)"),
        ([Link("javascript:alert(1)", (Text("x", bold=True),))], "[b]x[/b] (javascript:alert(1))"),
        ([Link("mailto:a@b.c")], "[url=mailto:a@b.c]a@b.c[/url]"),
        ([Link("mailto:a@b.c", (Text("mail a@b.c"),))], "[url=mailto:a@b.c]mail a@b.c[/url]"),
        ([Link("tel:+375 (29) 1", (Text("call"),))], "[url=tel:+375291]call[/url]"),
        ([Link("tel:x")], "x"),
        ([Link("")], "link"),
        ([Mention("user", "U1", "Anna [b]", 10)], f"[user=10]Anna [{JOINER}b][/user]"),
        ([Mention("user", "U1", "@anna")], "@anna"),
        ([Mention("user", "U1", "", 0)], "@U1"),
        ([Mention("group", "S1", "@devs", 3)], "@devs"),
        ([Mention("channel", "C1", "general")], "#general"),
        ([Mention("broadcast", "here")], "@here"),
        ([Mention("user", "")], "@user"),
        ([Emoji("tada", "🎉"), Emoji("party")], "🎉:party:"),
        ([Date(1763456400, "{date}", "Tue")], "Tue"),
        ([Date(1763456400, "{date}")], "2025-11-18 09:00 UTC"),
        ([Date(10**18, "{date}")], "1000000000000000000"),
        ([Date(0, "", "then", HTTP)], "[url=https://e.com/x]then[/url]"),
    ],
)
def test_spans(spans, expected):
    assert paragraph(*spans) == expected


def words(text):
    return (Text(text),)


@pytest.mark.parametrize(
    ("block", "message", "attach"),
    [
        (Heading(words("T")), "[b]T[/b]", "[b]T[/b]"),
        (Heading(words("T"), HTTP), "[url=https://e.com/x][b]T[/b][/url]", "[url=https://e.com/x][b]T[/b][/url]"),
        (Heading(words("T"), "?a=1"), "[b]T[/b] (?a=1)", "[b]T[/b] (?a=1)"),
        (
            Heading((Link("https://i/", words("in")), Mention("user", "U", "A", 7), Link("x:y")), HTTP),
            "[url=https://e.com/x][b]in[/b]@A[b]x:y[/b][/url]",
            "[url=https://e.com/x][b]in[/b]@A[b]x:y[/b][/url]",
        ),
        (Heading((Link("https://i/", (Emoji("x", "✓"), Text("y"))),)), "[url=https://i/]✓[b]y[/b][/url]", None),
        (Code("a [b]\n b"), f"```\na [{JOINER}b]\n b\n```", f"a [{JOINER}b]\n b"),
        (Code("make\n"), "`make`", "make"),
        (Code(" "), "", ""),
        (Quote((Paragraph(words("a\n>>b")), Code("c\nd"))), f"│ a\n│ >{JOINER}>b\n│ c\n│ d", None),
        (Quote((Quote((Paragraph(words("a")),)),)), "│ │ a", "│ │ a"),
        (
            Items(((Paragraph(words("a\nb")), Items(((Paragraph(words("c")),),), ordered=True, start=3)), ())),
            "• a\n    b\n    3. c",
            None,
        ),
        (Items(((Items(((Paragraph(words("deep")),),)),),)), "    • deep", "    • deep"),
        (Items(((Quote((Paragraph(words("q")),)),),)), "• │ q", None),
        (Table(((words("a"), words("b")), (words("c"),)), header=True), "[b]a | b[/b]\nc", None),
        (Table(()), "", ""),
        (Fields((Field(words("t"), words("v")), Field((), words("w")))), "[b]t[/b]: v\nw", None),
        (Image(HTTP + ".png"), "[url=https://e.com/x.png]x.png[/url]", None),
        (Image(""), "image (unavailable)", None),
        (Image("null", "n"), "n (null)", None),
        (File("f"), "f (unavailable)", None),
        (File("", "https://e.com"), "[url=https://e.com]file[/url]", None),
        (Author("A", url=HTTP), "[url=https://e.com/x]A[/url]", None),
        (Author("A"), "A", None),
        (Divider(), "———", None),
        (Unsupported("video", ("a", "b")), "[unsupported: video]\na\nb", None),
        (Unsupported(" "), "[unsupported: block]", None),
        (Card((Paragraph(words("in")),)), "in", None),
    ],
)
def test_blocks(block, message, attach):
    assert render((block,)) == message
    if attach is not None:
        assert render((block,), ATTACH) == attach


def test_a_quote_is_one_of_bitrix24s_own_unless_it_opens_the_message():
    quote, said = Quote((Paragraph(words("a\nb")),)), Paragraph(words("c"))
    assert render((said, quote, said)) == "c\n>>a\n>>b\nc"
    assert render((quote, said, quote)) == "│ a\n│ b\nc\n>>a\n>>b"
