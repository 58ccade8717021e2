"""Which relays a message concerns, and where it stands in Slack."""

from __future__ import annotations

import re

import pytest

from slack_bitrix24.slack.payload import Sender
from slack_bitrix24.submit.relay import Own, Relay, is_own, permalink, watching, why_not

BOT, PERSON = Sender(bot_id="B1", app_id="A1"), Sender(user="U1")


def relay(**given) -> Relay:
    return Relay(**{"name": "r", "channels": ("C1",), "kind": "anyone", **given})


@pytest.mark.parametrize(
    ("given", "channel", "sender", "reason"),
    [
        ({}, "C1", PERSON, ""),
        ({}, "C2", PERSON, "another channel"),
        ({"channels": ()}, "C2", PERSON, ""),
        ({"kind": "bots"}, "C1", BOT, ""),
        ({"kind": "bots"}, "C1", PERSON, "another sender"),
        ({"kind": "people"}, "C1", PERSON, ""),
        ({"kind": "people"}, "C1", BOT, "another sender"),
        ({"kind": "people"}, "C1", Sender(), "another sender"),
        ({"kind": "listed", "senders": ("U1",)}, "C1", PERSON, ""),
        ({"kind": "listed", "senders": ("A1",)}, "C1", BOT, ""),
        ({"kind": "listed", "senders": ("B1",)}, "C1", BOT, ""),
        ({"kind": "listed", "senders": ("",)}, "C1", Sender(), "another sender"),
        ({"match": re.compile("(?i)firing")}, "C1", PERSON, ""),
        ({"match": re.compile("critical")}, "C1", PERSON, "no match"),
    ],
)
def test_a_relay_takes_what_it_names(given, channel, sender, reason):
    assert why_not(relay(**given), channel=channel, sender=sender, visible="Firing now") == reason


@pytest.mark.parametrize(
    ("sender", "own"),
    [
        (Sender(bot_id="B9"), True),
        (Sender(user="U9"), True),
        (Sender(app_id="A9"), True),
        (Sender(user="U1", bot_id="B1", app_id="A1"), False),
        (Sender(), False),
    ],
)
def test_the_bridge_knows_itself(sender, own):
    assert is_own(sender, Own("U9", "B9", "A9")) is own
    assert not is_own(sender, Own())


def test_all_versions_of_a_message_share_their_tag():
    assert relay().tag("C1", "1.2") == "relay:r:C1:1.2"


def test_only_the_relays_of_a_channel_watch_it():
    one, every = relay(), relay(name="every", channels=())
    assert watching([one, every], "C1") == [one, every]
    assert watching([one, every], "C2") == [every]


@pytest.mark.parametrize(
    ("args", "thread", "url"),
    [
        (("https://a.slack.com/", "C1", "1.200000"), "", "https://a.slack.com/archives/C1/p1200000"),
        (("https://a.slack.com", "C1", "1.2"), "1.2", "https://a.slack.com/archives/C1/p12"),
        (("https://a.slack.com", "C1", "1.3"), "1.2", "https://a.slack.com/archives/C1/p13?thread_ts=1.2&cid=C1"),
        (("", "C1", "1.3"), "", ""),
        (("https://a.slack.com", "", "1.3"), "", ""),
        (("https://a.slack.com", "C1", ""), "", ""),
    ],
)
def test_a_message_has_its_address(args, thread, url):
    assert permalink(*args, thread_ts=thread) == url
