from __future__ import annotations

from typing import Any

import pytest

from notation import line, tree
from slack_bitrix24.slack.messages import rich_text


def section(*elements: Any) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(words: str, **style: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, "style": style}


def items(*words: str, **fields: Any) -> dict[str, Any]:
    return {"type": "rich_text_list", "style": "bullet", "elements": [section(text(one)) for one in words], **fields}


def numbers(*words: str, **fields: Any) -> dict[str, Any]:
    return {**items(*words, **fields), "style": "ordered"}


INLINE = [
    (text("a & *b*", bold=True, italic=True), "<i><b>a & *b*</b></i>"),
    (text("a", strike=True, underline=True, code=True, highlight=True), "<c><u><s>a</s></u></c>"),
    ({"type": "text", "text": "x", "style": None}, "x"),
    ({"type": "link", "url": "https://a.io", "text": "a", "style": {"bold": True}}, "[<b>a</b>](https://a.io)"),
    ({"type": "link", "url": "https://a.io"}, "[](https://a.io)"),
    ({"type": "link", "text": "no address"}, "no address"),
    ({"type": "user", "user_id": "U1"}, "@user:U1"),
    ({"type": "user"}, ""),
    ({"type": "usergroup", "usergroup_id": "S1"}, "@group:S1"),
    ({"type": "usergroup"}, ""),
    ({"type": "channel", "channel_id": "C1"}, "@channel:C1"),
    ({"type": "channel"}, ""),
    ({"type": "broadcast", "range": "here"}, "@broadcast:here|here"),
    ({"type": "broadcast", "range": "nobody"}, ""),
    ({"type": "emoji", "name": "x", "unicode": "1f468-200d-1f4bb"}, ":x=👨‍💻:"),
    ({"type": "emoji", "name": "+1", "skin_tone": 3}, ":+1=👍🏼:"),
    ({"type": "emoji", "name": "own", "url": "https://a.io/own.png"}, ":own=:"),
    ({"type": "emoji"}, ""),
    ({"type": "date", "timestamp": 7, "format": "{date}", "fallback": "then"}, "{7^{date}^|then}"),
    ({"type": "date", "timestamp": "x", "fallback": "then"}, "then"),
    ({"type": "color", "value": "#FFAA00"}, "#FFAA00"),
    ({"type": "team", "team_id": "T1"}, ""),
    ({"type": "from_the_future", "text": "words"}, "words"),
    ({"type": ["list"], "text": "words"}, "words"),
    ("bare", "bare"),
    (7, ""),
]


@pytest.mark.parametrize(("element", "expected"), INLINE)
def test_an_inline_element_becomes_a_span(element: Any, expected: str) -> None:
    assert line(rich_text.spans([element])) == expected


BLOCKS = [
    ([section(text("a\n")), items("b"), section(text("\nc"))], "P(a) UL(P(b)) P(c)"),
    ([section(text("\n")), section(), section(text(""))], ""),
    ([items("a"), items("b", indent=1), items("c")], "UL(P(a) UL(P(b)); P(c))"),
    ([items("a", indent=2), items("b")], "UL(P(a)) UL(P(b))"),
    ([numbers("a", "b"), numbers("x", indent=1), numbers("c")], "OL1(P(a); P(b) OL1(P(x)); P(c))"),
    ([numbers("a"), numbers("b", offset=1)], "OL1(P(a); P(b))"),
    ([numbers("f", "g", offset=5)], "OL6(P(f); P(g))"),
    ([items("a"), numbers("b"), items("c")], "UL(P(a)) OL1(P(b)) UL(P(c))"),
    ([numbers("a"), section(text("x")), numbers("b")], "OL1(P(a)) P(x) OL1(P(b))"),
    ([items("a", border=1), items("b")], "Q(UL(P(a))) UL(P(b))"),
    ([items()], ""),
    ([{"type": "rich_text_list", "elements": [section(), section(text("a"))]}], "UL(P(a))"),
    ([{"type": "rich_text_quote", "elements": [text("a\nb")]}], "Q(P(a\nb))"),
    ([{"type": "rich_text_quote", "elements": []}], ""),
    (
        [
            {
                "type": "rich_text_preformatted",
                "border": 1,
                "elements": [
                    text("x <y> "),
                    {"type": "link", "url": "https://a.io"},
                    {"type": "link", "url": "https://a.io", "text": "a"},
                    {"type": "emoji", "name": "fire"},
                    {"type": "emoji", "name": "own"},
                    {"type": "user", "user_id": "U1"},
                    {"type": "date", "timestamp": 7},
                    {"type": "date", "timestamp": 7, "fallback": "then"},
                ],
            }
        ],
        "Q(CODE(x <y> https://a.ioa🔥:own:@U17then))",
    ),
    ([{"type": "rich_text_preformatted", "elements": []}], ""),
    ([{"type": "rich_text_list", "elements": [items("deep")]}], "UL(UL(P(deep)))"),
    ([text("no section")], "P(no section)"),
    ([{"type": "rich_text", "elements": [section(text("a"))]}], "P(a)"),
    ([None, 7, "words"], "P(words)"),
]


@pytest.mark.parametrize(("elements", "expected"), BLOCKS)
def test_a_block_becomes_blocks(elements: list[Any], expected: str) -> None:
    assert tree(rich_text.parse({"type": "rich_text", "elements": elements})) == expected


def test_lists_deeper_than_anybody_writes_keep_their_words() -> None:
    deep: dict[str, Any] = section(text("bottom"))
    for _ in range(40):
        deep = {"type": "rich_text_list", "elements": [deep, section(text("beside"))]}
    shown = tree(rich_text.parse({"elements": [deep]}))
    assert "?" in shown
    assert "beside" in shown


def test_what_is_no_block_is_nothing() -> None:
    nothing: Any = ["x"]
    assert rich_text.parse(nothing) == ()
