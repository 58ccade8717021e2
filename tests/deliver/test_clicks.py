"""An alert of the bot is taken by a click: checked against our own store, applied once, shown to all who have it."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from deliver.test_bot import configured, put, texts
from slack_bitrix24.app.bots import OwnBot
from slack_bitrix24.app.clicks import Around, Clicks, Heard, place_of
from slack_bitrix24.bitrix24.bot_calls import Bot
from slack_bitrix24.bitrix24.bots import command
from slack_bitrix24.config import load
from slack_bitrix24.deliver import buttons
from slack_bitrix24.deliver.buttons import Buttons
from slack_bitrix24.deliver.doubt import Rules
from slack_bitrix24.mapping import Directory
from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.sandbox.portal.rules import SOURCE
from slack_bitrix24.store import Store
from slack_bitrix24.submit.people import People, Person
from waiting import until

ADMIN = "U0ADMIN01"
CONFIGURATION = f"""
timezone = "UTC"
portals.main.webhook_url = "https://x.example/rest/1/secret/"
permissions.admin = ["{ADMIN}"]
webhooks = [{{ name = "x", token = "abcdefghijklmnop", to = ["bitrix24:10"], acknowledge = true }}]
"""
TAG = "relay:alerts:C1:1.2"
EVENTS, UPDATE, SEND = "imbot.v2.Event.get", "imbot.v2.Chat.Message.update", "imbot.v2.Chat.Message.send"


@pytest.fixture
def source(portal):
    before = portal.rules
    portal.follow(SOURCE)
    yield portal
    portal.follow(before)


class Taking:
    """A node and who asks its bot for clicks; the address in Slack is one of ours."""

    def __init__(self, rig, file) -> None:
        self.rig = rig
        self.own = OwnBot(configured(f"bridge_{os.urandom(4).hex()}"), rig.store, key="k3y")
        shown = Buttons(lambda: frozenset({"relay:alerts"}), lambda _: "https://x.slack.com/archives/C1/p1")
        self.node = rig.node(rules=Rules("leave"), bot=self.own, buttons=shown)
        file.write_text(CONFIGURATION, "utf-8")
        settings = load(file, {})
        people = People({ADMIN: Person(ADMIN, "boss", "Boss")})
        self.around = Around(lambda: Directory({}, {}), lambda: people, lambda: settings)

    @property
    def bot(self) -> Bot:
        return self.own.get(self.node.lanes["main"].ask)

    def clicks(self, owner: str = "a:1:1", store: Store | None = None) -> Clicks:
        heard = {"main": Heard(self.own, self.node.lanes["main"].ask)}
        return Clicks(heard, store=store or self.rig.store, owner=owner, around=self.around, poll=0.05)

    def fire(self, *users: int, message: str = "disk full") -> list[int]:
        ids = [put(self.rig, message, user=user, tag=TAG, source="relay:alerts") for user in users]
        self.rig.all(ids)
        return ids


@pytest.fixture
def taking(rig, source, tmp_path):
    return Taking(rig, tmp_path / "c.toml")


def shown(portal, user=10):
    return [message for chat in portal.chats(user) for message in chat["messages"]]


def button(portal, user=10):
    return next(one for one in shown(portal, user)[-1]["keyboard"] if "COMMAND" in one)


def click(portal, user=10, **more):
    asked = {"user": user, "command": "ack", "params": button(portal, user)["COMMAND_PARAMS"], **more}
    message = asked.pop("message", shown(portal, user)[-1]["id"])
    return portal.click(message, asked.pop("by", asked.pop("user")), **asked)


def ready(taking):
    """Register the command, as the poller does first."""
    assert command(taking.node.lanes["main"].ask, taking.bot, "ack")


def test_a_click_is_shown_to_all_who_have_it(taking, rig, source):
    taking.fire(10, 12, 14)
    assert [one.get("LINK", one.get("COMMAND")) for one in shown(source)[-1]["keyboard"]] == [
        "https://x.slack.com/archives/C1/p1",
        "ack",
    ]
    running = taking.clicks()
    running.start()
    ready(taking)
    assert click(source, 12)
    for user in (10, 12, 14):
        until(lambda user=user: "taken by" in texts(source, user)[-1], timeout=20)
        assert len(texts(source, user)) == 1
        assert "disk full" in texts(source, user)[-1]
        assert [list(one) for one in shown(source, user)[-1]["keyboard"] if "COMMAND" in one] == []
        assert [one for one in shown(source, user)[-1]["keyboard"] if "LINK" in one]
    running.stop()
    [taken] = rig.store.read(lambda tx: tx.taken.among([TAG])).values()
    [said] = [one for one in rig.store.write(lambda tx: tx.receipts.claim("x")) if "thread" in one.receipt.target]
    assert (said.receipt.target, taken.by in said.receipt.notes[0]) == ({"channel": "C1", "thread": "1.2"}, True)


def test_what_comes_after_it_says_so_too_and_has_no_button(taking, rig, source):
    taking.fire(10)
    ready(taking)
    click(source)
    taking.clicks().look("main", taking.bot)
    rig.all([put(rig, "resolved", tag=TAG, source="relay:alerts")])
    assert "taken by" in texts(source)[-1]
    assert "resolved" in texts(source)[-1]
    assert not [one for one in shown(source)[-1]["keyboard"] if "COMMAND" in one]


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        ({"by": 12}, "somebody else"),
        ({"params": "1 " + "0" * 32}, "no nonce of ours"),
        ({"params": "99999 " + "0" * 32}, "no such notification"),
        ({"params": ""}, "none"),
        ({"params": "1"}, "half"),
        ({"params": "1 x\n1 y"}, "two lines"),
        ({"command": "other"}, "another command"),
    ],
)
def test_a_forged_click_changes_nothing(taking, rig, source, forged, why):
    taking.fire(10)
    ready(taking)
    click(source, **forged)
    taking.clicks().look("main", taking.bot)
    assert rig.store.read(lambda tx: tx.taken.among([TAG])) == {}, why
    click(source)
    taking.clicks().look("main", taking.bot)
    assert rig.store.read(lambda tx: tx.taken.among([TAG]))


def test_the_first_click_counts_however_often_it_is_heard(taking, rig, source):
    """The offset is kept after the work: killed between the two, the same events come again."""
    taking.fire(10, 12)
    ready(taking)
    click(source, 12)
    click(source, 10)
    click(source, 10)
    taking.clicks().look("main", taking.bot)
    first = rig.store.read(lambda tx: tx.taken.among([TAG]))
    rig.store.write(lambda tx: tx.bots.heard("main", "a:1:1", offset=0))
    taking.clicks().look("main", taking.bot)
    assert rig.store.read(lambda tx: tx.taken.among([TAG])) == first
    until(lambda: all("taken by" in texts(source, user)[-1] for user in (10, 12)))
    assert [len(texts(source, user)) for user in (10, 12)] == [1, 1]


@pytest.mark.parametrize("method", [UPDATE, EVENTS])
@pytest.mark.parametrize("lost", ["execute_and_drop", "drop"])
def test_a_lost_answer_loses_no_click(taking, rig, source, lost, method):
    taking.fire(10)
    ready(taking)
    click(source)
    source.fail(Fault(lost, method=method))
    running = taking.clicks()
    running.start()
    until(lambda: "taken by" in texts(source)[-1], timeout=40)
    assert len(texts(source)) == 1
    running.stop()


def test_one_process_asks_at_a_time(taking, rig, source):
    taking.fire(10)
    assert rig.store.write(lambda tx: tx.bots.hold("main", "a:1:1", gone=lambda _: False)) == 0
    assert rig.store.write(lambda tx: tx.bots.hold("main", "b:1:1", gone=lambda _: False)) is None
    assert rig.store.write(lambda tx: tx.bots.hold("main", "b:1:1", gone=lambda _: True)) == 0
    assert rig.store.write(lambda tx: tx.bots.hold("main", "a:1:1", gone=lambda _: False)) is None


def test_administrators_are_told_once_when_it_is_not_heard(taking, rig, source):
    taking.fire(10)
    rig.store.write(lambda tx: tx.bots.hold("main", "a:1:1", gone=lambda _: False))
    assert not rig.store.write(lambda tx: tx.bots.deaf("main", longer=3600.0))
    assert rig.store.write(lambda tx: tx.bots.deaf("main", longer=-1.0))
    assert not rig.store.write(lambda tx: tx.bots.deaf("main", longer=-1.0))
    rig.store.write(lambda tx: tx.bots.heard("main", "a:1:1", offset=0))
    assert rig.store.write(lambda tx: tx.bots.deaf("main", longer=-1.0))


def test_what_is_of_another_source_has_no_buttons(taking, rig, source):
    rig.all([put(rig, "hello", source="command")])
    assert not shown(source)[-1]["keyboard"]


@pytest.mark.parametrize(
    ("language", "labels"), [("en", ["Open in Slack", "Take it"]), ("ru", ["Открыть в Slack", "Взять"])]
)
@pytest.mark.parametrize("taken", [False, True])
def test_the_buttons_speak_the_reader_s_language(rig, language, labels, taken):
    shown = Buttons(lambda: frozenset({"relay:a"}), lambda _: "https://x.example/", language=lambda _: language)
    one = rig.get(put(rig, "x", source="relay:a"))
    made = [each["TEXT"] for each in shown.of(Bot(1, "t"), one, taken=taken)]
    assert made == labels[: 1 if taken else 2]


def test_a_nonce_is_a_persons_and_a_bots(rig):
    one = rig.make(user=10, tag="t")
    other = replace(one, recipient=replace(one.recipient, user_id=12))
    made = {
        buttons.nonce(Bot(1, "a"), one),
        buttons.nonce(Bot(1, "b"), one),
        buttons.nonce(Bot(1, "a"), other),
        buttons.nonce(Bot(1, "a"), replace(one, tag="u")),
    }
    assert len(made) == 4
    assert buttons.nonce(Bot(1, "a"), replace(one, key="next version")) in made


@pytest.mark.parametrize(
    ("tag", "place"),
    [
        ("relay:alerts:C1:1.2", ("C1", "1.2")),
        ("relay:a:b:C1:1.2", ("C1", "1.2")),
        ("webhook:x:abc", None),
        ("relay:x", None),
        ("", None),
    ],
)
def test_a_relays_tag_names_its_message(tag, place):
    assert place_of(tag) == place
