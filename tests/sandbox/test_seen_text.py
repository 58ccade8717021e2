"""What a text becomes when it is stored and given out again. Bitrix24 server source, main 26.150 (2026-03)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.sandbox.portal.seen import delivered, stored
from slack_bitrix24.sandbox.portal.seen.text import COLUMN, column, resembles_marker


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  text \n", "text"),
        ("a[br]b[BR]c[Br]d", "a\nb\nc[Br]d"),
        ("a#BR#b", "a\nb"),
        ("[code]a[br]b[/code]", "[code]a\nb[/code]"),
        ("<b>x</b> <I>y</I> <u>z</u> <s>w</s>", "[b]x[/b] [i]y[/i] [u]z[/u] [s]w[/s]"),
        ("[code]<b>x</b>[/code]", "[code][b]x[/b][/code]"),
        ('<div class="x">hi</div>', "hi"),
        ("<span>hi</span>", "hi"),
        ('<span style="color:#f00">red</span>', "red"),
        ('<a href="https://example.com/?a=1">docs</a>', "[url=https://example.com/?a=1]docs[/url]"),
        ("<font color=#ff0000>red</font>", "[color=#ff0000]red[/color]"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("a<hr>b<hr/>c", "a------b<hr/>c"),
        ("a&nbsp;b", "a b"),
        ("<p>x</p> a < b <x> lone <b>", "<p>x</p> a < b <x> lone <b>"),
        ("vector<i>, vector<s>", "vector<i>, vector<s>"),
    ],
)
def test_storing(written, kept):
    assert stored(written) == kept


@pytest.mark.parametrize(("length", "cut"), [(20_000, False), (20_006, False), (20_007, True), (40_000, True)])
def test_a_long_text_is_cut_by_code_points(length, cut):
    assert stored("ж" * length) == ("ж" * 20_000 + " (...)" if cut else "ж" * length)


def test_the_column_takes_bytes_and_ten_of_them_for_each_letter_beyond_the_bmp():
    assert column("aж🔥") == 1 + 2 + 10
    assert column(stored("🔥" * 10_000)) <= COLUMN
    assert len(stored("🔥" * 6_553)) == 6_553


@pytest.mark.parametrize(
    ("kept", "given_out"),
    [
        ("see https://example.com/a, now", "see [URL]https://example.com/a[/URL], now"),
        ("(www.example.com)", "([URL=http://www.example.com]www.example.com[/URL])"),
        ("ftp://a.b skype://c", "[URL]ftp://a.b[/URL] [URL]skype://c[/URL]"),
        ("[url=https://a.b]https://c.d[/url]", "[url=https://a.b]https://c.d[/url]"),
        ("[url]https://a.b[/url]", "[url]https://a.b[/url]"),
        ("[url=https://a.b/it's[1]]x[/url]", "[url=https://a.b/it%27s%5B1%5D]x[/url]"),
        ("(C) (TM) (R) (c) (X)", "(c) (tm) (r) (c) (X)"),
        ("&lt;p&gt; &amp;amp; &quot;&#39;&nbsp;|", "<p> &amp; \"' |"),
        ("&copy; &#38; &hellip;", "&copy; &#38; &hellip;"),
        ("a\N{NO-BREAK SPACE}b", "a b"),
        (":f09f9880: :zzzzzzzz: :ffffffff:", "😀 :zzzzzzzz: :ffffffff:"),
        ("[code]&lt; https://a.b (C)[/code] &lt;", "[code]&lt; https://a.b (C)[/code] <"),
        ("[put=/x &lt;]&lt;[/put]", "[put=/x &lt;]&lt;[/put]"),
        ("user@www.example.com", "user@www.example.com"),
    ],
)
def test_giving_out(kept, given_out):
    assert delivered(kept) == given_out


@given(st.text(st.characters(exclude_characters="<[#:&(\N{NO-BREAK SPACE}/", codec="utf-8"), max_size=200))
def test_a_text_without_anything_special_stays_as_it_is(text):
    assert delivered(stored(text)) in (text.strip(" \t\n\r\0\v"), delivered(text))
    assert delivered(stored("x" + text + "x")) == "x" + text + "x" or "www." in text


@pytest.mark.parametrize(
    ("text", "found"),
    [("### title", False), ("#1 #2 #3", False), ("", False), ("#### title ####", True), ("a#####", True)],
)
def test_a_text_that_resembles_the_server_s_own_markers_is_told(text, found):
    assert resembles_marker(text) is found
