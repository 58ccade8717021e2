"""The thread that serves a sandbox: starts, stops, cuts connections, shows a certificate."""

from __future__ import annotations

import threading

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from slack_bitrix24.sandbox.server import DROP, Server


async def hello(request: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def drop(request: Request) -> PlainTextResponse:
    await request.body()
    await request.scope["extensions"][DROP]()
    return PlainTextResponse("nobody reads this")


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.close()


def application() -> Starlette:
    return Starlette(
        routes=[Route("/", hello), Route("/drop", drop, methods=["GET", "POST"]), WebSocketRoute("/ws", echo)]
    )


def test_it_serves_on_a_free_port_and_leaves_no_thread_behind():
    before = threading.active_count()
    with Server(application()) as server:
        assert server.port
        assert requests.get(server.url, timeout=5).text == "hello"
    assert threading.active_count() == before
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)


def test_it_starts_again_on_the_same_port():
    server = Server(application()).start()
    first = server.url
    server.stop()
    server.stop()
    with server:
        assert server.url == first
        assert requests.get(first, timeout=5).text == "hello"


def test_a_taken_port_is_an_error():
    with Server(application()) as server, pytest.raises(OSError, match="in use"):
        Server(application(), server.port).start()


def test_only_loopback():
    with pytest.raises(ValueError, match="loopback"):
        Server(application(), host="0.0.0.0")


def test_a_dropped_connection_sends_no_byte_and_the_next_request_is_answered():
    with Server(application()) as server, requests.Session() as session:
        with pytest.raises(requests.ConnectionError, match=r"without response|reset"):
            session.post(f"{server.url}/drop", data="x" * 1000, timeout=5)
        assert session.get(server.url, timeout=5).text == "hello"


def test_a_certificate_made_at_the_start_is_trusted_by_its_authority_only():
    with Server(application(), tls=True) as server:
        assert requests.get(server.url, timeout=5, verify=server.ca_file).text == "hello"
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(server.url, timeout=5)
        with pytest.raises(requests.ConnectionError, match=r"without response|reset|EOF"):
            requests.get(f"{server.url}/drop", timeout=5, verify=server.ca_file)
    with pytest.raises(RuntimeError, match="tls"):
        _ = server.ca_file


def test_websockets_are_served():
    with Server(application()) as server, connect(server.url.replace("http", "ws") + "/ws") as socket:
        socket.send("hi")
        assert socket.recv(timeout=5) == "hi"


def test_an_application_that_cannot_start_is_an_error():
    async def broken(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.failed", "message": "no"})

    with pytest.raises(RuntimeError, match="start-up failed"):
        Server(broken).start()
