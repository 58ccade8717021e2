"""Promises 1 to 4 through a plain webhook with a bot: nothing lost, nothing doubled, replaced, taken back."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from slack_bitrix24.app.bots import OwnBot
from slack_bitrix24.config.secret import Secret
from slack_bitrix24.config.settings import Bot, Portal
from slack_bitrix24.deliver.buttons import Buttons
from slack_bitrix24.deliver.doubt import Rules
from slack_bitrix24.document import Document, Field, Fields, Paragraph, Text
from slack_bitrix24.render.attach import compose
from slack_bitrix24.render.guard import restored
from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.sandbox.portal.people import User
from slack_bitrix24.sandbox.portal.rules import SOURCE
from waiting import until

SEND, UPDATE, DELETE = (f"imbot.v2.Chat.Message.{verb}" for verb in ("send", "update", "delete"))


@pytest.fixture
def source(portal):
    before = portal.rules
    portal.follow(SOURCE)
    yield portal
    portal.follow(before)


def configured(code="slack_bridge", name="Alerts"):
    return Portal(
        name="main", webhook_url=Secret("https://x.example/rest/1/secret/"), domain="", client_id="",
        client_secret=None, refresh_token=None, oauth_url="", application="a", plan="standard", operating_limit=420.0,
        kind="bot", bot=Bot(name=name, code=code), in_doubt="repeat", edits_every=60.0, in_flight=4,
        attach_limit=60_000,
    )  # fmt: skip


def node(rig, **more):
    code = f"bridge_{os.urandom(4).hex()}"  # the portal keeps its bots from test to test, the store does not
    return rig.node(rules=Rules("leave"), bot=OwnBot(configured(code), rig.store, key="k3y"), **more)


def put(rig, message="text", *, user=10, tag="t", **more):
    return rig.put(user=user, tag=tag, sub_tag=tag, message=message, kind=more.pop("kind", "bot"), **more)[0]


def texts(portal, user=10):
    return [message["text"] for chat in portal.chats(user) for message in chat["messages"]]


def test_the_bot_is_registered_once_and_delivers(rig, source):
    node(rig)
    ids = [put(rig, f"m{number}", tag=f"t{number}") for number in range(60)]
    rig.all(ids)
    assert sorted(texts(source)) == sorted(f"m{number}" for number in range(60))
    kept = rig.store.read(lambda tx: tx.bots.get("main"))
    assert kept.bot_id in source.users
    assert source.users[kept.bot_id].name == "Alerts"
    assert source.notifications() == []
    assert rig.get(ids[0]).bitrix24_id > 0


@pytest.mark.parametrize("lost", ["execute_and_drop", "execute_and_html", "execute_and_empty", "drop", "html", "empty"])
@pytest.mark.parametrize("company", [0, 4])
def test_a_lost_answer_is_seen_once_through_a_webhook(rig, source, lost, company):
    """Promise 2: the same key returns the first one's id; nothing is in doubt, whatever `in_doubt` says."""
    node(rig)
    rig.all([put(rig, "first", tag="first")])
    source.fail(Fault(lost, times=2))
    ids = [put(rig, f"m{number}", tag=f"t{number}") for number in range(company + 1)]
    rig.all(ids)
    assert sorted(texts(source)) == sorted(["first", *(f"m{number}" for number in range(company + 1))])
    told = rig.store.read(lambda tx: tx.doubts.told([tx.outbox.get(one) for one in ids]))
    assert not any(one.perhaps_twice for one in told)


@pytest.mark.parametrize("kind", ["execute_and_die", "die"])
def test_sending_failed_waits_and_looks_for_what_was_stored(rig, source, kind):
    node(rig)
    rig.all([put(rig, "first", tag="first")])
    source.fail(Fault(kind, method=SEND))
    one = put(rig, "second")
    if kind == "execute_and_die":
        rig.all([one], timeout=40)
        assert texts(source) == ["first", "second"]
    else:
        until(lambda: "SENDING_FAILED" in rig.get(one).error)
        assert (rig.get(one).state in ("pending", "sending"), texts(source)) == (True, ["first"])


def test_an_edit_replaces_and_a_deletion_takes_back(rig, source):
    """Promise 3."""
    node(rig)
    first = put(rig, "firing")
    rig.all([first])
    second = put(rig, "resolved", attach='[{"MESSAGE": "green"}]')
    rig.all([second])
    assert texts(source) == ["resolved"]
    assert rig.get(second).bitrix24_id == rig.get(first).bitrix24_id
    gone = put(rig, "", kind="delete")
    rig.all([gone])
    assert texts(source) == []
    again = put(rig, "", kind="delete")
    rig.all([again])


def test_a_deletion_of_what_nobody_had_does_nothing(rig, source):
    node(rig)
    rig.all([put(rig, "other", tag="other"), put(rig, "", kind="delete")])
    assert texts(source) == ["other"]


def test_an_edit_of_what_is_not_there_any_more_is_sent_anew(rig, source):
    node(rig)
    first = put(rig, "one")
    rig.all([first])
    rig.all([put(rig, "", kind="delete")])
    rig.all([put(rig, "two")])
    assert texts(source) == ["two"]


@pytest.mark.parametrize("lost", ["execute_and_drop", "drop"])
@pytest.mark.parametrize("method", [UPDATE, DELETE])
def test_edits_and_deletions_may_be_repeated(rig, source, lost, method):
    node(rig)
    rig.all([put(rig, "one")])
    source.fail(Fault(lost, method=method))
    rig.all([put(rig, "two") if method == UPDATE else put(rig, "", kind="delete")])
    assert texts(source) == (["two"] if method == UPDATE else [])


def test_a_version_in_doubt_is_replaced_and_never_doubled(rig, source):
    """The first one's answer got lost, and it was edited meanwhile: its key finds it, and it becomes the second."""
    started = node(rig)
    rig.all([put(rig, "zero", tag="zero")])
    source.fail(Fault("execute_and_drop", method=SEND, times=1))
    first = put(rig, "one")
    until(lambda: "one" in texts(source))
    until(lambda: rig.get(first).error)
    second = put(rig, "two")
    rig.all([second])
    assert texts(source) == ["zero", "two"]
    started.stop()


@pytest.mark.parametrize(("user", "code"), [(20, "USER_DISMISSED"), (9999, "USER_UNKNOWN"), (30, "USER_IS_BOT")])
def test_the_dismissed_and_the_unknown_are_refused_with_the_reason(rig, source, user, code):
    """Promise 4: Bitrix24 answers an id for the dismissed."""
    node(rig)
    one = put(rig, "x", user=user)
    rig.all([one], "dead")
    assert rig.get(one).code == code
    assert texts(source, user) == []


def test_a_guest_gets_a_notification(rig, source):
    source.users[40] = User(40, "Gesa", "Guest", kind="extranet")
    node(rig)
    rig.all([put(rig, "hello", user=40)])
    assert (texts(source, 40), [one["message"] for one in source.notifications(40)]) == ([], ["hello"])
    del source.users[40]


def test_what_a_dead_node_had_in_hand_arrives_once(rig, source):
    """Promise 1: kill it anywhere."""
    one = put(rig, "x")

    def claim(tx):
        return tx.lanes.claim(tx.lanes.hold("main", "dead:1:1"), limits="")

    assert len(rig.store.write(claim)) == 1
    node(rig, gone=lambda _owner: True)
    rig.all([one])
    assert texts(source) == ["x"]


@pytest.mark.parametrize("first", ["bot", "personal"])
def test_messages_and_notifications_go_side_by_side(rig, source, first):
    """A flow's kind goes before the portal's: both come in one claim."""
    node(rig)
    kinds = [first, "system", "bot", "personal", "bot"]
    rig.all([put(rig, f"{kind} {number}", tag=f"t{number}", kind=kind) for number, kind in enumerate(kinds)])
    assert sorted(texts(source)) == [f"bot {n}" for n, kind in enumerate(kinds) if kind == "bot"]
    assert sorted(one["message"] for one in source.notifications(10)) == sorted(
        f"{kind} {n}" for n, kind in enumerate(kinds) if kind != "bot"
    )


def test_a_picture_that_can_t_be_read_stops_the_portal_and_says_so(rig, source, tmp_path):
    wanted = replace(configured(f"b_{os.urandom(4).hex()}"), bot=Bot(name="A", code="p", avatar=tmp_path / "no.png"))
    one = put(rig, "x")
    rig.node(rules=Rules("leave"), bot=OwnBot(wanted, rig.store, key="k3y"))
    until(rig.stopped)
    assert "avatar no.png" in rig.stopped().reason
    assert rig.get(one).state != "dead"


def test_a_portal_too_old_for_bots_stops_and_says_so(rig, source):
    revision, source.revision = source.revision, 32
    one = put(rig, "x")
    node(rig)
    until(lambda: rig.get(one).error)
    assert "notifications" in rig.get(one).error
    source.revision = revision


@pytest.mark.parametrize(("block", "count"), [("слово " * 150, 70), ("word/ " * 100, 120), ("x" * 59_990, 1)])
@pytest.mark.parametrize("company", [0, 5])
@pytest.mark.parametrize("edit", [False, True])
def test_a_card_that_a_portal_finds_too_large_goes_again_smaller(rig, source, block, count, company, edit):
    """PARAM_ATTACH_ERROR says both: too large, and nothing good in it."""
    node(rig)
    if edit:
        rig.all([put(rig, "before")])
    attach = json.dumps({"BLOCKS": [{"MESSAGE": block}] * count})
    ids = [*(put(rig, f"m{n}", tag=f"t{n}") for n in range(company)), put(rig, "the words", attach=attach)]
    rig.all(ids)
    [shown] = [one for one in source.chats(10)[0]["messages"] if one["text"] == "the words"]
    assert "shortened" in str(shown["attach"])
    refused = source.refused["PARAM_ATTACH_ERROR"]
    rig.all([put(rig, "again", tag="another", attach=attach)])
    assert source.refused["PARAM_ATTACH_ERROR"] == refused


def test_a_small_card_in_which_nothing_is_good_is_refused_with_the_reason(rig, source):
    node(rig)
    one = put(rig, "x", attach='{"BLOCKS": [{"FOO": 1}]}')
    rig.all([one], "dead")
    assert rig.get(one).code == "PARAM_ATTACH_ERROR"


@pytest.mark.parametrize("length", [58_000, 59_000, 59_700, 59_900])
def test_a_card_at_the_limit_fits_with_what_the_push_shows_of_it(rig, source, length):
    node(rig)
    document = Document((Paragraph((Text("head"),)), Fields((Field((Text("n"),), (Text("x " * (length // 2)),)),))))
    made = compose(document, link=("Open in Slack", "https://x.slack.com/archives/C1/p1"), bot=True)
    rig.all([put(rig, made.message, attach=made.attach)])
    assert source.refused["PARAM_ATTACH_ERROR"] == 0


@pytest.mark.parametrize(
    "text", ["$errors[0]", "$result[n1][id]", "see $time[n1][start] now", "$RESULT[x]", "$totals[3]"]
)
def test_a_text_is_no_reference_in_a_batch(rig, source, text):
    ids = [put(rig, text, tag=f"t{n}", attach=json.dumps([{"MESSAGE": text}])) for n in range(3)]
    node(rig)
    rig.all(ids)
    assert {restored(one) for one in texts(source)} == {text}
    assert {restored(one["card"]) for one in source.chats(10)[0]["messages"]} == {text}


DEAD, STOPPED, AGAIN = "dead", "stopped", "again"


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        ("BOT_TOKEN_NOT_SPECIFIED", STOPPED),
        ("BOT_ID_REQUIRED", STOPPED),
        ("BOT_NOT_FOUND", STOPPED),
        ("BOT_OWNERSHIP_ERROR", STOPPED),
        ("insufficient_scope", STOPPED),
        ("CHAT_NOT_FOUND", DEAD),
        ("ACCESS_DENIED", DEAD),
        ("EMPTY_MESSAGE", DEAD),
        ("PARAM_ATTACH_ERROR", DEAD),
        ("SOMETHING_NEW", DEAD),
        ("", DEAD),
        ("SENDING_FAILED", AGAIN),
        ("INTERNAL_SERVER_ERROR", AGAIN),
    ],
)
@pytest.mark.parametrize("company", [0, 3])
def test_what_each_refusal_of_a_send_means(rig, source, code, becomes, company):
    """All of them are a 400 by the source; alone and in a batch, where the others go through."""
    node(rig)
    rig.all([put(rig, "first", tag="first")])
    source.fail(Fault("revoked", method=SEND, user=12, code=code, description="because", status=400, times=0))
    ids = [put(rig, f"m{n}", tag=f"t{n}") for n in range(company)]
    one = put(rig, "x", user=12)
    if ids:
        rig.all(ids)
    if becomes == DEAD:
        rig.all([one], "dead")
        assert (rig.get(one).code, "because" in rig.get(one).error) == (code, True)
    else:
        until(lambda: rig.get(one).error, what="it is tried again")
        assert rig.get(one).state != "dead"
    if becomes == STOPPED and not company:
        until(rig.stopped)
    source.faults.clear()
    rig.store.write(lambda tx: tx.lanes.resume("main"))
    if becomes != DEAD:
        rig.all([one], timeout=30)
        assert texts(source, 12) == ["x"]


@pytest.mark.parametrize("edit", [False, True])
@pytest.mark.parametrize("company", [0, 3])
def test_an_alert_whose_buttons_a_portal_refuses_goes_without_them(rig, source, edit, company):
    node(rig, buttons=Buttons(lambda: frozenset({"relay:a"})))
    if edit:
        rig.all([put(rig, "before", source="relay:a")])
    for method in (SEND, UPDATE):
        source.fail(Fault("revoked", method=method, user=10, code="PARAM_KEYBOARD_ERROR", status=400))
    ids = [put(rig, f"m{n}", tag=f"t{n}", user=12) for n in range(company)]
    rig.all([*ids, put(rig, "x", source="relay:a")])
    assert texts(source) == ["x"]


@pytest.mark.parametrize("code", ["ERROR_METHOD_NOT_FOUND", "ACCESS_DENIED", "SOMETHING_NEW"])
def test_a_portal_that_does_not_tell_who_people_are_gets_its_alerts(rig, source, code):
    source.fail(Fault("revoked", method="im.user.list.get", code=code, status=400, times=0))
    node(rig)
    rig.all([put(rig, "x"), put(rig, "y", user=12)])
    assert (texts(source), texts(source, 12), rig.stopped()) == (["x"], ["y"], None)


def test_a_bot_that_was_deleted_at_the_portal_goes_on_once_it_is_registered_anew(rig, source):
    """`portal bot` does so, in another process; what waited is sent."""
    own = OwnBot(configured(f"bridge_{os.urandom(4).hex()}"), rig.store, key="k3y", look=0.1)
    started = rig.node(rules=Rules("leave"), bot=own)
    rig.all([put(rig, "first", tag="first")])
    ask = started.lanes["main"].ask
    del source.bots.bots[own.get(ask).id]
    one = put(rig, "x")
    until(rig.stopped)
    assert "portal bot" in rig.stopped().reason
    OwnBot(own.portal, rig.store, key="k3y").registered(ask)
    rig.store.write(lambda tx: tx.lanes.resume("main"))
    rig.all([one])
    assert "x" in texts(source)
