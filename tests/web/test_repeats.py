"""The same bytes again without a key: one request where the first answer may have been lost, else two."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from slack_bitrix24.app.ways import WaysIn
from slack_bitrix24.store import POST, Letter
from slack_bitrix24.web.posting import REPLAY_OF
from slack_bitrix24.web.repeats import AGAIN, MOST, SLOW, Repeats, sameness
from slack_bitrix24.web.request import Answer, Request, to_json
from waiting import until
from ways import TOKEN

OK = Answer(200, "ok")


def ended(repeats, *, took=0.0, gone=False, outcome=OK, same=1):
    """Let a request begin at 0 and end."""
    scope = {}
    hand, _ = repeats.take(same, scope=scope, now=0.0)
    if gone:
        scope["gone"] = True
    if outcome is not None:
        hand.settle(outcome)
    repeats.end(hand, scope=scope, now=took)
    return hand


@pytest.mark.parametrize(
    ("how", "now", "again"),
    [
        ({}, 0.1, False),
        ({"took": SLOW - 0.01}, SLOW, False),
        ({"took": SLOW}, SLOW + 0.1, True),
        ({"took": SLOW}, SLOW + AGAIN, True),
        ({"took": SLOW}, SLOW + AGAIN + 0.1, False),
        ({"gone": True}, 0.1, True),
        ({"gone": True}, AGAIN + 0.1, False),
        ({"gone": True, "outcome": ""}, 0.1, False),
        ({"took": SLOW, "outcome": ""}, SLOW + 0.1, False),
        ({"took": SLOW, "outcome": None}, SLOW + 0.1, True),
        ({"gone": True, "same": 2}, 0.1, False),
    ],
)
def test_what_comes_again_repeats_what_may_not_have_been_answered(how, now, again):
    repeats = Repeats()
    ended(repeats, **how)
    assert repeats.take(1, scope={}, now=now)[1] is again


@pytest.mark.parametrize(
    ("began", "gone", "again"),
    [(0.0, False, False), (-SLOW + 0.1, False, False), (-SLOW, False, True), (0.0, True, True)],
)
def test_what_comes_again_while_the_first_is_in_hand(began, gone, again):
    repeats = Repeats()
    first, _ = repeats.take(1, scope={"gone": gone}, now=began)
    second, found = repeats.take(1, scope={}, now=0.0)
    assert (found, second is first) == (again, again)


def test_it_is_repeated_once_unless_that_answer_is_lost_too():
    repeats = Repeats()
    ended(repeats, gone=True)
    for number in range(3):
        scope = {"gone": number < 2}
        hand, again = repeats.take(1, scope=scope, now=1.0)
        assert again
        repeats.end(hand, scope=scope, now=1.0)
    assert not repeats.take(1, scope={}, now=1.0)[1]


def test_the_end_of_the_first_ends_nothing_of_its_repeat():
    repeats, scope = Repeats(), {}
    hand, _ = repeats.take(1, scope=scope, now=0.0)
    repeated, _ = repeats.take(1, scope={}, now=SLOW)
    hand.settle(OK)
    repeats.end(hand, scope=scope, now=SLOW)
    assert repeated.outcome == OK
    assert not repeats.take(1, scope={}, now=SLOW + 1)[1]


def test_a_bounded_number_is_remembered():
    repeats = Repeats()
    for number in range(MOST + 50):
        ended(repeats, gone=True, same=number)
    assert [repeats.take(number, scope={}, now=1.0)[1] for number in (0, 49, 50, MOST + 49)] == [
        False,
        False,
        True,
        True,
    ]


BASE = Request("ntfy", hook="x", named={"topic": "a"}, query=(("b", "c"),), headers={"title": "t"}, body=b"body")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"headers": {"title": "t", "user-agent": "other", "traceparent": "00-1"}}, True),
        ({"headers": {"title": "t", "authorization": "Bearer x"}}, True),
        ({"query": (("b", "c"), ("auth", "x"))}, True),
        ({"headers": {"title": "other"}}, False),
        ({"headers": {}}, False),
        ({"body": b"body "}, False),
        ({"query": ()}, False),
        ({"named": {"topic": "b"}}, False),
        ({"hook": "y"}, False),
        ({"sender": "slack"}, False),
        ({"method": "PUT"}, False),
    ],
)
def test_what_is_the_same(change, same):
    fields = {name: getattr(BASE, name) for name in ("sender", "hook", "method", "named", "query", "headers", "body")}
    assert (sameness(Request(**{**fields, **change})) == sameness(BASE)) is same


@contextmanager
def held(ways):
    """Let nothing be written meanwhile."""
    going, begun = threading.Event(), threading.Event()
    holding = threading.Thread(target=lambda: ways.store.write(lambda _: (begun.set(), going.wait(30))))
    holding.start()
    begun.wait(10)
    try:
        yield
    finally:
        going.set()
        holding.join()


def raw(path, body, headers=""):
    return f"POST {path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def connected(ways):
    return socket.create_connection(("127.0.0.1", urlsplit(ways.origin).port), timeout=10)


def noticed(ways):
    """Return when the server has seen what came before: it reads in turn."""
    for _ in range(3):
        assert ways.post("/openapi.json", "GET").status_code == 200


PATHS = {
    "slack": (f"/services/T0/grafana/{TOKEN}", '{"text": "disk full"}', ""),
    "mattermost": (f"/hooks/{TOKEN}", "payload=%7B%22text%22%3A%22disk%22%7D", ""),
    "alertmanager": (f"/alertmanager/grafana/{TOKEN}", '{"title": "x", "alerts": [{"labels": {"a": "b"}}]}', ""),
    "json": (f"/json/grafana/{TOKEN}", '{"disk": "full"}', ""),
    "apprise": (f"/notify/{TOKEN}", '{"body": "disk full"}', ""),
    "web api": ("/api/chat.postMessage", '{"text": "disk full"}', f"Authorization: Bearer {TOKEN}\r\n"),
    "api": ("/api/notifications", '{"text": "disk full"}', f"Authorization: Bearer {TOKEN}\r\n"),
}


@pytest.mark.parametrize(("path", "body", "headers"), PATHS.values(), ids=PATHS)
def test_whoever_hangs_up_before_the_answer_and_says_it_again_has_said_it_once(ways, path, body, headers):
    with held(ways):
        first = connected(ways)
        first.sendall(raw(path, body, headers))
        first.close()
        noticed(ways)
        second = connected(ways)
        second.sendall(raw(path, body, headers))
    with second:
        assert second.recv(4096).startswith((b"HTTP/1.1 200", b"HTTP/1.1 202"))
    assert ways.users() == [10, 12]


@pytest.mark.parametrize(("path", "body", "headers"), PATHS.values(), ids=PATHS)
def test_what_is_said_twice_and_answered_twice_are_two(ways, path, body, headers):
    with connected(ways) as one, connected(ways) as other:
        for connection in (one, other):
            connection.sendall(raw(path, body, headers))
        for connection in (one, other):
            assert connection.recv(4096).startswith((b"HTTP/1.1 200", b"HTTP/1.1 202"))
    assert ways.users() == [10, 12, 10, 12]


def test_a_repeat_of_the_web_api_gets_the_time_stamp_of_the_first(ways):
    path, body, headers = PATHS["web api"]
    with held(ways):
        first, second = connected(ways), connected(ways)
        first.sendall(raw(path, body, headers))
        first.shutdown(socket.SHUT_WR)
        noticed(ways)
        second.sendall(raw(path, body, headers))
        noticed(ways)
    with first, second:
        answers = [_read(one) for one in (first, second)]
    assert answers[0]["ts"] == answers[1]["ts"]


def _read(connection):
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return json.loads(answer.read())


def test_whoever_says_no_more_but_listens_gets_the_answer(ways):
    path, body, _ = PATHS["slack"]
    with connected(ways) as one:
        one.sendall(raw(path, body) + raw(path, '{"text": "and more"}'))
        one.shutdown(socket.SHUT_WR)
        text = b""
        while part := one.recv(4096):
            text += part
    assert text.count(b"HTTP/1.1 200") == 2
    assert ways.users() == [10, 12, 10, 12]


@pytest.mark.parametrize(
    ("sender", "state", "more", "known"),
    [
        ("slack", "new", {}, True),
        ("slack", "working", {}, True),
        ("slack", "done", {}, False),
        ("slack", "new", {REPLAY_OF: "another"}, False),
        ("slack_api", "new", {}, False),
    ],
)
def test_what_a_killed_process_left_open_is_known_when_it_comes_again(store, sender, state, more, known):
    request = Request(sender, hook="x", body=b"{}")

    def leave(tx):
        number = tx.inbox.add("post:x:1", POST, {**to_json(request), **more})
        if state == "working":
            tx.inbox.claim("dead", posts=True)
        elif state == "done":
            tx.inbox.done(number)

    store.write(leave)
    assert isinstance(until(lambda: store.read(lambda tx: tx.inbox.posts()))[0].letter, Letter)
    repeats = Repeats()
    WaysIn.remember(_WithDoor(repeats), store)
    assert repeats.take(sameness(request), scope={}, now=0.0)[1] is known


class _WithDoor:
    """Ways in of which only the door's memory matters."""

    def __init__(self, repeats):
        self.ways = self.door = self
        self.repeats = repeats
