"""What the portal takes for an ATTACH."""

from __future__ import annotations

import json

import pytest

from slack_bitrix24.sandbox.portal import attach_check
from slack_bitrix24.sandbox.portal.envelope import Refusal

URL = "https://example.com/x"


def check(given, limit=60_000):
    return attach_check.check(given, limit=limit, colour="#123456")


GOOD = [
    {"MESSAGE": "text"},
    {"LINK": {"LINK": URL, "NAME": "n", "DESC": "d", "HTML": "<b>h</b>", "PREVIEW": URL, "WIDTH": 1, "HEIGHT": "2"}},
    {"LINK": {"LINK": "/company/", "USER_ID": 1, "CHAT_ID": 2, "NETWORK_ID": "n"}},
    {"USER": {"NAME": "n", "AVATAR": URL, "LINK": URL, "USER_ID": 1, "AVATAR_TYPE": "BOT", "BOT_ID": 3}},
    {"GRID": [{"DISPLAY": kind, "NAME": "n", "VALUE": "v", "WIDTH": 9} for kind in ("BLOCK", "LINE", "ROW", "TABLE")]},
    {"GRID": [{"DISPLAY": "LINE", "COLOR_TOKEN": "alert", "COLOR": "#fff", "LINK": URL}]},
    {"IMAGE": [{"LINK": URL, "NAME": "n", "PREVIEW": URL, "WIDTH": 8, "HEIGHT": 4}]},
    {"IMAGE": {"LINK": URL}},
    {"FILE": [{"LINK": URL, "NAME": "n", "SIZE": 12}]},
    {"FILE": {"LINK": "http://example.com"}},
    {"DELIMITER": {"SIZE": 200, "COLOR": "#c6c6c6"}},
    {"DELIMITER": {"SIZE": "wrong is 200"}},
    {"DELIMITER": {}},
]


@pytest.mark.parametrize("block", GOOD, ids=lambda block: next(iter(block)))
def test_each_documented_block_passes(block):
    assert check([block])["BLOCKS"]


@pytest.mark.parametrize(
    "given",
    [
        "{",
        "5",
        5,
        [],
        {},
        {"BLOCKS": []},
        {"BLOCKS": {}},
        {"BLOCKS": [{"MESSAGE": "m"}], "TITLE": "t"},
        {"BLOCKS": [{"MESSAGE": "m"}], "COLOR_TOKEN": "red"},
        {"BLOCKS": [{"MESSAGE": "m"}], "COLOR": "red"},
        {"BLOCKS": [{"MESSAGE": "m"}], "ID": "x"},
        ["text"],
        [{}],
        [{"MESSAGE": "m", "LINK": {"LINK": URL}}],
        [{"MESSAGE": 5}],
        [{"message": "lower case"}],
        [{"VIDEO": {}}],
        [{"LINK": {}}],
        [{"LINK": [{"LINK": URL}]}],
        [{"LINK": {"LINK": ""}}],
        [{"LINK": {"LINK": "ftp://example.com"}}],
        [{"LINK": {"LINK": "//example.com"}}],
        [{"LINK": {"LINK": "https://"}}],
        [{"LINK": {"LINK": "https://exa mple.com"}}],
        [{"LINK": {"LINK": "javascript:alert(1)"}}],
        [{"LINK": {"LINK": 5}}],
        [{"LINK": {"LINK": URL, "WIDTH": "wide"}}],
        [{"LINK": {"LINK": URL, "COLOR": "#fff"}}],
        [{"USER": {"AVATAR": URL}}],
        [{"USER": {"NAME": "n", "AVATAR_TYPE": "DOG"}}],
        [{"GRID": {"DISPLAY": "ROW"}}],
        [{"GRID": []}],
        [{"GRID": ["x"]}],
        [{"GRID": [{"NAME": "n"}]}],
        [{"GRID": [{"DISPLAY": "COLUMN"}]}],
        [{"GRID": [{"DISPLAY": "ROW", "NAME": ["n"]}]}],
        [{"GRID": [{"DISPLAY": "ROW", "COLOR": "#ffff"}]}],
        [{"IMAGE": []}],
        [{"IMAGE": [{"NAME": "n"}]}],
        [{"IMAGE": "https://example.com/x.png"}],
        [{"FILE": [{"LINK": URL, "SIZE": True}]}],
        [{"DELIMITER": {"COLOR": "grey"}}],
    ],
    ids=json.dumps,
)
def test_what_the_documents_do_not_show_is_refused(given):
    with pytest.raises(Refusal) as refused:
        check(given)
    assert (refused.value.reason.code, refused.value.reason.status) == ("ATTACH_ERROR", 400)
    assert refused.value.__cause__


def test_the_cause_names_the_place():
    with pytest.raises(Refusal) as refused:
        check([{"MESSAGE": "m"}, {"IMAGE": [{"LINK": "data:x"}]}])
    assert str(refused.value.__cause__) == "BLOCKS[1].IMAGE.LINK: wrong value"


def test_short_form_full_form_and_text_become_the_full_form():
    blocks = [{"IMAGE": {"LINK": URL}}]
    full = {"ID": 1, "COLOR_TOKEN": "base", "COLOR": "#123456", "BLOCKS": [{"IMAGE": [{"LINK": URL}]}]}
    for given in (blocks, {"BLOCKS": blocks}):
        assert check(given) == check(json.dumps(given)) == full
    assert check({"ID": 7, "COLOR_TOKEN": "alert", "COLOR": "#fff", "BLOCKS": blocks})["COLOR"] == "#fff"
    assert check("") is check(None) is None


@pytest.mark.parametrize("limit", [60_000, 30_000])
def test_its_size_is_counted_in_characters(limit):
    frame = len(json.dumps([{"MESSAGE": ""}]))
    assert check(json.dumps([{"MESSAGE": "ж" * (limit - frame)}], ensure_ascii=False), limit)
    with pytest.raises(Refusal) as refused:
        check(json.dumps([{"MESSAGE": "ж" * (limit - frame + 1)}], ensure_ascii=False), limit)
    assert refused.value.reason.code == "ATTACH_OVERSIZE"
    with pytest.raises(Refusal, match="ATTACH_OVERSIZE"):
        check([{"MESSAGE": "x" * limit}], limit)
