"""Slack's HTTP mode: signed requests in place of Socket Mode, and the pages that anyone may see."""

from __future__ import annotations

import json
import time
import urllib.parse

import pytest
import requests

from rig import ANNA, BOB, CONFIGURATION, Bridge, Slack
from slack_bitrix24.sandbox.workspace.core import SIGNING_SECRET
from slack_bitrix24.sandbox.workspace.http_mode import RequestUrl, sign
from waiting import until

HTTP = (
    CONFIGURATION.replace(
        'app_token = {{ env = "TEST_APP_TOKEN" }}',
        'mode = "http"\nsigning_secret = {{ env = "TEST_SIGNING_SECRET" }}',
    )
    + f'\n[[relays]]\nname = "people"\nchannels = ["C0GENERAL"]\nfrom = "people"\nto = ["{ANNA}"]\n'
)


@pytest.fixture(scope="module")
def web(own, tmp_path_factory):
    bridge = Bridge(tmp_path_factory.mktemp("http"), own, configuration=HTTP)
    bridge.environ["TEST_SIGNING_SECRET"] = SIGNING_SECRET
    try:
        bridge.start()
        own.workspace.courier.add_route(RequestUrl(own.workspace, url(bridge)))
        yield bridge
        assert bridge.stop() == 0
    finally:
        bridge.close()


@pytest.fixture
def slack(own, web) -> Slack:
    return Slack(own)


def url(bridge: Bridge) -> str:
    return f"http://127.0.0.1:{bridge.web}/slack/events"


def post(bridge: Bridge, body: bytes, *, at: float | None = None, secret: str = SIGNING_SECRET, **headers: str):
    stamp = int(time.time() if at is None else at)
    signed = {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": sign(secret, body, timestamp=stamp)}
    return requests.post(url(bridge), data=body, headers={**signed, **headers}, timeout=5)


@pytest.mark.parametrize("text", ["a command over http", 'its payload={"a": 1}&payload=x', "plus + and % and ünïcode"])
def test_a_signed_command_is_answered_and_arrives_whatever_its_words(slack, text):
    typed = slack.type(f"@anna {text}")
    assert typed.first == "Queued for Anna Petrova"
    slack.arrived(10, text)
    typed.final("Delivered")


def test_a_signed_event_is_relayed_once(slack):
    slack.workspace.message(BOB, "an event over http")
    slack.arrived(10, "an event over http")
    assert slack.executed("an event over http") == 1


def test_a_form_works_over_http(slack):
    slack.type("@anna")
    assert slack.workspace.submit(slack.form().body["id"], {"text": "a form over http"}) is None
    slack.arrived(10, "a form over http")


def test_the_request_url_is_verified(web):
    body = b'{"type": "url_verification", "challenge": "3eZbrw1aB10J"}'
    answer = post(web, body, **{"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1aB10J"})


@pytest.mark.parametrize(
    ("at", "secret", "headers"),
    [
        (None, "another-secret", {}),
        (0, SIGNING_SECRET, {}),
        (None, SIGNING_SECRET, {"X-Slack-Signature": ""}),
        (None, SIGNING_SECRET, {"X-Slack-Signature": "v0=é".encode().decode("latin-1")}),
        (None, SIGNING_SECRET, {"X-Slack-Request-Timestamp": "soon"}),
        (None, SIGNING_SECRET, {"X-Slack-Request-Timestamp": ""}),
        (None, SIGNING_SECRET, {"X-Slack-Request-Timestamp": "²".encode("latin-1")}),
        (None, SIGNING_SECRET, {"X-Slack-Request-Timestamp": "1".rjust(5000, "1")}),
        (None, SIGNING_SECRET, {"X-Slack-Request-Timestamp": "1e9"}),
        (None, SIGNING_SECRET, {"X-Slack-Request-Timestamp": "-1"}),
        (None, SIGNING_SECRET, {"X-Slack-Request-Timestamp": "1_000"}),
    ],
)
def test_what_is_not_signed_is_refused(web, slack, at, secret, headers):
    before = slack.executed("unsigned")
    body = urllib.parse.urlencode({"command": "/b24", "text": "@anna unsigned", "user_id": ANNA}).encode()
    assert post(web, body, at=at, secret=secret, **headers).status_code == 401
    assert slack.executed("unsigned") == before


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a":',
        b"payload=%7B",
        b"\xff\xfe",
        b"payload=3",
        b'{"a": NaN}',
        b"payload=%7B%22a%22%3AInfinity%7D",
        b'{"a":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b"payload=" + b"%7B%22a%22%3A" * 300 + b"1" + b"%7D" * 300,
        b"a=1&" * 1001,
    ],
    ids=lambda body: f"{body[:20]!r} of {len(body)}",
)
def test_nonsense_that_is_signed_is_a_400(web, body):
    assert post(web, body).status_code == 400


ODD_EVENTS = [
    None,
    5,
    [],
    {"type": "message", "channel": "C0GENERAL", "user": 5, "ts": None, "text": []},
    {"type": "message", "channel": 7, "user": [], "ts": "1.1", "blocks": {}, "attachments": 5, "files": "x"},
    {"type": "message", "subtype": "message_changed", "channel": "C0GENERAL", "message": 5, "previous_message": [1]},
    {"type": "user_change", "user": {"id": "U0ODD0001", "name": 5, "profile": [1]}},
    {"type": "user_change", "user": {"id": ["U0ODD0001"]}},
    {"type": "subteam_updated", "subteam": {"handle": "no id"}},
    {"type": "app_home_opened", "user": {"id": 5}},
    {"type": "channel_id_changed", "old_channel_id": {"id": None}, "new_channel_id": "C0NEW0001"},
]
ODD_PAYLOADS = [
    {"type": "block_actions", "actions": [False]},
    {"type": "block_actions", "actions": {"a": "x"}, "user": {"id": ANNA}, "response_url": 5},
    {"type": "block_actions", "actions": [{"action_id": "reminder_cancel", "value": []}], "user": 5, "channel": [1]},
    {"type": "view_submission", "view": 5, "user": {"id": ANNA}},
    {"type": "view_submission", "view": {"callback_id": "notify", "state": {"values": [1]}}, "user": {"id": ANNA}},
    {"type": "message_action", "message": [], "user": None, "trigger_id": 5},
    {"type": ["shortcut"], "authorizations": 5, "team": 5, "enterprise": []},
]


@pytest.mark.parametrize(
    "body",
    [
        *({"type": "event_callback", "event_id": f"EvOdd{n}", "event": each} for n, each in enumerate(ODD_EVENTS)),
        *ODD_PAYLOADS,
    ],
    ids=str,
)
def test_signed_and_in_no_shape_of_slacks_it_is_taken_and_hurts_nobody(web, slack, body):
    """Bolt itself raises over some of these (1.30); what is not acknowledged, Slack sends again."""
    assert post(web, json.dumps(body).encode(), **{"Content-Type": "application/json"}).status_code == 200
    assert slack.type("who @bob").first == "Bob Smirnov → bitrix24:main/12"


def test_a_body_that_is_too_large_is_refused(web):
    assert post(web, b"x" * 1_100_000).status_code == 413


def test_health_readiness_and_metrics_are_open_and_tell_no_secret(web, slack):
    assert (web.get("/healthz"), web.get("/readyz"), web.get("/metrics")) == (200, 200, 200)
    slack.type("@anna for the metrics")
    until(lambda: 'slack_bitrix24_delivered_total{portal="main"}' in web.page("/metrics"))
    text = web.page("/metrics") + web.page("/readyz")
    assert [one for one in (SIGNING_SECRET, "5andb0x", "xoxb", ANNA, "Anna") if one in text] == []
    assert web.get("/slack/events") == 405
    assert web.get("/nothing") == 404
