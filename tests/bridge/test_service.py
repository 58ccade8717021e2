"""The bridge as systemd's service, with a real notification socket, and its log as it was asked for."""

from __future__ import annotations

import json
import signal
import socket

import pytest

from waiting import until


@pytest.fixture(params=["path", "abstract"])
def notify(request, tmp_path):
    """A socket as systemd makes it, and its address as it stands in the environment."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@{tmp_path.name}-notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + address[1:] if address.startswith("@") else address)
        listener.settimeout(0.01)
        yield listener, address


def lines(listener):
    """What has come since the last look."""
    said = []
    while True:
        try:
            said += listener.recv(4096).decode().splitlines()
        except TimeoutError:
            return said


def test_systemd_hears_that_it_is_ready_alive_and_stopping(make, notify):
    listener, address = notify
    bridge = make()
    bridge.environ |= {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000"}
    bridge.start()
    said = []
    until(lambda: said.extend(lines(listener)) or (said.count("WATCHDOG=1") >= 3 and "STATUS=delivering" in said))
    assert said[0] == "READY=1"
    assert bridge.stop() == 0
    until(lambda: said.extend(lines(listener)) or "STOPPING=1" in said)


def test_systemd_hears_of_a_reload(make, notify):
    listener, address = notify
    bridge = make()
    bridge.environ |= {"NOTIFY_SOCKET": address}
    bridge.start()
    said = []
    until(lambda: said.extend(lines(listener)) or "READY=1" in said)
    bridge.process.send_signal(signal.SIGHUP)
    until(lambda: said.extend(lines(listener)) or "RELOADING=1" in said, timeout=20)
    until(lambda: said.extend(lines(listener)) or "READY=1" in said[said.index("RELOADING=1") :])
    assert bridge.stop() == 0


def test_a_watchdog_of_another_process_is_left_alone(make, notify):
    listener, address = notify
    bridge = make()
    bridge.environ |= {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": "1"}
    bridge.start()
    said = []
    until(lambda: said.extend(lines(listener)) or any(line.startswith("STATUS=") for line in said))
    assert bridge.stop() == 0
    until(lambda: said.extend(lines(listener)) or "STOPPING=1" in said)
    assert "WATCHDOG=1" not in said


def test_a_notification_socket_that_leads_nowhere_ends_nothing(make, tmp_path):
    bridge = make()
    bridge.environ |= {"NOTIFY_SOCKET": str(tmp_path / "nobody")}
    bridge.start()
    assert bridge.stop() == 0
    assert "systemd could not be told" in bridge.text


@pytest.mark.parametrize(
    ("level", "form", "is_json", "says_running"),
    [("info", "json", True, True), ("info", "text", False, True), ("error", "json", True, False)],
)
def test_the_log_is_as_it_was_asked_for(make, level, form, is_json, says_running):
    bridge = make(more=f'\n[log]\nlevel = "{level}"\nformat = "{form}"\n').start()
    assert bridge.stop() == 0
    assert ("running: " in bridge.text) is says_running
    for line in bridge.text.splitlines():
        assert line.startswith("{") is is_json
        if is_json:
            assert {"event", "level", "timestamp"} <= set(json.loads(line))
