"""Leases, claims and records: the same on both databases."""

import pytest

from slack_bitrix24.model import Dead, Delivered, Retry, State
from slack_bitrix24.store import LeaseLostError, Stop
from waiting import until


def hold(store, owner, portal="main", **how):
    return store.write(lambda tx: tx.lanes.hold(portal, owner, **how))


def test_one_owner_holds_a_lane(store):
    first = hold(store, "a")
    assert (first.owner, first.fence, first.clean, first.stopped) == ("a", 1, True, None)
    assert first.until == pytest.approx(store.now() + 15, abs=2)
    assert hold(store, "b") is None
    assert hold(store, "b", "acme").fence == 1


def test_a_released_lane_is_free_at_once_and_its_limits_are_the_truth(store):
    lease = hold(store, "a")
    store.write(lambda tx: tx.lanes.release(lease, limits='{"level": 3}'))
    taken = hold(store, "b")
    assert (taken.fence, taken.clean, taken.limits) == (2, True, '{"level": 3}')


def test_an_expired_lane_is_taken_over_uncleanly(store, put):
    lease = hold(store, "a", ttl=0.5)
    put()
    store.write(lambda tx: tx.lanes.claim(lease, limits="L"))
    taken = until(lambda: hold(store, "b"))
    assert (taken.fence, taken.clean, taken.limits) == (2, False, "L")


def test_a_dead_owners_lane_is_taken_at_once(store):
    hold(store, "a")
    assert hold(store, "b", gone=lambda owner: owner == "x") is None
    assert hold(store, "b", gone=lambda owner: owner == "a").owner == "b"


def test_a_lease_from_before_the_clock_was_set_back_does_not_bind(store):
    hold(store, "a", ttl=7200)
    assert hold(store, "b").owner == "b"


def test_the_same_owner_may_hold_again(store):
    assert [hold(store, "a").fence, hold(store, "a").fence] == [1, 2]


def test_renew_tells_which_are_still_held(store):
    kept, lost = hold(store, "a"), hold(store, "a", "acme")
    hold(store, "b", "acme", gone=lambda _: True)
    [renewed] = store.write(lambda tx: tx.lanes.renew([lost, kept], ttl=60))
    assert renewed.portal == "main"
    assert renewed.until > kept.until


def test_release_by_an_earlier_holder_changes_nothing(store):
    old = hold(store, "a")
    hold(store, "b", gone=lambda _: True)
    store.write(lambda tx: tx.lanes.release(old))
    assert store.read(lambda tx: tx.lanes.state("main")).owner == "b"


def test_ensure_may_be_repeated(store):
    for _ in range(2):
        store.write(lambda tx: tx.lanes.ensure(["main", "acme"]))
    store.write(lambda tx: tx.lanes.ensure([]))
    assert [lane.portal for lane in store.read(lambda tx: tx.lanes.states())] == ["acme", "main"]
    assert store.read(lambda tx: tx.lanes.state("none")) is None


def test_claim_raises_attempts_and_takes_the_due_ones_in_order(store, put, claim):
    ids = put(3)
    put(not_before=9e9)
    put(portal="acme")
    first, second = claim(limit=2)
    assert [first.id, second.id] == ids[:2]
    assert (first.state, first.attempts) == (State.SENDING, 1)
    assert first.sent_at == pytest.approx(store.now(), abs=2)
    assert store.read(lambda tx: tx.outbox.get(first.id)) == first
    assert [one.id for one in claim()] == ids[2:]
    assert claim() == []


def test_claim_writes_the_limits(store, claim, lane):
    store.write(lambda tx: tx.lanes.claim(lane, limits='{"level": 1}'))
    assert store.read(lambda tx: tx.lanes.state("main")).limits == '{"level": 1}'


def test_a_newer_one_waits_while_an_older_one_is_sent(store, put, claim, record):
    """Promise 3: one recipient's notifications with the same tag arrive in order."""
    [older] = put(user=1, tag="disk")
    claim()
    [newer] = put(user=1, tag="disk")
    assert claim() == []
    assert store.read(lambda tx: tx.lanes.due_at("main")) is None
    record({older: Delivered(1)})
    assert [one.id for one in claim()] == [newer]


def test_one_that_waits_holds_no_other(put, claim):
    put(user=1, tag="disk")
    claim()
    put(60, user=1, tag="disk")
    others = put(60)
    assert [one.id for one in claim()] == others[:50]
    assert [one.id for one in claim()] == others[50:]


def test_a_retry_that_a_newer_one_overtook_is_superseded(put, claim, record, state):
    [older] = put(user=1, tag="disk")
    claim()
    [newer] = put(user=1, tag="disk")
    assert record({older: Retry(1.0, "503", ambiguous=True)}) == {older: State.SUPERSEDED}
    assert (state(older), state(newer)) == ("superseded", "pending")


def test_outcomes_are_recorded(store, put, claim, record):
    delivered, dead, again = put(3)
    claim()
    outcomes = {delivered: Delivered(77), dead: Dead("no such user\0", "NOT_FOUND"), again: Retry(5.0, "busy", "503")}
    assert record(outcomes) == {delivered: "delivered", dead: "dead", again: "pending"}
    get = {one.id: one for one in store.read(lambda tx: tx.outbox.find())}
    assert get[delivered].bitrix24_id == 77
    assert get[delivered].finished_at is not None
    assert (get[dead].code, get[dead].error) == ("NOT_FOUND", "no such user\ufffd")
    assert (get[again].due_at, get[again].code, get[again].error, get[again].attempts) == (5.0, "503", "busy", 1)


def test_an_attempt_that_does_not_count_is_given_back(put, claim, record):
    ids = put()
    claim()
    record({ids[0]: Retry(1.0, "stopped", counts=False)})
    assert [one.attempts for one in claim()] == [1]


def test_recording_twice_changes_nothing(put, claim, record, state):
    [id_] = put()
    claim()
    record({id_: Delivered(1)})
    assert record({id_: Dead("no"), 999: Delivered(1)}) == {}
    assert record({}) == {}
    assert state(id_) == "delivered"


def test_who_was_overtaken_claims_and_records_nothing(store, put, claim, record, lane, state):
    [id_] = put()
    claim()
    hold(store, "b", gone=lambda _: True)
    for refused in (
        lambda: record({id_: Delivered(1)}, lane),
        lambda: claim(lease=lane),
        lambda: store.write(lambda tx: tx.lanes.clear_stop(lane)),
    ):
        with pytest.raises(LeaseLostError, match="main"):
            refused()
    assert state(id_) == "pending"


def test_an_expired_lease_claims_nothing_but_may_record_while_nobody_took_over(store, put, record):
    short = hold(store, "a", ttl=0.5)
    [id_] = put()
    store.write(lambda tx: tx.lanes.claim(short, limits=""))
    until(lambda: store.now() > short.until)
    with pytest.raises(LeaseLostError):
        store.write(lambda tx: tx.lanes.claim(short, limits=""))
    assert record({id_: Delivered(1)}, short) == {id_: "delivered"}


def test_what_a_dead_holder_left_goes_out_in_halves(store, put, claim):
    """One poisonous notification cannot hold 49 others."""
    put(50)
    sizes = [len(claim())]
    for _ in range(7):
        lease = hold(store, "b", gone=lambda _: True)
        sizes.append(len(claim(lease=lease)))
    assert sizes == [50, 25, 12, 6, 3, 1, 1, 1]


def test_suspects_go_out_apart_from_the_others(store, put, claim, record):
    suspects = put(4)
    claim()
    record({id_: Retry(1.0, "no answer", ambiguous=True) for id_ in suspects})
    put(10)
    assert [[one.id for one in claim()] for _ in range(2)] == [suspects[:2], suspects[2:]]
    assert len(claim()) == 10


def test_what_a_dead_holder_left_is_superseded_by_a_newer_one(store, put, claim, state):
    [older] = put(user=1, tag="disk")
    claim()
    [newer] = put(user=1, tag="disk")
    hold(store, "b", gone=lambda _: True)
    assert (state(older), state(newer)) == ("superseded", "pending")


def test_due_at_tells_when_the_next_may_be_claimed(store, put, claim, lane):
    assert store.read(lambda tx: tx.lanes.due_at("main")) is None
    put(not_before=9e9)
    assert store.read(lambda tx: tx.lanes.due_at("main")) == 9e9
    put()
    assert store.read(lambda tx: tx.lanes.due_at("main")) <= store.now()


def test_a_stopped_lane_says_why_and_since_when_until_it_is_cleared(store, lane):
    store.write(lambda tx: tx.lanes.stop(lane, "OVERLOAD_LIMIT", reason="overload", probe_at=100.0))
    first = store.read(lambda tx: tx.lanes.state("main")).stopped
    store.write(lambda tx: tx.lanes.stop(lane, "", reason="still", probe_at=200.0))
    second = store.read(lambda tx: tx.lanes.state("main")).stopped
    assert first == Stop("OVERLOAD_LIMIT", "overload", first.since, 100.0)
    assert second == Stop("stopped", "still", first.since, 200.0)
    assert hold(store, "b", gone=lambda _: True).stopped == second


def test_resume_by_hand_lets_it_be_tried_now(store, lane):
    assert not store.write(lambda tx: tx.lanes.resume("main"))
    store.write(lambda tx: tx.lanes.stop(lane, "OVERLOAD_LIMIT", reason="overload", probe_at=9e9))
    assert store.write(lambda tx: tx.lanes.resume("main"))
    assert store.read(lambda tx: tx.lanes.state("main")).stopped.probe_at <= store.now()
    store.write(lambda tx: tx.lanes.clear_stop(lane))
    assert store.read(lambda tx: tx.lanes.state("main")).stopped is None


def test_a_lane_whose_lease_has_ended_shows_no_owner(store):
    hold(store, "a", ttl=0.01)
    until(lambda: store.read(lambda tx: tx.lanes.state("main")).owner == "")
