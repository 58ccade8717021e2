"""What the demo's own routes refuse: pages from elsewhere, forms nobody knows, bodies that are too much."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import requests

from slack_bitrix24.sandbox import demo
from slack_bitrix24.sandbox.posting import FORMS, LARGEST
from slack_bitrix24.sandbox.samples import samples
from slack_bitrix24.sandbox.server import Server

GOOD = {"form": "slack", "body": '{"text": "hello"}'}


@dataclass
class Gone:
    """A bridge whose port nobody listens at any more."""

    port: int
    tokens: dict[str, str] = field(default_factory=lambda: {"demo": "t0ken-of-the-demo", "github": "t0ken-of-github"})
    alive: bool = False

    def kill(self):
        self.alive = False

    def next_due(self):
        return None


@pytest.fixture(scope="module")
def running():
    found = demo.build(0)
    with Server(found.app) as server:
        found.port = server.port
        yield found


def asked(running, path="/demo/post", method="POST", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    connection.request(method, path, json.dumps(GOOD), {name.title(): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    found = answer.status, json.loads(body) if body.startswith(b"{") else body.decode()
    connection.close()
    return found


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example",
        "http://127.0.0.1.elsewhere.example",
        "http://localhost.elsewhere.example",
        "http://elsewhere.example:8020",
        "null",
        "",
        "http://[broken",
    ],
)
@pytest.mark.parametrize(
    "path", ["/demo/post", "/demo/switches", "/sandbox/faults", "/sandbox/reset", "/slack/sandbox/message"]
)
def test_a_page_from_elsewhere_may_post_nothing(running, origin, path):  # fmt: skip
    assert asked(running, path, origin=origin)[0] == 403


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1.elsewhere.example", "10.0.0.1:80", "", "[broken"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_name_that_was_made_to_lead_here_is_refused(running, host, method):
    assert asked(running, "/demo/switches", method, host=host)[0] == 403


def test_the_page_itself_and_programs_without_an_origin_are_let_in(running):
    assert asked(running, "/demo/switches", origin=running.url)[0] == 200
    assert asked(running, "/demo/switches", origin=f"http://localhost:{running.port}")[0] == 200
    assert asked(running, "/demo/switches")[0] == 200


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"form": "fax"}, 400, "form: expected one of alertmanager"),
        ({"form": "../metrics"}, 400, "form: expected one of"),
        ({"form": None}, 400, "form: expected one of"),
        ({"body": {"text": "an object"}}, 400, "body: expected a text"),
        ({"body": None}, 400, "body: expected a text"),
        ({"body": "x" * (LARGEST + 1)}, 413, "body: more than 1,000,000 characters"),
        ({}, 503, "without a bridge"),
    ],
)
def test_what_cannot_be_posted_says_why(running, given, status, said):
    answer = requests.post(f"{running.url}/demo/post", json=GOOD | given, timeout=10)
    assert (answer.status_code, said in answer.json()["error"]) == (status, True)


@pytest.mark.parametrize("body", [b"", b"[]", b"no JSON", b'"text"', b"\xff"])
def test_what_is_no_object_asks_for_nothing(running, body):
    assert requests.post(f"{running.url}/demo/post", data=body, timeout=10).status_code == 400
    assert requests.post(f"{running.url}/demo/switches", data=body, timeout=10).json()["away"] is False


def test_a_bridge_that_is_away_is_said_without_its_secret(running):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    running.attach(Gone(port))
    answer = requests.post(f"{running.url}/demo/post", json=GOOD, timeout=10)
    running.posting.bridge = None
    assert answer.status_code == 502
    assert "does not answer" in answer.json()["error"]
    assert "t0ken" not in answer.text


def test_bitrix24_goes_away_once_and_comes_back_with_other_faults_kept(running):
    def switch(**asked):
        return requests.post(f"{running.url}/demo/switches", json=asked, timeout=10).json()["away"]

    other = {"kind": "refuse", "times": 3}
    requests.post(f"{running.url}/sandbox/faults", json=other, timeout=10).raise_for_status()
    assert [switch(away=True), switch(away=True), switch()] == [True, True, True]
    assert requests.get(running.webhook_url + "profile.json", timeout=10).status_code == 500  # the other comes first
    assert switch(away=False) is False
    assert [fault.kind for fault in running.portal.faults.waiting] == ["refuse"]
    running.portal.faults.clear()
    assert switch(away=True) is True
    assert requests.get(running.webhook_url + "profile.json", timeout=10).status_code == 503
    assert switch(away=False) is False


def test_there_are_a_dozen_samples_and_each_form_has_one():
    told = samples(datetime(2026, 11, 29, tzinfo=UTC))
    assert len(told) >= 12
    assert {one.form for one in told} == set(FORMS)
    assert len({one.name for one in told}) == len(told)
