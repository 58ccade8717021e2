"""Versions of one message through the bot: whatever answer got lost, one message stands there, and it is the newest."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
import sqlalchemy as sa

from deliver.test_bot import DELETE, SEND, UPDATE, configured, node, put, source, texts  # noqa: F401 - `source` is a fixture
from slack_bitrix24.app.bots import OwnBot
from slack_bitrix24.bitrix24.bot_calls import Bot
from slack_bitrix24.deliver.buttons import Buttons
from slack_bitrix24.deliver.doubt import Rules
from slack_bitrix24.deliver.versions import PATIENCE, Base, base, doubtful, key_of, taken_back
from slack_bitrix24.model import Delivered, Retry
from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.store import Submission
from waiting import until

LOUD = Buttons(loud=lambda: frozenset({"relay:alerts"}))
RELAY = {"source": "relay:alerts"}


def failed(rig, one):
    """Wait until an attempt has gone wrong."""
    until(lambda: rig.get(one).error, what="a lost answer")


@pytest.mark.parametrize("lost", ["execute_and_drop", "drop", "execute_and_html", "html", "execute_and_empty"])
@pytest.mark.parametrize("first", ["delivered", "lost"])
@pytest.mark.parametrize("last", ["edit", "delete"])
def test_of_versions_whose_answers_got_lost_one_stands(rig, source, lost, first, last):  # noqa: F811
    """Each is overtaken by the next before it is repeated."""
    node(rig)
    rig.all([put(rig, "zero", tag="zero")])
    if first == "delivered":
        rig.all([put(rig, "one")])
    else:
        source.fail(Fault(lost, method=SEND))
        failed(rig, put(rig, "one"))
    source.fail(Fault(lost, method=UPDATE), Fault(lost, method=SEND))
    second = put(rig, "two")
    until(lambda: rig.get(second).error or rig.get(second).state == "delivered")
    source.faults.clear()
    third = put(rig, "three") if last == "edit" else put(rig, "", kind="delete")
    if last == "edit" or first == "delivered" or lost.startswith("execute"):
        rig.all([third])
    else:
        until(lambda: rig.get(third).code == "MAY_COME", what="the lost one may still be stored")
    assert texts(source) == (["zero", "three"] if last == "edit" else ["zero"])


@pytest.mark.parametrize(
    ("sent", "now", "becomes"),
    [
        (100.0, 100.0, Retry),
        (100.0, 159.0, Retry),
        (100.0, 160.0, Delivered),
        (None, 59.0, Retry),
        (None, 60.0, Delivered),
    ],
)
def test_a_deletion_waits_for_what_a_portal_may_still_store(rig, sent, now, becomes):
    one = replace(rig.get(rig.put()[0]), sent_at=sent, created_at=0.0)
    deletion = replace(one, id=one.id + 1, notification=replace(one.notification, kind="delete"))
    assert isinstance(taken_back(deletion, Base(one), now=now), becomes)
    assert taken_back(deletion, Base(replace(one, bitrix24_id=5)), now=now) is None
    assert taken_back(one, Base(one), now=now) is None
    assert taken_back(deletion, Base(), now=now) is None


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("MESSAGE_ACCESS_DENIED_BY_TARIFF", 400),
        ("BOT_TYPE_NOT_ALLOWED", 400),
        ("ACCESS_DENIED", 403),
        ("MESSAGE_NOT_FOUND", 400),
        ("SOMETHING_NEW", 400),
    ],
)
@pytest.mark.parametrize("method", ["imbot.v2.Chat.get", "imbot.v2.Chat.Message.getContext"])
def test_a_dialog_that_can_t_be_read_keeps_nothing_back(rig, source, code, status, method):  # noqa: F811
    """The key alone tells then."""
    node(rig)
    rig.all([put(rig, "zero", tag="zero")])
    source.fail(
        Fault("execute_and_drop", method=SEND), Fault("revoked", method=method, code=code, status=status, times=0)
    )
    failed(rig, put(rig, "one"))
    rig.all([put(rig, "two"), put(rig, "other", tag="other")])
    source.faults.clear()
    assert (sorted(texts(source)), rig.stopped()) == (["other", "two", "zero"], None)


@pytest.mark.parametrize("kind", ["html", "drop", "empty"])
def test_one_dialog_that_gives_no_answer_does_not_keep_the_others_waiting(rig, source, kind):  # noqa: F811
    node(rig)
    rig.all([put(rig, "zero", tag="zero")])
    source.fail(Fault("execute_and_drop", method=SEND))
    failed(rig, put(rig, "one"))
    source.fail(Fault(kind, method="imbot.v2.Chat.get", times=0))
    second = put(rig, "two")
    until(lambda: rig.get(second).error)
    rig.all([put(rig, f"other {number}", tag=f"other {number}") for number in range(3)], timeout=10)
    source.faults.clear()
    rig.all([second])
    assert sorted(texts(source)) == ["other 0", "other 1", "other 2", "two", "zero"]


@pytest.mark.parametrize("lost", [(), ("execute_and_drop", SEND), ("drop", SEND), ("drop", DELETE), ("html", DELETE)])
def test_a_loud_edit_is_a_new_message_and_the_old_one_goes(rig, source, lost):  # noqa: F811
    node(rig, buttons=LOUD)
    rig.all([first := put(rig, "firing", **RELAY)])
    if lost:
        source.fail(Fault(lost[0], method=lost[1], times=2))
    rig.all([second := put(rig, "worse", **RELAY)])
    assert texts(source) == ["worse"]
    assert rig.get(second).bitrix24_id > rig.get(first).bitrix24_id
    rig.all([put(rig, "", kind="delete", **RELAY)])
    assert texts(source) == []


@pytest.mark.parametrize(
    ("message", "more"),
    [
        ("quiet source", {"source": "webhook:x"}),
        ("who took it", {"source": "relay:alerts", "key": "taken:1"}),
        ("another relay", {"source": "relay:other"}),
        ("by hand", {"source": "cli"}),
        ("nothing", {"source": ""}),
    ],
)
def test_other_edits_stay_quiet(rig, source, message, more):  # noqa: F811
    node(rig, buttons=LOUD)
    rig.all([first := put(rig, "firing", **RELAY)])
    note = rig.make(user=10, tag="t", sub_tag="t", message=message, kind="bot")
    [second] = rig.store.accept(Submission([replace(note, **more)]))
    rig.all([second.id])
    assert (texts(source), rig.get(second.id).bitrix24_id) == ([message], rig.get(first).bitrix24_id)


def test_a_loud_version_that_is_overtaken_leaves_nothing(rig, source):  # noqa: F811
    node(rig, buttons=LOUD)
    rig.all([put(rig, "zero", tag="zero"), put(rig, "one", **RELAY)])
    source.fail(Fault("execute_and_drop", method=SEND))
    failed(rig, put(rig, "two", **RELAY))
    assert texts(source) == ["zero", "one", "two"]
    rig.all([put(rig, "three", **RELAY)])
    assert texts(source) == ["zero", "three"]


@pytest.mark.parametrize("stored", [True, False])
def test_after_an_hour_it_is_looked_for_before_it_goes_again(rig, source, stored):  # noqa: F811
    """The server died after storing it, and the bridge was away meanwhile: by then the key no longer counts there."""
    clock, own = source.clock, OwnBot(configured(f"bridge_{os.urandom(4).hex()}"), rig.store, key="k3y")
    first = rig.node(rules=Rules("leave"), bot=own)
    rig.all([put(rig, "zero", tag="zero")])
    source.fail(Fault("execute_and_die" if stored else "die", method=SEND))
    one = put(rig, "one")
    failed(rig, one)
    first.stop(grace=2.0)
    source.clock = lambda: clock() + 7200
    for change in ("UPDATE texts SET created_at = created_at - 7200", "UPDATE queue SET wait = 1"):
        rig.store.write(lambda tx, change=change: tx.connection.execute(sa.text(change)))
    rig.node(rules=Rules("leave"), bot=own)
    rig.all([one])
    source.clock = clock
    assert texts(source) == ["zero", "one"]


@pytest.mark.parametrize("attempts", [1, 3, 4, 5, 40])
def test_sending_failed_never_takes_a_second_key(rig, source, attempts):  # noqa: F811
    """Its key is what it is made of: neither the time nor the attempts."""
    one = replace(rig.get(put(rig, "x")), attempts=attempts)
    assert key_of(Bot(1, "t"), one) == key_of(Bot(1, "u"), replace(one, attempts=1, created_at=0.0))
    assert key_of(Bot(1, "t"), one) != key_of(Bot(2, "t"), one)


def test_within_the_hour_the_key_alone_is_trusted(rig):
    one = rig.get(put(rig, "x"))
    now = one.created_at
    assert doubtful(one, (), in_doubt=True, now=now + PATIENCE - 1) == []
    assert doubtful(one, (), in_doubt=True, now=now + PATIENCE + 1) == [one]
    assert doubtful(one, (), in_doubt=False, now=now + 90_000) == []
    assert base(Bot(1, "t"), (), (), ask=lambda _: None).before is None
