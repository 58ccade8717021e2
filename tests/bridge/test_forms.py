"""The form: opened by the bare command and by both shortcuts, filled in, sent, refused beside its fields."""

from __future__ import annotations

import pytest

from rig import ANNA, BOB, CAROL, DAVE
from slack_bitrix24.sandbox.workspace import forms
from waiting import until


@pytest.fixture(autouse=True)
def no_form(slack):
    slack.workspace.views.stacks.clear()


@pytest.mark.parametrize(("text", "people"), [("", []), ("@carol", [CAROL]), ("@carol @oncall", [CAROL])])
def test_a_command_without_text_opens_the_form_with_its_recipients(slack, text, people):
    assert slack.type(text).response == {}
    form = slack.form()
    chosen = form.body["blocks"][0]["element"]
    assert chosen.get("initial_users", []) == people
    assert form.body["title"]["text"] == "Notify in Bitrix24"
    if "oncall" in text:
        assert form.body["blocks"][1]["element"]["initial_value"] == "@oncall"


def test_a_form_that_is_sent_arrives_and_tells_the_outcome(slack):
    typed = slack.type("@carol")
    form = slack.form()
    assert slack.workspace.submit(form.body["id"], {"text": "from the *form*"}) is None
    slack.arrived(14, "from the [b]form[/b]")
    until(lambda: typed.now.startswith("Delivered to Carol Chen"))


def test_further_addresses_are_taken_as_text(slack):
    slack.type("")
    filled = {"people": [CAROL], "more": "@oncall, bitrix24:7", "text": "form to many"}
    assert slack.workspace.submit(slack.form().body["id"], filled) is None
    for user_id in (14, 10, 12, 7):
        slack.arrived(user_id, "form to many")


@pytest.mark.parametrize(
    ("filled", "field", "words"),
    [
        ({"text": "x"}, "people", "Choose somebody"),
        ({"people": [DAVE], "text": "x"}, "people", "Dave Unmapped"),
        ({"more": "@nosuch", "text": "x"}, "more", "@nosuch"),
        ({"people": [CAROL], "text": "x", "when": "when pigs fly"}, "when", "not understood"),
        ({"people": [CAROL], "text": "   "}, "text", "no text"),
        ({"more": "@crowd", "text": "x"}, "text", "more than 20 people"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_form_stays_open(slack, filled, field, words):
    slack.type("", user=CAROL)
    opened = slack.workspace.submit(slack.form(CAROL).body["id"], filled)
    assert opened is not None
    assert words in opened.errors[field]
    assert "&lt;" not in opened.errors[field]


def test_a_form_with_a_time_becomes_a_reminder_and_says_so(slack):
    slack.type("@carol")
    form = slack.form()
    shown = slack.workspace.submit(form.body["id"], {"text": "form later", "when": "in 2 seconds"})
    assert shown is not None
    assert "Reminder for Carol Chen" in str(shown.body["blocks"])
    assert slack.seen(14, "form later") == []
    slack.arrived(14, "form later")


def test_the_form_is_russian_for_whoever_reads_slack_in_russian(slack):
    slack.type("", user=BOB)
    assert slack.form(BOB).body["title"]["text"] == "Уведомить в Битрикс24"


def test_a_message_is_sent_on_with_its_attachment_and_a_link_back(slack):
    alert = slack.workspace.bot_message(
        {
            "attachments": [
                {"color": "danger", "title": "Disk nearly full", "fields": [{"title": "Disk", "value": "sda"}]}
            ]
        },
        channel="C0MATCH",
    )
    slack.workspace.shortcut(ANNA, "send_to_bitrix24", ts=alert.ts)
    form = slack.form()
    assert "Disk nearly full" in str(form.body["blocks"])
    assert slack.workspace.submit(form.body["id"], {"people": [CAROL], "text": "please look"}) is None
    got = slack.arrived(14, "please look")
    everything = got["message"] + str(got["attach"])
    for words in ("Disk nearly full", "sda", f"archives/C0MATCH/p{alert.ts.replace('.', '')}", "#a30200"):
        assert words in everything.lower() or words in everything


def test_a_message_can_be_sent_on_without_a_word_of_ones_own(slack):
    said = slack.workspace.message(BOB, "worth *reading*", channel="C0LISTED")
    slack.workspace.shortcut(CAROL, "send_to_bitrix24", ts=said.ts)
    assert slack.workspace.submit(slack.form(CAROL).body["id"], {"more": "bitrix24:7"}) is None
    slack.arrived(7, "worth [b]reading[/b]")


def test_a_message_can_be_sent_on_later(slack):
    said = slack.workspace.message(BOB, "read this *later*", channel="C0LISTED")
    slack.workspace.shortcut(CAROL, "send_to_bitrix24", ts=said.ts)
    shown = slack.workspace.submit(slack.form(CAROL).body["id"], {"more": "bitrix24:7", "when": "in 1 second"})
    assert shown is not None
    got = slack.arrived(7, "read this [b]later[/b]")
    assert "archives/C0LISTED" in got["message"] + str(got["attach"])


def test_a_message_can_be_sent_on_to_a_channel(slack):
    said = slack.workspace.message(BOB, "for the channel", channel="C0LISTED")
    slack.workspace.shortcut(CAROL, "send_to_bitrix24", ts=said.ts)
    assert slack.workspace.submit(slack.form(CAROL).body["id"], {"more": "C0MATCH"}) is None
    for user_id in (10, 12):
        slack.arrived(user_id, "for the channel")


def test_the_global_shortcut_opens_the_form_and_the_outcome_comes_as_a_direct_message(slack):
    slack.workspace.shortcut(ANNA, "notify_bitrix24")
    assert slack.workspace.submit(slack.form().body["id"], {"people": [CAROL], "text": "global"}) is None
    slack.arrived(14, "global")
    until(lambda: any(text.startswith("Delivered to Carol Chen") for text in slack.direct(ANNA)))


def test_a_form_sent_twice_owes_nothing_twice(slack):
    slack.type("@carol")
    form = slack.form()
    payload = dict(form.body)
    slack.workspace.submit(form.body["id"], {"text": "double click"})
    slack.arrived(14, "double click")
    assert slack.executed("double click") == 1
    assert payload["callback_id"] == "notify_form"


@pytest.mark.parametrize(
    ("filled", "user_id"),
    [
        ({"text": "sent twice, said once"}, 14),
        ({"text": "reminded twice, said once", "when": "in 2 seconds"}, 14),
        ({"text": "twice to a group", "more": "@oncall"}, 10),
        ({"text": "twice to a number", "more": "bitrix24:7"}, 7),
        ({"text": "twice to a channel", "more": "C0GENERAL"}, 12),
    ],
)
def test_a_form_that_is_submitted_twice_is_taken_once(slack, filled, user_id):
    slack.type("@carol")
    form = slack.form()
    body = {**form.body, "state": {"values": forms.state(form.body, filled)}}
    for _ in range(2):
        delivery = slack.workspace._interact("view_submission", ANNA, view=body, response_urls=[])
        assert not delivery.failed
    slack.arrived(user_id, filled["text"])
    slack.type("@carol after " + filled["text"]).final("Delivered")
    assert (
        len(
            [
                one
                for one in slack.portal.sends()
                if filled["text"] in one["message"]
                and one["user_id"] == user_id
                and not one["message"].startswith("after")
            ]
        )
        == 1
    )
