from __future__ import annotations

from slack_bitrix24.document import (
    Author,
    Card,
    Code,
    Date,
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
from slack_bitrix24.plain import plain, spoken


def test_a_reader_sees_every_kind_of_block() -> None:
    para = Paragraph((Text("a"),))
    document = Document(
        (
            Heading((Text("Title"),), "https://a.io"),
            Paragraph((Text("one\ntwo "), Emoji("fire", "🔥"), Emoji("own"))),
            Code("x\ny"),
            Quote((para, Code("q"))),
            Items(((para,), (para, Items(((para,),), ordered=True, start=3)))),
            Table((((Text("h"),), (Text("i\nj"),)), ((Text("k"),), ()))),
            Fields(
                (
                    Field((Text("t:"),), (Text("v"),)),
                    Field((), (Text("only value"),)),
                    Field((Text("only title"),), ()),
                )
            ),
            Image("https://a.io/p.png", "board"),
            Image("https://a.io/p.png"),
            File("gone.txt"),
            Author("Anna", url="https://a.io/anna"),
            Divider(),
            Unsupported("video", ("a film",)),
            Card((para,), "#ff0000"),
        )
    )
    assert plain(document).split("\n") == [
        "Title (https://a.io)",
        "one",
        "two 🔥:own:",
        "x",
        "y",
        "> a",
        "> q",
        "• a",
        "• a",
        "  3. a",
        "h | i j",
        "k | ",
        "t: v",
        "only value",
        "only title",
        "board (https://a.io/p.png)",
        "https://a.io/p.png",
        "gone.txt",
        "Anna (https://a.io/anna)",
        "---",
        "[unsupported: video]",
        "a film",
        "a",
    ]


def test_a_link_says_its_address_once() -> None:
    assert spoken((Link("https://a.io/", (Text("a.io"),)),)) == "https://a.io/"
    assert spoken((Link("mailto:a@b.io", (Text("a@b.io"),)),)) == "a@b.io"
    assert spoken((Link("https://a.io", (Text("label"),)),)) == "label (https://a.io)"
    assert spoken((Link("https://a.io"),)) == "https://a.io"


def test_mentions_show_a_name_or_else_the_id() -> None:
    assert (
        spoken((Mention("user", "U1", "anna"), Mention("group", "S1"), Mention("channel", "C1", "ops")))
        == "@anna@S1#ops"
    )


def test_a_date_shows_the_senders_words_or_else_utc() -> None:
    assert spoken((Date(0, "{date}", "long ago"),)) == "long ago"
    assert spoken((Date(0, "{date}", url="https://a.io"),)) == "1970-01-01 00:00 UTC (https://a.io)"
    assert spoken((Date(10**30, "{date}"),)) == "1" + "0" * 30


def test_nothing_is_an_empty_text() -> None:
    assert plain(Document()) == plain(()) == ""
