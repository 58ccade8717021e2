"""Messages of other chats at Slack's address, and as any JSON: titles, colours, links, and every word."""

from __future__ import annotations

import json

import pytest

from notation import tree
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Request
from slack_bitrix24.web.senders import SENDERS
from ways import OTHER, TOKEN

EMBED = {
    "title": "web is down",
    "url": "https://kuma.example/1",
    "description": "see [docs](https://d.example)",
    "color": 16711680,
    "author": {"name": "Kuma", "url": "https://kuma.example"},
    "fields": [{"name": "Service", "value": "web", "inline": True}, {"name": "Error", "value": "`48 s`"}],
    "footer": {"text": "one"},
    "timestamp": "2026-11-29T10:00:00.000Z",
}
CARD = {
    "@type": "MessageCard",
    "themeColor": "ff0000",
    "summary": "db-1 is down",
    "title": "db-1 is **down**",
    "sections": [{"activityTitle": "Zabbix", "facts": [{"name": "Host", "value": "db-1"}], "text": "one<br>two"}],
    "potentialAction": [
        {"@type": "OpenUri", "name": "View", "targets": [{"os": "default", "uri": "https://z.example"}]}
    ],
}
RUN = {"type": "TextRun", "text": "b", "weight": "Bolder"}
ADAPTIVE = {
    "type": "AdaptiveCard",
    "version": "1.4",
    "body": [
        {"type": "TextBlock", "text": "Disk full", "weight": "Bolder", "color": "Attention"},
        {"type": "FactSet", "facts": [{"title": "Host", "value": "db-1"}]},
        {"type": "ColumnSet", "columns": [{"type": "Column", "items": [{"type": "TextBlock", "text": "left *one*"}]}]},
        {
            "type": "Container",
            "items": [{"type": "RichTextBlock", "inlines": ["a ", {"text": "b", "weight": "Bolder"}]}],
        },
    ],
    "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": "https://o.example"}],
}
WIDGETS = [
    {"decoratedText": {"topLabel": "Host", "text": "<b>db-1</b>", "bottomLabel": "eu"}},
    {"textParagraph": {"text": "one &amp; two\nthree"}},
    {"buttonList": {"buttons": [{"text": "Go", "onClick": {"openLink": {"url": "https://g.example"}}}]}},
]
CASES = [
    ({"content": "hi **all**", "username": "Kuma"}, "P(hi <b>all</b>) A(Kuma||)"),
    (
        {"content": None, "embeds": [EMBED]},
        (
            "CARD#ff0000(A(Kuma||https://kuma.example) H(web is down)->https://kuma.example/1"
            " P(see [docs](https://d.example)) F(Service=web~; Error=<c>48 s</c>)"
            " P(one | {1795946400^{date_short_pretty} {time}^|}))"
        ),
    ),
    (
        {"content": "a", "embeds": [{"poll": {"question": "which of them"}}]},
        "P(a) F(embeds.0.poll.question=which of them~)",
    ),
    (
        {"embeds": [{"title": "t"}], "components": [{"components": [{"label": "Fix", "url": "https://f.example"}]}]},
        "CARD(H(t)) P([Fix](https://f.example))",
    ),
    (
        CARD,
        "CARD#ff0000(H(db-1 is <b>down</b>) P(Zabbix) P(one\ntwo) F(Host=db-1~) P([View](https://z.example)))",
    ),
    ({"title": "Only a title", "text": "and *text*"}, "H(Only a title) P(and <b>text</b>)"),
    ({"@type": "MessageCard", "summary": "said once", "text": "other words"}, "P(said once) P(other words)"),
    (
        {
            "type": "message",
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": ADAPTIVE}],
        },
        "CARD#a30200(H(Disk full) F(Host=db-1~) P(left <i>one</i>) P(a <b>b</b>) P([Open](https://o.example)))",
    ),
    (
        {**ADAPTIVE, "body": [{"type": "Hologram", "text": "newer words"}]},
        "CARD(P([Open](https://o.example))) F(body.0.text=newer words~)",
    ),
    (
        {"text": "*beside*", "cardsV2": [{"card": {"header": {"title": "T"}, "sections": [{"widgets": WIDGETS}]}}]},
        "P(<b>beside</b>) CARD(H(T) F(Host=<b>db-1</b>\neu) P(one & two\nthree) P([Go](https://g.example)))",
    ),
    (
        {"cards": [{"sections": [{"header": "S", "widgets": [{"keyValue": {"topLabel": "A", "content": "B"}}]}]}]},
        "CARD(H(S) F(A=B))",
    ),
    (
        {"chat_id": 5, "parse_mode": "HTML", "text": "<b>Up</b>\nafter <code>5 s</code>"},
        "P(<b>Up</b>\nafter <c>5 s</c>)",
    ),
]


def shown(sender, body):
    request = Request(sender, named={}, body=json.dumps(body).encode())
    return tree(SENDERS[sender].read(request, Hook("x")).document.blocks)


@pytest.mark.parametrize("sender", ["slack", "json"])
@pytest.mark.parametrize(("body", "expected"), CASES)
def test_a_message_of_another_chat_is_read_as_there(sender, body, expected):
    assert shown(sender, body) == expected


NEITHER = [
    {"text": "a", "embeds": []},
    {"text": "*a*", "attachments": [{"title": "t"}]},
    {"content": "", "text": "a"},
    {"cards": [], "text": "a"},
    {"sections": None, "text": "a", "blocks": []},
    {"parse_mode": "Markdown", "text": "*a*"},
]


@pytest.mark.parametrize("body", NEITHER)
def test_a_message_of_slacks_stays_one(body):
    told = {name: value for name, value in body.items() if name in ("text", "attachments", "blocks")}
    assert shown("slack", body) == shown("slack", told)


@pytest.mark.parametrize("path", [f"/services/T/grafana/{TOKEN}", f"/hooks/grafana/{TOKEN}", f"/json/backup/{OTHER}"])
def test_it_is_taken_and_kept(ways, path):
    for body in (EMBED, CARD, ADAPTIVE):
        assert ways.post(path, json={"embeds": [body]} if body is EMBED else body).status_code == 200
    said = [one.notification.message + one.notification.attach for one in ways.sent()]
    assert all(any(word in one for one in said) for word in ("web is down", "db-1 is", "Disk full"))


@pytest.mark.parametrize(
    "body",
    [
        {"content": "word " * 200_000},
        {"embeds": [{"title": "t", "description": "word " * 1000}] * 200},
        {"@type": "MessageCard", "text": "word " * 200_000},
        {"cardsV2": [{"card": {"sections": [{"widgets": [{"textParagraph": {"text": "word " * 1000}}] * 200}]}}]},
        {**ADAPTIVE, "body": [{"type": "TextBlock", "text": "word " * 1000}] * 200},
    ],
)
def test_of_a_megabyte_no_more_is_read_than_a_notification_can_hold(body):
    assert 290_000 < len(shown("slack", body)) < 330_000
