"""The web application over a real socket."""

from __future__ import annotations

import socket

import pytest
import requests

from slack_bitrix24.web.server import WebServer
from slack_bitrix24.web.site import LARGEST_BODY, Doors, site


@pytest.fixture(scope="module")
def state():
    return {"missing": {}, "installed": []}


@pytest.fixture(scope="module")
def web(state):
    def slack(body, headers, _received):
        return 200, "application/json", f'{{"length": {len(body)}, "kind": "{headers.get("content-type", "")}"}}'

    def install(portal, path, form):
        state["installed"].append((portal, path, dict(form)))
        return 200 if (portal, path) == ("acme", "once") else 403

    doors = Doors(ready=lambda: state["missing"], metrics=lambda: b"a_metric 1\n", slack=slack, install=install)
    server = WebServer(site(doors), host="127.0.0.1", port=0)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def test_alive_is_always_said(web):
    answer = requests.get(f"{web}/healthz", timeout=5)
    assert (answer.status_code, answer.text) == (200, "ok")


def test_ready_names_what_is_missing(web, state):
    state["missing"] = {"slack": "no connection to Slack"}
    answer = requests.get(f"{web}/readyz", timeout=5)
    assert (answer.status_code, answer.json()) == (503, {"status": "waiting", "waiting_for": state["missing"]})
    state["missing"] = {}
    assert requests.get(f"{web}/readyz", timeout=5).status_code == 200


def test_metrics_are_prometheus_text(web):
    answer = requests.get(f"{web}/metrics", timeout=5)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.text == "a_metric 1\n"


def test_a_request_of_slacks_is_handed_on_raw(web):
    answer = requests.post(f"{web}/slack/events", data=b"payload=%7B%7D", headers={"Content-Type": "x/y"}, timeout=5)
    assert answer.json() == {"length": 14, "kind": "x/y"}


@pytest.mark.parametrize("path", ["/slack/events", "/bitrix24/install/acme"])
def test_a_body_that_is_too_large_is_refused_also_without_a_length(web, path):
    assert requests.post(web + path, data=b"x" * (LARGEST_BODY + 1), timeout=5).status_code == 413
    chunks = (b"x" * 100_000 for _ in range(11))
    assert requests.post(web + path, data=chunks, timeout=5).status_code == 413


@pytest.mark.parametrize(("portal", "path", "status"), [("acme", "once", 200), ("acme", "x", 403), ("other", "x", 403)])
def test_an_installation_is_handed_to_its_portal(web, state, portal, path, status):
    where = f"{web}/bitrix24/install/{portal}/{path}"
    answer = requests.post(where, data={"auth[domain]": "acme.bitrix24.ru"}, timeout=5)
    assert answer.status_code == status
    assert state["installed"][-1] == (portal, path, {"auth[domain]": "acme.bitrix24.ru"})


@pytest.mark.parametrize("path", ["acme", "acme/", "other"])
def test_without_a_one_time_path_no_installation_is_looked_at(web, state, path):
    before = list(state["installed"])
    answer = requests.post(f"{web}/bitrix24/install/{path}", data={"event": "ONAPPINSTALL"}, timeout=5)
    assert (answer.status_code, state["installed"]) == (403, before)


def test_what_is_not_configured_is_not_there():
    server = WebServer(site(Doors(ready=dict, metrics=bytes)), host="127.0.0.1", port=0)
    server.start()
    try:
        for path in ("/slack/events", "/bitrix24/install/acme", "/docs", "/openapi.json"):
            assert requests.post(f"http://127.0.0.1:{server.port}{path}", timeout=5).status_code == 404
    finally:
        server.stop()


def test_a_port_that_is_taken_is_told_before_anything_runs():
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(OSError, match="in use"):
        WebServer(site(Doors(ready=dict, metrics=bytes)), host="127.0.0.1", port=listener.getsockname()[1])
