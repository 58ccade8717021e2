"""/sandbox/…, the command that starts the portal alone, and what its documentation promises."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from slack_bitrix24.sandbox.portal import __main__ as command
from slack_bitrix24.sandbox.portal.methods import METHODS
from slack_bitrix24.sandbox.portal.specification import specifications
from waiting import until

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "plugin" / "slack_bitrix24" / "sandbox" / "portal"
UNSPECIFIED = {"profile", "scope", "server.time", "app.info", "user.current"}


def test_notifications_users_log_and_stats(rest):
    rest.notify(10, "m", TAG="t", CLIENT_ID="a")
    rest.notify(12)
    assert [one["user_id"] for one in rest.sandbox("notifications")] == [12, 10]
    assert [one["message"] for one in rest.sandbox("notifications?user=10")] == ["m"]
    assert rest.sandbox("notifications?user=x")["error"].startswith("user:")
    assert {"id": 10, "name": "Anna Petrova"}.items() <= rest.sandbox("users")[2].items()
    assert {"user_id": 10, "tag": "t", "executed": 1, "seen": 1} in rest.sandbox("log")
    assert len(rest.sandbox("log?sends=1")) == 2
    stats = rest.sandbox("stats")
    assert (stats["requests"], stats["executed"]) == (2, 2)
    assert rest.sandbox("reset", json={}) == {"reset": True}
    assert rest.sandbox("stats")["requests"] == 0


def test_facts_tell_how_to_call(rest):
    facts = rest.sandbox("")
    assert facts["webhook_url"] == rest.webhook
    assert facts["oauth"]["token_url"] == rest.url + "/oauth/token/"


def test_only_pages_of_this_machine_may_read(rest):
    def allowed(origin):
        answer = requests.get(rest.url + "/sandbox/users", headers={"Origin": origin}, timeout=5)
        return answer.headers.get("access-control-allow-origin")

    assert allowed("http://127.0.0.1:8024") == "http://127.0.0.1:8024"
    assert allowed("http://localhost:1") == "http://localhost:1"
    assert allowed("https://example.com") is None


def test_changes_are_streamed(rest, portal):
    with requests.get(rest.url + "/sandbox/events", stream=True, timeout=10) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        assert next(lines) == ": sandbox"
        until(lambda: portal.store.listeners)
        first = rest.notify(10, "1", TAG="t", CLIENT_ID="a")
        second = rest.notify(10, "2", TAG="t", CLIENT_ID="a")
        rest.call("im.notify.delete", ID=second)
        changes = []
        while len(changes) < 3:
            line = next(lines)
            if line.startswith("data: "):
                changes.append(json.loads(line.removeprefix("data: ")))
    assert [change["change"] for change in changes] == ["added", "replaced", "deleted"]
    assert changes[0]["notification"]["id"] == first
    assert changes[1]["replaces"] == [first]
    assert changes[2] == {"change": "deleted", "id": second, "user_id": 10}
    rest.notify(10)
    until(lambda: rest.notify(10) and not portal.store.listeners)


def test_every_method_has_its_official_specification_or_is_known_to_have_none():
    without = {name for name, method in METHODS.items() if method.specification is None}
    # Of imbot.v2 only four methods were copied: the others were not looked for.
    assert {name for name in without if not name.startswith("imbot.v2.")} == UNSPECIFIED
    assert specifications().keys() <= METHODS.keys()
    for method in METHODS.values():
        if method.specification:
            assert method.name == method.specification.method
            assert method.specification.scope in (method.scope, "базовый")


def test_the_portal_imports_nothing_else_of_this_program():
    allowed = re.compile(r"from slack_bitrix24\.sandbox(\.portal|\.server)?[. ]")
    files = [*PORTAL.rglob("*.py")]
    assert len(files) > 40
    for file in files:
        for line in file.read_text().splitlines():
            if "import" in line and "slack_bitrix24" in line and not line.startswith(('"', " ")):
                assert allowed.match(line), f"{file.name}: {line}"


def started(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "slack_bitrix24.sandbox.portal", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "plugin")},
    )


def test_it_runs_alone_over_https_with_what_was_asked_for(tmp_path):
    users = tmp_path / "users.json"
    users.write_text('[{"id": 5, "name": "Eve", "email": "eve@example.com"}]')
    asked = ["--tls", "--users", str(users), "--crowd", "2", "--webhook", "5/abc123", "--plan", "10,1"]
    with started(*asked, "--scopes", "im,user_basic", "--redirect-uri", "http://127.0.0.1:1/back") as process:
        try:
            text = "".join(iter(process.stdout.readline, "Ctrl-C ends it; nothing is kept.\n"))
            told = dict(re.findall(r"^  (\w+) +(.+)$", text, re.MULTILINE))
            answer = requests.get(told["webhook"] + "user.get", verify=told["ca_file"], timeout=5)
            assert [user["ID"] for user in answer.json()["result"]] == ["5", "1001", "1002"]
            assert "/rest/5/abc123/" in told["webhook"]
            assert told["redirect_uri"] == "http://127.0.0.1:1/back"
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not Path(told["ca_file"]).exists()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["--webhook", "x"], "USER_ID/SECRET"),
        (["--webhook", "1/a/b"], "USER_ID/SECRET"),
        (["--plan", "cheap"], "a plan is one of"),
        (["--users", "no-such-file"], "no-such-file"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(arguments, fault, capsys):
    assert command.main(["--port", "0", *arguments]) == 2
    told = capsys.readouterr().err
    assert fault in told
    assert told.count("\n") == 1


def test_no_other_address_than_loopback(capsys):
    with pytest.raises(SystemExit):
        command.main(["--host", "0.0.0.0"])
    assert "invalid choice" in capsys.readouterr().err


def test_state_can_be_read_from_other_threads_while_it_is_written(rest, portal):
    stop = threading.Event()
    failed = []

    def look():
        while not stop.is_set():
            try:
                portal.stats(), portal.notifications(), portal.log()
            except RuntimeError as error:
                failed.append(error)

    thread = threading.Thread(target=look)
    thread.start()
    for number in range(5):
        rest.batch({f"n{n}": f"im.notify.personal.add?USER_ID={n + number}&MESSAGE=m&w{n}=1" for n in range(50)})
    stop.set()
    thread.join()
    assert failed == []
