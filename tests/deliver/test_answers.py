"""A lane against a portal that refuses, fails, disappears and limits; what it decides depends on no database."""

import json
import time
from dataclasses import replace

import pytest

from slack_bitrix24.sandbox.portal import Fault, app
from slack_bitrix24.sandbox.portal.bucket import Buckets, plan_of
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.store import Submission
from waiting import until

pytestmark = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)


def test_the_whole_of_a_notification_arrives(rig, portal):
    attach = '{"BLOCKS":[{"MESSAGE":"a & b = 100 %"}]}'
    ids = rig.put(2, message="[B]hi[/B] & $result[n1][x] +1 ü", message_out="hi", attach=attach, sub_tag="sub")
    rig.node()
    rig.all(ids)
    one = portal.notifications()[0]
    assert one["message"] == "[B]hi[/B] & $\u2060result[n1][x] +1 ü"
    assert (one["message_out"], one["sub_tag"], one["application"]) == ("hi", "sub", "customtests")
    assert one["attach"]["BLOCKS"] == [{"MESSAGE": "a & b = 100 %"}]


def test_several_requests_are_in_flight_at_once(rig, portal):
    """A batch takes Bitrix24 longer than the pause that the bucket asks for between two."""
    portal.fail(*[Fault("slow", seconds=0.5) for _ in range(4)])
    ids = rig.put(200)
    began = time.monotonic()
    rig.node()
    rig.all(ids)
    assert time.monotonic() - began < 1.5


def test_a_system_notification_has_no_author(rig, portal):
    rig.node()
    rig.all(rig.put(user=10, kind="system"))
    assert portal.notifications(10)[0]["author"] is None


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault("result_false", user=10), "NOT_CREATED", "result: false"),
        (Fault("refuse", user=10, code="ATTACH_ERROR", status=400), "ATTACH_ERROR", "ATTACH_ERROR"),
        (Fault("refuse", user=10, code="USER_ID_EMPTY", status=400), "USER_ID_EMPTY", "USER_ID_EMPTY"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
@pytest.mark.parametrize("company", [0, 9])
def test_what_is_refused_for_good_is_kept_as_dead_with_its_reason(rig, portal, fault, code, words, company):
    """Promise 4; the others of its batch get through."""
    portal.fail(Fault(fault.kind, user=fault.user, code=fault.code, status=fault.status))
    others = rig.put(company)
    [refused] = rig.put(user=10)
    rig.node()
    rig.all([refused], "dead")
    rig.all(others) if others else None
    assert (rig.get(refused).code, rig.get(refused).attempts) == (code, 1)
    assert words in rig.get(refused).error
    assert rig.store.write(lambda tx: tx.outbox.retry([refused])) == [refused]
    rig.all([refused])


def test_of_which_no_call_can_be_made_is_dead_and_costs_no_other(rig):
    others = rig.put(3)
    recipient = rig.make(user=10)
    broken = type(recipient)("broken", recipient.recipient, "", "", kind="delete")
    [accepted] = rig.store.accept(Submission([broken]))
    rig.node()
    rig.all([accepted.id], "dead")
    rig.all(others)


@pytest.mark.parametrize("kind", ["execute_and_drop", "execute_and_html", "execute_and_empty", "drop", "html", "empty"])
def test_a_lost_answer_is_repeated_and_seen_once(rig, portal, kind):
    """Promise 2."""
    portal.fail(Fault(kind))
    ids = rig.put(7)
    rig.node()
    rig.all(ids)
    assert sorted(rig.seen()) == sorted({one["user_id"] for one in portal.sends()})
    assert len(rig.seen()) == 7
    assert len(portal.sends()) == (14 if kind.startswith("execute") else 7)


def test_a_limit_that_is_hit_corrects_the_model_and_nothing_is_lost(rig, portal):
    portal.fail(*[Fault("query_limit") for _ in range(2)])
    ids = rig.put(120)
    node = rig.node()
    rig.all(ids)
    assert portal.stats()["refused"] == {"QUERY_LIMIT_EXCEEDED": 2}
    assert node.lanes["main"]._limits.bucket.level > 200
    assert {rig.get(id_).attempts for id_ in ids} == {1}


def test_operating_time_used_up_waits_and_nothing_is_lost(rig, portal):
    portal.fail(Fault("operation_time", method="im.notify.personal.add", times=3))
    ids = rig.put(10)
    node = rig.node()
    until(lambda: rig.states(ids).count("delivered") == 7)
    waiting = [one for one in map(rig.get, ids) if one.state == "pending"]
    assert {(one.attempts, one.code) for one in waiting} == {(0, "OPERATION_TIME_LIMIT")}
    assert all(one.due_at > rig.store.now() + 30 for one in waiting)
    assert node.lanes["main"]._limits.operating.fits("im.notify.personal.add", rig.store.now()) == 0


STOPS = [
    ("overload", "OVERLOAD_LIMIT"),
    ("revoked", "INVALID_CREDENTIALS"),
    ("missing_scope", "insufficient_scope"),
    ("html", "NO_ANSWER"),
    ("drop", "NO_ANSWER"),
]


@pytest.mark.parametrize(("kind", "code"), STOPS, ids=[code + kind for kind, code in STOPS])
def test_what_concerns_the_whole_portal_stops_it_and_keeps_everything(rig, portal, kind, code):
    """Promise 4: it pauses, says so, keeps everything queued, and `resume` lets it be tried at once."""
    portal.fail(Fault(kind, times=0))
    ids = rig.put(120)
    rig.node()
    stopped = until(rig.stopped)
    assert stopped.code == code
    assert stopped.probe_at > stopped.since
    assert stopped.reason
    until(lambda: set(rig.states(ids)) == {"pending"})
    portal.faults.clear()
    assert rig.store.write(lambda tx: tx.lanes.resume("main"))
    rig.all(ids)
    assert rig.stopped() is None
    assert [stop.code for stop in rig.stops] == ([code] if code != "NO_ANSWER" else [])


def test_a_single_command_without_its_scope_stops_the_portal_too(rig, portal):
    portal.fail(Fault("missing_scope", method="im.notify.personal.add", times=0))
    ids = rig.put(3)
    rig.node()
    until(rig.stopped)
    assert set(rig.states(ids)) == {"pending"}


def test_an_unreachable_portal_is_found_again_by_itself(rig, portal):
    """Probed after 1, 2, 4 … seconds with one notification; then everything goes out."""
    server = Server(app(portal)).start()
    url, port = portal.webhook_url(server.url), server.port
    server.stop()
    ids = rig.put(120)
    rig.node(url=url)
    until(rig.stopped)
    assert "reached" in rig.stopped().reason
    with Server(app(portal), port):
        rig.all(ids)
        assert {rig.get(id_).attempts for id_ in ids} == {1}
        rig.stack.close()


def test_a_fault_while_people_are_told_stops_nothing_else(rig, portal):
    def on_stop(stop):
        rig.stops.append(stop)
        raise RuntimeError("Slack is away too")

    portal.revoke()
    node = rig.node()
    node.lanes["main"].listeners = replace(node.lanes["main"].listeners, on_stop=on_stop)
    ids = rig.put(3)
    until(lambda: rig.stops)
    portal.revoke(revoked=False)
    rig.store.write(lambda tx: tx.lanes.resume("main"))
    rig.all(ids)


def test_the_documented_bucket_is_never_run_into(rig, portal):
    """Promise 5: 2,000 in a burst, then more requests than the bucket holds."""
    portal.buckets = Buckets(plan_of("20,20"))
    try:
        ids = rig.put(2_000)
        rig.node(bucket=(20, 20))
        rig.all(ids)
        assert portal.stats()["refused"] == {}
        assert portal.stats()["requests"] == 40
    finally:
        portal.buckets = Buckets(None)


def test_a_poisonous_notification_does_not_hold_the_others(rig, portal):
    """A batch whose answer never comes is halved until the culprit is alone."""
    portal.fail(Fault("drop", user=10, times=0))
    others = rig.put(2)
    [poison] = rig.put(user=10)
    others += rig.put(3)
    rig.node()
    rig.all(others)
    until(lambda: rig.get(poison).attempts >= 3, timeout=20)
    assert rig.get(poison).state in ("pending", "sending")
    assert rig.stopped() is None
    portal.faults.clear()
    rig.store.write(lambda tx: tx.connection.exec_driver_sql("UPDATE queue SET wait = 1 WHERE wait > 1"))
    rig.all([poison])


@pytest.mark.parametrize("place", [0, 7, 19])
def test_a_notification_that_no_batch_can_carry_goes_by_itself_and_whole(rig, portal, place):
    """PHP reads 1,000 values of a command and drops the others without a word."""
    cells = [{"DISPLAY": "LINE", "NAME": f"field {n}", "VALUE": "$totals[3]"} for n in range(350)]
    before, wide = rig.put(place), rig.put(1, attach=json.dumps({"BLOCKS": [{"GRID": cells}]}))
    ids = [*before, *wide, *rig.put(19 - place)]
    rig.node()
    rig.all(ids)
    [shown] = [one["attach"] for one in portal.notifications() if one["attach"]]
    grid = shown["BLOCKS"][0]["GRID"]
    assert [cell["NAME"] for cell in grid] == [f"field {n}" for n in range(350)]
    assert {cell["VALUE"] for cell in grid} == {"$totals[3]"}


@pytest.mark.parametrize("count", [2, 5])
def test_several_that_no_batch_can_carry_each_go_by_themselves(rig, portal, count):
    cells = [{"DISPLAY": "LINE", "NAME": f"field {n}", "VALUE": "v"} for n in range(350)]
    ids = rig.put(count, attach=json.dumps({"BLOCKS": [{"GRID": cells}]})) + rig.put(3)
    rig.node()
    rig.all(ids)
    assert (
        sum(len(one["attach"]["BLOCKS"][0]["GRID"]) for one in portal.notifications() if one["attach"]) == 350 * count
    )


@pytest.mark.parametrize("limit", [30_000, 12_000, 2_000, 100])
@pytest.mark.parametrize("company", [0, 5])
def test_an_attach_that_a_portal_still_finds_too_large_goes_again_smaller(rig, portal, limit, company):
    """Older portals count otherwise: what they refuse is cut, and the next ones before they are sent."""
    portal.attach_limit = limit
    attach = json.dumps({"BLOCKS": [{"MESSAGE": "слово " * 150} for _ in range(60)]})
    ids = [*rig.put(company), *rig.put(1, attach=attach, message="the words")]
    rig.node()
    rig.all(ids)
    [shown] = [one for one in portal.notifications() if one["message"] == "the words"]
    assert (shown["attach"] is None) == (limit < 1_000)
    assert not shown["attach"] or shown["attach"]["BLOCKS"][-1] == {"MESSAGE": "… shortened"}
    refused = portal.refused["ATTACH_OVERSIZE"]
    rig.all(rig.put(1, attach=attach))
    assert portal.refused["ATTACH_OVERSIZE"] == refused
