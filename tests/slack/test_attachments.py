from __future__ import annotations

import json
from typing import Any

import pytest

from notation import tree
from slack_bitrix24.slack.messages import attachments
from slack_bitrix24.slack.messages.colors import color

FULL = {
    "color": "danger",
    "pretext": "<!here>",
    "author_name": "Ann *x*",
    "author_subname": "ops",
    "author_icon": "https://a.io/i.png",
    "author_link": "https://a.io/ann",
    "title": "[FIRING:2] a_b_c *x*",
    "title_link": "https://a.io/alert",
    "text": "*down* _now_",
    "fields": [
        {"title": "Host &amp; port", "value": "`db-1`", "short": "True"},
        {"value": 7.5},
        {"title": "up", "value": False, "short": 0},
        {"title": None, "value": ""},
        "loose *words*",
        None,
    ],
    "image_url": "https://a.io/p.png",
    "image_width": 40,
    "image_height": 30,
    "thumb_url": "https://a.io/t.png",
    "files": [{"id": "F1", "name": "a.log", "permalink": "https://a.slack.com/f"}],
    "actions": [{"type": "button", "text": "Open", "url": "https://a.io/o"}, {"type": "button", "text": "Ack"}],
    "footer": "Grafana :x:",
    "ts": "1763874949.5",
    "fallback": "unseen",
}


def test_everything_a_reader_sees_is_in_the_card_and_the_pretext_above_it() -> None:
    assert tree(attachments.parse([FULL])) == (
        "P(@broadcast:here|here) CARD#a30200("
        "A(Ann *x* ops|https://a.io/i.png|https://a.io/ann) "
        "H([FIRING:2] a_b_c *x*)->https://a.io/alert "
        "P(<b>down</b> <i>now</i>) "
        "F(Host & port=<c>db-1</c>~; =7.5; up=false; =loose <b>words</b>) "
        "IMG(->https://a.io/p.png 40x30) IMG(->https://a.io/t.png 75x75) "
        "FILE(a.log->https://a.slack.com/f None) "
        "P([Open](https://a.io/o)) "
        "P(Grafana :x=❌: | {1763874949^{date_short_pretty} {time}^|}))"
    )


ONE = [
    ({"fallback": "*only* this"}, "CARD(P(<b>only</b> this))"),
    ({"fallback": "[no preview available]"}, ""),
    ({"text": "a", "attachments": [{"title": "inner", "text": "words"}]}, "CARD(P(a)) CARD(H(inner) P(words))"),
    ({"text": "a", "verdict": "new *field*"}, "CARD(P(a) P(new <b>field</b>))"),
    ({"text": "a", "details": {"label": "said deep"}}, "CARD(P(a) P(said deep))"),
    ({"text": "a", "tracking_id": "no word", "internal_url": "https://a.io", "score": 5}, "CARD(P(a))"),
    ({"from_url": "https://a.io", "title": "a", "note": "Slack's own"}, "CARD(H(a)->https://a.io)"),
    ({"text": "a", "audio_url": "https://a.io/x.mp3"}, "CARD(P(a) P([](https://a.io/x.mp3)))"),
    ({"text": "a", "color": 16711680}, "CARD#ff0000(P(a))"),
    ({"text": "a", "color": 255}, "CARD#0000ff(P(a))"),
    ({"text": "a", "color": True}, "CARD(P(a))"),
    ({"footer": "F", "ts": "2026-11-29T10:00:00Z"}, "CARD(P(F | {1795946400^{date_short_pretty} {time}^|}))"),
    ({"footer": "F", "ts": "2026-11-29"}, "CARD(P(F))"),
    ({"pretext": "above", "fallback": "unseen"}, "P(above)"),
    ({"image_url": "https://a.io/p.png"}, "CARD(IMG(->https://a.io/p.png))"),
    ({"image_url": "data:image/png;base64,xx", "thumb_url": "null"}, ""),
    ({"title": "T", "title_link": "?orgId=1"}, "CARD(H(T)->?orgId=1)"),
    ({"title_link": "https://a.io", "text": "x"}, "CARD(P(x))"),
    ({"ts": 1763874949000}, "CARD(P({1763874949^{date_short_pretty} {time}^|}))"),
    ({"ts": "soon", "footer": "F"}, "CARD(P(F))"),
    ({"ts": 0, "text": "x"}, "CARD(P(x))"),
    ({"text": {"type": "mrkdwn", "text": "*o*"}}, "CARD(P(<b>o</b>))"),
    ({"fields": {"title": "alone", "value": "x"}}, "CARD(F(alone=x))"),
    ({"fields": '[{"title": "in text"}]', "color": "#345"}, "CARD#334455(F(in text=))"),
    ({"blocks": [{"type": "divider"}], "text": "more"}, "CARD(P(more) HR)"),
    ({"blocks": [{"type": "header", "text": "The Same words"}], "text": "*same* words"}, "CARD(H(The Same words))"),
    (
        {"text": "t", "thumb_url": "https://a.io/p.png", "image_url": "https://a.io/p.png"},
        "CARD(P(t) IMG(->https://a.io/p.png))",
    ),
    (
        {"service_name": "GitHub", "service_icon": "https://a.io/i", "from_url": "https://a.io", "title": "T"},
        "CARD(A(GitHub|https://a.io/i|) H(T)->https://a.io)",
    ),
    (
        {
            "is_msg_unfurl": True,
            "from_url": "https://a.slack.com/p1",
            "text": "a b",
            "message_blocks": [{"message": {"blocks": [{"type": "section", "text": "a b c"}]}}, None, {"message": 7}],
        },
        "CARD(P([](https://a.slack.com/p1)) P(a b c))",
    ),
    ("bare *words*", "P(bare <b>words</b>)"),
    ({}, ""),
    (7, ""),
]


@pytest.mark.parametrize(("attachment", "expected"), ONE)
def test_an_attachment_becomes_a_card(attachment: Any, expected: str) -> None:
    assert tree(attachments.parse([attachment])) == expected


@pytest.mark.parametrize("key", sorted(FULL))
@pytest.mark.parametrize("value", [None, "", 0, [], {}, [None], {"x": None}])
def test_no_missing_or_broken_field_loses_the_others(key: str, value: object) -> None:
    shown = tree(attachments.parse([{**FULL, key: value}]))
    assert ("down" in shown) is (key != "text")
    assert ("db-1" in shown) is (key != "fields")
    assert ("FIRING" in shown) is (key != "title")


def test_the_list_may_be_json_text_or_one_object() -> None:
    one = {"text": "x"}
    assert tree(attachments.parse(json.dumps([one, one]))) == "CARD(P(x)) CARD(P(x))"
    assert tree(attachments.parse(one)) == tree(attachments.parse([None, one])) == "CARD(P(x))"
    assert tree(attachments.parse('[{"text": "raw\nline"}]')) == "CARD(P(raw\nline))"


def test_blocks_in_attachments_stop_where_the_depth_ends() -> None:
    assert tree(attachments.parse([{"text": "x", "blocks": [{"type": "divider"}]}], depth=0)) == "CARD(P(x))"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"from_url": "https://a.io"}, True),
        ({"is_app_unfurl": True}, True),
        ({"is_msg_unfurl": True}, True),
        ({"is_msg_unfurl": True, "is_share": True}, False),
        ({"text": "x"}, False),
    ],
)
def test_previews_are_known_from_what_was_sent(fields: dict[str, Any], expected: bool) -> None:
    assert attachments.is_unfurl(fields) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("good", "#2eb886"),
        ("Warning", "#daa038"),
        ("danger", "#a30200"),
        ("blue", "#0000ff"),
        ("#345", "#334455"),
        ("D63232", "#d63232"),
        ("#D63232", "#d63232"),
        ("#d63232ff", "#d63232"),
        ("0xd63232", "#d63232"),
        (" #fff ", "#ffffff"),
        ("", ""),
        ("#12", ""),
        ("chartreuse-ish", ""),
    ],
)
def test_every_way_to_write_a_colour(value: str, expected: str) -> None:
    assert color(value) == expected
