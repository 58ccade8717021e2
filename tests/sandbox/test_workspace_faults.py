"""What goes wrong between Slack and an app, on demand: lost connections, lost acknowledgements, duplicates."""

from __future__ import annotations

import contextlib
import gc
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from slack_bolt.adapter.wsgi import SlackRequestHandler

from slack_app import bolt, connected, running
from slack_bitrix24.sandbox.workspace import Fault, disturb
from slack_bitrix24.sandbox.workspace.http_mode import RequestUrl
from waiting import until

ANNA = "U024BE7LH"


@pytest.fixture
def workspace():
    with running() as found:
        yield found


def hearing(workspace):
    """Return an app that takes commands and every message, and the list of the messages' requests."""
    app, got = bolt(workspace), []

    @app.command("/b24")
    def b24(ack):
        ack("here")

    @app.event("message")
    def message(request):
        got.append(request)

    return app, got


def test_a_command_without_a_connection_shows_dispatch_failed(workspace):
    assert workspace.command(ANNA, "x").failed == "dispatch_failed"


def test_an_event_is_tried_again_until_it_is_acknowledged_and_sometimes_comes_twice(workspace):
    app, got = hearing(workspace)
    with connected(app, workspace):
        workspace.faults.add(Fault("ignore_acks"))
        workspace.faults.add(Fault("lose"))
        workspace.message(ANNA, "again")
        first = workspace.courier.deliveries[-1]
        until(first.done.is_set)
        assert [attempt.reason for attempt in first.attempts] == ["timeout", "timeout", ""]
        until(lambda: len(got) >= 2)  # the app acknowledges first, and hands on then
        assert [request.headers["x-slack-retry-num"] for request in got] == [["1"], ["2"]]
        assert got[0].body["event_id"] == got[1].body["event_id"]
        got.clear()
        workspace.faults.add(Fault("duplicate"))
        workspace.message(ANNA, "twice")
        until(lambda: len(got) == 2)
        assert got[0].body["event_id"] == got[1].body["event_id"]


def test_an_event_while_nothing_is_connected_comes_only_as_a_retry():
    with running(retry_delays=(0.0, 1.0, 1.0)) as workspace:
        app, got = hearing(workspace)
        workspace.message(ANNA, "while away")
        with connected(app, workspace):
            until(lambda: got)
        assert got[0].headers["x-slack-retry-num"] == ["2"]


def test_an_event_that_is_never_acknowledged_is_given_up():
    with running(retry_delays=(0.0, 0.0, 0.0)) as workspace:
        workspace.message(ANNA, "nobody listens")
        delivery = workspace.courier.deliveries[-1]
        until(delivery.done.is_set)
        assert (delivery.failed, len(delivery.attempts)) == ("dispatch_failed", 4)


def test_each_payload_goes_to_exactly_one_of_several_connections(workspace):
    (app, got), (other, others) = hearing(workspace), hearing(workspace)
    with connected(app, workspace), connected(other, workspace):
        for number in range(6):
            workspace.message(ANNA, str(number))
        until(lambda: len(got) + len(others) == 6)
    # Which connection takes which is Slack's choice, and its client may open one more: none is given twice.
    assert len({each.body["event_id"] for each in [*got, *others]}) == 6


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client leaves its old socket
@pytest.mark.parametrize("kind", ["drop", "close", "refresh_requested"])
def test_the_client_comes_back_after_the_connection_is_lost(workspace, kind):
    app, _ = hearing(workspace)
    with connected(app, workspace):
        first = workspace.courier.routes[0]
        assert disturb(workspace, kind) == 1
        until(lambda: workspace.courier.routes and workspace.courier.routes[0] is not first)
        # Slack's client sometimes connects twice, and drops what came on the first of the two
        until(lambda: workspace.command(ANNA, "x").acked, timeout=60)
    del app
    gc.collect()


def test_a_frozen_connection_takes_envelopes_and_answers_nothing(workspace):
    app, _ = hearing(workspace)
    with connected(app, workspace):
        disturb(workspace, "freeze")
        assert workspace.command(ANNA, "x").failed == "operation_timeout"
        disturb(workspace, "drop")


def test_over_http_payloads_are_signed_and_answers_count_as_acknowledgements(workspace):
    app, got = bolt(workspace, signing_secret=workspace.signing_secret), []

    @app.command("/b24")
    def b24(ack, command):
        ack(f"you said {command['text']}")

    @app.event("message")
    def message(event):
        got.append(event["text"])

    @app.shortcut("form")
    def form(ack):
        ack()

    with over_http(app) as url:
        workspace.courier.add_route(RequestUrl(workspace, url))
        delivery = workspace.command(ANNA, "hello @bob")
        assert delivery.response == {"text": "you said hello <@U0G9QF9C6|bob>"}
        assert workspace.shortcut(ANNA, "form").acked
        assert workspace.shortcut(ANNA, "unknown").failed == "dispatch_failed"
        workspace.message(ANNA, "over http")
        until(lambda: got == ["over http"])
        workspace.signing_secret = "another"
        assert workspace.command(ANNA, "forged").failed == "dispatch_failed"
    app.listener_runner.listener_executor.shutdown(wait=True)


@contextlib.contextmanager
def over_http(app):
    """Serve a Bolt app at the request URL that is given back."""
    with make_server("127.0.0.1", 0, SlackRequestHandler(app, path="/slack/events"), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/slack/events"
        finally:
            server.shutdown()
            thread.join()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """Say nothing."""
