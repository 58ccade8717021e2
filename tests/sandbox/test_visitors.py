"""A sandbox is for programs and for pages of this machine: by Origin and by Host."""

from __future__ import annotations

import pytest
import requests
from slack_sdk import WebClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from slack_bitrix24.sandbox.demo import Demo, build
from slack_bitrix24.sandbox.server import Server

PLACES = [
    ("GET", "/"),
    ("GET", "/static/page.js"),
    ("GET", "/sandbox/notifications"),
    ("POST", "/sandbox/reset"),
    ("POST", "/sandbox/faults"),
    ("POST", "/slack/sandbox/message"),
    ("GET", "/slack/sandbox/events"),
    ("POST", "/slack/api/auth.test"),
    ("POST", "/rest/1/5andb0xsecret0001/profile"),
    ("POST", "/oauth/token/"),
]
ELSEWHERE = [
    {"Origin": "https://example.com"},
    {"Origin": "http://example.com:80"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "file://localhost"},
    {"Origin": "http://127.0.0.1.example.com"},
    {"Origin": "http://localhost.example.com"},
    {"Origin": "http://example.com/127.0.0.1"},
    {"Origin": "http://[::2]:1"},
    {"Host": "example.com"},
    {"Host": "rebound.example.com:8024"},
    {"Host": "127.0.0.1.example.com"},
    {"Host": "10.0.0.5:8024"},
    {"Host": "0.0.0.0:8024"},
    {"Host": "[bad"},
]
HERE = [
    {},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://localhost:8024"},
    {"Origin": "https://[::1]:3000"},
    {"Origin": "http://demo.localhost"},
    {"Host": "localhost"},
    {"Host": "LOCALHOST:8024"},
    {"Host": "127.8.8.8:1"},
    {"Host": "[::1]:8024"},
]


@pytest.fixture(scope="module")
def demo():
    made = build(0)
    with Server(made.app) as server:
        made.port = server.port
        yield made


def is_refused(demo: Demo, place: tuple[str, str], headers: dict) -> bool:
    method, path = place
    with requests.request(method, demo.url + path, headers=headers, json={}, timeout=10, stream=True) as answer:
        # the portal has refusals of its own, of which none is a plain text
        return answer.status_code == 403 and answer.text.startswith("this sandbox is for")


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_a_page_from_elsewhere_reaches_nothing(demo, headers):
    assert all(is_refused(demo, place, headers) for place in PLACES)


@pytest.mark.parametrize("headers", HERE, ids=str)
def test_programs_and_pages_of_this_machine_reach_all(demo, headers):
    assert not any(is_refused(demo, place, headers) for place in PLACES)


def test_what_was_refused_did_nothing(demo):
    requests.delete(demo.url + "/sandbox/faults", timeout=10)
    requests.post(demo.webhook_url + "im.notify.personal.add", json={"USER_ID": 10, "MESSAGE": "m"}, timeout=10)
    assert requests.post(demo.url + "/sandbox/reset", headers=ELSEWHERE[0], timeout=10).status_code == 403
    assert [one["message"] for one in demo.portal.notifications(10)] == ["m"]


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://localhost.example.com"])
def test_a_socket_is_opened_by_no_page_from_elsewhere(demo, origin):
    opened = WebClient(token=demo.app_token, base_url=demo.slack_api_url).apps_connections_open(
        app_token=demo.app_token
    )
    with pytest.raises(InvalidStatus) as refused:
        connect(opened["url"], origin=origin)
    assert refused.value.response.status_code == 403
    with connect(opened["url"]) as socket:
        assert "hello" in socket.recv(timeout=10)
