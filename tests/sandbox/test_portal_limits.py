"""The portal's two limits, with time as an argument; and what they do to a client."""

from __future__ import annotations

import pytest
import requests

from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.portal.bucket import Buckets, plan_of
from slack_bitrix24.sandbox.portal.operating import Operating
from slack_bitrix24.sandbox.server import Server

KEY = ("webhook 1", "im.notify")


def test_a_burst_passes_until_the_bucket_is_above_its_capacity_then_two_a_second():
    buckets = Buckets((50, 2.0))
    assert sum(buckets.take("a", 0.0) for _ in range(100)) == 51
    assert not buckets.take("a", 0.4)
    assert buckets.take("a", 0.5)
    assert not buckets.take("a", 0.9)
    assert sum(buckets.take("a", 100.0) for _ in range(100)) == 51


def test_each_address_has_its_own_bucket():
    buckets = Buckets((1, 1.0))
    assert [buckets.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert buckets.take("b", 0.0)
    buckets.clear()
    assert buckets.take("a", 0.0)


def test_without_a_plan_nothing_is_refused():
    buckets = Buckets(None)
    assert all(buckets.take("a", 0.0) for _ in range(500))
    assert buckets.level("a", 0.0) == 0.0


def test_plans():
    assert plan_of("standard") == (50, 2.0)
    assert plan_of("enterprise") == (250, 5.0)
    assert plan_of("off") is None
    assert plan_of("10,0.5") == (10.0, 0.5)
    with pytest.raises(ValueError, match="a plan is one of"):
        plan_of("cheap")


def test_the_call_that_crosses_the_limit_completes_and_the_next_is_blocked():
    operating = Operating(limit=10.0)
    operating.add(KEY, 10.0, now=1000.0)
    assert not operating.blocked(KEY, 1000.0)
    operating.add(KEY, 0.1, now=1000.0)
    assert operating.blocked(KEY, 1000.0)
    assert not operating.blocked(("webhook 1", "other"), 1000.0)
    assert not Operating(limit=0.0).blocked(KEY, 1000.0)


def test_work_leaves_the_window_a_minute_at_a_time():
    operating = Operating(limit=10.0)
    operating.add(KEY, 6.0, now=600.0)
    operating.add(KEY, 6.0, now=660.0)
    operating.add(KEY, 1.0, now=661.0)
    assert operating.spent(KEY, 1199.0) == 13.0
    assert operating.reset_at(KEY, 1199.0) == 1200.0
    assert operating.spent(KEY, 1200.0) == 7.0
    assert operating.spent(KEY, 1260.0) == 0.0
    assert operating.reset_at(KEY, 1260.0) == 1860.0


class Clock:
    now = 6000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_52nd_request_at_once_is_503_and_batch_counts_once(clock):
    portal = Portal(clock=clock)
    with Server(app(portal)) as server, requests.Session() as session:
        url = portal.webhook_url(server.url)
        commands = {f"c{number}": "server.time" for number in range(50)}
        session.post(url + "batch", json={"cmd": commands}, timeout=5)
        answers = [session.get(url + "server.time", timeout=5) for _ in range(51)]
        assert [answer.status_code for answer in answers] == [200] * 50 + [503]
        assert answers[-1].json() == {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
        assert "retry-after" not in answers[-1].headers
        clock.now += 0.5
        assert session.get(url + "server.time", timeout=5).status_code == 200
        assert portal.stats()["refused"] == {"QUERY_LIMIT_EXCEEDED": 1}


def test_operating_time_is_told_and_429_concerns_one_method(clock):
    portal = Portal(clock=clock, operating_limit=2.0, charge=1.0)
    with Server(app(portal)) as server, requests.Session() as session:
        url = portal.webhook_url(server.url)
        times = [session.get(url + "profile", timeout=5).json()["time"] for _ in range(3)]
        assert [time["operating"] for time in times] == [1.0, 2.0, 3.0]
        assert times[0]["operating_reset_at"] == 6600
        blocked = session.get(url + "profile", timeout=5)
        assert (blocked.status_code, blocked.json()["error"]) == (429, "OPERATION_TIME_LIMIT")
        assert session.get(url + "scope", timeout=5).status_code == 200
        inner = session.post(url + "batch", json={"cmd": {"a": "profile", "b": "scope"}}, timeout=5).json()["result"]
        assert inner["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
        assert "b" in inner["result"]
        clock.now = 6600.0
        assert session.get(url + "profile", timeout=5).status_code == 200


def test_work_takes_time_within_a_batch_but_batches_run_side_by_side():
    portal = Portal(work=0.02, rules="docs")
    with Server(app(portal)) as server, requests.Session() as session:
        url = portal.webhook_url(server.url)
        answer = session.post(url + "batch", json={"cmd": [f"profile?n={n}" for n in range(5)]}, timeout=5).json()
        assert answer["time"]["duration"] >= 0.1
        assert all(time["operating"] >= 0.02 for time in answer["result"]["result_time"])
