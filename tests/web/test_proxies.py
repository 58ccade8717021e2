"""Who asks, where a reverse proxy stands in front: said by those proxies alone that the configuration names."""

from __future__ import annotations

import pytest
import requests

from slack_bitrix24.web.server import WebServer

FROM = "X-Forwarded-For"


async def tells(scope, _receive, send):
    """Answer who asks, as the application sees it."""
    said = f"{scope['client'][0]} {scope['scheme']}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
    await send({"type": "http.response.body", "body": said})


@pytest.fixture
def asked():
    servers = []

    def ask(proxies, headers):
        servers.append(WebServer(tells, host="127.0.0.1", port=0, proxies=proxies))
        servers[-1].start()
        return requests.get(f"http://127.0.0.1:{servers[-1].port}/", headers=headers, timeout=5).text

    yield ask
    for server in servers:
        server.stop()


@pytest.mark.parametrize(
    ("proxies", "headers", "said"),
    [
        # nobody is believed unless the configuration says so, not even this machine
        ((), {FROM: "203.0.113.7"}, "127.0.0.1 http"),
        ((), {FROM: "203.0.113.7", "X-Forwarded-Proto": "https"}, "127.0.0.1 http"),
        (("10.0.0.0/8",), {FROM: "203.0.113.7"}, "127.0.0.1 http"),
        (("::1/128",), {FROM: "203.0.113.7"}, "127.0.0.1 http"),
        # who is named
        (("127.0.0.1/32",), {FROM: "203.0.113.7", "X-Forwarded-Proto": "https"}, "203.0.113.7 https"),
        (("127.0.0.0/8",), {FROM: "2001:db8::7"}, "2001:db8::7 http"),
        (("127.0.0.1",), {}, "127.0.0.1 http"),
        (("127.0.0.1",), {FROM: ""}, "127.0.0.1 http"),
        (("127.0.0.1",), {"X-Real-IP": "203.0.113.7", "Forwarded": "for=203.0.113.7"}, "127.0.0.1 http"),
        # the last one that no proxy of ours has added counts: what stands before it is the visitor's own say
        (("127.0.0.1",), {FROM: "198.51.100.1, 203.0.113.7"}, "203.0.113.7 http"),
        (("127.0.0.1", "10.0.0.0/8"), {FROM: "198.51.100.1, 203.0.113.7, 10.1.2.3"}, "203.0.113.7 http"),
        (("127.0.0.1", "10.0.0.0/8"), {FROM: "127.0.0.1, 203.0.113.7"}, "203.0.113.7 http"),
    ],
)
def test_who_asks(asked, proxies, headers, said):
    assert asked(proxies, headers) == said


def test_an_environment_of_others_changes_nothing(asked, monkeypatch):
    """uvicorn reads $FORWARDED_ALLOW_IPS by itself (0.54)."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    assert asked((), {FROM: "203.0.113.7"}) == "127.0.0.1 http"
