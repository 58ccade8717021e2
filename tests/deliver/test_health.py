"""When a lane stops, when it probes, when it goes on; a pure state machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.deliver.health import AWAY, Health, Sign, is_limit, limit_pause, probe_pause
from slack_bitrix24.errors import Bitrix24Error, Verdict

REVOKED = codes.refusal(401, "INVALID_CREDENTIALS")
PAGE = codes.unreadable(502)
FULL = codes.refusal(503, "QUERY_LIMIT_EXCEEDED")
ERRORS = {Sign.ANSWERED: None, Sign.LIMITED: FULL, Sign.REFUSED: REVOKED, Sign.LOST: PAGE, Sign.NOTHING: PAGE}


def after(signs, *, health=None, now=0.0):
    """Return the health after these requests, each sent once the lane was no longer at rest."""
    health = health or Health()
    for sign in signs:
        now = max(now, health.rest_until)
        health = health.after(sign, ERRORS[sign], probe=health.stopped, now=now)
    return health


def test_a_refusal_of_the_whole_portal_stops_it_at_once():
    health = after([Sign.REFUSED], now=100.0)
    assert (health.stopped, health.code, health.rest_until, health.to_tell) == (
        True,
        "INVALID_CREDENTIALS",
        105.0,
        True,
    )
    assert "revoked" in health.reason


def test_the_third_lost_answer_in_a_row_stops_it():
    assert not after([Sign.LOST, Sign.LOST]).stopped
    assert not after([Sign.LOST, Sign.LOST, Sign.ANSWERED, Sign.LOST]).stopped
    health = after([Sign.LOST, Sign.LOST, Sign.LOST], now=100.0)
    assert (health.code, health.rest_until) == (AWAY, 101.0)


def test_people_hear_of_an_outage_that_lasts():
    """7 seconds: a portal that restarts is nobody's trouble."""
    assert [after([Sign.LOST] * n).to_tell for n in range(2, 8)] == [False, False, False, False, True, True]


def test_people_hear_of_a_stop_once():
    health = after([Sign.REFUSED]).known()
    assert not after([Sign.REFUSED, Sign.REFUSED], health=health).to_tell
    assert after([Sign.ANSWERED, Sign.REFUSED], health=health).to_tell


@pytest.mark.parametrize(("lasted", "tell"), [(3.0, True), (60.0, False)])
def test_a_stop_that_was_taken_over_is_told_unless_the_last_holder_did(lasted, tell):
    taken = Health.of("OVERLOAD_LIMIT", "blocked", 5.0, lasted=lasted)
    assert (taken.stopped, taken.rest_until, taken.to_tell) == (True, 5.0, tell)


@pytest.mark.parametrize(("lasted", "begun", "at"), [(60.0, True, 0.0), (60.0, False, 5.0), (3.0, True, 5.0)])
def test_an_old_stop_is_probed_at_once_after_a_start(lasted, begun, at):
    """Whoever starts it anew has just mended something; a crash in a loop must not probe each time."""
    assert Health.of("INVALID_CREDENTIALS", "revoked", 5.0, lasted=lasted, begun=begun).rest_until == at


def test_another_reason_is_told_too():
    away = after([Sign.LOST] * 8).known()
    assert after([Sign.REFUSED], health=away).to_tell


@pytest.mark.parametrize(
    ("sign", "pauses"), [(Sign.REFUSED, [5, 10, 20, 40, 80, 160, 300, 300]), (Sign.LOST, [1, 2, 4, 8, 16, 30, 30, 30])]
)
def test_a_stopped_lane_probes_ever_more_rarely(sign, pauses):
    health, now, found = after([sign] * (1 if sign is Sign.REFUSED else 3)), 0.0, []
    for _ in pauses:
        found.append(health.rest_until - now)
        now = health.rest_until
        health = health.after(sign, ERRORS[sign], probe=True, now=now)
    assert found == pauses


def test_the_first_that_gets_through_starts_it_again():
    assert after([Sign.REFUSED, Sign.REFUSED, Sign.ANSWERED]) == Health()
    assert after([Sign.LOST] * 6 + [Sign.ANSWERED]) == Health()


def test_what_was_sent_before_the_stop_changes_nothing():
    stopped = after([Sign.REFUSED])
    for sign, error in ERRORS.items():
        assert stopped.after(sign, error, probe=False, now=1.0) == stopped


def test_a_lost_probe_leaves_the_reason_and_its_pauses():
    health = after([Sign.REFUSED, Sign.LOST], now=100.0)
    assert (health.code, health.rest_until) == ("INVALID_CREDENTIALS", 115.0)


def test_a_suspect_says_nothing_about_the_portal():
    assert after([Sign.NOTHING] * 10) == Health()
    stopped = after([Sign.LOST] * 3)
    assert after([Sign.NOTHING] * 3, health=stopped).rest_until == 4.0


def test_a_limit_that_something_else_uses_up_slows_the_lane_down():
    rests = []
    health = Health()
    for _ in range(9):
        health = health.after(Sign.LIMITED, FULL, probe=False, now=0.0)
        rests.append(health.rest_until)
    assert rests == [0, 0, 1, 2, 4, 8, 16, 30, 30]
    assert not health.stopped
    assert limit_pause(10**6) == 30


def test_pauses_have_an_end():
    assert probe_pause(10**6, away=True) == 30
    assert probe_pause(10**6, away=False) == 300


@pytest.mark.parametrize(
    ("error", "limit"),
    [
        (codes.refusal(503, "query_limit_exceeded"), True),
        (codes.refusal(429, "OPERATION_TIME_LIMIT"), True),
        (codes.unreadable(429), True),
        (codes.refusal(503, "OVERLOAD_LIMIT"), False),
        (codes.unreadable(503), False),
        (Bitrix24Error("the portal can't be reached", verdict=Verdict.AGAIN), False),
    ],
)
def test_what_a_limit_is(error, limit):
    assert is_limit(error) is limit


@given(st.lists(st.tuples(st.sampled_from(Sign), st.booleans()), max_size=30))
def test_whatever_happens_a_stopped_lane_is_probed_within_five_minutes(history):
    health, now = Health(), 0.0
    for sign, in_time in history:
        probe = health.stopped and in_time
        health = health.after(sign, ERRORS[sign], probe=probe, now=now)
        assert health.rest_until - now <= 300
        assert bool(health.code) == bool(health.reason)
        now = max(now, health.rest_until)
    assert health.after(Sign.ANSWERED, None, probe=True, now=now) == Health()
