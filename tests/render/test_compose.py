"""A document becomes MESSAGE and ATTACH: what goes where, colours, cutting; whatever comes in, Bitrix24 takes it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import documents, texts
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.bitrix24.size import counted
from slack_bitrix24.document import (
    Author,
    Card,
    Code,
    Divider,
    Document,
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
from slack_bitrix24.render.attach import MESSAGE_LIMIT, PLAIN, compose
from slack_bitrix24.render.bbcode import render
from slack_bitrix24.render.colors import leading, token
from slack_bitrix24.render.guard import JOINER

HTTP = "https://e.com/x"
BACK = ("Open in Slack", "https://slack.example/p1")
BACK_BLOCK = {"LINK": {"NAME": "Open in Slack", "LINK": "https://slack.example/p1"}}


def words(text):
    return (Text(text),)


def say(text):
    return Paragraph(words(text))


def made(*blocks, **options):
    composed = compose(Document(blocks), **options)
    return composed.message, json.loads(composed.attach)["BLOCKS"] if composed.attach else []


@settings(max_examples=25, deadline=None)
@given(
    documents, st.sampled_from([None, BACK, ("", "mailto:a@b.c"), ("[b]", HTTP)]), st.sampled_from([300, 900, 60_000])
)
def test_whatever_comes_in_bitrix24_takes_it(document, link, limit):
    composed = compose(document, link=link, limit=limit)
    if composed.attach:
        assert counted(check(composed.attach, limit=limit)) <= limit
    assert len(composed.message) <= MESSAGE_LIMIT
    if render(document.blocks).strip("—│>•.0123456789 \n"):  # more than empty quotes, items and lines across
        assert composed.message.strip()
    if re.search(r"\w", composed.message_out):  # a word, or an address
        assert composed.message.strip()


@settings(max_examples=50, deadline=None)
@given(st.lists(texts, min_size=1, max_size=40), st.integers(200, 600))
def test_cutting_tears_no_code(several, limit):
    blocks = tuple(say(text * 20) for text in several)
    composed = compose(Document((Divider(), *blocks)), limit=limit)
    if composed.attach:
        assert counted(check(composed.attach)) <= limit


def test_text_alone_needs_no_attach():
    assert made(say("a"), Heading(words("H")), Code("c")) == ("a\n[b]H[/b]\n`c`", [])
    assert made() == ("", [])
    assert compose(Document((say("x"),))).attach == ""


def test_the_link_back_ends_attach_or_else_message():
    assert made(say("a"), link=BACK) == ("a\n[url=https://slack.example/p1]Open in Slack[/url]", [])
    assert made(say("a"), File("f", HTTP), link=BACK)[1][-1] == BACK_BLOCK
    message, blocks = made(say("a"), File("f", HTTP), link=("mail", "mailto:a@b.c"))
    assert (message, len(blocks)) == ("a\n[url=mailto:a@b.c]mail[/url]", 1)


def test_message_out_is_plain_and_neutral():
    out = compose(Document((say("[b]x"), Card((say("in"),)))), link=BACK).message_out
    assert out == f"[{JOINER}b]x\nin\nOpen in Slack (https://slack.example/p1)"


TITLE = Heading(words("T"), HTTP)
LINKED = "[url=https://e.com/x][b]T[/b][/url]"


@pytest.mark.parametrize(
    ("blocks", "message", "below"),
    [
        ([Card((TITLE, say("text")))], LINKED, [{"MESSAGE": "text"}]),
        ([Card((Author("A"), say("one\ntwo")))], "one\ntwo", [{"USER": {"NAME": "A"}}]),
        ([Card((TITLE,))], LINKED, []),
        ([Card((say("t"),), "#d00000")], "t", [{"DELIMITER": {"SIZE": 200, "COLOR": "#d00000"}}]),
        ([say(" "), Card((say("t"),))], "t", []),
        (
            [Card((TITLE, say("a"))), Card((TITLE, Code("b")), "#36a64f")],
            LINKED,
            [
                {"LINK": {"NAME": "T", "LINK": HTTP, "DESC": "a"}},
                {"DELIMITER": {"SIZE": 200, "COLOR": "#36a64f"}},
                {"LINK": {"NAME": "T", "LINK": HTTP}},
                {"MESSAGE": "b"},
            ],
        ),
        (
            [Card((say("a"), Card((Divider(), say("in"), Divider())), say("b")))],
            "a",
            [{"MESSAGE": "in"}, {"DELIMITER": {"SIZE": 200, "COLOR": "#c6c6c6"}}, {"MESSAGE": "b"}],
        ),
        ([Divider()], "", []),
        (
            [Fields((Field((), ()), Field(words("Host"), words("db"))))],
            "Host: db",
            [{"GRID": [{"DISPLAY": "BLOCK", "NAME": "Host", "VALUE": "db"}]}],
        ),
        (
            [Table(((words("h"), words("i")), (words("a"), words("b"))), header=True)],
            "a | b",
            [{"GRID": [
                {"DISPLAY": "ROW", "NAME": "h", "VALUE": "[b]i[/b]"},
                {"DISPLAY": "ROW", "NAME": "a", "VALUE": "b"},
            ]}],
        ),
        ([Unsupported("video", ("v",))], "[unsupported: video] v", [{"MESSAGE": "[unsupported: video]\nv"}]),
        (
            [Author("A", url=HTTP), Image("null")],
            "A",
            [{"USER": {"NAME": "A", "LINK": HTTP}}, {"MESSAGE": "image (null)"}],
        ),
        ([File("f")], "f", [{"MESSAGE": "f (unavailable)"}]),
        (
            [Quote((say("q"), Image(HTTP), Heading(words("h")), Code("c")))],
            "q",
            [
                {"MESSAGE": "│ q"},
                {"IMAGE": [{"NAME": "x", "LINK": HTTP, "PREVIEW": HTTP}]},
                {"MESSAGE": "│ [b]h[/b]\n│ c"},
            ],
        ),
        ([Quote((Card((Code("c"),)),))], "c", [{"MESSAGE": "c"}]),
        ([Items(((Image(""),), (File("f"),)))], "image", [{"MESSAGE": "• image (unavailable)\n• f (unavailable)"}]),
        ([Items(((Card((Author("A"),)),),))], "A", [{"MESSAGE": "• A"}]),
    ],
)  # fmt: skip
def test_the_essential_stands_in_message_and_is_not_said_twice(blocks, message, below):
    assert made(*blocks) == (message, below)


@pytest.mark.parametrize(
    ("block", "below"),
    [
        (
            Fields((
                Field(words("a"), words("1"), short=True),
                Field(words("b"), words("2"), short=True),
                Field((Link(HTTP, words("c")),), words("3\n4"), short=True),
                Field((), words("5")),
            )),
            [
                {"GRID": [
                    {"DISPLAY": "LINE", "NAME": "a", "VALUE": "1", "WIDTH": 150},
                    {"DISPLAY": "LINE", "NAME": "b", "VALUE": "2", "WIDTH": 150},
                ]},
                {"GRID": [
                    {"DISPLAY": "BLOCK", "NAME": "c", "VALUE": "3\n4", "LINK": HTTP},
                    {"DISPLAY": "BLOCK", "VALUE": "5"},
                ]},
            ],
        ),
        (
            Fields((Field(words("a"), words("x" * 4000)), Field(words("b"), words("1")))),
            [{"MESSAGE": "[b]a[/b]: " + "x" * 4000}, {"GRID": [{"DISPLAY": "BLOCK", "NAME": "b", "VALUE": "1"}]}],
        ),
        (
            Table((
                (words("Host"), words("CPU"), ()),
                (words("db"), (Text("9", bold=True),), words("note"), words("extra")),
                ((), words("7")),
                ((), (), ()),
            ), header=True),
            [{"GRID": [
                {"DISPLAY": "ROW", "NAME": "Host: db", "VALUE": "[b]CPU:[/b] [b]9[/b]\nnote\nextra"},
                {"DISPLAY": "ROW", "VALUE": "[b]CPU:[/b] 7"},
            ]}],
        ),
        (
            Table(((words("a"), words("b"), words("c")), ())),
            [{"GRID": [{"DISPLAY": "ROW", "NAME": "a", "VALUE": "b | c"}]}],
        ),
        (Table(((words("a"),), (words("b"),))), [{"MESSAGE": "a\nb"}]),
        (Table(((words("a"), words("b" * 4000)),)), [{"MESSAGE": "a | " + "b" * 4000}]),
        (
            Image(HTTP + ".png", "[b]", 8, 6, "/p.png"),
            [{"IMAGE": [
                {"NAME": "[b]", "LINK": HTTP + ".png", "PREVIEW": "/p.png", "WIDTH": 8, "HEIGHT": 6},
            ]}],
        ),
        (File("", HTTP, 5), [{"FILE": [{"NAME": "x", "LINK": HTTP, "SIZE": 5}]}]),
        (File("f", "slack://x"), [{"MESSAGE": "f (slack://x)"}]),
        (Author("", HTTP, HTTP), [{"USER": {"NAME": HTTP, "AVATAR": HTTP, "LINK": HTTP}}]),
        (Author("A", url="?x"), [{"USER": {"NAME": "A (?x)"}}]),
        (Author("", HTTP), []),
        (Unsupported("video"), [{"MESSAGE": "[unsupported: video]"}]),
    ],
)  # fmt: skip
def test_blocks_of_attach(block, below):
    message, blocks = made(say("lead"), block)
    assert message == "lead"
    assert blocks == below


def test_neighbours_of_one_kind_share_a_block():
    image, file = Image(HTTP), File("f", HTTP)
    _, blocks = made(say("x"), image, image, file, file, image, Divider(), Divider(), image)
    assert [(kind, len(value)) for block in blocks for kind, value in block.items()] == [
        ("IMAGE", 2), ("FILE", 2), ("IMAGE", 1), ("DELIMITER", 2), ("IMAGE", 1),
    ]  # fmt: skip
    _, blocks = made(say("x"), *[image] * 120)
    assert [len(block["IMAGE"]) for block in blocks] == [50, 50, 20]


@pytest.mark.parametrize(
    ("spans", "description"),
    [
        (words("plain [b]"), f"plain [{JOINER}b]"),
        ((Text("bold", bold=True),), None),
        ((Emoji("x", "✓"),), None),
        (words("two\nlines"), None),
        (words("x" * 201), None),
    ],
)
def test_a_short_plain_text_describes_the_title_above_it(spans, description):
    _, blocks = made(say("lead"), Card((TITLE, Paragraph(spans))))
    assert blocks[0]["LINK"].get("DESC") == description
    assert len(blocks) == (1 if description else 2)


@pytest.mark.parametrize(
    ("color", "expected"),
    [
        ("#d00000", "alert"), ("#A30200", "alert"), ("#e01e5a", "alert"), ("#daa038", "primary"),
        ("#36a64f", "primary"),
        ("#439fe0", "primary"), ("#dddddd", "secondary"), ("#000000", "secondary"), ("", "base"), ("good", "base"),
    ],
)  # fmt: skip
def test_tokens(color, expected):
    assert token(color) == expected


@pytest.mark.parametrize(
    ("colors", "expected"),
    [
        (["#36a64f", "#d00000", "#ff0000"], "#d00000"),
        (["#36a64f", "#daa038"], "#daa038"),
        (["#439fe0", "#36a64f"], "#439fe0"),
        (["#dddddd", "", "x"], "#dddddd"),
        ([], ""),
    ],
)
def test_the_most_alarming_colour_wins(colors, expected):
    assert leading(colors) == expected
    cards = [Card((say("t"), Author("A")), color) for color in colors]
    full = json.loads(compose(Document((say("x"), *cards))).attach or "{}")
    assert full.get("COLOR", "") == expected


def test_an_attachment_without_a_colour_has_a_grey_bar():
    """A portal draws one of any colour where none is named: Bitrix24 server source, main 26.150, 2026-03."""
    for colors in ([], [""], ["good"]):
        cards = [Card((say("t"), Author("A")), color) for color in colors] or [Author("A")]
        assert json.loads(compose(Document((say("x"), *cards))).attach)["COLOR"] == PLAIN


def test_a_long_message_goes_on_in_attach():
    text = "\n".join(["word " * 20] * 300)
    composed = compose(Document((say("first"), say(text), Code("last"))), link=BACK)
    blocks = check(composed.attach)["BLOCKS"]
    assert composed.message.startswith("first\nword")
    assert composed.message.endswith("word \n…")
    assert MESSAGE_LIMIT - 300 < len(composed.message) <= MESSAGE_LIMIT
    assert blocks[1:] == [{"MESSAGE": "last"}, BACK_BLOCK]
    assert composed.message.count("word") + blocks[0]["MESSAGE"].count("word") == 6000


@pytest.mark.parametrize("size", [19_998, 19_999, 20_000, 20_001, 60_000, 200_000])
def test_message_counts_utf16_and_stays_within_its_limit(size):
    composed = compose(Document((say("🎉" * (size // 2)),)))
    assert len(composed.message.encode("utf-16-le")) // 2 <= MESSAGE_LIMIT
    assert not composed.attach or check(composed.attach)


def cut(*blocks, limit, link=None):
    composed = compose(Document((say("lead"), *blocks)), limit=limit, link=link)
    full = check(composed.attach, limit=limit)
    return full["BLOCKS"], limit - counted(full)


def test_attach_is_cut_at_a_block_with_a_note():
    blocks, spare = cut(
        Divider(), *[block for _ in range(100) for block in (say("x" * 500), Divider())], limit=5000, link=BACK
    )
    assert blocks[-2:] == [{"MESSAGE": "… cut: 92 more blocks, see the original"}, BACK_BLOCK]
    assert [list(block) for block in blocks[-4:-1]] == [["DELIMITER"], ["MESSAGE"], ["MESSAGE"]]
    assert 0 <= spare < 600


def test_one_more_block_is_one():
    blocks, _ = cut(Divider(), say("x" * 1500), Author("y" * 190), say("z" * 400), limit=2000)
    assert blocks[-1] == {"MESSAGE": "… cut: 1 more block"}


def test_a_large_block_is_cut_inside_at_a_line():
    blocks, spare = cut(Divider(), say("\n".join(["line of text"] * 2500)), limit=30_000)
    assert blocks[-1] == {"MESSAGE": "… shortened"}
    assert blocks[0]["MESSAGE"].endswith("\nline of text")
    assert 0 <= spare < 100


def test_a_large_grid_loses_its_last_cells():
    rows = tuple((words(f"row {number}"), words("y" * 60)) for number in range(50))
    blocks, spare = cut(Table(rows), limit=3000)
    assert blocks[0]["GRID"][0]["NAME"] == "row 0"
    assert 0 <= spare < 150
    assert blocks[1] == {"MESSAGE": "… shortened"}


def test_what_can_not_be_divided_is_left_out():
    link = Link("https://e.com/" + "x" * 5000, words("x"))
    blocks, _ = cut(Divider(), Paragraph((link, Mention("user", "U", "A"))), say("b"), limit=2000)
    assert blocks == [{"MESSAGE": "… cut: 2 more blocks"}]
    blocks, _ = cut(Author("A", url="https://e.com/" + "x" * 5000), limit=2000)
    assert blocks == [{"MESSAGE": "… cut: 1 more block"}]
    blocks, _ = cut(Image("https://e.com/" + "x" * 5000), limit=2000)
    assert blocks == [{"MESSAGE": "… cut: 1 more block"}]


def test_where_not_even_a_note_fits_there_is_no_attach():
    composed = compose(Document((say("lead"), File("f", HTTP))), limit=50, link=BACK)
    assert composed.attach == ""
    assert composed.message == "lead\n…\n[url=https://slack.example/p1]Open in Slack[/url]"


def test_a_link_back_too_long_for_attach_stands_in_message():
    far = ("Open", "https://slack.example/" + "x" * 2000)
    authors = [Author("А" * 200) for _ in range(6)]
    message, blocks = made(say("lead"), File("f", HTTP), *authors, limit=1500, link=far)
    assert [next(iter(block)) for block in blocks] == ["FILE", "USER", "USER", "USER", "MESSAGE"]
    assert blocks[-1] == {"MESSAGE": "… cut: 3 more blocks"}
    assert message == f"lead\n[url={far[1]}]Open[/url]"


NOTHING = Fields((Field((), ()),))


WRAPS = [lambda *b: (Quote(b),), lambda *b: (Items((b,)),), lambda *b: (Card(b),), lambda *b: b]


@pytest.mark.parametrize("wrap", WRAPS, ids=["quote", "items", "card", "bare"])
@pytest.mark.parametrize(
    "said",
    [
        Heading((), HTTP),
        Heading(words(" "), HTTP),
        Paragraph((Link(HTTP),)),
        Paragraph((Link(HTTP, (Text(" "),)),)),
        Image(HTTP),
        File("", HTTP),
        Author("", url=HTTP),
        Fields((Field((), (Link(HTTP),)),)),
        Table((((Link(HTTP),),),)),
        Quote((NOTHING, Heading((), HTTP))),
        Code("x"),
    ],
    ids=repr,
)
def test_beside_what_is_empty_an_address_alone_is_a_message(said, wrap):
    for blocks in (wrap(NOTHING, said), (Quote((NOTHING,)), *wrap(said)), (Divider(), *wrap(NOTHING, said))):
        assert made(*blocks)[0].strip()
