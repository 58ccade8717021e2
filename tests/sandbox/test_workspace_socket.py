"""Slack's own client and Bolt against the workspace: commands, answers, forms, buttons, shortcuts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from slack_sdk.webhook import WebhookClient

from slack_app import bolt, connected, running
from slack_bitrix24.sandbox.workspace.views import ApiError
from waiting import until

ANNA, BOB = "U024BE7LH", "U0G9QF9C6"


@pytest.fixture(scope="module")
def slack():
    """One connected app for all tests here: each has its own command or callback, and hears every event."""
    with running() as workspace:
        app, events = bolt(workspace), []

        @app.event("message")
        def message(event):
            events.append(event)

        @app.event("app_home_opened")
        def home(event):
            events.append(event)

        with connected(app, workspace):
            yield SimpleNamespace(workspace=workspace, app=app, events=events)


@pytest.fixture
def workspace(slack):
    slack.workspace.forget()
    slack.events.clear()
    return slack.workspace


def texts(workspace, user="", channel="C0GENERAL"):
    return [message.body["text"] for message in workspace.log.seen_by(channel, user)]


def test_a_typed_command_reaches_bolt_escaped_and_its_answer_is_seen_by_one_person_only(slack, workspace):
    got = []

    @slack.app.command("/escaped")
    def escaped(ack, command):
        got.append(command)
        ack("Queued for Bob")

    typed = "@bob *hi* <3 #alerts @devs https://example.com/a?b=1&c=2 @nobody"
    delivery = workspace.command(ANNA, typed, command="/escaped")
    assert delivery.acked
    assert got[0]["text"] == (
        "<@U0G9QF9C6|bob> *hi* &lt;3 <#C0ALERTS|alerts> <!subteam^S0614TZR7|@devs>"
        " <https://example.com/a?b=1&amp;c=2> @nobody"
    )
    assert got[0]["channel_name"] == "general"
    assert texts(workspace, ANNA) == ["Queued for Bob"]
    assert texts(workspace, BOB) == []
    workspace.command(ANNA, "<@U0G9QF9C6> &lt;3", command="/escaped", escaped=True)
    assert got[1]["text"] == "<@U0G9QF9C6> &lt;3"


def test_an_answer_in_the_channel_is_seen_by_all_after_the_command(slack, workspace):
    @slack.app.command("/loud")
    def loud(ack):
        ack(text="For all", response_type="in_channel")

    workspace.command(ANNA, "now", command="/loud", channel="C0GENERAL")
    assert texts(workspace) == ["/loud now", "For all"]


def test_a_response_url_replaces_the_first_answer_and_works_five_times(slack, workspace):
    urls = []

    @slack.app.command("/url")
    def url(ack, command):
        urls.append(command["response_url"])
        ack("Queued")

    workspace.command(ANNA, "x", command="/url")
    hook = WebhookClient(urls[0])
    assert hook.send(text="Delivered", replace_original=True).body == "ok"
    assert texts(workspace, ANNA) == ["Delivered"]
    assert hook.send(text="One more").status_code == 200
    assert texts(workspace, ANNA) == ["Delivered", "One more"]
    assert hook.send(text="For all", response_type="in_channel").status_code == 200
    assert texts(workspace) == ["For all"]
    assert hook.send(text="").status_code == 400
    assert hook.send(delete_original=True).status_code == 200
    assert texts(workspace) == []
    assert hook.send(text="Fifth").status_code == 200
    sixth = hook.send(text="Sixth")
    assert (sixth.status_code, "used_url" in sixth.body) == (404, True)


def test_a_command_that_nobody_acknowledges_shows_operation_timeout_and_is_not_tried_again(slack, workspace):
    @slack.app.command("/silent")
    def silent(body):
        """Forget to acknowledge."""

    delivery = workspace.command(ANNA, "x", command="/silent")
    assert (delivery.acked, delivery.failed, len(delivery.attempts)) == (False, "operation_timeout", 1)
    assert texts(workspace, ANNA) == ['/silent failed with the error "operation_timeout"']


def test_a_message_its_edit_and_its_deletion_are_events(slack, workspace):
    ts = workspace.message(ANNA, "Look @bob *now*").ts
    workspace.edit(ts, "Never mind")
    workspace.delete(ts)
    until(lambda: len(slack.events) == 3)
    new, changed, deleted = sorted(slack.events, key=lambda event: event["event_ts"])
    assert (new["text"], new["blocks"][0]["type"], new["channel_type"]) == (
        "Look <@U0G9QF9C6> *now*",
        "rich_text",
        "channel",
    )
    assert (changed["subtype"], changed["message"]["text"], changed["previous_message"]["text"]) == (
        "message_changed",
        "Never mind",
        new["text"],
    )
    assert changed["message"]["edited"]["user"] == ANNA
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


def test_an_alert_and_its_all_clear_are_one_message_edited_by_the_bot(slack, workspace):
    ts = workspace.alert(image_url="http://127.0.0.1/graph.png").ts
    assert workspace.clear().ts == ts
    until(lambda: len(slack.events) == 2)
    raised, cleared = sorted(slack.events, key=lambda event: event["event_ts"])
    assert (raised["text"], raised["subtype"], raised["bot_id"]) == ("", "bot_message", "B0MONITOR")
    assert raised["attachments"][0]["color"] == "a30200"
    assert raised["attachments"][0]["image_url"] == "http://127.0.0.1/graph.png"
    assert (cleared["subtype"], cleared["message"]["ts"]) == ("message_changed", ts)
    assert cleared["message"]["attachments"][0]["title"].startswith("[RESOLVED]")
    assert cleared["message"]["attachments"][0]["color"] == "2eb886"
    assert cleared["previous_message"]["attachments"] == raised["attachments"]
    assert workspace.clear() is None


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "to",
            "label": {"type": "plain_text", "text": "To"},
            "element": {"type": "multi_users_select", "action_id": "users"},
        },
        {
            "type": "input",
            "block_id": "how",
            "optional": True,
            "label": {"type": "plain_text", "text": "How"},
            "element": {
                "type": "static_select",
                "action_id": "way",
                "options": [{"text": {"type": "plain_text", "text": "Loud"}, "value": "loud"}],
            },
        },
    ],
}


def test_a_global_shortcut_opens_a_form_whose_errors_stay_until_it_is_filled_in_well(slack, workspace):
    got = []

    @slack.app.shortcut("open_form")
    def open_form(ack, shortcut, client):
        ack()
        client.views_open(trigger_id=shortcut["trigger_id"], view=FORM)

    @slack.app.view("form")
    def form(ack, view):
        got.append(view["state"]["values"])
        ack(response_action="errors", errors={"to": "Not mapped"}) if len(got) == 1 else ack()

    assert workspace.shortcut(ANNA, "open_form").acked
    view = until(lambda: workspace.views.stacks.get(ANNA))[0].body
    assert workspace.submit(view["id"], {}).errors == {"to": "Please complete this required field."}
    assert got == []
    assert workspace.submit(view["id"], {"to": [BOB]}).errors == {"to": "Not mapped"}
    assert workspace.submit(view["id"], {"to": [BOB], "how": {"way": "loud"}}) is None
    assert got[1]["to"] == {"users": {"type": "multi_users_select", "selected_users": [BOB]}}
    assert got[1]["how"]["way"]["selected_option"]["value"] == "loud"
    with pytest.raises(ApiError, match="not_found"):
        workspace.submit(view["id"], {})


def test_a_form_can_answer_with_another_one_and_be_dismissed(slack, workspace):
    @slack.app.view("first")
    def first(ack):
        ack(response_action="push", view={**FORM, "callback_id": "second", "notify_on_close": True})

    @slack.app.view("second")
    def second(ack):
        ack(response_action="update", view={**FORM, "callback_id": "third", "blocks": []})

    @slack.app.view("third")
    def third(ack):
        ack(response_action="clear")

    closed = []

    @slack.app.view_closed("second")
    def second_closed(ack, view):
        ack()
        closed.append(view["callback_id"])

    opened = workspace.views.open(ANNA, {**FORM, "callback_id": "first"})
    workspace.submit(opened.body["id"], {"to": [BOB]})
    upper = workspace.views.stacks[ANNA][-1]
    assert (upper.body["callback_id"], upper.body["previous_view_id"]) == ("second", opened.body["id"])
    workspace.dismiss(upper.body["id"])
    assert closed == ["second"]
    workspace.submit(opened.body["id"], {"to": [BOB]})
    again = workspace.views.stacks[ANNA][-1]
    assert workspace.submit(again.body["id"], {"to": [BOB]}).body["callback_id"] == "third"
    assert workspace.submit(again.body["id"], {}) is None
    assert workspace.views.stacks[ANNA] == []


def test_a_message_shortcut_carries_the_message(slack, workspace):
    got = []

    @slack.app.shortcut("on_message")
    def on_message(ack, shortcut):
        got.append(shortcut)
        ack()

    ts = workspace.alert().ts
    assert workspace.shortcut(BOB, "on_message", ts=ts).acked
    assert got[0]["message"]["attachments"][0]["title"].startswith("[FIRING:1]")
    assert (got[0]["channel"], got[0]["user"]["id"]) == ({"id": "C0ALERTS", "name": "alerts"}, BOB)


def test_a_button_replaces_the_message_it_stands_in(slack, workspace):
    @slack.app.action("cancel")
    def cancel(ack, respond):
        ack()
        respond("Cancelled", replace_original=True)

    button = {"type": "button", "action_id": "cancel", "text": {"type": "plain_text", "text": "Cancel"}, "value": "7"}
    posted = slack.app.client.chat_postEphemeral(
        channel="C0GENERAL", user=ANNA, text="Reminder", blocks=[{"type": "actions", "elements": [button]}]
    )
    assert workspace.action(ANNA, {**button, "block_id": "b0"}, ts=posted["message_ts"]).acked
    until(lambda: texts(workspace, ANNA) == ["Cancelled"])


def test_a_button_in_the_app_home_carries_the_view(slack, workspace):
    got = []

    @slack.app.action("in_home")
    def in_home(ack, body):
        got.append(body["view"]["type"])
        ack()

    assert workspace.open_home(ANNA) is not None
    until(lambda: [event["type"] for event in slack.events] == ["app_home_opened"])
    home = slack.app.client.views_publish(user_id=ANNA, view={"type": "home", "blocks": []})["view"]
    assert workspace.action(ANNA, {"type": "button", "action_id": "in_home"}, view_id=home["id"]).acked
    assert got == ["home"]


def test_a_form_that_the_app_does_not_take_says_so_and_stays(slack, workspace):
    @slack.app.view("ignored")
    def ignored(body):
        """Forget to acknowledge."""

    opened = workspace.views.open(ANNA, {**FORM, "callback_id": "ignored"})
    assert workspace.submit(opened.body["id"], {"to": [BOB]}).errors[""].startswith("We had some trouble")
