"""Socket Mode against the sandbox: what ends is replaced, at a pace that Slack can take."""

from __future__ import annotations

import logging
import threading
import time
from types import SimpleNamespace

import pytest
from slack_sdk import WebClient

from slack_app import running
from slack_bitrix24.listeners.connection.bolt import build
from slack_bitrix24.listeners.connection.reconnect import Reconnecting
from slack_bitrix24.listeners.connection.socket import Socket
from slack_bitrix24.listeners.connection.websocket import Link
from slack_bitrix24.sandbox.workspace.faults import Fault
from slack_bitrix24.sandbox.workspace.people import APP_ID
from slack_bitrix24.sandbox.workspace.sockets import disturb
from waiting import until

ANNA = "U024BE7LH"
OPEN = "apps.connections.open"


@pytest.fixture(scope="module")
def workspace():
    with running() as made:
        yield made


def client_of(workspace):
    return WebClient(token=workspace.bot_token, base_url=workspace.api_url, timeout=5)


@pytest.fixture
def connect(workspace):
    """Connect to the workspace; what the bridge says to the callbacks stands in lists."""
    made = []

    def one(*, token=workspace.app_token, ready=True):
        said = SimpleNamespace(refused=[], known=[], answered=[])
        app = build(client_of(workspace), take=lambda body: {"text": f"heard {body['text']}"}, identity={})
        said.socket = Socket(
            app,
            token,
            refuse=said.refused.append,
            know=said.known.append,
            respond=lambda url, body: said.answered.append((url, body)),
        )
        made.append(said.socket)
        said.socket.start()
        if ready:
            until(lambda: said.socket.connected == 2 and len(workspace.courier.routes) == 2)
        return said

    workspace.faults.clear()
    until(lambda: not workspace.courier.routes)
    yield one
    for socket in made:
        socket.stop()


def test_two_connections_answer_and_tell_the_apps_id(workspace, connect):
    said = connect()
    assert workspace.command(ANNA, "one").response == {"text": "heard one"}
    until(lambda: said.known == [APP_ID, APP_ID])
    said.socket.stop()
    assert said.socket.connected == 0


@pytest.mark.parametrize("how", ["drop", "close", "refresh_requested"])
def test_what_ends_is_replaced_within_a_second_and_answers_go_on(workspace, connect, how):
    connect()
    old = list(workspace.courier.routes)
    began = time.monotonic()
    disturb(workspace, how, count=1)
    assert workspace.command(ANNA, "meanwhile").response == {"text": "heard meanwhile"}
    until(lambda: len(set(workspace.courier.routes)) == 2 and set(workspace.courier.routes) != set(old))
    assert time.monotonic() - began < 1


def test_a_warning_is_answered_by_another_connection_before_the_old_one_ends(workspace, connect):
    connect()
    disturb(workspace, "warning", count=1)
    until(lambda: len(workspace.courier.routes) == 3)
    assert workspace.command(ANNA, "two").response == {"text": "heard two"}


def test_an_outage_is_asked_about_ever_more_rarely_by_one_connection_and_told_once(workspace, connect, caplog):
    fault = Fault("status", times=100, method=OPEN, status=503)
    workspace.faults.add(fault)
    began = time.monotonic()
    connect(ready=False)
    until(lambda: fault.times <= 97)
    assert time.monotonic() - began > 2, "after 1 s and 2 s"
    assert [line for line in caplog.messages if line.startswith("Slack")] == [
        "Slack can't be reached, trying on: HTTP 503, no answer of Slack's"
    ]


def test_slack_says_how_long_to_wait(workspace, connect):
    workspace.faults.add(Fault("ratelimited", method=OPEN, seconds=2))
    began = time.monotonic()
    connect()
    assert time.monotonic() - began > 1.5


def test_a_wrong_app_token_is_told_and_not_tried_again(connect):
    said = connect(token="xapp-1-wrong", ready=False)
    until(lambda: said.refused == ["invalid_auth"])


def test_a_token_that_no_header_takes_is_a_problem_without_the_token(connect, caplog):
    connect(token="xapp-1\nh00kS3cr3t", ready=False)
    until(lambda: f"Slack can't be reached, trying on: {OPEN}: unexpected ValueError" in caplog.messages)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("slack_bitrix24")]
    assert not [line for line in ours if "h00kS3cr3t" in line]


def test_an_answer_that_the_acknowledgement_can_not_carry_goes_to_the_response_url(workspace, connect):
    said = connect()
    payload = {"command": "/b24", "text": "late", "response_url": "https://hooks.slack.com/commands/1"}
    envelope = {"envelope_id": "e1", "type": "slash_commands", "accepts_response_payload": False, "payload": payload}
    workspace.courier.routes[0].send(envelope)
    until(lambda: said.answered)
    assert said.answered == [("https://hooks.slack.com/commands/1", {"text": "heard late"})]


def test_a_connection_that_has_gone_silent_is_replaced(workspace, connect):
    del connect  # that nobody else is connected
    ending, links = threading.Event(), []

    def open_link(change):
        url = client_of(workspace).apps_connections_open(app_token=workspace.app_token)["url"]
        links.append(Link(url, take=lambda *_: None, change=change, ping=0.1, silence=1.0))
        return links[-1]

    connection = Reconnecting(0, open_link=open_link, others=lambda: 0, ending=ending)
    connection.thread.start()
    until(lambda: connection.up)
    disturb(workspace, "freeze")
    until(lambda: len(links) > 1 and links[-1].up)
    ending.set()
    connection.thread.join()
    for link in links:
        link.close()
        link.join(5)
    assert not any(link.up for link in links)
    disturb(workspace, "drop")  # a frozen one does not notice that it was left


@pytest.mark.parametrize("refused", [True, False])
def test_a_connection_refused_beside_another_is_told_once_and_the_other_goes_on(workspace, connect, refused, caplog):
    """A ticket that is none is refused with HTTP 403; a port where nobody listens is another problem."""
    del connect
    ending, tries = threading.Event(), []
    address = workspace.base_url.replace("http", "ws") if refused else "ws://127.0.0.1:9/"

    def open_link(change):
        tries.append(time.monotonic())
        return Link(f"{address}link/?ticket=none", take=lambda *_: None, change=change)

    with caplog.at_level(logging.WARNING):
        connection = Reconnecting(1, open_link=open_link, others=lambda: 1, ending=ending)
        connection.thread.start()
        until(lambda: len(tries) == 2)
    ending.set()
    connection.thread.join()
    told = [line for line in caplog.messages if line.startswith("Slack")]
    assert len(told) == 1
    problem = "the WebSocket was answered with HTTP 403" if refused else "no WebSocket: [Errno 111]"
    assert told[0].startswith(f"Slack keeps up 1 connection only: {problem}")


def test_an_address_that_is_none_is_a_problem_of_the_link(connect):
    del connect
    link = Link("nonsense", take=lambda *_: None, change=lambda: None)
    link.start()
    link.join(5)
    assert (link.over, link.opened, link.problem) == (True, False, "no WebSocket: ValueError")
    assert not link.send({})
