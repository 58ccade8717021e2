"""The control interface over HTTP, the live stream, and the workspace run alone."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys

import pytest
import requests
from slack_sdk import WebClient

from slack_app import bolt, connected, running

ANNA = "U024BE7LH"


@pytest.fixture(scope="module")
def workspace():
    with running() as found:
        app = bolt(found)

        @app.command("/b24")
        def b24(ack):
            ack("here")

        @app.event("message")
        def message(event):
            """Hear it."""

        with connected(app, found):
            yield found


@pytest.fixture
def control(workspace):
    workspace.forget()

    def call(name, body=None, **query):
        url = f"{workspace.base_url}sandbox/{name}"
        answer = requests.post(url, json=body, timeout=5) if body is not None else requests.get(url, query, timeout=5)
        return answer.json() | {"status": answer.status_code}

    return call


def test_a_command_tells_how_it_was_answered_and_in_how_many_milliseconds(control):
    answer = control("command", {"user": ANNA, "text": "hi", "command": "/b24", "channel": "C0ALERTS"})
    assert (answer["acked"], answer["response"], answer["failed"]) == (True, {"text": "here"}, "")
    assert 0 < answer["ms"] < 500
    (shown,) = control("messages", channel="C0ALERTS", user=ANNA)["messages"]
    assert (shown["text"], shown["only_for"], shown["prompt"]) == ("here", ANNA, "/b24 hi")
    assert shown["author"] == {"name": "Bitrix24 bridge", "id": "U0BOT0001", "bot": True}
    assert control("messages", channel="C0ALERTS", user="U0CAROL03")["messages"] == []
    (delivery,) = control("deliveries")["deliveries"]
    assert (delivery["kind"], delivery["acked"], len(delivery["attempts"])) == ("slash_commands", True, 1)


def test_messages_are_written_edited_and_deleted(control):
    ts = control("message", {"user": ANNA, "text": "one"})["ts"]
    reply = control("message", {"user": ANNA, "text": "two", "thread_ts": ts})["ts"]
    control("edit", {"ts": ts, "text": "uno"})
    control("delete", {"ts": reply})
    assert [message["text"] for message in control("messages", channel="C0GENERAL")["messages"]] == ["uno"]


def test_the_monitoring_bot_raises_and_clears(control):
    assert control("clear", {})["ts"] is None
    ts = control("alert", {"image_url": "http://127.0.0.1/x.png"})["ts"]
    assert control("clear", {})["ts"] == ts
    control("bot_message", {"message": {"text": "plain"}, "channel": "C0GENERAL"})
    (message,) = control("messages", channel="C0GENERAL")["messages"]
    assert (message["text"], message["author"]["name"]) == ("plain", "Monitoring")


def test_views_are_listed_submitted_and_closed(control, workspace):
    text = {"type": "plain_text", "text": "T"}
    workspace.views.open(ANNA, {"type": "modal", "title": text, "blocks": []})
    (opened,) = control("views", user=ANNA)["views"]
    assert control("views")["views"] == [opened]
    assert control("view_submit", {"view_id": opened["view"]["id"]})["open"]["errors"][""].startswith("We had")
    control("view_close", {"view_id": opened["view"]["id"]})
    assert control("views")["views"] == []
    assert control("home", user=ANNA)["home"] is None
    workspace.views.publish(ANNA, {"type": "home", "blocks": []})
    assert control("home", user=ANNA)["home"]["view"]["type"] == "home"


def test_shortcuts_buttons_and_other_events_reach_the_app_or_say_why_not(control):
    ts = control("alert", {})["ts"]
    assert control("shortcut", {"user": ANNA, "callback_id": "none", "ts": ts})["failed"] == "operation_timeout"
    action = {"type": "button", "action_id": "none"}
    assert control("block_action", {"user": ANNA, "ts": ts, "action": action})["acked"] is False
    assert control("event", {"event": {"type": "pin_added"}})["sent"] is False
    assert control("open_home", {"user": ANNA})["sent"] is True


def test_faults_are_asked_for_and_forgotten_by_a_reset(control, workspace):
    control("faults", {"kind": "error", "method": "auth.test", "error": "account_inactive", "times": 5})
    url = f"{workspace.api_url}auth.test"
    assert requests.post(url, timeout=5).json()["error"] == "account_inactive"
    control("reset", {})
    assert requests.post(url, timeout=5).json()["error"] == "not_authed"
    assert len(control("connections")["connections"]) == 1


def test_a_fault_of_connections_tells_how_many_it_concerned():
    with running() as lonely:
        answer = requests.post(f"{lonely.base_url}sandbox/faults", json={"kind": "drop"}, timeout=5)
    assert answer.json() == {"ok": True, "connections": 0}


def test_people_and_channels_are_told(control, workspace):
    told = control("people")
    assert {user["name"] for user in told["users"]} == {"anna", "bob", "carol", "bitrix24"}
    assert told["api_url"] == workspace.api_url
    names = {channel["name"] for channel in told["channels"] if channel.get("name")}
    assert names == {"general", "alerts", "incidents"}
    assert told["groups"][0]["handle"] == "devs"


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("nothing", {}, 404),
        ("edit", {"ts": "1.0", "text": "x"}, 400),
        ("command", {}, 400),
        ("message", {"user": ANNA, "text": "x", "channel": "C0NONE"}, 400),
        ("faults", {"kind": "slow", "wrong": 1}, 400),
        ("request_url", {"url": "http://example.com/"}, 400),
        ("view_close", {"view_id": "V0"}, 400),
    ],
)
def test_what_can_not_be_done_is_refused(control, name, body, status):
    answer = control(name, body)
    assert (answer["status"], answer["ok"]) == (status, False)


def test_a_live_page_is_told_of_each_change(control, workspace):
    with requests.get(f"{workspace.base_url}sandbox/events", stream=True, timeout=5) as stream:
        lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
        assert next(lines) == "retry: 1000"
        control("message", {"user": ANNA, "text": "hi"})
        change = next(json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))
    assert (change["kind"], change["channel"]) == ("message", "C0GENERAL")


def test_it_runs_alone_and_says_where():
    command = [sys.executable, "-m", "slack_bitrix24.sandbox.workspace", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        told = dict(process.stdout.readline().strip().split("=", 1) for _ in range(4))
        try:
            client = WebClient(token=told["SLACK_BOT_TOKEN"], base_url=told["SLACK_API_URL"])
            assert client.auth_test()["team"] == "Sandbox"
            opened = WebClient(base_url=told["SLACK_API_URL"]).apps_connections_open(app_token=told["SLACK_APP_TOKEN"])
            assert re.match(r"ws://127\.0\.0\.1:\d+/link/\?ticket=", opened["url"])
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
