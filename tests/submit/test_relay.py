"""Which relays a message concerns, and where it stands in Slack."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.matching import Pattern
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.slack.messages.event import Changed, Deleted, Posted
from slack_bitrix24.slack.messages.payload import Sender, read
from slack_bitrix24.submit.people import People, Person
from slack_bitrix24.submit.relay import (
    Own,
    Relay,
    is_bot,
    is_own,
    normal_stamp,
    once,
    permalink,
    version,
    watching,
    why_not,
)

BOT, PERSON = Sender(bot_id="B1", app_id="A1"), Sender(user="U1")


def relay(**how) -> Relay:
    return Relay(**{"name": "r", "channels": ("C1",), "kind": "anyone", **how})


@pytest.mark.parametrize(
    ("how", "channel", "sender", "reason"),
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
        ({"match": Pattern("(?i)firing")}, "C1", PERSON, ""),
        ({"match": Pattern("critical")}, "C1", PERSON, "no match"),
        ({"unless": Pattern("(?i)now")}, "C1", PERSON, "kept out by unless"),
        ({"unless": Pattern("resolved")}, "C1", PERSON, ""),
        ({"match": Pattern("Firing"), "unless": Pattern("now$")}, "C1", PERSON, "kept out by unless"),
        ({"match": Pattern("Firing"), "unless": Pattern("^now")}, "C1", PERSON, ""),
    ],
)
def test_a_relay_takes_what_it_names(how, channel, sender, reason):
    found = why_not(relay(**how), channel=channel, sender=sender, visible="Firing now", people=People())
    assert found == reason


KNOWN = People({"U0CIBOT01": Person("U0CIBOT01", "ci", "CI", bot=True), "U1": Person("U1", "a", "A")})


@pytest.mark.parametrize(
    ("message", "bot"),
    [
        ({"subtype": "bot_message", "bot_id": None, "text": "as in Slack's example"}, True),
        ({"subtype": "bot_message", "username": "Grafana"}, True),
        ({"user": "U1", "app_id": "A1"}, True),
        ({"user": "U1", "bot_id": "B1"}, True),
        ({"user": "U1", "bot_profile": {"name": "CI"}}, True),
        ({"user": "U0CIBOT01", "subtype": "file_share"}, True),  # a bot user's upload says nothing of a bot
        ({"user": "U0CIBOT01"}, True),
        ({"user": "USLACKBOT"}, True),
        ({"user": "USLACKBOT", "subtype": "slackbot_response"}, True),
        ({"user": "U1"}, False),
        ({"user": "U1", "subtype": "file_share", "bot_profile": None, "app_id": None, "bot_id": ""}, False),
        ({"user": "U0UNKNOWN1"}, False),
    ],
)
def test_bots_are_told_from_people_by_every_mark_that_slack_gives(message, bot):
    sender = read(message).sender
    assert is_bot(sender, KNOWN) is bot
    kinds = {
        kind: not why_not(relay(kind=kind), channel="C1", sender=sender, visible="x", people=KNOWN)
        for kind in ("bots", "people", "anyone")
    }
    assert kinds == {"bots": bot, "people": not bot and bool(sender.user), "anyone": True}


def owed(name: str, *numbers: int, edits: str = "replace"):
    one = relay(name=name, edits=edits)
    return one, [
        Notification(f"{name}{number}", Recipient("main", number), "x", f"{name}|U{number}") for number in numbers
    ]


@pytest.mark.parametrize(
    ("relays", "had", "keys"),
    [
        ([owed("a", 1, 2), owed("b", 2, 3)], {}, "a1 a2 b3"),
        ([owed("a", 1), owed("b", 1), owed("c", 1)], {}, "a1"),
        ([owed("a", 1, 1)], {}, "a1"),
        ([owed("a", 1, 2), owed("b", 2)], {"b": [2]}, "a1 b2"),  # who has it stays with that relay
        ([owed("a", 1), owed("b", 1)], {"a": [1], "b": [1]}, "a1"),
        ([owed("a", 1, edits="ignore"), owed("b", 1)], {}, "b1"),  # so that an edit reaches them
        ([owed("a", 1, 2, edits="ignore"), owed("b", 1)], {}, "b1 a2"),
        ([owed("b", 1)], {"a": [1]}, ""),  # a has sent it, and says nothing this time
        ([], {"a": [1]}, ""),
    ],
)
def test_relays_that_share_a_recipient_notify_once(relays, had, keys):
    known = {name: [Recipient("main", number) for number in numbers] for name, numbers in had.items()}
    assert [one.key for one in once(relays, known)] == keys.split()


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


def posted(**how) -> Posted:
    return Posted(**{"channel": "C1", "ts": "1763875001.200300", "post": read({}), "sender": PERSON, **how})


def changed(**how) -> Changed:
    return Changed(**{"channel": "C1", "ts": "1763875001.200300", "post": read({}), "sender": PERSON, **how})


def deleted(**how) -> Deleted:
    return Deleted(**{"channel": "C1", "ts": "1763875001.200300", **how})


@pytest.mark.parametrize(
    ("event", "stamp"),
    [
        (posted(event_ts="1763875002.000000"), "1763875001.200300"),
        (posted(ts="?"), "0000000000.000000"),
        (changed(event_ts="1763875002.000100", edited="1763875002.000000"), "1763875002.000100"),
        (changed(event_ts="x", edited="1763875002.0"), "1763875002.000000"),
        (changed(), "1763875001.200300"),
        (deleted(event_ts="1763875003.5"), "1763875003.500000"),
        (deleted(), "1763875001.200300"),
    ],
)
def test_what_happens_to_a_message_is_ordered_by_slacks_time(event, stamp):
    assert version(event) == stamp


@pytest.mark.parametrize(
    ("stamp", "normal"),
    [
        ("1763875001.200300", "1763875001.200300"),
        ("1763875001.2", "1763875001.200000"),
        ("1763875001", "1763875001.000000"),
        ("1", "0000000001.000000"),
        ("1763875001.2003009", "1763875001.200300"),
        ("17638750010.1", ""),
        ("-1", ""),
        ("1e9", ""),
        ("١٢", ""),
        ("", ""),
    ],
)
def test_a_time_stamp_is_written_in_one_way(stamp, normal):
    assert normal_stamp(stamp) == normal


MICROSECONDS = st.integers(0, 10**16 - 1)


@given(MICROSECONDS, MICROSECONDS)
def test_time_stamps_are_ordered_as_their_times_to_the_microsecond(one, other):
    written = [normal_stamp(f"{each // 10**6}.{each % 10**6:06}") for each in (one, other)]
    assert (written[0] < written[1]) == (one < other)


def test_a_relay_that_ignores_edits_owes_the_message_all_the_same_unless_it_is_gone():
    replace, ignore = relay(), relay(edits="ignore")
    loud = relay(edits="replace loudly")
    for each in (posted(), changed(), deleted()):
        assert loud.wants(each) == replace.wants(each)
    assert loud.may_send(is_newest=False, is_gone=False) == replace.may_send(is_newest=False, is_gone=False)
    assert [[one.wants(each) for each in (posted(), changed(), deleted())] for one in (replace, ignore)] == [
        [True, True, True],
        [True, False, False],
    ]
    table = [(is_newest, is_gone) for is_newest in (True, False) for is_gone in (True, False)]
    may = [[one.may_send(is_newest=newest, is_gone=gone) for newest, gone in table] for one in (replace, ignore)]
    assert may == [[True, True, False, False], [True, True, False, True]]
