from __future__ import annotations

from typing import Any

import pytest

from notation import tree
from slack_bitrix24.slack.messages import blocks


def mrkdwn(words: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": words}


def plain(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "plain_text", "text": words, **more}


def rich(words: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    return {"type": "rich_text", "elements": [section]}


IMAGE = {"type": "image", "image_url": "https://a.io/p.png", "alt_text": "alt"}
BUTTON = {"type": "button", "text": plain("Open :fire:"), "url": "https://a.io"}
DEAD = {"type": "button", "text": plain("Ack"), "value": "1"}

CLASSIC = [
    ({"type": "section", "text": mrkdwn("*a*\n> b")}, "P(<b>a</b>) Q(P(b))"),
    ({"type": "section", "text": plain("*a* &lt; :x:")}, "P(*a* < :x=❌:)"),
    ({"type": "section", "text": plain(":x:", emoji=False)}, "P(:x:)"),
    ({"type": "section", "text": plain(" ")}, ""),
    ({"type": "section", "text": "bare *a*"}, "P(bare <b>a</b>)"),
    (
        {
            "type": "section",
            "fields": [
                mrkdwn("*Status:*\nUp\nand up"),
                mrkdwn("*Env:* prod"),
                plain("x"),
                mrkdwn("*only*"),
                mrkdwn(" "),
                mrkdwn("*a* _b_"),
                mrkdwn("*a*<@U024BE7LH>"),
            ],
        },
        "F(Status=Up\nand up~; =<b>Env:</b> prod~; =x~; =<b>only</b>~; =<b>a</b> <i>b</i>~; =<b>a</b>@user:U024BE7LH~)",
    ),
    ({"type": "section", "text": mrkdwn("a"), "accessory": BUTTON}, "P(a) P([Open :fire=🔥:](https://a.io))"),
    ({"type": "section", "text": mrkdwn("a"), "accessory": IMAGE}, "P(a) IMG(alt->https://a.io/p.png)"),
    ({"type": "section", "text": mrkdwn("a"), "accessory": DEAD}, "P(a)"),
    (
        {
            "type": "section",
            "accessory": {
                "type": "overflow",
                "options": [{"text": plain("o"), "url": "https://o.io"}, {"text": plain("p")}],
            },
        },
        "P([o](https://o.io))",
    ),
    ({"type": "header", "text": plain("*Title* :x:")}, "H(*Title* :x=❌:)"),
    ({"type": "header"}, ""),
    ({"type": "divider"}, "HR"),
    (
        {"type": "context", "elements": [IMAGE, mrkdwn("*a*"), plain("b"), None]},
        "P([alt](https://a.io/p.png) <b>a</b> b)",
    ),
    ({"type": "context", "elements": [{**IMAGE, "alt_text": ""}, mrkdwn("a")]}, "P(a)"),
    ({"type": "context", "elements": [IMAGE]}, "IMG(alt->https://a.io/p.png)"),
    ({"type": "context", "elements": [mrkdwn("")]}, ""),
    ({"type": "context"}, ""),
    ({**IMAGE, "title": plain("Title"), "image_width": 4, "image_height": "3"}, "IMG(Title->https://a.io/p.png 4x3)"),
    ({"type": "image", "slack_file": {"url": "https://files.slack.com/f"}}, "IMG(->https://files.slack.com/f)"),
    ({"type": "image", "slack_file": {"id": "F1"}, "alt_text": "chart"}, "P(chart)"),
    ({"type": "image", "image_url": "null"}, ""),
    (
        {"type": "actions", "elements": [BUTTON, DEAD, BUTTON]},
        "P([Open :fire=🔥:](https://a.io) · [Open :fire=🔥:](https://a.io))",
    ),
    ({"type": "actions", "elements": [DEAD]}, ""),
    ({"type": "input", "label": plain("Label"), "element": {"initial_value": "typed"}}, "P(Label) P(typed)"),
    ({"type": "input"}, ""),
    ({"type": "file", "external_id": "ABC", "source": "remote"}, "FILE(ABC-> None)"),
    (
        {"type": "file", "file": {"id": "F1", "name": "a.txt", "permalink": "https://s/f"}},
        "FILE(a.txt->https://s/f None)",
    ),
    ({"type": "file"}, ""),
    (mrkdwn("*alone*"), "P(<b>alone</b>)"),
    (BUTTON, "P([Open :fire=🔥:](https://a.io))"),
    ("bare", "P(bare)"),
    (rich("r"), "P(r)"),
    ({"blocks": [{"type": "divider"}]}, "HR"),
    ({}, ""),
    (7, ""),
]

YOUNGER = [
    ({"type": "alert", "level": "error", "text": mrkdwn("a")}, "CARD#a30200(P(a))"),
    ({"type": "alert", "level": "default", "text": plain("a")}, "CARD(P(a))"),
    ({"type": "alert"}, ""),
    (
        {
            "type": "card",
            "title": mrkdwn("T"),
            "subtitle": mrkdwn("S"),
            "hero_image": IMAGE,
            "body": mrkdwn("B"),
            "actions": [BUTTON, DEAD],
        },
        "CARD(H(T) P(S) IMG(alt->https://a.io/p.png) P(B) P([Open :fire=🔥:](https://a.io)))",
    ),
    ({"type": "card"}, ""),
    (
        {
            "type": "carousel",
            "elements": [{"type": "card", "title": mrkdwn("1")}, {"type": "card", "title": mrkdwn("2")}],
        },
        "CARD(H(1)) CARD(H(2))",
    ),
    (
        {"type": "container", "title": plain("T"), "subtitle": plain("S"), "child_blocks": [{"type": "divider"}]},
        "H(T) P(S) HR",
    ),
    ({"type": "container", "rich_text_title": rich("T"), "child_blocks": []}, "P(T)"),
    (
        {
            "type": "plan",
            "title": "Plan",
            "tasks": [
                {"title": "one", "status": "complete", "details": rich("d"), "output": rich("o")},
                {"title": "two", "status": "strange", "sources": [{"type": "url", "url": "https://a.io", "text": "a"}]},
                "no task",
            ],
        },
        "H(Plan) P(<b>✅ one</b>) P(d) P(o) P(<b>two</b>) P([a](https://a.io))",
    ),
    ({"type": "task_card"}, ""),
    ({"type": "auth_provider", "fallback": [{"type": "divider"}]}, "HR"),
    (
        {
            "type": "video",
            "title": plain("Film"),
            "title_url": "https://v.io/1",
            "description": plain("About"),
            "author_name": "Ann",
            "provider_name": "Tube",
            "thumbnail_url": "https://v.io/t.png",
        },
        "H(Film)->https://v.io/1 P(Ann · Tube) P(About) IMG(Film->https://v.io/t.png)",
    ),
    ({"type": "video", "video_url": "https://v.io"}, "H([](https://v.io))"),
    ({"type": "video"}, ""),
    (
        {"type": "call", "call": {"v1": {"name": "Stand-up", "join_url": "https://c.io", "date_start": 7}}},
        "P([Stand-up](https://c.io) {7^{date_short_pretty} {time}^|})",
    ),
    ({"type": "call"}, "P(Call)"),
    (
        {
            "type": "table",
            "rows": [
                [{"type": "raw_text", "text": "a:x:"}, {"type": "raw_number", "value": 1}],
                [rich("b"), mrkdwn("*c*")],
            ],
        },
        "T(a:x: | 1 / b | <b>c</b>)",
    ),
    ({"type": "table", "rows": [[{"elements": ["deep"]}, 7, "x", None]]}, "T(deep | 7 | x)"),
    ({"type": "table", "rows": [{"cells": [{"text": "a"}]}]}, "T(a)"),
    ({"type": "table"}, ""),
    (
        {
            "type": "data_table",
            "caption": "C",
            "rows": [[{"type": "raw_text", "text": "h"}], [{"type": "raw_number", "value": 1.5}]],
        },
        "H(C) TH(h / 1.5)",
    ),
    (
        {
            "type": "data_visualization",
            "title": "Pies",
            "chart": {
                "type": "bar",
                "series": [
                    {"name": "A", "data": [{"label": "Mon", "value": 70}, {"label": "Tue", "value": 9}]},
                    {"name": "B", "data": [{"label": "Tue", "value": 1}]},
                ],
                "axis_config": {"x_label": "Day", "y_label": "Count"},
            },
        },
        "H(Pies) TH(Day / Count | A | B / Mon | 70 |  / Tue | 9 | 1)",
    ),
    (
        {"type": "data_visualization", "chart": {"type": "pie", "segments": [{"label": "A", "value": 1}]}},
        "T(A | 1)",
    ),
    ({"type": "data_visualization", "title": "T", "chart": {}}, "H(T)"),
    ({"type": "data_visualization", "caption": "words"}, "P(words)"),
    ({"type": "context_actions", "elements": [DEAD]}, ""),
]

MARKDOWN = [
    (
        "# Title #\n\n*i* **b** __b__ ~~s~~ `c`\n\n---\nx",
        "H(Title) P(<i>i</i> <b>b</b> <b>b</b> <s>s</s> <c>c</c>) HR P(x)",
    ),
    ("* a\n* b\n  + c", "UL(P(a); P(b) UL(P(c)))"),
    ("| h | i |\n|---|:-:|\n| *a* | b |\n\nx", "TH(h | i / <i>a</i> | b) P(x)"),
    ("h | i\n---|---\na | b", "TH(h | i / a | b)"),
    ("| a \\| b | c |\n|---|---|\n| `x\\|y` | z |", "TH(a | b | c / <c>x|y</c> | z)"),
    ("one\n===\ntwo\n---", "H(one) H(two)"),
    (r"\*no\* \_no\_ \# \[x\]", "P(*no* _no_ # [x])"),
    ("```python\nx = 1\n```", "CODE(x = 1)"),
    ("~~~\na\n~~~\n\n    b", "CODE(a) CODE(b)"),
    ('[a](https://e.com "title") [b](<https://e.com/x y>)', "P([a](https://e.com) [b](https://e.com/x%20y))"),
    (
        "[ref][1] and [two]\n\n[1]: https://e.com/1\n[two]: https://e.com/2",
        "P([ref](https://e.com/1) and [two](https://e.com/2))",
    ),
    ("- [ ] open\n- [x] *done*\n- [X] Done", "UL(P(☐ open); P(☑ <i>done</i>); P(☑ Done))"),
    ("3. c\n4. d", "OL3(P(c); P(d))"),
    ("> a\n> - b", "Q(P(a) UL(P(b)))"),
    (
        "<@U024BE7LH> :tada: <https://e.com|label> https://x.y",
        "P(@user:U024BE7LH :tada=🎉: [label](https://e.com) [](https://x.y))",
    ),
    ("a<br>b &lt;i&gt; &amp;lt;", "P(a<br>b <i> &lt;)"),
    ("line\nbreak  \nhard", "P(line\nbreak\nhard)"),
    ("![alt](https://e.com/a.png)", "P([alt](https://e.com/a.png))"),
    ("***both*** **a *b* c**", "P(<i><b>both</b></i> <b>a </b><i><b>b</b></i><b> c</b>)"),
    ("| not |\n| a table |", "P(| not |\n| a table |)"),
    ("```\n# code\n| a |\n|---|\n```\n> q", "CODE(# code\n| a |\n|---|) Q(P(q))"),
    ("", ""),
]

UNKNOWN = [
    (
        {"type": "hologram", "title": plain("T"), "elements": [{"text": "a"}, {"text": "a"}], "custom": "unseen"},
        "?hologram(T; a; unseen)",
    ),
    ({"type": "x", "nested": {"said": "val"}}, "?x(val)"),
    ({"custom": 1}, "?block()"),
    ({"type": 7, "text": ["a", {"label": "b"}]}, "?7(a; b)"),
]


@pytest.mark.parametrize(("block", "expected"), CLASSIC + YOUNGER + UNKNOWN)
def test_a_block_becomes_blocks(block: Any, expected: str) -> None:
    assert tree(blocks.parse([block])) == expected


@pytest.mark.parametrize(("text", "expected"), MARKDOWN)
def test_a_markdown_block_is_read_as_markdown(text: str, expected: str) -> None:
    assert tree(blocks.parse([{"type": "markdown", "text": text}])) == expected


NEW = ["contact_card", "callout", "canvas_table", "layout", "hologram", "weather"]
INVENTED = ["subtext", "footnote", "hint_text", "byline", "aside", "x_1"]


@pytest.mark.parametrize("kind", NEW)
@pytest.mark.parametrize("field", INVENTED)
def test_a_block_of_a_kind_that_nobody_knows_keeps_its_texts(kind: str, field: str) -> None:
    block = {
        "type": kind, "style": "primary", "level": 2, field: "Some words", "url": "https://e.com",
        "deep": [{"inner": {"type": "mrkdwn", "text": "deeper words"}}, {"more": "lonely"}],
    }  # fmt: skip
    assert tree(blocks.parse([block])).removeprefix(f"?{kind}(").removesuffix(")").split("; ") == [
        "Some words", "deeper words", "lonely",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section", "text": "said"},
        {"type": "header", "text": plain("said"), "level": 3},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "said"}]},
        {
            "type": "card",
            "title": "said",
            "icon": {"type": "image", "image_url": "https://e.com/i.png", "alt_text": "i"},
        },
        {"type": "alert", "text": "said", "level": "error"},
        {"type": "markdown", "text": "said"},
        {"type": "table", "rows": [["said"]]},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "said"}]}],
        },
    ],
)
@pytest.mark.parametrize("field", INVENTED)
def test_no_block_loses_a_text_because_its_field_is_not_named(block: dict[str, Any], field: str) -> None:
    values = ["More words", plain("More words"), ["More", {"text": "words"}], {"anything": "More words"}]
    for value in values[: 3 if block["type"] == "card" else 4]:  # a card's subtext is a text
        shown = tree(
            blocks.parse([{**block, field: value, "style": "wide", "other_id": "abc", "a_url": "https://x.y"}])
        )
        assert "said" in shown
        assert all(word in shown for word in ("More", "words"))
        assert not any(word in shown for word in ("wide", "abc", "x.y"))
    repeated = tree(blocks.parse([{**block, field: "said"}]))
    assert repeated == tree(blocks.parse([block])) or (block["type"], field) == ("card", "subtext")


@pytest.mark.parametrize(
    "cell", [{"value": 7}, {"number": 7}, {"raw_number": 7}, {"text": "7"}, {"value": "7"}, {"shown": "7 h"}]
)
def test_a_number_in_a_cell_is_shown_wherever_it_stands(cell: dict[str, Any]) -> None:
    assert "7" in tree(blocks.parse([{"type": "table", "rows": [[{"type": "raw_number", **cell}]]}]))


def test_blocks_may_come_as_json_text_or_alone() -> None:
    assert tree(blocks.parse('[{"type": "divider"}]')) == tree(blocks.parse({"type": "divider"})) == "HR"
    assert blocks.parse("[broken") == blocks.parse(None) == ()


def test_containers_without_end_are_cut_where_nobody_nests() -> None:
    deep: dict[str, Any] = {"type": "header", "text": "bottom"}
    for _ in range(5000):
        deep = {"type": "container", "title": "level", "child_blocks": [deep]}
    assert tree(blocks.parse([deep])).endswith("?container(level)")


def test_the_texts_of_an_unknown_block_have_a_limit() -> None:
    many = {"type": "x", "elements": [{"text": str(number)} for number in range(500)]}
    long = {"type": "x", "text": "y" * 20_000}
    assert tree(blocks.parse([many])).count(";") == 99
    assert len(tree(blocks.parse([long]))) < 10_010
