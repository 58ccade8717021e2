"""The server that both the product and the sandbox run on: quick answers, and nobody may hold its connections."""

from __future__ import annotations

import http.client
import re
import socket
import time
from contextlib import suppress

import pytest

from slack_bitrix24.serving.connections import Limits
from slack_bitrix24.serving.listening import listen
from slack_bitrix24.serving.server import Manner, Serving
from slack_bitrix24.web.server import WebServer, limits
from slack_bitrix24.web.site import Doors, site
from waiting import until

SHORT = Limits(connections=20, head=0.3, body=0.3)
DELAYED_ACK = 0.04
"""Seconds that Linux waits before it acknowledges what it has no answer to."""


async def echo(scope, receive, send):
    """Answer with the length of the body, in two parts as Starlette does."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        more = message.get("more_body", False)
    body = str(length).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def serving():
    listener = listen("127.0.0.1", 0)
    made = Serving(echo, listener, Manner("test", grace=1, limits=SHORT))
    port = listener.getsockname()[1]
    made.start()
    yield made, port
    made.stop()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def is_open(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def exchanged(connection: http.client.HTTPConnection, body: bytes) -> None:
    connection.request("POST", "/slack/events", body)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200


def test_twenty_answers_over_one_connection_take_no_delayed_acknowledgements():
    """Without TCP_NODELAY each but the first waits 40 ms; the best of five rounds counts, for a busy machine's sake."""
    doors = Doors(ready=dict, metrics=bytes, slack=lambda body, *_: (200, "text/plain", str(len(body))))
    server = WebServer(site(doors), host="127.0.0.1", port=0)
    server.start()
    best = {1: 9.0, 20: 9.0}
    try:
        for _ in range(5):
            for answers in (1, 20):
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
                began = time.perf_counter()
                for _ in range(answers):
                    exchanged(connection, b"x" * 100)
                best[answers] = min(best[answers], time.perf_counter() - began)
                connection.close()
    finally:
        server.stop()
    assert best[20] < 20 * best[1] + 10 * DELAYED_ACK


def answered(port: int, said: bytes, *, bytewise: bool = False) -> bytes:
    """Return all that is answered to these bytes until the server ends the connection."""
    with connected(port) as one:
        for start in range(0, len(said), 1 if bytewise else len(said)):
            one.sendall(said[start : start + (1 if bytewise else len(said))])
        one.settimeout(5)
        return b"".join(iter(lambda: one.recv(65536), b""))


LAST = b"POST /last HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1"


@pytest.mark.parametrize("bytewise", [False, True], ids=["at once", "byte by byte"])
@pytest.mark.parametrize(
    ("said", "lengths"),
    [
        (b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\n123", [3]),
        (b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\nX: 1\r\n\r\n", [5]),
        (b"GET / HTTP/1.1\r\nHost: here\r\n\r\n" * 3, [0, 0, 0]),
        (b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n12" * 5, [2] * 5),
        (b"POST http://here:80/a?b HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\n1234", [4]),
        (
            # Java's own client asks for HTTP/2 in each request, and goes on with HTTP/1.1 where nobody takes it up.
            b"POST / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 6\r\n\r\n123456",
            [6],
        ),
        (b"GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", [0]),
        (b"GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", [0]),
    ],
    ids=["a body", "chunks and a trailer", "a pipeline", "five with bodies", "a whole address",
         "h2c with a body", "h2c without", "a web socket"],
)  # fmt: skip
def test_every_request_of_a_connection_is_answered_in_order(serving, said, lengths, bytewise):
    _, port = serving
    text = answered(port, said + LAST, bytewise=bytewise)
    assert [int(length) for length in re.findall(rb"200 OK\r\n.*?\r\n\r\n(\d+)", text, re.DOTALL)] == [*lengths, 1]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: here\r\nX-Long: " + b"x" * 300_000, 400),
        (b"POST /" + b"x" * 300_000, 400),
        (b"POST / HTTP/1.1\r\nHost: here\r\n" + b"X-Many: 1\r\n" * 30_000, 400),
        (b"NONSENSE\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12", 400),
        (b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: many\r\n\r\n12", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    ],
    ids=["a long header", "a long path", "many headers", "no request", "two lengths", "no number", "a TLS greeting"],
)
def test_what_is_no_request_is_told_and_ended(serving, said, status):
    _, port = serving
    with connected(port) as one:
        one.settimeout(5)
        with suppress(OSError):  # it need not read to the end of what it refuses
            one.sendall(said)
        assert one.recv(12).endswith(str(status).encode())


def test_who_asks_first_whether_to_go_on_is_told_to(serving):
    _, port = serving
    with connected(port) as one:
        one.settimeout(5)
        one.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert one.recv(100).startswith(b"HTTP/1.1 100 Continue")
        one.sendall(b"123")
        assert one.recv(100).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"P",
        b"POST / HTTP/1.1\r\nHost: here\r\n",
        b"POST / HTTP/1.1\r\nHost: here\r\nX-Long: " + b"x" * 1000,
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n123456789",
        b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
    ],
    ids=["nothing", "a letter", "a line", "half a head", "no body", "most of a body", "a chunk"],
)
def test_who_does_not_go_on_is_cut_off(serving, said):
    made, port = serving
    with connected(port) as one:
        one.sendall(said)
        until(lambda: len(made.connections) == 1)
        until(lambda: not is_open(one), timeout=5)
    until(lambda: len(made.connections) == 0)


def test_bytes_that_trickle_do_not_prolong_a_head(serving):
    _, port = serving
    with connected(port) as one:
        one.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nX-Long: ")

        def is_cut_off() -> bool:
            try:
                one.send(b"x")
            except OSError:
                return True
            return not is_open(one)

        until(is_cut_off, timeout=5)


def test_a_newcomer_takes_the_place_of_who_has_kept_us_waiting_longest(serving):
    made, port = serving
    idle = [connected(port) for _ in range(SHORT.connections)]
    try:
        until(lambda: len(made.connections) == SHORT.connections)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        exchanged(connection, b"hello")
        connection.close()
        assert len(made.connections) <= SHORT.connections
    finally:
        for one in idle:
            one.close()


def test_a_connection_that_is_kept_open_is_used_again_after_the_time_for_a_head(serving):
    """The time for a head counts from its first byte: between requests it is uvicorn's five seconds."""
    _, port = serving
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    exchanged(connection, b"one")
    began = time.monotonic()
    until(lambda: time.monotonic() - began > 2 * SHORT.head)
    exchanged(connection, b"two")
    connection.close()


@pytest.mark.parametrize(
    ("descriptors", "most"), [(1024, 724), (65536, 2000), (2300, 2000), (2299, 1999), (256, 50), (0, 50)]
)
def test_connections_leave_descriptors_for_everything_else(descriptors, most):
    assert limits(descriptors).connections == most


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.parametrize("end", ["", "/", "//"])
def test_both_forms_of_a_path_are_answered(path, end):
    server = WebServer(site(Doors(ready=dict, metrics=bytes)), host="127.0.0.1", port=0)
    server.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("GET", path + end)
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        server.stop()


@pytest.mark.parametrize(
    "path",
    [
        "/slack/events/",
        "/bitrix24/install/acme/once/",
        "/bitrix24/install/acme/once",
        "/slack/events",
        "/nothing/",
        "/slack/",
        "/",
        "//slack/events",
    ],
)
def test_no_way_in_redirects(path):
    doors = Doors(ready=dict, metrics=bytes, slack=lambda *_: (200, "text/plain", "taken"), install=lambda *_: 200)
    server = WebServer(site(doors), host="127.0.0.1", port=0)
    server.start()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("POST", path, b"a=b")
        status = connection.getresponse().status
        connection.close()
    finally:
        server.stop()
    is_way_in = path.strip("/") in ("slack/events", "bitrix24/install/acme/once")
    assert status == (200 if is_way_in else 404)
