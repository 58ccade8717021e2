"""Portals that keep tags and portals that do not: lost answers, edits and deletions, over both sets of rules."""

from __future__ import annotations

import pytest

from slack_bitrix24.deliver.doubt import Rules
from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.sandbox.portal.rules import DOCS, SOURCE
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.reasons import Reader
from waiting import until

NAMES = {"bitrix24:main/10": "Anna"}
ADD = "im.notify.personal.add"


@pytest.fixture
def keeps(portal):
    """Follow the documents: a webhook with CLIENT_ID keeps tags."""
    portal.follow(DOCS)
    return portal


@pytest.fixture
def source(portal):
    """Follow the server's source: a webhook keeps none."""
    before = portal.rules
    portal.follow(SOURCE)
    yield portal
    portal.follow(before)


def probes(portal):
    return [one for one in portal.sends() if "keeps tags" in one["message"]]


def seen_by(portal, user=10):
    return [one["message"] for one in reversed(portal.notifications(user)) if "keeps tags" not in one["message"]]


def told(rig, id_, lang="en"):
    found = rig.store.read(lambda tx: tx.doubts.told([tx.outbox.get(id_)]))
    return answers.outcome(found, NAMES, (), reader=Reader(lang), command="/b24")


def test_nothing_is_asked_before_it_matters(rig, source):
    rig.node(rules=Rules())
    rig.all(rig.put(5, user=10))
    assert probes(source) == []


@pytest.mark.parametrize("lost", ["execute_and_drop", "execute_and_html", "execute_and_empty", "drop", "html", "empty"])
def test_a_lost_answer_where_tags_are_kept_is_seen_once(rig, keeps, lost):
    """Promise 2."""
    keeps.fail(Fault(lost, method=ADD))
    rig.node(rules=Rules())
    [one] = rig.put(user=10)
    rig.all([one])
    assert len(seen_by(keeps)) == 1
    assert rig.store.read(lambda tx: tx.portals.probed("main")).tags == "yes"
    assert "twice" not in told(rig, one)


@pytest.mark.parametrize("lost", ["execute_and_drop", "execute_and_html", "execute_and_empty"])
def test_a_lost_answer_where_none_are_kept_is_repeated_and_said(rig, source, lost):
    """Promise 2: whoever waits hears "perhaps twice"."""
    source.fail(Fault(lost, method=ADD))
    rig.node(rules=Rules("repeat"))
    [one] = rig.put(user=10)
    rig.all([one])
    assert len(seen_by(source)) == 2
    assert (len(probes(source)), seen_by(source, 1)) == (1, [])
    assert "perhaps twice" in told(rig, one)
    assert "возможно дважды" in told(rig, one, "ru")


@pytest.mark.parametrize("lost", ["execute_and_drop", "execute_and_html", "drop"])
def test_a_lost_answer_can_be_left_at_that(rig, source, lost):
    source.fail(Fault(lost, method=ADD))
    rig.node(rules=Rules("leave"))
    [one] = rig.put(user=10)
    rig.all([one], "dead")
    assert rig.get(one).code == "MAY_HAVE_ARRIVED"
    assert len(seen_by(source)) == (0 if lost == "drop" else 1)
    assert "may have arrived" in told(rig, one)
    assert "возможно, оно дошло" in told(rig, one, "ru")
    before = len(seen_by(source))
    assert rig.store.write(lambda tx: tx.outbox.retry([one])) == [one]  # a person wants it all the same
    rig.all([one])
    assert len(seen_by(source)) == before + 1
    assert "perhaps twice" in told(rig, one)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("refuse", code="INTERNAL_SERVER_ERROR", status=500),
        Fault("query_limit"),
        Fault("refuse", code="CONNECTION_ERROR", status=401),
        Fault("refuse", code="ERROR_UNEXPECTED_ANSWER", status=500),
        Fault("overload"),
    ],
    ids=lambda fault: fault.code or fault.kind,
)
@pytest.mark.parametrize("in_doubt", ["repeat", "leave"])
def test_what_has_a_code_was_not_executed(rig, source, fault, in_doubt):
    source.fail(Fault(fault.kind, code=fault.code, status=fault.status))
    rig.node(rules=Rules(in_doubt))
    [one] = rig.put(user=10)
    until(lambda: rig.get(one).error or rig.get(one).state == "delivered")
    rig.store.write(lambda tx: tx.lanes.resume("main"))
    rig.all([one])
    assert "twice" not in told(rig, one)
    assert (len(seen_by(source)), probes(source)) == (1, [])


def test_what_cannot_be_connected_to_is_not_in_doubt(rig, source):
    [one] = rig.put(user=10)
    dead = rig.node(rules=Rules("leave"), url="http://127.0.0.1:9/rest/1/5andb0xsecret0001/")
    until(lambda: rig.get(one).error)
    dead.stop()
    assert rig.get(one).state == "pending"
    rig.node(rules=Rules("leave"))
    rig.all([one])
    assert "twice" not in told(rig, one)


def test_an_edit_comes_as_an_update_no_more_often_than_asked(rig, source):
    rig.node(rules=Rules(edits_every=1.5))
    first = rig.put(user=10, tag="t", sub_tag="t", message="one")
    rig.all(first)
    second = rig.put(user=10, tag="t", sub_tag="t", message="two")
    until(lambda: rig.get(second[0]).error)
    third = rig.put(user=10, tag="t", sub_tag="t", message="three")
    rig.all(third)
    assert rig.states(second) == ["superseded"]
    assert seen_by(source) == ["one", "Update:\nthree"]
    same = rig.put(user=10, tag="t", sub_tag="t", message="three")
    rig.all(same)
    assert seen_by(source) == ["one", "Update:\nthree"]
    assert len(probes(source)) == 1


def test_an_edit_where_tags_are_kept_replaces_at_once(rig, keeps):
    rig.node(rules=Rules(edits_every=600))
    for message in ("one", "two", "three"):
        rig.all(rig.put(user=10, tag="t", sub_tag="t", message=message))
    assert seen_by(keeps) == ["three"]
    assert len(probes(keeps)) == 1


@pytest.mark.parametrize("delivered", [True, False])
def test_a_deletion_calls_nothing_where_no_tag_is_kept(rig, source, delivered):
    """Nobody is told a lie: what was delivered stays."""
    rig.node(rules=Rules())
    if delivered:
        rig.all(rig.put(user=10, tag="t", sub_tag="t"))
    [gone] = rig.put(user=10, tag="t", sub_tag="t", kind="delete", message="")
    rig.all([gone], "dead" if delivered else "delivered")
    assert rig.get(gone).code == ("CANT_BE_TAKEN_BACK" if delivered else "")
    assert source.stats()["requests"] == delivered + 3  # the probe's own three, and none that deletes by tag
    assert len(seen_by(source)) == delivered
    assert not delivered or "can't be taken back" in told(rig, gone)


def test_a_deletion_where_tags_are_kept_takes_it_back(rig, keeps):
    rig.node(rules=Rules())
    rig.all(rig.put(user=10, tag="t", sub_tag="t"))
    rig.all(rig.put(user=10, tag="t", sub_tag="t", kind="delete", message=""))
    assert seen_by(keeps) == []


@pytest.mark.parametrize("in_doubt", ["repeat", "leave"])
def test_what_a_dead_node_had_in_hand_is_in_doubt(rig, source, in_doubt):
    """Kill it anywhere: what was claimed may have been sent."""

    [one] = rig.put(user=10)
    assert [each.id for each in rig.store.write(claim_held)] == [one]
    rig.node(rules=Rules(in_doubt), gone=lambda _owner: True)
    rig.all([one], "delivered" if in_doubt == "repeat" else "dead")
    assert ("perhaps twice" if in_doubt == "repeat" else "may have arrived") in told(rig, one)


def claim_held(tx):
    """Claim as a node that is gone the moment after."""
    lease = tx.lanes.hold("main", "dead:1:1")
    return tx.lanes.claim(lease, limits="")


def test_a_probe_that_is_refused_leaves_it_unknown_which_is_not_kept(rig, keeps):
    keeps.fail(Fault("refuse", method="im.notify.get", code="ACCESS_DENIED", status=403))
    keeps.fail(Fault("execute_and_drop", method=ADD))
    rig.node(rules=Rules())
    [one] = rig.put(user=10)
    rig.all([one])
    assert rig.store.read(lambda tx: tx.portals.probed("main")).tags == "unknown"
    assert "perhaps twice" in told(rig, one)


def test_never_two_of_one_tag_in_flight(rig, source):
    """Two at once of one tag: the lower id would be answered false. Bitrix24 server source, main 26.150 (2026-03)."""
    rig.node(rules=Rules(edits_every=0))
    ids = [rig.put(user=10, tag="t", sub_tag="t", message=f"m{number}")[0] for number in range(20)]
    until(lambda: set(rig.states(ids)) <= {"delivered", "superseded"})
    assert rig.states(ids)[-1] == "delivered"
    assert [one.removeprefix("Update:\n") for one in seen_by(source)][-1] == "m19"
