"""`/b24 @anna text` and its relations, from the key stroke to the notification and the replaced answer."""

from __future__ import annotations

import re
import time

import pytest

from rig import ANNA, BOB, CAROL, DAVE, DEVS
from slack_bitrix24.sandbox.portal import Fault
from waiting import until


def test_a_command_arrives_within_a_second_and_its_answer_is_replaced(slack):
    began = time.monotonic()
    typed = slack.type("@anna Deploy of *api* finished")
    slack.arrived(10, "Deploy of [b]api[/b] finished", timeout=1)
    assert time.monotonic() - began < 1
    assert typed.ms < 1000
    assert typed.first == "Queued for Anna Petrova"
    assert re.fullmatch(r"Delivered to Anna Petrova in \d\.\d+ s", typed.final())


def test_all_formatting_of_slack_arrives_as_bb_code(slack):
    slack.workspace.command(
        ANNA,
        f"<@{CAROL}|carol> *bold* _italic_ ~strike~ `code` <https://example.com/a?b=1&amp;c=2|the page> "
        f"<@{BOB}|bob> <#C0GENERAL|general> &lt;b&gt;\n• one\n• two\n&gt; quoted\n```\nlet x = 1;\n```",
        escaped=True,
    )
    text = slack.arrived(14, "[b]bold[/b]")["message"]
    assert "[i]italic[/i] ~strike~ `code`" in text
    assert "code" in text
    assert "[url=https://example.com/a?b=1&c=2]the page[/url]" in text.lower()
    assert "Bob Smirnov" in text
    assert "#general" in text
    assert "one" in text
    assert "quoted" in text
    assert "let x = 1;" in text


@pytest.mark.parametrize(
    ("addresses", "who"),
    [
        ("@anna @carol", {10, 14}),
        ("@anna, @carol", {10, 14}),
        ("@oncall", {10, 12}),
        ("@nested", {10, 12, 14}),
        ("me", {10}),
        ("@devs", {10, 12}),
        (f"<!subteam^{DEVS}>", {10, 12}),
        ("here", {10, 12, 14}),
        ("<!channel>", {10, 12, 14}),
        ("bitrix24:10", {10}),
        ("bitrix24:main/7", {7}),
        (f"<@{ANNA}|anna>", {10}),
        ("@anna bitrix24:10 @oncall", {10, 12}),
    ],
)
def test_everyone_addressed_is_notified_once(slack, addresses, who):
    words = f"to {re.sub('[^a-z0-9]', '', addresses)} {time.monotonic_ns()}"
    typed = slack.workspace.command(ANNA, f"{addresses} {words}", escaped=addresses.startswith("<"))
    assert not typed.failed
    for user_id in who:
        slack.arrived(user_id, words)
    until(lambda: slack.executed(words) == len(who))
    assert {one["user_id"] for one in slack.portal.notifications() if words in one["message"]} == who


def test_whoever_is_not_mapped_is_named_with_what_to_do_and_the_others_are_notified(slack):
    typed = slack.type("@dave @carol unmapped and mapped")
    assert typed.first.splitlines()[0] == "Queued for Carol Chen"
    assert "Dave Unmapped" in typed.first
    assert f"ask an administrator to add `{DAVE}:` and the Bitrix24 user's number" in typed.first
    slack.arrived(14, "unmapped and mapped")
    assert "Dave Unmapped" in typed.final("Delivered to Carol Chen")


def test_nobody_is_notified_of_a_name_that_two_people_have(slack):
    typed = slack.type("@chris @carol which of you")
    assert "Chris Old (@chris.old)" in typed.first
    assert "Chris Young (@chris.young)" in typed.first
    slack.arrived(14, "which of you")
    typed.final("Delivered to Carol Chen")
    assert slack.seen(16, "which of you") == slack.seen(17, "which of you") == []


@pytest.mark.parametrize(("name", "user_id"), [("chris.old", 16), ("Carol", 14), ("CAROL", 14)])
def test_a_name_that_slack_did_not_escape_is_a_handle_or_a_display_name(slack, name, user_id):
    words = f"typed {name} {time.monotonic_ns()}"
    slack.workspace.command(ANNA, f"@{name} {words}", escaped=True)
    slack.arrived(user_id, words)


def test_a_name_that_nobody_has_is_said_so(slack):
    typed = slack.type("@nosuchperson hello")
    assert typed.first == "Nobody was notified.\nNobody is called @nosuchperson"


def test_a_group_that_is_unknown_is_said_so(slack):
    typed = slack.workspace.command(ANNA, "<!subteam^S0NOSUCH1> hello", escaped=True)
    assert "S0NOSUCH1" in typed.response["text"]


def test_somebody_whose_slack_is_russian_is_answered_in_russian(slack):
    typed = slack.type("@anna привет, *мир*", user=BOB)
    assert typed.first == "В очереди: Anna Petrova"
    slack.arrived(10, "привет, [b]мир[/b]")
    assert re.fullmatch(r"Доставлено: Anna Petrova — за \d,\d+ с", typed.final())


def test_text_stays_what_it_is_whatever_it_looks_like(slack):
    slack.type('@anna payload={1} [b]not bold[/b] a &lt;b&gt; c \\ "x" %41 %u0041 +')
    text = slack.arrived(10, "payload={1}")["message"]
    assert "[b]not bold[/b]" not in text
    assert "%41 %u0041 +" in text


def test_a_very_long_text_arrives_cut_and_says_so(slack):
    typed = slack.type("@carol longtext " + "много слов " * 4000)
    assert "longtext" in slack.arrived(14, "longtext")["message"]
    assert typed.final("Delivered")


def test_a_person_who_may_not_notify_is_refused(slack):
    typed = slack.type("@anna let me in", user=DAVE)
    assert "may not" in typed.first
    assert slack.seen(10, "let me in") == []


def test_more_than_twenty_people_take_a_permission(slack):
    refused = slack.type("@crowd all of you", user=CAROL)
    assert "more than 20 people" in refused.first
    allowed = slack.type("@crowd all of you", user=ANNA)
    assert "11 more" in allowed.first
    allowed.final("Delivered to", timeout=20)
    assert slack.executed("all of you") == 21


def test_a_command_that_bitrix24_refuses_is_told_to_who_sent_it(slack):
    slack.portal.fail(Fault("result_false", user=14))
    typed = slack.type("@carol refuse this")
    assert typed.final().startswith("Not delivered to Carol Chen: Bitrix24 created nothing for Carol Chen (14)")
    assert "not delivered" in slack.type("status").first
