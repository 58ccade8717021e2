"""What the web client draws of a text and of a card (its build of 2025)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.sandbox.portal.seen import card, card_words, drawn, tree

FENCE = "-" * 54
WJ = "\N{WORD JOINER}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/metrics is down", "rics is down"),
        ("/me waves", "waves"),
        ("/media/data", "ia/data"),
        ("/messages 5", "sages 5"),
        ("/loud", ""),
        ("/loudness up", "ess up"),
        ("a /me b", "a /me b"),
        (f"{WJ}/metrics", f"{WJ}/metrics"),
        ("[code]/metrics[/code]", "/metrics"),
        ("well :) done", "well 🙂 done"),
        ("8)", "🙂"),
        (':D\n":("', '🙂\n"🙂"'),
        ("a:) :)b :-)", "a:) :)b 🙂"),
        ("[code]:)[/code]", ":)"),
        (f"{WJ}:)", f"{WJ}:)"),
        ("a[br]b[Br]c\nd", "a\nb\nc\nd"),
        ("[B]x[/b] [i]y[/i]", "x y"),
        ("[ b]x[/b] [b/]", "[ b]x[/b] [b/]"),
        ("[b]open", "[b]open"),
        ("[b]x[i]y[/b]z[/i]", "xyz"),
        ("[nothing]x[/nothing]", "[nothing]x[/nothing]"),
        ("[url]https://a.b[/url]", "https://a.b"),
        ("[url=https://a.b]label[/url]", "label"),
        ("[url=HTTPS://A.B]label[/url]", "label"),
        ("[user=10]Anna[/user] [user=12][/user] [USER=all]x[/USER]", "Anna Bob x"),
        ("[chat=5]room[/chat]", "room"),
        ("[like] [dislike] [rating=2] [rating=9]", "👍 👎 ⭐⭐ [rating=9]"),
        ("a[pch=1]x[/pch]b", "ab"),
        ("[call=+7 123]me[/call]", "me"),
        ("[send=/x]press[/send] [put]y[/put]", "press y"),
        ("[size=20pt]x[/size] [color=#f00]y[/color] [color=red]z[/color]", "x y [color=red]z[/color]"),
        ("[img]https://a.b/c.png[/img]", "[img]https://a.b/c.png[/img]"),
        ("[img size=small]https://a.b/c.png [/img]", "🖼"),
        ("[timestamp=0 format=SHORT_TIME_FORMAT]", "00:00"),
        (">>one\n>>two\nafter", "one\ntwo\nafter"),
        ("a >> b\n[b]>>c[/b]", "a >> b\n>>c"),
        (f"{FENCE}\nquoted\n{FENCE}\nafter", "quoted\nafter"),
        (f"{FENCE[:-1]}\nnot\n{FENCE[:-1]}", f"{FENCE[:-1]}\nnot\n{FENCE[:-1]}"),
        (f"{FENCE}\nalone", f"{FENCE}\nalone"),
        ("<img src=x onerror=alert(1)>&amp;", "<img src=x onerror=alert(1)>&amp;"),
        ("a    b", "a\tb"),
    ],
)
def test_words(text, words):
    assert drawn(text, names={12: "Bob"}) == words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("kill $$", "kill $"),
        ("$$$$", "$$"),
        ('grep "foo$"', 'grep "foo\N{REPLACEMENT CHARACTER}quot;'),
        ("echo $'\\n'", "echo \N{REPLACEMENT CHARACTER}#39;\\n'"),
        ("$&", "\N{REPLACEMENT CHARACTER}amp;"),
        ("a $<b", "a \N{REPLACEMENT CHARACTER}lt;b"),
        ("$HOME $1 $", "$HOME $1 $"),
        (f'grep "foo${WJ}"', f'grep "foo${WJ}"'),
    ],
)
def test_code_is_put_back_as_a_replacement_in_which_dollars_act(code, words):
    assert drawn(f"[code]{code}[/code]") == words
    assert drawn(f"a [CODE]{code}[/CODE] b") == f"a \n{words}\n b"


@given(st.text(max_size=80), st.booleans())
def test_nothing_makes_it_fail(text, in_card):
    drawn(text, card=in_card)


@given(
    st.lists(
        st.sampled_from(["[b]", "[/b]", "[i]", "[/i]", "[code]", "[/code]", "$", "&", "[url]", "[/url]", "/me", "x"])
    )
)
def test_no_order_of_codes_makes_it_fail(parts):
    tree("".join(parts))


def test_markup_that_a_person_wrote_stays_text():
    assert tree("<b>x</b>") == ["<b>x</b>"]
    assert tree('[url=https://a.b/"onclick="x]l[/url]')[0]["href"] == 'https://a.b/"onclick="x'


CARD = {
    "COLOR": "#123456",
    "BLOCKS": [
        {"MESSAGE": "/media [b]full[/b]"},
        {"GRID": [{"DISPLAY": "ROW", "NAME": "[b]n[/b]", "VALUE": "/loudness"}, {"DISPLAY": "TABLE", "NAME": "t"}]},
        {"LINK": [{"LINK": "https://a.b", "DESC": "[i]d[/i]"}]},
        {"USER": [{"NAME": "/me"}]},
        {"FILE": [{"LINK": "/a", "NAME": "a.txt"}]},
        {"IMAGE": [{"LINK": "/a.png"}]},
        {"DELIMITER": {"SIZE": 200}},
    ],
}


def test_names_on_a_card_are_plain_texts_go_through_the_parser_and_tables_are_not_drawn():
    assert card_words(CARD) == "ia full\n[b]n[/b]\ness\nhttps://a.b\nd\n/me\na.txt"
    assert card(CARD)["BLOCKS"][1]["GRID"][0]["NAME"] == "[b]n[/b]"
    assert card(None) is None
    assert card_words(None) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[url]https://a.b/c.png[/url]", "🖼"),
        ("[url=https://a.b]https://a.b/c.JPG[/url]", "🖼"),
        ("[url=https://a.b]/x/c.gif?1[/url]", "🖼"),
        ("[url=https://a.b]c.png[/url]", "c.png"),
        ("[url=https://a.b/c.png]label[/url]", "label"),
        ("https://a.b/c.png", "https://a.b/c.png"),
    ],
)
def test_a_link_whose_label_is_the_address_of_a_picture_is_drawn_as_the_picture_on_cards(text, words):
    assert drawn(text, card=True) == words
    assert "🖼" not in drawn(text)
