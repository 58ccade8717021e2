"""Heartbeats through a real bridge: silence is told once, also over a kill; the return is told."""

from __future__ import annotations

import pytest
import requests

from rig import Bridge, sandbox
from slack_bitrix24.heartbeats import Heartbeat, news
from slack_bitrix24.store import Pulse
from waiting import until

SECTION = """
[[heartbeats]]
name = "backup"
token = ["t0kenOfBackup0123456789", "an0therToken0123456789"]
every = "2s"
grace = "1s"
to = ["bitrix24:12", "@oncall"]
text = "Look at *db-1*"
"""
TOKEN = "t0kenOfBackup0123456789"


def beat(bridge, path=f"/heartbeat/backup/{TOKEN}", method="GET", **how):
    return requests.request(
        method, f"http://127.0.0.1:{bridge.web}{path}", timeout=5, allow_redirects=False, **how
    ).status_code


def texts(bridge):
    return [one["message"] for one in reversed(bridge.made.portal.notifications(12))]


def test_silence_and_return_are_told_once_each_over_a_kill(make):
    bridge = make(more=SECTION).start()
    assert beat(bridge) == 200
    until(lambda: len(texts(bridge)) == 1, timeout=30)
    assert "no sign of life" in texts(bridge)[0]
    assert "db-1" in texts(bridge)[0]
    bridge.kill()
    bridge.start()
    # The next look has passed when a second heartbeat's silence could have been told.
    until(lambda: bridge.get("/healthz") == 200)
    assert beat(bridge) == 200
    until(lambda: any("is back" in text for text in texts(bridge)), timeout=30)
    told = [text for text in texts(bridge) if "no sign of life" in text]
    assert len(told) <= 1
    assert bridge.stop() == 0


@pytest.mark.parametrize(
    ("path", "how", "status"),
    [
        (f"/heartbeat/backup/{TOKEN}/", {}, 200),
        ("/heartbeat/backup", {"headers": {"Authorization": f"Bearer {TOKEN}"}}, 200),
        ("/heartbeat/backup/an0therToken0123456789", {"method": "POST", "data": b"{}"}, 200),
        ("/heartbeat/backup/wrong", {}, 403),
        ("/heartbeat/backup", {"params": {"token": TOKEN}}, 401),
        ("/heartbeat/backup/wrong", {"params": {"token": TOKEN}}, 403),
        ("/heartbeat/backup", {}, 401),
        (f"/heartbeat/nobody/{TOKEN}", {}, 404),
        (f"/heartbeat/backup/{TOKEN}", {"method": "DELETE"}, 405),
    ],
)
def test_who_may_say_so(heart, path, how, status):
    assert beat(heart, path, **how) == status


@pytest.fixture(scope="module")
def heart(tmp_path_factory):
    with sandbox() as made:
        bridge = Bridge(tmp_path_factory.mktemp("heart"), made, more=SECTION).start()
        yield bridge
        bridge.stop()


EXPECTED = Heartbeat("backup", every=60.0, grace=10.0, to=())


@pytest.mark.parametrize(
    ("seen", "silent_since", "now", "since", "told"),
    [
        (1000, 0, 1069, 0, ""),
        (1000, 0, 1071, 0, "silent"),
        (1000, 0, 1071, 1060, ""),
        (1000, 0, 1131, 1060, "silent"),
        (1000, 1000, 9999, 0, ""),
        (1100, 1000, 1100, 0, "back"),
        (1100, 1000, 9999, 0, "back"),
    ],
)
def test_what_is_told(seen, silent_since, now, since, told):
    assert news(Pulse("backup", seen, silent_since), EXPECTED, now=now, since=since) == told
