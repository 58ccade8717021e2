"""How soon the next connection to Slack is asked for; pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.listeners.connection.backoff import LONGEST, RARELY, Pace


def test_failures_are_followed_by_ever_longer_pauses():
    pace, pauses = Pace(), []
    for _ in range(8):
        pace = pace.failed()
        pauses.append(pace.pause)
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_connection_that_was_up_is_replaced_at_once():
    assert Pace().failed().failed().ended(11.0) == Pace()


def test_one_short_connection_is_replaced_at_once_and_further_ones_are_not():
    pace, pauses = Pace(), []
    for _ in range(4):
        pace = pace.ended(0.1)
        pauses.append(pace.pause)
    assert pauses == [0, 1, 2, 4]


def test_a_connection_refused_beside_another_one_is_soon_tried_rarely():
    pace, pauses = Pace(), []
    for _ in range(4):
        pace = pace.failed(refused=True, alone=False)
        pauses.append(pace.pause)
    assert pauses == [1, 2, RARELY, RARELY]
    assert pace.failed(refused=True, alone=True).pause <= LONGEST


def test_an_accident_between_refusals_begins_their_count_anew():
    pace = Pace().failed(refused=True, alone=False).failed(alone=False).failed(refused=True, alone=False)
    assert pace.refusals == 1


@pytest.mark.parametrize(("asked", "pause"), [(0.0, 1.0), (45.0, 45.0)])
def test_slack_may_ask_for_a_longer_pause(asked, pause):
    assert Pace().failed(at_least=asked).pause == pause


@given(st.lists(st.one_of(st.floats(0, 100), st.booleans()), max_size=50))
def test_whatever_happens_no_pause_is_longer_than_rarely(history):
    pace = Pace()
    for one in history:
        pace = pace.failed(refused=one, alone=False) if isinstance(one, bool) else pace.ended(one)
        assert 0 <= pace.pause <= RARELY
