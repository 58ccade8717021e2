"""The bucket and the operating time as arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.bitrix24.limits import MARGIN, PLANS, Bucket, Limits
from slack_bitrix24.bitrix24.operating import FIRST_GUESS, RESERVED_FOR, WINDOW, Operating, Use
from slack_bitrix24.errors import Bitrix24Error, Verdict

M = "im.notify.personal.add"
QUERY = Bitrix24Error("x", code="query_limit_exceeded", status=503, verdict=Verdict.AGAIN, retry_after=1)
TIME_UP = Bitrix24Error("x", code="OPERATION_TIME_LIMIT", status=429, verdict=Verdict.AGAIN, retry_after=60)
LOST = Bitrix24Error("x", verdict=Verdict.UNKNOWN)


def test_bucket_lets_its_capacity_go_at_once_and_then_its_rate():
    bucket, now, sent = Bucket(50, 2.0), 0.0, []
    for _ in range(60):
        now = bucket.ready_at(now)
        bucket = bucket.take(now)
        sent.append(now)
    assert sent[:50] == [0.0] * 50
    assert sent[50:] == pytest.approx([0.5 * n for n in range(1, 11)])


def test_refusal_means_that_the_bucket_was_full():
    refused = Bucket(50, 2.0).refused(10.0)
    assert (refused.level, refused.ready_at(10.0)) == (50, 10.5)
    assert Bucket(50, 2.0, 0.0, 10.0).take(10.0).refused(10.0).ready_at(10.0) == 10.5


def test_clock_that_runs_backwards_drains_nothing():
    assert Bucket(50, 2.0, 40, 100.0).take(90.0) == Bucket(50, 2.0, 41, 100.0)


@given(st.lists(st.floats(0, 30), max_size=120))
def test_portal_would_refuse_nothing_that_the_bucket_lets_go(pauses):
    capacity, rate = PLANS["standard"]
    limits, now, level, at = Limits.of(), 0.0, 0.0, 0.0
    for pause in pauses:
        now = max(now + pause, limits.ready_at("m", 1, now + pause))
        limits = limits.take(now)
        level, at = max(0.0, level - (now - at) * rate), now
        assert level <= capacity - MARGIN
        level += 1


def test_state_survives_as_text():
    limits = Limits.of(now=5.0).take(5.0, {M: 50}).observe({M: [{"operating": 3.0, "duration": 0.1, "finish": 9}]}, 6.0)
    limits = limits.refused(TIME_UP, 7.0, method=M)
    assert Limits.of().load(limits.dump(), 8.0) == limits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"bucket":{"level":"x"}}',
        '{"bucket":{"level":1e999,"at":1},"operating":{}}',
        '{"bucket":{"level":1,"at":1},"operating":{"m":[1]}}',
        '{"bucket":{"level":1,"at":1},"operating":[]}',
    ],
)
def test_state_that_cannot_be_read_counts_as_full(text):
    assert Limits.of().load(text, 3.0).ready_at(M, 1, 3.0) == 3.5


def test_moment_written_by_a_clock_ahead_of_ours_does_not_stop_us():
    ahead = Limits.of(now=1000.0).take(1000.0).dump()
    assert Limits.of().load(ahead, 3.0).bucket.at == 3.0


def test_own_bucket_and_an_heirs_full_one():
    assert Limits.of_bucket(10, 1.0).bucket.capacity == 10 - MARGIN
    assert Limits.of_bucket(1, 1.0).bucket.capacity == 1
    assert Limits.of().full(7.0).ready_at(M, 1, 7.0) == 7.5


def _told(limits, seconds, now, *, reset_in=None, **more):
    time = {"operating": seconds, "duration": 0.1, "finish": now + 1000, **more}
    if reset_in is not None:
        time["operating_reset_at"] = now + 1000 + reset_in
    return limits.observe({M: [time]}, now)


def test_method_at_its_limit_waits_for_its_oldest_minute_to_leave():
    limits = _told(Limits.of(), 480.0, 100.0)
    assert limits.ready_at(M, 1, 100.0) == 100.0 + WINDOW
    assert limits.ready_at("profile", 1, 100.0) == 100.0
    assert limits.operating.fits(M, 100.0) == 0
    assert limits.ready_at(M, 1, 701.0) == 701.0


def test_portal_tells_when_its_oldest_minute_leaves_by_its_own_clock():
    limits = _told(Limits.of(), 10.0, 100.0, reset_in=590)
    limits = _told(limits, 479.95, 110.0, reset_in=580)
    assert limits.ready_at(M, 1, 110.0) == pytest.approx(690.0)


def test_what_was_spent_before_we_watched_leaves_minute_by_minute():
    limits = _told(Limits.of(), 480.0, 1000.0, reset_in=60)
    first, second = limits.ready_at(M, 10, 1000.0), limits.ready_at(M, 600, 1000.0)
    assert first == pytest.approx(1060.0)
    assert first < second <= 1000.0 + WINDOW


def test_portals_sum_wins_over_ours_in_both_directions():
    limits = _told(_told(Limits.of(), 100.0, 0.0), 40.0, 10.0)
    assert limits.operating.seconds(10.0) == {M: pytest.approx(40.0)}
    assert _told(limits, 400.0, 20.0).operating.seconds(20.0) == {M: pytest.approx(400.0)}


def test_older_answer_does_not_undo_a_newer_one():
    limits = _told(Limits.of(), 300.0, 10.0)
    late = limits.observe({M: [{"operating": 100.0, "duration": 0.1, "finish": 5}]}, 11.0)
    assert late.operating.seconds(11.0)[M] == pytest.approx(300.0)


def test_calls_under_way_are_reckoned_with_until_they_are_answered_or_forgotten():
    limits = Limits.of().take(0.0, {M: 50})
    assert limits.operating.use(M, 0.0).total() == pytest.approx(50 * FIRST_GUESS)
    assert limits.observe({M: []}, 1.0, sent={M: 50}).operating.use(M, 1.0).total() == 0
    assert limits.operating.use(M, RESERVED_FOR).total() == 0
    full = Limits(limits.bucket, Operating(5.0)).take(0.0, {M: 100})
    assert full.ready_at(M, 1, 1.0) == RESERVED_FOR


@pytest.mark.parametrize("every", [1.0, 10.0, 59.0, 60.0, 119.0])
def test_what_a_killed_process_had_sent_is_forgotten_though_others_go_on_sending(every):
    """Fifty without an answer; then fifty more each so many seconds, all of which are answered a moment later."""
    limits, now = Limits.of().take(0.0, {M: 50}), 0.0
    while (now := now + every) < RESERVED_FOR:
        limits = limits.take(now, {M: 50}).observe({M: []}, now + 0.5, sent={M: 50})
        assert limits.operating.use(M, now + 0.5).open == 50
    assert limits.operating.use(M, RESERVED_FOR).open == 0


def test_lost_answer_counts_as_work_done_and_a_refusal_does_not():
    sent = {M: 50}
    limits = Limits.of().take(0.0, sent)
    assert limits.refused(LOST, 1.0, sent=sent).operating.seconds(1.0)[M] == pytest.approx(50 * FIRST_GUESS)
    assert limits.refused(QUERY, 1.0, sent=sent).operating.seconds(1.0)[M] == 0
    assert limits.refused(QUERY, 1.0, sent=sent).ready_at(M, 1, 1.0) == 1.5


@pytest.mark.parametrize(("status", "full"), [(429, True), (503, False)])
def test_any_429_fills_the_bucket(status, full):
    error = Bitrix24Error("x", status=status, verdict=Verdict.AGAIN)
    assert (Limits.of().refused(error, 0.0).ready_at(M, 1, 0.0) > 0) is full


def test_method_over_its_time_is_left_alone():
    known = _told(Limits.of(), 470.0, 0.0).refused(TIME_UP, 100.0, method=M)
    assert known.ready_at(M, 1, 100.0) == WINDOW
    unknown = Limits.of().refused(TIME_UP, 100.0, sent={M: 1})
    assert (unknown.ready_at(M, 1, 100.0), unknown.operating.fits(M, 100.0)) == (160.0, 0)
    assert unknown.refused(TIME_UP, 100.0).ready_at("x", 1, 100.0) == 100.0


def test_without_a_limit_nothing_is_reckoned():
    limits = Limits.of(operating_limit=0).take(0.0, {M: 50})
    limits = limits.observe({M: [{"operating": 999.0}]}, 1.0).refused(LOST, 1.0, sent={M: 50})
    assert (limits.operating.uses, limits.ready_at(M, 50, 1.0), limits.operating.fits(M, 1.0)) == ({}, 1.0, 1_000_000)


def test_portal_that_tells_no_sum_is_reckoned_by_durations():
    limits = Limits.of().observe({M: [{"duration": 2.0}, {"processing": 1.0}, {}]}, 0.0)
    use = limits.operating.use(M, 0.0)
    assert (use.total(), use.cost) == (3.0, 1.5)
    again = limits.observe({M: [{"duration": 0.5}]}, 30.0).operating.use(M, 30.0)
    assert (again.buckets, again.cost) == (((0.0, 3.5),), pytest.approx(1.3))
    assert len(limits.observe({M: [{"duration": 0.5}]}, 61.0).operating.use(M, 61.0).buckets) == 2


def test_cost_of_a_call_is_learned_from_the_portals_sum_where_it_moves():
    def times(step, duration):
        return [{"operating": step * n, "duration": duration, "finish": n} for n in range(1, 4)]

    assert Limits.of().observe({M: times(0.03, 0.05)}, 0).operating.use(M, 0).cost == pytest.approx(0.03)
    assert Limits.of().observe({M: times(0, 0.03)}, 0).operating.use(M, 0).cost == pytest.approx(0.03)
    assert Limits.of().observe({M: times(0.03, 0)}, 0).operating.use(M, 0).cost == pytest.approx(0.03)
    free = Limits.of().observe({M: times(0, 0)}, 0)
    assert (free.operating.use(M, 0).cost, free.operating.fits(M, 0)) == (0, 1_000_000)


def test_more_calls_than_ever_fit_wait_for_an_empty_window():
    assert Operating(1.0).ready_for({M: 500}, 5.0) == 5.0
    assert Operating(1.0, {M: Use(((0.0, 0.5),))}).ready_for({M: 500}, 5.0) == WINDOW


def test_oldest_minute_moves_only_where_it_can_be():
    use = Use(((100.0, 1.0), (160.0, 1.0)))
    assert use.oldest_begins(90.0, 200.0).buckets[0] == (90.0, 1.0)
    assert use.oldest_begins(170.0, 200.0) == use
    assert Use().oldest_begins(90.0, 200.0) == Use()


def test_a_portal_that_lets_more_through_than_was_assumed_shows_its_limit():
    """The documents say 480 s; Bitrix24 server source, main 26.150 (2026-03), has 420."""
    limits = _told(Limits.of(), 425.0, 100.0, duration=20.0)
    assert limits.operating.allowed == 420.0  # it may have begun below
    limits = _told(limits, 470.0, 110.0, duration=2.0)
    assert limits.operating.allowed == 468.0
    assert Limits.of().load(limits.dump(), 110.0).operating.allowed == 468.0
    assert _told(Limits.of(operating_limit=480.0), 470.0, 1.0).operating.allowed == 480.0
