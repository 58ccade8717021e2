"""A lane between a store of either kind and a portal: real HTTP."""

import threading
import time

from slack_bitrix24.sandbox.portal import Fault
from waiting import until


def test_what_is_accepted_is_delivered_in_batches_of_fifty(rig, portal):
    """Promise 1."""
    ids = rig.put(120)
    rig.node()
    rig.all(ids)
    assert portal.stats()["requests"] == 3
    assert len(rig.seen()) == 120
    until(lambda: len(rig.records) == 3)
    assert rig.get(ids[0]).bitrix24_id in {one["id"] for one in portal.notifications()}
    assert portal.stats()["warnings"] == {"notified a user whom the portal does not have": 120}


def test_an_idle_lane_sends_at_once(rig):
    rig.node()
    rig.held()
    began = time.monotonic()
    rig.all(rig.put(1))
    assert time.monotonic() - began < 0.5


def test_the_newest_of_a_tag_replaces_the_older_ones(rig, portal):
    """Promise 3: they arrive in the order in which they were made; an older one never replaces a newer one."""
    rig.node()
    ids = []
    for number in range(30):
        ids += rig.put(user=10, tag="disk", message=f"version {number}")
    until(lambda: set(rig.states(ids)) <= {"delivered", "superseded"})
    sent = [int(one["message"].split()[1]) for one in portal.sends()]
    assert sent == sorted(sent)
    assert [one["message"] for one in portal.notifications(10)] == ["version 29"]


def test_at_most_one_of_a_tag_is_in_flight(rig, portal):
    portal.fail(Fault("slow", seconds=0.4, user=10))
    [older] = rig.put(user=10, tag="disk")
    rig.node()
    until(lambda: portal.stats()["requests"] == 1)
    [newer] = rig.put(user=10, tag="disk")
    others = rig.put(5)
    rig.all(others)
    assert rig.states([older, newer]) == ["sending", "pending"]
    rig.all([older, newer])
    assert len(portal.notifications(10)) == 1


def test_a_deletion_takes_the_notification_away(rig, portal):
    rig.node()
    rig.all(rig.put(user=10, tag="disk"))
    [deletion] = rig.put(user=10, tag="disk", kind="delete", message="")
    rig.all([deletion])
    assert portal.notifications(10) == []
    assert rig.get(deletion).bitrix24_id == 0


def test_a_stop_is_told_once_and_outlives_the_process(rig, portal):
    portal.revoke()
    ids = rig.put(200)
    first = rig.node()
    until(lambda: rig.stops)
    first.stop()
    rig.node()
    rig.held()
    assert rig.stopped().code == "INVALID_CREDENTIALS"
    assert rig.stopped().probe_at > rig.store.now()
    portal.revoke(revoked=False)
    rig.store.write(lambda tx: tx.lanes.resume("main"))
    rig.all(ids)
    assert len(rig.stops) == 1


def test_senders_and_callers_side_by_side_lose_nothing(rig, portal):
    """Promise 1 and 2, with a twentieth of the answers lost."""
    portal.fail(Fault("execute_and_drop", probability=0.05))
    rig.node()
    found: list[int] = []

    def call(user):
        for number in range(20):
            found.extend(rig.put(user=user, tag=f"t{number % 3}"))

    callers = [threading.Thread(target=call, args=(100 + number,)) for number in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    until(lambda: set(rig.states(found)) <= {"delivered", "superseded"}, timeout=30)
    assert {(one["user_id"], one["seen"]) for one in portal.log()} == {(100 + n, 1) for n in range(8)}
    assert len(portal.log()) == 24
