from __future__ import annotations

import json
from typing import Any

import pytest

from notation import tree
from slack_bitrix24.document import File
from slack_bitrix24.slack.messages import files
from slack_bitrix24.slack.messages.payload import Sender, read


def rich(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}]


def section(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]


PERSON = {
    "user": "U024BE7LH",
    "text": "hi <@U0G9QF9C6|bob>",
    "blocks": rich({"type": "text", "text": "hi "}, {"type": "user", "user_id": "U0G9QF9C6"}),
}

SAID = [
    (PERSON, "P(hi @user:U0G9QF9C6)"),
    ({**PERSON, "bot_id": "B1"}, "P(hi @user:U0G9QF9C6|bob) P(hi @user:U0G9QF9C6)"),
    ({"text": "*a*"}, "P(<b>a</b>)"),
    ({"text": "*a* :x:", "mrkdwn": False}, "P(*a* :x=❌:)"),
    ({"text": " ", "mrkdwn": False}, ""),
    ({"text": {"type": "mrkdwn", "text": "o"}}, "P(o)"),
    ({"text": None, "blocks": None, "attachments": None}, ""),
    ({"text": "CPU high", "blocks": section("The *CPU* is high")}, "P(The <b>CPU</b> is high)"),
    ({"text": "CPU high on db-7", "blocks": section("CPU high")}, "P(CPU high on db-7) P(CPU high)"),
    ({"text": "This content can't be displayed.", "blocks": section("x")}, "P(x)"),
    ({"text": "<!here>", "blocks": section("x")}, "P(@broadcast:here|here) P(x)"),
    ({"text": "a", "blocks": section("x"), "attachments": [{"text": "a"}]}, "P(x) CARD(P(a))"),
    ({"text": "a", "blocks": "[]"}, "P(a)"),
    ({"text": "", "attachments": [{"fallback": "f"}]}, "CARD(P(f))"),
    ({"payload": json.dumps({"text": "inside"})}, "P(inside)"),
    ({"payload": {"text": "inside"}}, "P(inside)"),
    ({"payload": "not json"}, ""),
    ([{"type": "divider"}], "HR"),
    ([{"text": "a"}], "CARD(P(a))"),
    ({"createdAt": 1, "id": "x"}, ""),
    (None, ""),
    ("words", ""),
]


@pytest.mark.parametrize(("body", "expected"), SAID)
def test_a_body_says_each_thing_once(body: Any, expected: str) -> None:
    assert tree(read(body).document.blocks) == expected


def test_mentions_are_in_order_without_doubles_wherever_they_stand() -> None:
    body = {
        "text": "<@U024BE7LH> > x\n> <!subteam^S0614TZR7>\n• <@W024BE7LH>\n• <@U024BE7LH>",
        "attachments": [
            {
                "title": "<@U0TITLE>",
                "fields": [{"title": "t", "value": "<@anna> <#C024BE91L>"}],
                "blocks": [
                    {"type": "table", "rows": [[{"type": "mrkdwn", "text": "<!everyone>"}]]},
                    {"type": "divider"},
                ],
            },
            {"pretext": "<!here>"},
            {"from_url": "https://a.io", "text": "<@U0PREVIEW>"},
        ],
    }
    expected = ("U024BE7LH", "S0614TZR7", "W024BE7LH", "U0TITLE", "channel", "@anna", "here")
    assert read(body).mentions == expected


def test_previews_come_last_and_are_seen_but_not_own() -> None:
    post = read({"text": "t", "attachments": [{"from_url": "https://a.io", "text": "preview"}, {"text": "own"}]})
    assert tree(post.document.blocks) == "P(t) CARD(P(own)) CARD(P(preview))"
    assert tree(post.own.blocks) == "P(t) CARD(P(own))"
    assert post.visible == "t\nown\npreview"


def test_the_sender_is_told_as_far_as_slack_did() -> None:
    profile = {"id": "B1", "app_id": "A1", "name": "Grafana"}
    assert read({"bot_profile": profile, "user": "U1"}).sender == Sender("U1", "B1", "A1", "Grafana", bot=True)
    assert read({"username": "Jenkins", "bot_id": "B2", "user_profile": {"real_name": "x"}}).sender.name == "Jenkins"
    assert read({"alias": "Rocket", "text": "x"}).sender.name == "Rocket"
    assert read({"user_profile": {"display_name": "", "real_name": "Anna"}}).sender.name == "Anna"


def test_where_a_webhook_wants_it_is_kept() -> None:
    post = read({"text": "x", "channel": "#ops", "ts": 7.5, "thread_ts": "1.2"})
    assert (post.channel, post.ts, post.thread_ts) == ("#ops", "7.5", "1.2")


FILES = [
    {
        "id": "F1",
        "name": "build.log",
        "title": "Build log",
        "size": "18231",
        "mimetype": "text/plain",
        "mode": "hosted",
        "permalink": "https://acme.slack.com/files/F1",
        "url_private": "https://files.slack.com/F1",
        "url_private_download": "https://files.slack.com/F1/download",
        "file_access": "visible",
    },
    {"id": "F1", "name": "again"},
    {
        "id": "F2",
        "name": "doc",
        "is_external": True,
        "url_private": "https://docs.io/2",
        "permalink": "https://acme.slack.com/F2",
    },
    {"id": "F3", "mode": "tombstone", "permalink": "https://acme.slack.com/F3"},
    {"id": "F4", "mode": "hidden_by_limit"},
    {"id": "F5", "mode": "file_access", "file_access": "check_file_info"},
    {
        "id": "F6",
        "file_access": "access_denied",
        "permalink": "https://acme.slack.com/F6",
        "url_private": "https://files.slack.com/F6",
    },
    {"id": "F7", "name": None, "url_private": "https://files.slack.com/F7"},
    "no file",
]


def test_files_stand_in_the_document_by_their_page() -> None:
    post = read({"files": FILES})
    assert [file.block() for file in post.files] == [
        File("Build log", "https://acme.slack.com/files/F1", 18231),
        File("doc", "https://docs.io/2"),
        File("file"),
        File("file"),
        File("file"),
        File("file"),
        File("file", "https://files.slack.com/F7"),
    ]
    assert [file.id for file in post.files if file.reachable] == ["F1", "F2", "F5", "F7"]
    assert post.files[0].url_private_download == "https://files.slack.com/F1/download"
    assert post.files[1].url_private_download == ""
    assert post.visible.startswith("Build log (https://acme.slack.com/files/F1)")
    assert "download" not in post.visible


def test_an_old_single_file_is_read_too() -> None:
    assert [file.id for file in read({"file": FILES[0]}).files] == ["F1"]
    assert [file.id for file in files.read([{"name": "a"}, {"name": "b"}])] == ["", ""]


@pytest.mark.parametrize(
    ("props", "said"),
    [
        ({"card": "**more**"}, " P(<b>more</b>)"),
        ({"card": ""}, ""),
        ({"card": None}, ""),
        ({}, ""),
        (None, ""),
        ("x", ""),
    ],
)
def test_what_mattermost_shows_beside_a_message_stands_below_it(props, said):
    assert tree(read({"text": "a", "props": props}).document.blocks) == f"P(a){said}"
