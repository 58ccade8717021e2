"""What this machine must give the bridge: a port, room on the disk, the right time; each said with what to do."""

from __future__ import annotations

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from slack_bitrix24.cli.checks import machine as checks_machine

NOW = 1_795_994_000.0  # 29 November 2026, 23:13:20 UTC


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("Sun, 29 Nov 2026 23:13:20 GMT", ""),
        ("Sun, 29 Nov 2026 23:12:30 GMT", ""),
        ("Sun, 29 Nov 2026 23:08:20 GMT", "5 minutes ahead of Slack"),
        ("Sun, 29 Nov 2026 23:15:20 GMT", "2 minutes behind Slack"),
        ("Mon, 30 Nov 2026 02:13:20 GMT", "3 hours behind Slack"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "498887 hours ahead of Slack"),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_a_clock_that_is_off_is_told(date, said):
    found = list(checks_machine.clock({"date": date}, now=NOW, whose="Slack"))
    assert [one.state for one in found] == ["warning"] * bool(said)
    assert all(said in one.text and "timedatectl set-ntp true" in one.text for one in found)


def test_an_answer_without_a_date_says_nothing_of_the_clock():
    assert list(checks_machine.clock({}, now=NOW, whose="Slack")) == []


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, ""),
        ({"HTTPS_PROXY": ""}, ""),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "HTTPS_PROXY leads through proxy.example:3128"),
        ({"https_proxy": "http://me:hunter2@proxy.example:3128/"}, "https_proxy leads through proxy.example:3128"),
        ({"HTTP_PROXY": "proxy.example:8080"}, "HTTP_PROXY leads through proxy.example:8080"),
        ({"ALL_PROXY": "me:hunter2@proxy.example"}, "ALL_PROXY leads through proxy.example"),
        ({"HTTPS_PROXY": "socks5://127.0.0.1:9", "HTTP_PROXY": "b"}, "HTTPS_PROXY leads through 127.0.0.1:9"),
    ],
)
def test_a_proxy_is_named_without_its_password(environ, said):
    assert checks_machine.proxy(environ) == said


class Answering(BaseHTTPRequestHandler):
    """Answers every request with one text."""

    text, status = "", 200

    def do_GET(self):
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.text.encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.mark.parametrize(
    ("status", "text", "free"),
    [
        (200, json.dumps({"status": "ready", "waiting_for": {}}), True),
        (503, json.dumps({"status": "waiting", "waiting_for": {"slack": "signing in"}}), True),
        (200, "ok", False),
        (404, "<html>", False),
        (200, "[]", False),
        (200, json.dumps({"status": "ready"}), False),
    ],
)
def test_the_port_may_be_had_by_a_bridge_and_by_nobody_else(status, text, free):
    handler = type("Handler", (Answering,), {"status": status, "text": text})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        found = list(checks_machine.port("127.0.0.1", server.server_port))
        thread.join()
    assert (found == []) is free
    assert all("another program has the port" in one.text for one in found)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 0), ("localhost", 0), ("::1", 0), ("0.0.0.0", 0)])
def test_a_port_that_is_free_is_not_worth_a_line(host, port):
    assert list(checks_machine.port(host, port)) == []


def test_a_disk_with_less_room_than_a_day_needs_is_told(tmp_path):
    file = tmp_path / "bridge.db"
    file.touch()
    assert list(checks_machine.file(file)) == []
    (found,) = checks_machine.file(file, least=2**62)
    assert found.state == "warning"
    assert f"MB are free beside {file}: make room" in found.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(("of_file", "of_folder", "named"), [(0o644, 0o777, 1), (0o666, 0o755, 1), (0o644, 0o755, 2)])
def test_a_database_of_somebody_else_is_told(tmp_path_factory, of_file, of_folder, named):
    folder = tmp_path_factory.mktemp("other")
    file = folder / "bridge.db"
    file.touch()
    file.chmod(of_file)
    folder.chmod(of_folder)
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        for place in [*folder.parents][:3]:
            place.chmod(0o755)
        os.seteuid(65534)
        os.setreuid(65534, 65534)
        os.write(telling, "\n".join(one.text for one in checks_machine.file(file)).encode())
        os._exit(0)
    os.close(telling)
    os.waitpid(child, 0)
    with os.fdopen(told, encoding="utf-8") as reader:
        lines = reader.read().splitlines()
    assert len(lines) == named
    assert all("may not be written by this user: run as the user whom it belongs to" in line for line in lines)
