"""The fair order over random loads: a portal that takes fifty a request, and nothing but the order."""

import heapq
from collections import defaultdict
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_bitrix24.store.queue import fair

SECOND = 0.5
"""Seconds between two requests of a portal."""


class Portal:
    """A queue by rank and by age, as the store keeps it; `gone` has (request, flow) in the order of sending."""

    def __init__(self):
        self.ready, self.by_age, self.sent = [], [], set()
        self.served = self.claims = 0
        self.now = 0.0
        self.numbers = count(1)
        self.gone, self.by_flow = [], defaultdict(list)

    def accept(self, flow, amount=1, priority="normal", before=0):
        ids = []
        for rank in fair.ranks(amount, priority=priority, before=before):
            number = next(self.numbers)
            heapq.heappush(self.ready, (self.served + rank, number, flow))
            heapq.heappush(self.by_age, (number, self.now, flow))
            ids.append(number)
        return ids

    def request(self):
        """Send one request; return the numbers that went."""
        self.claims += 1
        while self.by_age and self.by_age[0][0] in self.sent:
            heapq.heappop(self.by_age)
        oldest = self.by_age[0][1] if self.by_age else None
        aged = fair.is_turn_of_age(self.claims, oldest, now=self.now)
        chosen = []
        source = self.by_age if aged else self.ready
        while source and len(chosen) < fair.REQUEST:
            one = heapq.heappop(source)
            number = one[0] if aged else one[1]
            if number not in self.sent:
                self.sent.add(number)
                chosen.append((number, one[2]))
                if not aged:
                    self.served = fair.come_to(self.served, one[0])
        self.now += SECOND
        self.gone += [(self.claims, flow) for _, flow in chosen]
        for _, flow in chosen:
            self.by_flow[flow].append(self.claims)
        return {number for number, _ in chosen}

    def until_all_gone(self):
        while self.request():
            pass

    def requests_of(self, flow):
        return self.by_flow[flow]


loads = st.lists(
    st.tuples(st.integers(50, 3000), st.sampled_from(["normal", "low"]), st.integers(0, 30)), min_size=1, max_size=12
)


@given(loads=loads, wait=st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_a_lone_one_goes_in_one_of_the_next_two_requests(loads, wait):
    """Promise 6: behind any number of broadcasts, whatever their sizes, whenever it comes."""
    portal = Portal()
    for number, (amount, priority, requests) in enumerate(loads):
        portal.accept(number, amount, priority)
        for _ in range(requests):
            portal.request()
    for _ in range(wait):
        portal.request()
    [alone] = portal.accept("alone")
    assert alone in portal.request() | portal.request()


@pytest.mark.parametrize("broadcasts", [1, 2, 10, 100, 1000])
def test_a_lone_one_goes_next_however_many_broadcasts_came_first(broadcasts):
    portal = Portal()
    for number in range(broadcasts):
        portal.accept(number, 200)
    for _ in range(3):
        portal.request()
        [alone] = portal.accept("alone")
        assert alone in portal.request()


@pytest.mark.parametrize("count", [2, 3, 7])
def test_broadcasts_that_start_together_share_and_end_together(count):
    portal = Portal()
    for number in range(count):
        portal.accept(number, 5000)
    portal.until_all_gone()
    ends = [portal.requests_of(number)[-1] for number in range(count)]
    assert max(ends) == portal.claims - 1 == count * 100
    assert max(ends) - min(ends) < count
    for flow in range(count):
        halves = portal.requests_of(flow)[2500]
        assert abs(halves - count * 50) <= count


@pytest.mark.parametrize("size", [50, 100, 500, 1000])
def test_a_broadcast_in_portions_ranks_as_in_one(size):
    whole = list(fair.ranks(2000))
    parts = [rank for before in range(0, 2000, size) for rank in fair.ranks(size, before=before)]
    assert parts == whole


@given(amount=st.integers(1, 400), before=st.integers(0, 400), priority=st.sampled_from(sorted(fair.DISTANCE)))
def test_ranks_rise_and_none_is_at_the_head_itself(amount, before, priority):
    ranks = list(fair.ranks(amount, priority=priority, before=before))
    assert len(ranks) == amount
    assert ranks == sorted(ranks)
    assert ranks[0] > 0
    assert ranks[-1] == (before + amount) * fair.DISTANCE[priority]


@pytest.mark.parametrize(("first", "second"), [("high", "normal"), ("normal", "low")])
def test_a_priority_is_a_share_of_eight_to_one(first, second):
    portal = Portal()
    portal.accept(second, 4000, second)
    portal.accept(first, 4000, first)
    for _ in range(45):
        portal.request()
    sent = {flow: len(portal.requests_of(flow)) for flow in (first, second)}
    assert sent[first] / 50 == pytest.approx(40, abs=1)
    assert sent[second] / 50 == pytest.approx(5, abs=1)


@pytest.mark.parametrize("flood", ["high", "normal", "low"])
@pytest.mark.parametrize("waiting", ["high", "normal", "low"])
@pytest.mark.parametrize("amount", [1, 20, 50, 300])
def test_nobody_waits_for_ever_however_much_comes_in(flood, waiting, amount):
    """More lone ones than the portal takes, without end: after ten minutes it is the others' turn."""
    portal = Portal()
    for _ in range(5):
        portal.accept("flood", 60)
    portal.accept("waiting", amount, waiting)
    bound = fair.AGED / SECOND + fair.TURN * (2 + (amount + 300) / fair.REQUEST)
    while len(portal.requests_of("waiting")) < amount:
        for _ in range(60):
            portal.accept("flood", 1, flood)
        portal.request()
        assert portal.claims < bound


@given(loads=loads)
@settings(max_examples=50, deadline=None)
def test_no_request_goes_with_room_while_somebody_waits(loads):
    portal = Portal()
    total = sum(amount for amount, _, _ in loads)
    for number, (amount, priority, _) in enumerate(loads):
        portal.accept(number, amount, priority)
    portal.until_all_gone()
    assert len(portal.gone) == total
    assert portal.claims - 1 == -(-total // fair.REQUEST)


@pytest.mark.parametrize(
    ("claims", "oldest_at", "expected"),
    [
        (20, 0.0, True), (40, 399.0, True), (20, 400.0, False), (20, None, False),
        (19, 0.0, False), (21, 0.0, False), (0, 0.0, True),
    ],
)  # fmt: skip
def test_one_request_in_twenty_goes_by_age(claims, oldest_at, expected):
    assert fair.is_turn_of_age(claims, oldest_at, now=1000.0) is expected


@pytest.mark.parametrize(
    ("served", "rank", "expected"), [(0, 8, 0), (0, 400, 0), (0, 800, 400), (500, 800, 500), (500, 1300, 900)]
)
def test_the_order_comes_no_nearer_than_a_request_to_what_is_still_to_go(served, rank, expected):
    assert fair.come_to(served, rank) == expected


@pytest.mark.parametrize(("rank", "served", "expected"), [(400, 0, 400), (400, 100, 300), (8, 100, 0)])
def test_what_comes_back_lines_up_where_it_was(rank, served, expected):
    assert fair.back(rank, served=served) == expected
