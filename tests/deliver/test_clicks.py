"""An alert of the bot is taken by a click: checked against our own store, applied once, shown to all who have it."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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
from slack_bitrix24.model import OVER_KEY, Recipient
from slack_bitrix24.render.guard import restored
from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.sandbox.portal.rules import SOURCE
from slack_bitrix24.store import Store, Submission
from slack_bitrix24.submit.people import People, Person
from waiting import until

ADMIN = "U0ADMIN01"
CONFIGURATION = f"""
timezone = "UTC"
portals.main.webhook_url = "https://x.example/rest/1/secret/"
permissions.admin = ["{ADMIN}"]
webhooks = [{{ name = "x", token = "abcdefghijklmnop", to = ["bitrix24:10"], acknowledge = true }}]
"""
TOLD = {10: "taken by", 12: "взял(а)", 14: "taken by"}
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
        shown = Buttons(
            lambda: frozenset({"relay:alerts"}),
            lambda _: "https://x.slack.com/archives/C1/p1",
            language=lambda note: people.language(self.slack.get(note.recipient.user_id, "")),
            zone=lambda note: people.zone(self.slack.get(note.recipient.user_id, "")) or "UTC",
        )
        self.node = rig.node(rules=Rules("leave"), bot=self.own, buttons=shown)
        file.write_text(CONFIGURATION, "utf-8")
        settings = load(file, {})
        self.slack = {12: "U0BOB", 14: "U0KEIKO"}
        people = People(
            {
                ADMIN: Person(ADMIN, "boss", "Boss"),
                "U0BOB": Person("U0BOB", "bob", "Bob", language="ru", zone="Europe/Minsk"),
                "U0KEIKO": Person("U0KEIKO", "keiko", "Keiko", zone="Asia/Tokyo"),
            }
        )
        known = Directory({slack_id: Recipient("main", user) for user, slack_id in self.slack.items()}, {})
        self.around = Around(lambda: known, lambda: people, lambda: settings)

    @property
    def bot(self) -> Bot:
        return self.own.get(self.node.lanes["main"].ask)

    def clicks(self, owner: str = "a:1:1", store: Store | None = None) -> Clicks:
        heard = {"main": Heard(self.own, self.node.lanes["main"].ask)}
        return Clicks(heard, store=store or self.rig.store, owner=owner, around=self.around, poll=0.05)

    def fire(self, *users: int, message: str = "disk full", over: bool = False) -> list[int]:
        how = {"tag": TAG, "sub_tag": TAG, "source": "relay:alerts", "kind": "bot", "message": message}
        notes = [self.rig.make(user=user, **how) for user in users]
        if over:
            notes = [replace(one, key=OVER_KEY + one.key) for one in notes]
        ids = [one.id for one in self.rig.store.accept(Submission(notes))]
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
    params = more["params"] if "params" in more else button(portal, user)["COMMAND_PARAMS"]
    asked = {"user": user, "command": "ack", **more, "params": params}
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
        until(lambda user=user: TOLD[user] in texts(source, user)[-1], timeout=20)
        assert len(texts(source, user)) == 1
        assert "disk full" in texts(source, user)[-1]
        assert [list(one) for one in shown(source, user)[-1]["keyboard"] if "COMMAND" in one] == []
        assert [one for one in shown(source, user)[-1]["keyboard"] if "LINK" in one]
    running.stop()
    [taken] = rig.store.read(lambda tx: tx.taken.among([TAG])).values()
    [said] = [one for one in rig.store.write(lambda tx: tx.receipts.claim("x")) if "thread" in one.receipt.target]
    assert said.receipt.target == {"channel": "C1", "thread": "1.2"}
    moment = f"<!date^{taken.at:.0f}^{{time}}|{datetime.fromtimestamp(taken.at, UTC):%H:%M}>"
    assert said.receipt.notes[0] == f"taken by Bob, {moment}\nвзял(а) Bob, {moment}"


@pytest.mark.parametrize(
    ("user", "zone", "word"),
    [(10, "UTC", "taken by"), (12, "Europe/Minsk", "взял(а)"), (14, "Asia/Tokyo", "taken by")],
)
@pytest.mark.parametrize("by", [10, 12, 14])
def test_each_reader_is_told_in_their_language_and_by_their_clock(taking, rig, source, user, zone, word, by):
    taking.fire(10, 12, 14)
    ready(taking)
    assert click(source, by)
    taking.clicks().look("main", taking.bot)
    [taken] = rig.store.read(lambda tx: tx.taken.among([TAG])).values()
    hour = f"{datetime.fromtimestamp(taken.at, ZoneInfo(zone)):%H:%M}"
    until(lambda: word in texts(source, user)[-1], timeout=20)
    assert restored(texts(source, user)[-1]) == f"[i]{word} {taken.by}, {hour}[/i]\ndisk full"


def test_a_click_after_its_end_changes_nothing(taking, rig, source):
    """The button is gone then; whoever saw the old version may still send it."""
    taking.fire(10, 12)
    ready(taking)
    params = button(source, 10)["COMMAND_PARAMS"]
    taking.fire(10, 12, message="resolved", over=True)
    assert [one for one in shown(source, 10)[-1]["keyboard"] if "COMMAND" in one] == []
    click(source, 10, params=params)
    taking.clicks().look("main", taking.bot)
    assert rig.store.read(lambda tx: tx.taken.among([TAG])) == {}
    assert [texts(source, user) for user in (10, 12)] == [["resolved"], ["resolved"]]


def test_a_click_on_an_older_version_counts(taking, rig, source):
    taking.fire(10, 12)
    ready(taking)
    params = button(source, 10)["COMMAND_PARAMS"]
    taking.fire(10, 12, message="worse")
    click(source, 10, params=params)
    taking.clicks().look("main", taking.bot)
    for user in (10, 12):
        until(lambda user=user: TOLD[user] in texts(source, user)[-1], timeout=20)
        assert (len(texts(source, user)), "worse" in texts(source, user)[-1]) == (1, True)


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("again", [1, 2])
def test_what_fires_after_its_end_is_a_new_message(taking, rig, source, taken, again):
    """An update does not ring, and the old message may be days above."""
    taking.fire(10)
    ready(taking)
    if taken:
        click(source)
        taking.clicks().look("main", taking.bot)
        until(lambda: "taken by" in texts(source)[-1], timeout=20)
    first = shown(source)[-1]["id"]
    taking.fire(10, message="over", over=True)
    taking.fire(10, message="still over", over=True)
    assert [one["id"] for one in shown(source)] == [first]
    rig.store.write(lambda tx: tx.taken.forget(TAG))
    for number in range(again):
        taking.fire(10, message=f"fires {number}")
    [now] = shown(source)
    assert (now["id"] > first, now["text"]) == (True, f"fires {again - 1}")
    assert button(source)


def test_who_took_it_stands_on_its_end_and_does_not_ring(taking, rig, source):
    taking.fire(10)
    ready(taking)
    click(source)
    taking.clicks().look("main", taking.bot)
    until(lambda: "taken by" in texts(source)[-1], timeout=20)
    first = shown(source)[-1]["id"]
    taking.fire(10, message="over", over=True)
    [now] = shown(source)
    assert (now["id"], "taken by" in now["text"], "over" in now["text"]) == (first, True, True)


@pytest.mark.parametrize("method", [UPDATE, EVENTS])
@pytest.mark.parametrize("refusal", ["html", "empty", "drop", "query_limit"])
def test_a_click_while_the_portal_stumbles_is_shown_once_it_is_back(taking, rig, source, method, refusal):
    taking.fire(10, 12)
    ready(taking)
    click(source, 12)
    source.fail(Fault(refusal, method=method, times=3))
    running = taking.clicks()
    running.start()
    for user in (10, 12):
        until(lambda user=user: TOLD[user] in texts(source, user)[-1], timeout=40)
        assert len(texts(source, user)) == 1
    running.stop()


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
    until(lambda: all(TOLD[user] in texts(source, user)[-1] for user in (10, 12)))
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


def test_a_bot_that_is_registered_anew_hears_its_clicks(taking, rig, source):
    """Its command is registered anew too, and its events are read from the first on."""
    running = taking.clicks()
    running.start()
    taking.fire(10)
    until(lambda: click(source), what="the command is registered")
    until(lambda: "taken by" in texts(source)[-1], timeout=20)
    heard = rig.store.read(lambda tx: tx.bots.get("main"))
    del source.bots.bots[heard.bot_id]
    taking.own.registered(taking.node.lanes["main"].ask)
    assert rig.store.write(lambda tx: tx.bots.hold("main", "a:1:1", gone=lambda _: False)) == 0
    rig.store.write(lambda tx: tx.lanes.resume("main"))
    assert rig.store.read(lambda tx: tx.bots.get("main")).bot_id != heard.bot_id
    made = {"tag": "other", "sub_tag": "other", "source": "relay:alerts", "kind": "bot", "message": "anew"}
    rig.all([one.id for one in rig.store.accept(Submission([rig.make(user=12, **made)]))])
    until(lambda: click(source, 12), what="its command is registered")
    until(lambda: TOLD[12] in texts(source, 12)[-1], timeout=20)
    running.stop()
