"""Slack's own client and Bolt against the workspace: commands, events, answers, reconnects."""

from __future__ import annotations

import gc

import pytest
from slack_sdk.webhook import WebhookClient

from slack_app import bolt, connected, running
from slack_bitrix24.sandbox.workspace import Fault, disturb
from waiting import until


@pytest.fixture
def workspace():
    with running() as found:
        yield found


def texts(workspace, channel="C0GENERAL", user=""):
    return [message.body["text"] for message in workspace.log.seen_by(channel, user)]


def test_a_typed_command_reaches_bolt_escaped_and_its_answer_is_seen_by_one_person_only(workspace):
    app, got = bolt(workspace), []

    @app.command("/b24")
    def b24(ack, command):
        got.append(command)
        ack("Queued for Bob")

    with connected(app, workspace):
        delivery = workspace.command("U024BE7LH", "@bob *hi* <3 #alerts @devs https://example.com/a?b=1&c=2 @nobody")
    assert delivery.acked
    assert got[0]["text"] == (
        "<@U0G9QF9C6|bob> *hi* &lt;3 <#C0ALERTS|alerts> <!subteam^S0614TZR7|@devs>"
        " <https://example.com/a?b=1&amp;c=2> @nobody"
    )
    assert got[0]["channel_name"] == "general"
    assert texts(workspace, user="U024BE7LH") == ["Queued for Bob"]
    assert texts(workspace, user="U0G9QF9C6") == []


def test_a_response_url_replaces_the_first_answer_and_works_five_times(workspace):
    app, urls = bolt(workspace), []

    @app.command("/b24")
    def b24(ack, command):
        urls.append(command["response_url"])
        ack("Queued")

    with connected(app, workspace):
        workspace.command("U024BE7LH", "x")
    hook = WebhookClient(urls[0])
    assert hook.send(text="Delivered", replace_original=True).body == "ok"
    assert texts(workspace, user="U024BE7LH") == ["Delivered"]
    assert hook.send(text="One more").status_code == 200
    assert texts(workspace, user="U024BE7LH") == ["Delivered", "One more"]
    assert hook.send(text="For all", response_type="in_channel").status_code == 200
    assert texts(workspace) == ["For all"]
    assert hook.send(text="").status_code == 400
    assert hook.send(delete_original=True).status_code == 200
    assert texts(workspace) == []
    assert hook.send(text="Fifth").status_code == 200
    sixth = hook.send(text="Sixth")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)


def test_a_command_that_nobody_acknowledges_shows_operation_timeout_and_is_not_tried_again(workspace):
    app = bolt(workspace)

    @app.command("/b24")
    def b24(body):
        """Forget to acknowledge."""

    with connected(app, workspace):
        delivery = workspace.command("U024BE7LH", "x")
        without = workspace.courier.deliveries[-1]
    assert (delivery.acked, delivery.failed, len(without.attempts)) == (False, "operation_timeout", 1)
    assert texts(workspace, user="U024BE7LH") == ['/b24 failed with the error "operation_timeout"']


def test_a_command_without_a_connection_shows_dispatch_failed(workspace):
    assert workspace.command("U024BE7LH", "x").failed == "dispatch_failed"


def test_an_event_is_tried_again_until_it_is_acknowledged(workspace):
    app, got = bolt(workspace), []

    @app.event("message")
    def message(event, request):
        got.append((event["text"], request.headers.get("x-slack-retry-num"), request.body["event_id"]))

    with connected(app, workspace):
        workspace.faults.add(Fault("ignore_acks", times=2))
        workspace.message("U024BE7LH", "once")
        until(workspace.courier.deliveries[-1].done.is_set)
    assert [retry for _, retry, _ in got] == [["0"], ["1"], ["2"]]
    assert len({event_id for *_, event_id in got}) == 1
    assert [attempt.reason for attempt in workspace.courier.deliveries[-1].attempts] == ["timeout", "timeout", ""]


def test_an_event_while_nothing_is_connected_comes_only_as_a_retry():
    with running(retry_delays=(0.0, 1.0, 1.0)) as workspace:
        app, got = bolt(workspace), []

        @app.event("message")
        def message(event, request):
            got.append(request.headers.get("x-slack-retry-num"))

        workspace.message("U024BE7LH", "while away")
        with connected(app, workspace):
            until(lambda: got)
        assert got == [["2"]]


def test_a_duplicate_is_the_same_event_twice(workspace):
    app, got = bolt(workspace), []

    @app.event("message")
    def message(request):
        got.append(request.body["event_id"])

    with connected(app, workspace):
        workspace.faults.add(Fault("duplicate"))
        workspace.message("U024BE7LH", "hello")
        until(lambda: len(got) == 2)
    assert got[0] == got[1]


def test_each_payload_goes_to_exactly_one_of_several_connections(workspace):
    app, got = bolt(workspace), []

    @app.event("message")
    def message(event):
        got.append(event["text"])

    with connected(app, workspace), connected(bolt(workspace), workspace):
        for number in range(6):
            workspace.message("U024BE7LH", str(number))
        until(lambda: all(d.attempts[0].route for d in workspace.courier.deliveries))
        used = [delivery.attempts[0].route for delivery in workspace.courier.deliveries]
    assert len(set(used)) == 2
    assert len(used) == 6


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the client leaves its old socket
@pytest.mark.parametrize("kind", ["drop", "close", "refresh_requested"])
def test_the_client_comes_back_after_the_connection_is_lost(workspace, kind):
    app = bolt(workspace)

    @app.command("/b24")
    def b24(ack):
        ack("here")

    with connected(app, workspace):
        first = workspace.courier.routes[0]
        assert disturb(workspace, kind) == 1
        until(lambda: workspace.courier.routes and workspace.courier.routes[0] is not first)
        assert workspace.command("U024BE7LH", "x").acked
    del app
    gc.collect()


def test_a_frozen_connection_takes_envelopes_and_answers_nothing(workspace):
    app = bolt(workspace)

    @app.command("/b24")
    def b24(ack):
        ack("here")

    with connected(app, workspace):
        disturb(workspace, "freeze")
        assert workspace.command("U024BE7LH", "x").failed == "operation_timeout"
        disturb(workspace, "drop")


def test_an_alert_and_its_all_clear_are_one_message_edited_by_the_bot(workspace):
    app, got = bolt(workspace), []

    @app.event("message")
    def message(event):
        got.append(event)

    with connected(app, workspace):
        ts = workspace.alert(image_url="http://127.0.0.1/graph.png").ts
        until(lambda: len(got) == 1)
        assert workspace.clear().ts == ts
        until(lambda: len(got) == 2)
    raised, cleared = got
    assert (raised["text"], raised["subtype"], raised["bot_id"]) == ("", "bot_message", "B0MONITOR")
    assert raised["attachments"][0]["color"] == "a30200"
    assert raised["attachments"][0]["image_url"] == "http://127.0.0.1/graph.png"
    assert (cleared["subtype"], cleared["message"]["ts"]) == ("message_changed", ts)
    assert cleared["message"]["attachments"][0]["title"].startswith("[RESOLVED]")
    assert cleared["message"]["attachments"][0]["color"] == "2eb886"
    assert cleared["previous_message"]["attachments"] == raised["attachments"]
    assert workspace.clear() is None
