"""What people and programs wrote can't act at Bitrix24, and is changed nowhere else.

The rules are those of Bitrix24 server source, main 26.150, 2026-03, and of its web client. "|" stands for the invisible
sign (U+2060).
"""

from __future__ import annotations

import json

import pytest

from slack_bitrix24.document import Card, Code, Document, Field, Fields, Heading, Image, Link, Paragraph, Text
from slack_bitrix24.render import guard
from slack_bitrix24.render.attach import compose
from slack_bitrix24.render.bbcode import render
from slack_bitrix24.render.dialect import ATTACH, BOT

J = guard.JOINER


def signs(text):
    return text.replace("|", J)


def say(text, **styles):
    return Paragraph((Text(text, **styles),))


UNTOUCHED = [
    "a < b", "x <5% y", "a<b then", "vector<int>", "<x>", "<p>text</p>", "<strong>", "<Foo>", "1 << 3",
    "[Disk full]", "[FIRING:1]", "a[0]", "[ b ]", "[bold]", "[x]", "[user]", "[size]", "[date]",
    "&copy;", "&#38;", "&lt", "Q&A", "&LT;", "$result[a]", "$$", "$&",
    "#BR", "BR#", "#1", "##", "###", "-" * 53, "-----", "------ x ------", "(c)", "(x)", "(CR)",
    "8) ok".replace("8)", "18)"), "x:)", ":)x", ":smile:", "10:30", "http://x", ":12345678", "C:\\new\\table",
    "the /me", "a/loud", "a >> b", "PHPSESSID", "/m", "x 8)y",
]  # fmt: skip


@pytest.mark.parametrize("text", UNTOUCHED)
def test_message_is_changed_only_where_it_would_act(text):
    assert render((say(text),)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[b]x[/b]", "[|b]x[|/b]"),
        ("[I]x", "[|I]x"),
        ("[/S]", "[|/S]"),
        ("[url]x[/url]", "[|url]x[|/url]"),
        ("[url=http://x]y", "[|url=http://x]y"),
        ("[like] [dislike]", "[|like] [|dislike]"),
        ("[rating=5]", "[|rating=5]"),
        ("[pch=1]x[/pch]", "[|pch=1]x[/pch]"),
        ("[br] [BR]", "[|br] [|BR]"),
        ("[size=20]x[/size]", "[|size=20]x[/size]"),
        ("[color=#fff]x", "[|color=#fff]x"),
        ("[user=all]x[/user]", "[|user=all]x[|/user]"),
        ("[chat=5]x", "[|chat=5]x"),
        ("[call=+1]x", "[|call=+1]x"),
        ("[code]x[/code]", "[|code]x[|/code]"),
        ("[img size=small]", "[|img size=small]"),
        ("[disk=3] [icon=x] [context=1]", "[|disk=3] [|icon=x] [|context=1]"),
        ("[send=/x] [put]y", "[|send=/x] [|put]y"),
        ("[timestamp=1 format=X]", "[|timestamp=1 format=X]"),
        ('<div class="x">hi</div>', '<|div class="x">hi<|/div>'),
        ("<b>x</b>", "<|b>x<|/b>"),
        ("vector<i>", "vector<|i>"),
        ("<S>", "<|S>"),
        ('<a href="x">y</a>', '<|a href="x">y<|/a>'),
        ("<br><br/><br />", "<|br><|br/><|br />"),
        ("<hr>", "<|hr>"),
        ("<span style='color:red'>x</span>", "<|span style='color:red'>x<|/span>"),
        ("<font size=3>x</font>", "<|font size=3>x<|/font>"),
        ("<u>x</u> <I>", "<|u>x<|/u> <|I>"),
        ("&lt;p&gt;", "&|lt;p&|gt;"),
        ("&amp;lt; &quot; &nbsp; &#39;", "&|amp;lt; &|quot; &|nbsp; &|#39;"),
        ("#BR#", "#|BR#"),
        ("#### title ####", "###|# title ###|#"),
        ("#" * 7, "###|###|#"),
        ("(C) (TM) (R) (Tm)", "(|C) (|TM) (|R) (|Tm)"),
        (":f09f9880:", ":|f09f9880:"),
        (f"PHPSESSID={'a' * 32}", f"PHPSESSID|={'a' * 32}"),
        ("-" * 54, "-" * 53 + "|-"),
        (":) x", "|:) x"),
        ("x 8)", "x |8)"),
        ("x ;-) y :-( :D", "x |;-) y |:-( |:D"),
        ('":)" :/ :-|', '"|:)" |:/ |:-|'),
        ("x :idea: :!: :{}", "x |:idea: |:!: |:{}"),
        ("/metrics is down", "|/metrics is down"),
        ("/me", "|/me"),
        ("/media/data", "|/media/data"),
        ("/loudness", "|/loudness"),
        ("  /memory", "  |/memory"),
        ("/melt", "|/melt"),
        (">> x", ">|> x"),
        ("a\n>>b\n:)", "a\n>|>b\n|:)"),
    ],
)  # fmt: skip
def test_in_message_nothing_acts(text, expected):
    expected = expected.replace(":-|", ":-\x00").replace("|", J).replace("\x00", "|")
    assert render((say(text),)) == expected
    assert guard.restored(expected) == text


@pytest.mark.parametrize(
    "text",
    [
        '<div class="x">hi</div>',
        "[br] #BR#",
        "a[i] = b[u]",
        "&lt;p&gt;",
        "[pch=1]x[/pch]",
        "/metrics",
        "x 8) y",
        "####",
    ],
)
def test_code_is_guarded_like_any_text(text):
    inline, several = render((say(text, code=True),)), render((Code(f"{text}\n{text}"),))
    assert guard.restored(inline) == f"`{text}`"
    assert guard.restored(several) == f"```\n{text}\n{text}\n```"
    assert several.split("\n")[1] == render((say(f"x\n{text}"),)).split("\n")[1]


@pytest.mark.parametrize("code", ['grep "foo$"', "kill $$", "$'\\n'", "$&", "echo $`x", "a$<b", "s/$/x/"])
def test_a_dollar_in_code_stays(code):
    """Within [code] the web client would take these for places of its own: no [code] is written."""
    made = compose(Document((Paragraph((Text("run "), Text(code, code=True))), Code(code + "\n" + code))))
    assert made.message == f"run `{code}`\n```\n{code}\n{code}\n```"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("path C:\\temp\\", "path C:\\|temp\\"),
        ("C:\\new\\table", "C:\\|new\\|table"),
        ("\\\\server\\share", "\\|\\server\\share"),
        ('say \\"hi\\"', 'say \\|"hi\\|"'),
        ("\\d+\\.\\d+\\n", "\\d+\\.\\d+\\|n"),
        ("a&nbsp;b &NBSP; &nbsp", "a&|nbsp;b &NBSP; &nbsp"),
        ("C:\\", "C:\\"),
        ("\\\\\\", "\\|\\|\\"),
        ("[b]x", "[|b]x"),
        ("#BR#", "#|BR#"),
        ("#####", "###|##"),
        ("x :)", "x |:)"),
        ("/media/data", "|/media/data"),
        ("/loudspeaker", "|/loudspeaker"),
        ("-" * 54, "-" * 53 + "|-"),
        (
            "<div>x</div> &lt; (C)",
            "<|div>x<|/div> &lt; (C)",
        ),  # whether HTML acts in ATTACH is not known; entities do not
    ],
)
def test_in_attach_nothing_acts(text, expected):
    assert render((say(text),), ATTACH) == signs(expected)
    value = compose(Document((say("x"), Fields((Field((Text("t"),), (Text(text),)),))))).attach
    assert json.loads(value)["BLOCKS"][0]["GRID"][0]["VALUE"] == signs(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # an entity: it is drawn, pushed and mailed as "<"
        ("load <5% on a", "load &lt;5% on a"),
        ("a<b then c", "a&lt;b then c"),
        ("<div class=x>hi</div>", "&lt;div class=x>hi&lt;/div>"),
        ("<!-- x", "&lt;!-- x"),
        ("x <", "x &lt;"),
        ("&lt;p&gt;", "&|lt;p&|gt;"),
        # the mail is made of the same text
        ("[Disk full] on db-3", "[|Disk full] on db-3"),
        ("[Code review] [List of x] [*] [center]", "[|Code review] [|List of x] [|*] [|center]"),
        ("[disk=5]", "[|disk=5]"),
        # commands of other bots
        ("/ack 1", "|/ack 1"),
        ("  /start", "  |/start"),
        ("a\n/var/log", "a\n|/var/log"),
        ("/metrics is down", "|/metrics is down"),
        ("#### (C) :)", "###|# (|C) |:)"),
        ("hm :)<", "hm |:)&lt;"),
        ("grr >:-<", "grr |>:-&lt;"),
    ],
)
def test_in_a_bots_message_nothing_acts(text, expected):
    """It has no copy for the mail; HTML is not read in it. Bitrix24 server source, main 26.250 (2026-04)."""
    assert render((say(text),), BOT) == signs(expected)


@pytest.mark.parametrize(
    "text",
    ["a < b", "1 << 3", "1 > 0", "a[0]", "[FIRING:1]", "see /var/log", "// x", "/", "$& $$", "C:\\new", "-----", "x:)"],
)
def test_a_bots_message_is_changed_only_where_it_would_act(text):
    expected = text.replace("<< ", "&lt;< ")
    assert render((say(text),), BOT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a<b\nand  more", "a< b and more"),
        ("[Disk full] x", "[|Disk full] x"),
        ("C:\\new", "C:\\|new"),
        ("x <", "x < |"),
        ("1 < 2", "1 < 2"),
        ("word " * 9, "word word word word…"),
    ],
)
def test_what_push_and_mail_show_of_a_card_is_one_line_that_no_sign_ends(text, expected):
    assert guard.described(text, 20) == signs(expected)


@pytest.mark.parametrize(
    "name", ["[b]x[/b]", "------", "/media", ":)", ">>x", "<b>", "&lt;", "#BR#", "####", "$totals[3]"]
)
def test_names_are_drawn_as_they_are(name):
    blocks = json.loads(
        compose(
            Document(
                (
                    say("x"),
                    Image("https://e.com/a", name),
                    Fields((Field((Text(name),), (Text("v"),)),)),
                    Card((Heading((Text(name),), "https://e.com"),)),
                )
            )
        ).attach
    )["BLOCKS"]
    assert blocks[0]["IMAGE"][0]["NAME"] == blocks[1]["GRID"][0]["NAME"] == blocks[3]["LINK"]["NAME"] == name


@pytest.mark.parametrize("name", ["C:\\new", "\\\\server", '\\"x\\"', "a\\tb", "\\n"])
def test_backslashes_of_names_are_kept_too(name):
    assert guard.restored(guard.name(name)) == name
    assert not any(pair in guard.name(name) for pair in ("\\n", "\\t", '\\"', "\\\\"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("load <5% on a", "load &lt;5% on a"),
        ("if a<b then c", "if a&lt;b then c"),
        ("<div>x</div>", "&lt;div>x&lt;/div>"),
        ("ends in <", "ends in &lt;"),
        ("List<String>", "List&lt;String>"),
        ("<!-- x", "&lt;!-- x"),
        ("a < b", "a < b"),
        ("a <\n b", "a <\n b"),
        ("&lt;p&gt;", "&|lt;p&|gt;"),
        ("[Disk full] on db-3", "[|Disk full] on db-3"),
        ("[Code review]", "[|Code review]"),
        ("[List of x]", "[|List of x]"),
        ("[Color] [fonts] [Size 5]", "[|Color] [|fonts] [|Size 5]"),
        ("[left over] [right] [center]", "[|left over] [|right] [|center]"),
        ("[quote] [tables] [cutover] [*]", "[|quote] [|tables] [|cutover] [|*]"),
        ("[img]x[/img] [document]", "[|img]x[|/img] [|document]"),
        ("[/list]", "[|/list]"),
        ("[url=http://x]y", "[|url=http://x]y"),
        ("[rating=3] [pch]", "[|rating=3] [|pch]"),
        ("[User 5] [project x] [department] [video] [url x]", "[User 5] [project x] [department] [video] [url x]"),
        ("#BR#", "#|BR#"),
        ("#SKIP#", "#|SKIP#"),
        ("x #SKIP#", "x #SKIP#"),
        ("[FIRING:1] a[0] #### (C) :) /me", "[FIRING:1] a[0] #### (C) :) /me"),
    ],
)
def test_the_mail_copy_keeps_every_word(text, expected):
    assert compose(Document((say(text),))).message_out == signs(expected)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://EXAMPLE.COM/a.png", "https://EXAMPLE.COM/a.png"),
        ("Http://e.com", "http://e.com"),
        ("MAILTO:a@b.c", "mailto:a@b.c"),
        ("mailto:a@b.c?subject=x y", "mailto:a@b.c?subject=x%20y"),
        ("tel:+375 (29) 1", "tel:+375291"),
        ("ftp://e.com/x", "ftp://e.com/x"),
        ("skype:anna?call", "skype:anna?call"),
        ("viber://chat", "viber://chat"),
        ("callto:123", "callto:123"),
        ("file://host/x", ""),
        ("javascript:alert(1)", ""),
        ("https://e.com/a#BR#", "https://e.com/a#BR%23"),
        ("https://e.com/####", "https://e.com/#%23%23%23"),
        ("https://e.com/?a&lt;b", "https://e.com/?a&lt%3Bb"),
        ("https://e.com/(C)", "https://e.com/%28C)"),
        ("https://e.com/a\\nb", "https://e.com/a%5Cnb"),
        ("https://e.com/" + "-" * 55, "https://e.com/" + "-" * 53 + "%2D%2D"),
        ("https://e.com/------", "https://e.com/------"),
    ],
)
def test_addresses_are_links_where_one_is_possible_and_nothing_acts_in_them(url, expected):
    made = render((Paragraph((Link(url, (Text("x"),)),)),))
    assert made == (f"[url={expected}]x[/url]" if expected else f"x ({url})")


@pytest.mark.parametrize(
    "end",
    [
        Text("make all", code=True), Text("no", strike=True), Text("yes", bold=True),
        Link("https://x.y", (Text("here"),)),
        Text("x", italic=True), Text("u", underline=True),
    ],
)  # fmt: skip
def test_a_title_keeps_the_text_below_it_whatever_ends_it(end):
    """A short text without formatting may stand as the link's description: nothing else may."""
    card = Card((Heading((Text("T"),), "https://e.com"), Paragraph((Text("run this: "), end))))
    _, text, *_ = json.loads(compose(Document((say("lead"), card))).attach)["BLOCKS"]
    assert text == {"MESSAGE": render((Paragraph((Text("run this: "), end)),), ATTACH)}


@pytest.mark.parametrize("end", ["a.png", "a.JPG", "b.jpeg?x=1", "c.gif", "d.webp", "e.bmp"])
def test_a_link_in_attach_stays_words_where_its_label_is_the_address_of_a_picture(end):
    link = Paragraph((Link(f"https://e.com/{end}"),))
    assert render((link,)) == f"[url=https://e.com/{end}]https://e.com/{end}[/url]"
    assert render((link,), ATTACH) == f"[url=https://e.com/{end}]https://e.com/{end}{J}[/url]"
