"""Slack's incoming webhook: the paths, the answers to the letter, the forms of body that real senders write."""

from __future__ import annotations

import json

import pytest
from slack_sdk.webhook import WebhookClient

from slack_bitrix24.render.attach import compose
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import Request
from slack_bitrix24.web.senders.slack import glance, read
from ways import OTHER, TOKEN

HOOK = f"/services/T0/grafana/{TOKEN}"
MESSAGE = {"text": "disk of *web-1* is full"}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (HOOK, {}),
        (f"{HOOK}/", {}),
        (f"/hooks/grafana/{TOKEN}", {}),
        (f"/hooks/grafana/{TOKEN}/", {}),
        (f"/hooks/{TOKEN}", {}),
        (f"/services/hooks/incoming-webhook?token={TOKEN}", {}),
        ("/services/T0/grafana", {"Authorization": f"Bearer {TOKEN}"}),
        ("/services/T0/grafana/", {"Authorization": f"bearer {TOKEN}"}),
        ("/services/T0/grafana", {"X-Gotify-Key": TOKEN}),
        ("/hooks/grafana", {"Authorization": f"Bearer {TOKEN}"}),
        (HOOK, {"Authorization": "Basic cHJveHk6cHJveHk="}),
        ("/services/T0/grafana/an0therTokenWhileRotating", {}),
    ],
)
def test_every_form_of_the_address_is_answered_ok(ways, path, headers):
    answer = ways.post(path, json=MESSAGE, headers=headers)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, "ok", "text/plain")
    assert ways.users() == [10, 12]
    assert {one.notification.source for one in ways.sent()} == {"webhook:grafana"}
    assert "disk of [b]web-1[/b] is full" in ways.sent()[0].notification.message.replace("[B]", "[b]").replace(
        "[/B]", "[/b]"
    )


def test_basic_authentication_brings_the_token_as_its_password(ways):
    assert ways.post("/services/T0/grafana", json=MESSAGE, auth=("anyone", TOKEN)).text == "ok"
    assert ways.post("/services/T0/grafana", json=MESSAGE, auth=(TOKEN, "")).text == "ok"


FORMS = {
    "JSON": {"data": json.dumps(MESSAGE), "headers": {"Content-Type": "application/json"}},
    "JSON with a charset": {
        "data": json.dumps(MESSAGE),
        "headers": {"Content-Type": "application/json; charset=utf-8"},
    },
    "JSON without a type": {"data": json.dumps(MESSAGE).encode()},
    "JSON as plain text": {"data": json.dumps(MESSAGE), "headers": {"Content-Type": "text/plain"}},
    "JSON labelled as a form": {
        "data": json.dumps(MESSAGE),
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    },
    "a form": {"data": {"payload": json.dumps(MESSAGE)}},
    "a form never encoded": {
        "data": "payload=" + json.dumps(MESSAGE),
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
    },
    "a multipart form": {"files": {"payload": (None, json.dumps(MESSAGE))}},
    "a byte order mark": {"data": b"\xef\xbb\xbf" + json.dumps(MESSAGE).encode()},
    "raw line ends in a string": {"data": '{"text": "disk of *web-1* is full\n\tnow"}'},
    "a list at the top": {"data": json.dumps([MESSAGE])},
    "payload inside JSON": {"data": json.dumps({"payload": json.dumps(MESSAGE)})},
    "fields of a form": {"data": MESSAGE},
    "blanks around it": {"data": f"\r\n  {json.dumps(MESSAGE)}\n"},
}


@pytest.mark.parametrize("how", FORMS.values(), ids=FORMS)
def test_a_message_is_read_in_whatever_form_it_comes(ways, how):
    assert ways.post(HOOK, **how).text == "ok"
    assert "web-1" in ways.sent()[0].notification.message


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        (HOOK, b"", 400, "invalid_payload"),
        (HOOK, b"no JSON at all", 400, "invalid_payload"),
        (HOOK, b'{"text": "half', 400, "invalid_payload"),
        (HOOK, b'"text"', 400, "invalid_payload"),
        (HOOK, b"5", 400, "invalid_payload"),
        (HOOK, b"null", 400, "invalid_payload"),
        (HOOK, b"[" * 100_000, 400, "invalid_payload"),
        (HOOK, b"{}", 400, "no_text"),
        (HOOK, b"[]", 400, "no_text"),
        (HOOK, b'{"text": ""}', 400, "no_text"),
        (HOOK, b'{"text": null, "attachments": [null], "username": "bot"}', 400, "no_text"),
        (HOOK, b'{"text": " \\n ", "channel": "#alerts"}', 400, "no_text"),
        ("/services/T0/grafana/wrong", b'{"text": "x"}', 403, "invalid_token"),
        (f"/services/T0/grafana/{OTHER}", b'{"text": "x"}', 403, "invalid_token"),
        ("/services/T0/grafana", b'{"text": "x"}', 401, "invalid_token"),
        ("/hooks/grafana/wrong", b'{"text": "x"}', 403, "invalid_token"),
        (f"/services/T0/nobody/{TOKEN}", b'{"text": "x"}', 404, "no_service"),
        (f"/hooks/nobody/{TOKEN}", b'{"text": "x"}', 404, "no_service"),
        (f"{HOOK}?to=bitrix24:99", b'{"text": "x"}', 403, "action_prohibited"),
        (f"{HOOK}?to=@team,bitrix24:99", b'{"text": "x"}', 403, "action_prohibited"),
        (HOOK, b'{"text": "' + b"x" * 1_000_000 + b'"}', 413, "too_large"),
    ],
)
def test_what_is_wrong_is_said_in_slacks_words_and_nobody_is_told(ways, path, body, status, word):
    answer = ways.post(path, data=body)
    assert (answer.status_code, answer.text) == (status, word)
    assert ways.sent() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused(ways, method):
    answer = ways.post(HOOK, method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("path", "body", "users"),
    [
        (HOOK, {}, [10, 12]),
        (f"{HOOK}?to=@team", {}, [14]),
        (f"{HOOK}?to=bitrix24:10", {}, [10]),
        (f"{HOOK}?to=U024BE7LH", {}, [10]),
        (f"{HOOK}?to=@team&to=@oncall", {}, [14, 10, 12]),
        (f"{HOOK}?to=@team,%20@oncall", {}, [14, 10, 12]),
        (HOOK, {"channel": "@team"}, [14]),
        (HOOK, {"channel": "U0CAROL03"}, [14]),
        (HOOK, {"channel": "#alerts"}, [10, 12]),
        (HOOK, {"channel": ""}, [10, 12]),
        (HOOK, {"channel": None}, [10, 12]),
        (HOOK, {"channel": "bitrix24:99"}, [10, 12]),
        (HOOK, {"channel": "@nobody"}, [10, 12]),
        (HOOK, {"channel": ["@team"]}, [14]),
        (f"/hooks/backup/{OTHER}?to=@oncall", {}, [10, 12]),
        (f"/hooks/backup/{OTHER}?to=@nobody", {}, [14]),
        (f"/hooks/backup/{OTHER}", {"channel": "bitrix24:12"}, [12]),
    ],
)
def test_a_caller_names_whom_the_configuration_allows(ways, path, body, users):
    assert ways.post(path, json={**MESSAGE, **body}).text == "ok"
    assert ways.users() == users


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"alert": "disk full", "host": {"name": "web-1"}}, ["disk full", "host.name", "web-1"]),
        ([{"what": "disk full"}, {"what": "disk empty"}], ["disk full", "disk empty"]),
        ({"type": "anomaly", "payload": {"project": "shop", "values": [1, 2, 3]}}, ["anomaly", "shop", "1, 2, 3"]),
        ({"text": "", "event": "deploy"}, ["deploy"]),
        ({"a": {"b": {"c": "deep"}}, "nothing": None}, ["a.b.c", "deep"]),
    ],
)
def test_foreign_json_is_shown_by_its_leaves(ways, body, words):
    assert ways.post(HOOK, json=body).text == "ok"
    made = ways.sent()[0].notification
    assert all(word in made.message + made.attach for word in words)


def test_what_could_not_be_shown_is_named(ways):
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}, {"type": "hologram", "text": "boo"}]
    answer = ways.post(HOOK, json={"blocks": blocks})
    assert (answer.text, answer.headers["x-unsupported"]) == ("ok", "hologram")
    assert "boo" in ways.sent()[0].notification.message + ways.sent()[0].notification.attach


def test_nothing_is_named_where_all_was_shown(ways):
    assert "x-unsupported" not in ways.post(HOOK, json=MESSAGE).headers


GLANCED = [
    {"text": "disk full"},
    {"text": "*disk* full", "channel": "@team"},
    {"text": "", "attachments": [{"title": "disk", "text": "full"}], "channel": "#x"},
    {"attachments": [{"pretext": "disk"}, None, 5], "username": "Grafana"},
    {"text": None, "attachments": {"text": "a lone one"}},
    {"text": "<https://grafana.example|open> it now"},
]
READ = [
    {"text": ""},
    {"text": "<!-- -->"},
    {"text": "***"},
    {"text": "``` ```"},
    {"text": 5},
    {"attachments": [{"fallback": "only this"}]},
    {"attachments": [{"text": "x", "blocks": [{"type": "hologram"}]}]},
    {"text": "x", "blocks": [{"type": "section"}]},
    {"payload": '{"text": "x"}'},
    [{"text": "x"}],
    "text",
]


@pytest.mark.parametrize("body", GLANCED)
def test_a_glance_says_of_a_plain_message_what_a_reading_says(body):
    request = Request("slack", body=json.dumps(body).encode())
    found, whole = glance(request, Hook("x")), read(request, Hook("x"))
    assert found is not None
    assert (found.wanted, found.facts, found.key, found.state) == (whole.wanted, whole.facts, whole.key, whole.state)
    assert whole.document.blocks
    assert found.unsupported == whole.unsupported == ()


@pytest.mark.parametrize("body", READ)
def test_a_glance_leaves_everything_else_to_the_reading(body):
    assert glance(Request("slack", body=json.dumps(body).encode()), Hook("x")) is None


@pytest.mark.parametrize("path", [HOOK, f"/hooks/grafana/{TOKEN}", f"/hooks/{TOKEN}"])
def test_slacks_own_client_is_content(ways, path):
    client = WebhookClient(f"{ways.origin}{path}")
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "from *blocks*"}}
    for sent in ({"text": "plain"}, {"blocks": [section]}, {"attachments": [{"text": "attached"}]}):
        answer = client.send(**sent)
        assert (answer.status_code, answer.body) == (200, "ok")
    said = [one.notification.message + one.notification.attach for one in ways.sent()][::2]
    assert [word in text for word, text in zip(("plain", "blocks", "attached"), said, strict=True)] == [True] * 3


@pytest.mark.parametrize(
    ("path", "text", "status", "word"),
    [
        (HOOK, "", 400, "no_text"),
        ("/services/T0/grafana/wrong", "x", 403, "invalid_token"),
        (f"/services/T0/nobody/{TOKEN}", "x", 404, "no_service"),
        (f"{HOOK}?to=bitrix24:99", "x", 403, "action_prohibited"),
        (HOOK, "x" * 1_000_001, 413, "too_large"),
    ],
)
def test_slacks_own_client_hears_what_is_wrong(ways, path, text, status, word):
    answer = WebhookClient(f"{ways.origin}{path}").send(text=text)
    assert (answer.status_code, answer.body) == (status, word)


@pytest.mark.parametrize(
    "body",
    [
        {"text": "word " * 190_000},
        {"attachments": [{"text": f"word {number}", "color": "danger"} for number in range(20_000)]},
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "word"}}] * 10_000},
        {"attachments": [{"text": "word " * 190_000}]},
        {"text": "word", "attachments": [{"text": "word"}] * 30_000},
    ],
)
def test_of_a_megabyte_no_more_is_read_than_a_notification_can_hold(body):
    found = read(Request("slack", body=json.dumps(body).encode()), Hook("x"))
    made = compose(found.document)
    assert "word" in made.message + made.attach
    assert "…" in made.message_out[-200:] or "…" in made.attach[-3000:] or "…" in made.message
    assert len(repr(found.document)) < 3_500_000


@pytest.mark.parametrize("count", [0, 1, 100, 101, 3000])
def test_what_is_in_reach_is_all_read(count):
    body = {"text": "x", "attachments": [{"text": f"word{number}"} for number in range(count)]}
    shown = repr(read(Request("slack", body=json.dumps(body).encode()), Hook("x")).document)
    assert shown.count("word") == count
