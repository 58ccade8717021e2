"""A database that is there and says nothing, seen from Slack, over HTTP and by whoever stops the bridge."""

from __future__ import annotations

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
import requests
import sqlalchemy as sa

from rig import ANNA, CAROL, CONFIGURATION, Bridge, Slack, sandbox
from swallowing import Swallowing
from waiting import until

SLACK_WAITS = 3.0
SENDERS_WAIT = 10.0
TOKEN = "t0kenOfTheSilentOnes0123"
MORE = f"""
[[webhooks]]
name = "grafana"
token = "{TOKEN}"
to = ["{CAROL}"]

[[relays]]
name = "alerts"
channels = ["C0ALERTS"]
from = "anyone"
to = ["{CAROL}"]
"""
REFUSED = "Nothing was done: the database does not answer now. Try again in a minute"
# What is typed, and whether it asks for a write: SQLite goes on being read while somebody else holds the lock.
TYPED = {
    "@carol typed in silence": True,
    "remind @carol of the silence in 1 second": True,
    "remind me of the silence every day at 3:33": True,
    "cancel 1": True,
    "here typed in silence": True,
    "reminders": False,
    "status": False,
    "status 1": False,
}
UNTOUCHED = {"who": "Anna Petrova", "help": "/b24 @anna", "stauts": "/b24 status"}
POSTED = {
    f"/services/x/grafana/{TOKEN}": {"text": "posted in silence"},
    "/api/notifications": {"to": [CAROL], "text": "posted in silence"},
    f"/alertmanager/grafana/{TOKEN}": {"status": "firing", "alerts": [{"status": "firing", "labels": {"a": "b"}}]},
    "/api/chat.postMessage": {"channel": "x", "text": "posted in silence"},
}


@pytest.fixture(scope="module")
def made():
    with sandbox() as demo:
        yield demo


@contextmanager
def locked(file):
    """SQLite's silence: somebody else writes, and does not come to an end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def swallowed(proxy):
    """PostgreSQL's: connections stand, and nothing comes through them."""
    proxy.silent.set()
    try:
        yield
    finally:
        proxy.silent.clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def silenced(request, made, tmp_path):
    """A bridge, and what silences its database."""
    if request.param == "sqlite":
        bridge = Bridge(tmp_path, made, more=MORE)
        yield bridge.start(), lambda: locked(tmp_path / "bridge.db")
        bridge.close()
        return
    url = sa.make_url(request.getfixturevalue("postgres_url"))
    proxy = Swallowing(url.host, url.port)
    location = url.set(port=proxy.port).render_as_string(hide_password=False)
    bridge = Bridge(tmp_path, made, more=MORE, configuration=CONFIGURATION.replace("sqlite:///bridge.db", location))
    yield bridge.start(), lambda: swallowed(proxy)
    bridge.close()
    proxy.close()


def timed(work):
    began = time.monotonic()
    return work(), time.monotonic() - began


def test_everybody_is_answered_in_time_and_what_was_refused_is_not_done_later(silenced, made):
    bridge, silent = silenced
    slack = Slack(made)
    slack.type("@carol before the silence", user=CAROL).final("Delivered")
    base = f"http://127.0.0.1:{bridge.web}"

    def typed(text):
        return made.workspace.command(ANNA, text, channel="C0GENERAL")

    def posted(path):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return requests.post(base + path, json=POSTED[path], headers=headers, timeout=30).status_code

    with silent(), ThreadPoolExecutor(20) as pool:
        commands = {text: pool.submit(timed, lambda text=text: typed(text)) for text in (*TYPED, *UNTOUCHED)}
        posts = [pool.submit(timed, lambda path=path: posted(path)) for path in POSTED]
        for text, one in commands.items():
            delivery, took = one.result()
            assert not delivery.failed, text
            assert took < SLACK_WAITS, text
            said = str(delivery.response)
            if text in UNTOUCHED:
                assert UNTOUCHED[text] in said
            elif TYPED[text] or "postgresql" in bridge.configuration.read_text("utf-8"):
                assert REFUSED in said, text
        for post in posts:
            status, took = post.result()
            assert status == 503
            assert took < SENDERS_WAIT
        until(lambda: bridge.get("/readyz") == 503, timeout=15)
        health, took = timed(lambda: [bridge.get("/healthz") for _ in range(60)])
        assert set(health) == {200}
        assert took < 3
    until(bridge.ready, timeout=30)
    slack.type("@carol after the silence", user=CAROL).final("Delivered")
    assert slack.executed("in silence") - slack.executed("posted in silence") == 0
    assert slack.executed("of the silence") == 0
    assert "of the silence" not in str(slack.type("reminders").response)


def test_an_alert_that_comes_into_the_silence_arrives_once(silenced, made):
    bridge, silent = silenced
    slack = Slack(made)
    with silent():
        made.workspace.message(ANNA, "an alert into the silence", channel="C0ALERTS")
        until(lambda: bridge.get("/readyz") == 503, timeout=15)
    slack.arrived(14, "an alert into the silence", timeout=60)
    assert slack.executed("an alert into the silence") == 1


def test_told_to_end_it_ends_in_silence_too(silenced):
    bridge, silent = silenced
    with silent():
        until(lambda: bridge.get("/readyz") == 503, timeout=15)
        status, took = timed(bridge.stop)
    assert status == 0
    assert took < 15
    assert "connection timeout expired: correct" not in bridge.text
