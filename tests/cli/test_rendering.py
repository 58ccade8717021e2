"""`render`: what a payload becomes, in every form, without a configuration and without sending."""

from __future__ import annotations

import io
import json
import sys

import pytest

from slack_bitrix24.cli.rendering import guess

SLACK = {"text": "*Disk* <https://example.com|full>", "attachments": [{"color": "danger", "title": "db-1 <root>"}]}
ALERT = {"status": "firing", "groupKey": "g", "alerts": [{"status": "firing", "labels": {"alertname": "Down"}}]}


@pytest.fixture
def payload(folder):
    def write(body):
        (folder / "payload").write_bytes(body if isinstance(body, bytes) else json.dumps(body).encode())
        return "payload"

    return write


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (SLACK, "slack"),
        (ALERT, "alertmanager"),
        ([{"labels": {"alertname": "Down"}}], "alertmanager"),
        ({"ruleName": "Load", "state": "alerting"}, "alertmanager"),
        ({"topic": "t", "message": "m"}, "ntfy"),
        ({"title": "t", "body": "b"}, "apprise"),
        ({"message": "m", "priority": 5}, "gotify"),
        ({"order": 7}, "json"),
        (["a"], "json"),
        (b"just a line", "slack"),
        (b"payload=%7B%22text%22%3A%22x%22%7D", "slack"),
    ],
)
def test_the_form_is_guessed(body, form):
    assert guess(body if isinstance(body, bytes) else json.dumps(body).encode()) == form


@pytest.mark.parametrize(
    "body", [SLACK, ALERT, b"just *a* line", b"payload=%7B%22text%22%3A%22x%22%7D", {"order": {"a": "b"}}]
)
def test_everything_that_there_is_to_see_is_printed(run, payload, body):
    ended = run("render", payload(body))
    assert ended.status == 0, ended.err
    for title in ("In the centre", "Push", "Mail", "MESSAGE"):
        assert title in ended.out


def test_json_for_programs(run, payload):
    found = json.loads(run("render", payload(SLACK), "--json").out)
    assert found["as"] == "slack"
    assert found["drawn"] == "Disk full"
    assert "db-1 <root>" in found["card"]
    assert "db-1 <root>" in found["mail"]["text"]
    assert (found["unsupported"], found["key"]) == ([], "")


def test_the_alert_says_what_it_replaces(run, payload):
    found = json.loads(run("render", payload(ALERT), "--as", "grafana", "--json").out)
    assert (found["as"], found["state"]) == ("alertmanager", "firing")
    assert found["key"]


def test_a_page_acts_on_nothing_that_was_written(run, payload):
    ended = run("render", payload({"text": "<script>alert(1)</script>"}), "--html")
    assert ended.out.startswith("<!doctype html>")
    assert "<script>" not in ended.out


def test_standard_input(run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "from a pipe"}')))
    assert "from a pipe" in run("render", "-").out


def test_what_can_t_be_shown_is_said(run, payload):
    ended = run("render", payload({"blocks": [{"type": "hologram", "caption": "seen"}]}))
    assert (ended.status, "hologram" in ended.err, "seen" in ended.out) == (0, True, True)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["nowhere.json"], 2, "nowhere.json: can't be read"),
        (["payload", "--as", "telegram"], 2, "--as: expected one of"),
        (["payload", "--as", "alertmanager"], 1, "as alertmanager"),
        (["http://127.0.0.1:1/x"], 2, "render: the address can't be read"),
        (["payload", "--portal", "nowhere"], 2, "no slack-bitrix24.toml"),
    ],
)
def test_what_does_not_go_is_said_in_one_line(run, payload, arguments, status, said):
    payload(b"no json")
    ended = run("render", *arguments)
    assert (ended.status, len(ended.lines)) == (status, 1)
    assert said in ended.err
