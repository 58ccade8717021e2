"""Forms, lists and the App Home: valid Block Kit in both languages, whatever people wrote."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_bitrix24.sandbox.workspace.forms import fault
from slack_bitrix24.slack.replies import views

LANGUAGES = ["en", "ru"]
REMINDERS = [
    views.Reminder(
        7, "<stretch> & go", "every day at 9:00", following="Fri 15 Jan 2027, 9:00", who="Anna, <@U0BOB0001>"
    ),
    views.Reminder(8, "x" * 4000, "Fri 15 Jan 2027, 11:00"),
    views.Reminder(9, "put off", "", again="Fri 15 Jan 2027, 12:00", trouble="C0<x>: channel_not_found"),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_what_slack_takes(language):
    view = views.form(
        language=language, people=["U024BE7LH"], more="@oncall", text="hello", quoted="quoted", metadata="{}"
    )
    assert fault(view, kind="modal") == ""
    first = [block.get("element", {}) for block in view["blocks"]]
    assert first[0]["initial_users"] == ["U024BE7LH"]
    assert (first[1]["initial_value"], first[2]["initial_value"]) == ("@oncall", "hello")
    assert view["blocks"][2]["optional"]  # the message says enough
    assert len(view["blocks"]) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_form_asks_for_a_text(language):
    view = views.form(language=language)
    assert fault(view, kind="modal") == ""
    assert not view["blocks"][2]["optional"]
    assert "initial_value" not in view["blocks"][2]["element"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_in_place_of_the_form_is_a_view_too(language):
    assert fault(views.said("kept", language=language), kind="modal") == ""


@settings(max_examples=40)
@given(st.text(max_size=4000))
def test_a_form_with_any_text_keeps_to_the_limits(text):
    view = views.form(language="en", text=text, quoted=text)
    assert fault(view, kind="modal") == ""
    assert all(len(block["text"]["text"]) <= 3000 for block in view["blocks"] if block["type"] == "section")


def test_a_submitted_form_is_read():
    values = {
        "people": {"people": {"type": "multi_users_select", "selected_users": ["U024BE7LH"]}},
        "more": {"more": {"value": "@oncall"}},
        "text": {"text": {"value": "hello"}},
        "when": {"when": {"value": " at 9:00 "}},
    }
    filled = views.filled({"state": {"values": values}, "private_metadata": "{}"})
    assert filled == views.Filled(("U024BE7LH",), "@oncall", "hello", "at 9:00", "{}")


@pytest.mark.parametrize("view", [{}, {"state": None}, {"state": {"values": {"text": {"text": {"value": None}}}}}])
def test_what_is_missing_in_a_form_is_empty(view):
    assert views.filled(view) == views.Filled((), "", "", "", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_reminders_are_listed_with_their_buttons(language):
    said = views.reminders(REMINDERS, total=3, language=language)
    assert "&lt;stretch&gt; &amp; go" in said["text"]
    buttons = [one for block in said["blocks"] if block["type"] == "actions" for one in block["elements"]]
    assert {(one["action_id"], one["value"]) for one in buttons} == {
        (action, number) for action in (views.CANCEL, views.SNOOZE) for number in ("7", "8", "9")
    }
    text = json.dumps(said["blocks"], ensure_ascii=False)
    for moment in ("15 Jan 2027, 9:00", "15 Jan 2027, 11:00", "15 Jan 2027, 12:00"):
        assert text.count(moment) == 1
    assert "Anna, <@U0BOB0001>" in text
    assert "C0&lt;x&gt;: channel_not_found" in text
    assert all(len(block["text"]["text"]) <= 3000 for block in said["blocks"] if block["type"] == "section")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reminders_are_said_to_be_none(language):
    assert "blocks" not in views.reminders([], total=0, language=language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("found", "latest"), [([], []), (REMINDERS * 40, ["line"] * 40)])
def test_the_app_home_is_what_slack_takes(language, found, latest):
    view = views.home(user="You", found=found, latest=latest, language=language)
    assert fault(view, kind="home") == ""
    assert len(view["blocks"]) <= 100


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("shown", "total"), [(1, 1), (20, 20), (20, 21), (20, 28), (20, 400), (3, 4)])
def test_a_list_that_is_not_all_of_them_says_so(language, shown, total):
    said = views.reminders((REMINDERS * 7)[:shown], total=total, language=language)
    assert (str(total) in said["text"].splitlines()[0]) is (total > shown)
    assert len(said["blocks"]) <= 50
