"""`demo`: both sandboxes and the bridge between them, on this machine, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import webbrowser
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slack_bitrix24.cli.ending import DONE, FAILED, fail
from slack_bitrix24.sandbox.demo import Demo, build
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.sandbox.workspace.signing_in import CLIENT_ID, CLIENT_SECRET
from slack_bitrix24.store import open_store

LONGEST_START = 30.0
"""Seconds within which the bridge has to be ready."""

CONFIGURATION = """\
database = "sqlite:///demo.db"

[slack]
bot_token = {{ env = "DEMO_BOT_TOKEN" }}
app_token = {{ env = "DEMO_APP_TOKEN" }}
api_url = "{slack}"
client_id = "{slack_client_id}"
client_secret = {{ env = "DEMO_SLACK_CLIENT_SECRET" }}

# As an application: only such a sign-in has tags, by which an all-clear takes its alert's place.
[portals.main]
domain = "{portal}"
client_id = "{client_id}"
client_secret = {{ env = "DEMO_CLIENT_SECRET" }}
refresh_token = {{ env = "DEMO_REFRESH_TOKEN" }}
oauth_url = "{portal}"
bot = {{ name = "Alerts", code = "slack_bridge" }}

[mapping]
file = "mapping.yaml"

[permissions]
admin = ["U024BE7LH"]

[[relays]]
name = "alerts"
channels = ["C0ALERTS"]
from = "bots"
to = ["@oncall"]

# Through the bridge's own bot, with a button: who takes it is shown to all.
[[relays]]
name = "incidents"
channels = ["C0INCIDENT"]
from = "bots"
to = ["@oncall"]
kind = "bot"
acknowledge = true

[[relays]]
name = "mentions"
channels = ["C0GENERAL", "C0ALERTS"]
from = "people"
to = ["mentioned"]

[[schedules]]
name = "stand-up"
when = "every weekday at 9:45"
to = ["@oncall"]
text = "Stand-up in *15 minutes*"
pictures = [{{ name = "board", url = "{picture}" }}]
files = [{{ name = "agenda.docx", url = "{file}" }}]

[[schedules]]
name = "welcome"
at = {soon}
to = ["U0CAROL03"]
text = "A *schedule* of the configuration: this came {after:.0f} s after the start, with a picture and a file"
pictures = [{{ name = "board", url = "{picture}" }}]
files = [{{ name = "agenda.docx", url = "{file}" }}]

[[webhooks]]
name = "demo"
token = {{ env = "DEMO_HOOK_TOKEN" }}
to = ["@oncall"]
to_field = "labels.owner"
addresses = ["*"]
fields = {{ title = "$.title", text = "$.text", key = "$.id", state = "$.state" }}

[[webhooks]]
name = "github"
token = {{ env = "DEMO_GITHUB_TOKEN" }}
to = ["@oncall"]

[webhooks.fields]
title = "$.workflow_run.name"
text = "$.workflow_run.display_title"
link = "$.workflow_run.html_url"
key = "$.workflow_run.id"
state = "$.workflow_run.conclusion"

[web]
port = {web}
ntfy = "demo"
gotify = "demo"
page = true
"""
AFTER = 15.0
"""Seconds from the start to the schedule that shows what a schedule is."""
DOWN = 4.0
"""Seconds for which a killed bridge stays away, so that one can see it."""


def demo(*, port: int, browser: bool) -> int:
    """Run the demo; return the exit status. Port 0 takes a free one."""
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    made = build(port or _free_port())
    server = Server(made.app, port=int(made.url.rpartition(":")[2]))
    try:
        server.start()
    except OSError as error:
        fail(f"demo: port {port} is taken ({error.strerror}); choose another with --port, or PORT= with make")
        return FAILED
    try:
        with tempfile.TemporaryDirectory(prefix="slack-bitrix24-demo-") as folder:
            return _run(made, Path(folder), ending, browser=browser)
    finally:
        server.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Bridge:
    """The bridge's process, started as users do: a configuration, a mapping file, and `run`.

    The page may kill it, to show that nothing is lost; `revive` starts the next over the same database.
    """

    def __init__(self, made: Demo, folder: Path) -> None:
        self.port = _free_port()
        self.tokens = {"demo": secrets.token_urlsafe(24), "github": secrets.token_urlsafe(24)}
        self._folder = folder
        made.time.share(folder / "time")
        self._killed = threading.Event()
        self._environment = os.environ | {
            "DEMO_BOT_TOKEN": made.bot_token,
            "DEMO_APP_TOKEN": made.app_token,
            "DEMO_CLIENT_SECRET": made.client_secret,
            "DEMO_REFRESH_TOKEN": made.refresh_token(),
            "DEMO_SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "DEMO_HOOK_TOKEN": self.tokens["demo"],
            "DEMO_GITHUB_TOKEN": self.tokens["github"],
        }
        (folder / "slack-bitrix24.toml").write_text(_configuration(made, self.port), encoding="utf-8")
        (folder / "mapping.yaml").write_text(made.mapping_text, encoding="utf-8")
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        configuration = self._folder / "slack-bitrix24.toml"
        program = [sys.executable, "-m", "slack_bitrix24.sandbox.passing", str(self._folder / "time")]
        command = [*program, "run", "--config", str(configuration)]
        # A session of its own: Ctrl-C reaches this process, which ends the bridge in order.
        return subprocess.Popen(command, env=self._environment, start_new_session=True)  # noqa: S603 – ourselves

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process.poll() is None

    @property
    def killed(self) -> bool:
        """Whether it ended because the page wanted it to."""
        return self._killed.is_set()

    def kill(self) -> None:
        """End it at once, as a loss of power does."""
        self._killed.set()
        self.process.kill()
        self.process.wait()

    def next_due(self) -> float | None:
        """Return when the next schedule or reminder is due, Unix seconds; None when none is."""
        with contextlib.closing(open_store(f"sqlite:///{self._folder / 'demo.db'}", upgrade=False)) as store:
            return store.read(lambda tx: tx.schedules.next_wake())

    def revive(self) -> None:
        """Start it again after `kill`."""
        self._killed.clear()  # first: the page may kill the new one as soon as it is there
        self.process = self._start()

    def end(self) -> None:
        """End it in order."""
        self.process.terminate()
        self.process.wait(timeout=15)


def _run(made: Demo, folder: Path, ending: threading.Event, *, browser: bool) -> int:
    bridge = Bridge(made, folder)
    try:
        if not _ready(bridge, ending):
            return FAILED if not ending.is_set() else DONE
        made.attach(bridge)
        print(f"Slack and Bitrix24 (both sandboxes) with the bridge between them: {made.url}/", flush=True)  # noqa: T201
        print("Ctrl-C ends everything.", flush=True)  # noqa: T201 – what a command prints
        if browser:
            webbrowser.open(made.url)
        while not ending.wait(0.2):
            if bridge.alive:
                continue
            if not bridge.killed:
                fail(f"demo: the bridge ended with status {bridge.process.returncode}")
                return FAILED
            if not ending.wait(DOWN):
                bridge.revive()
    finally:
        bridge.end()
    return DONE


def _configuration(made: Demo, web: int) -> str:
    soon = datetime.now(UTC) + timedelta(seconds=AFTER)
    return CONFIGURATION.format(
        slack=made.slack_api_url,
        slack_client_id=CLIENT_ID,
        portal=made.url,
        client_id=made.client_id,
        picture=made.picture_url,
        file=made.file_url,
        soon=soon.isoformat(timespec="seconds"),
        after=AFTER,
        web=web,
    )


def _ready(bridge: Bridge, ending: threading.Event) -> bool:
    """Wait until the bridge says that it is ready."""
    url, end = f"http://127.0.0.1:{bridge.port}/readyz", time.monotonic() + LONGEST_START
    while not ending.wait(0.05):
        if not bridge.alive or time.monotonic() > end:
            fail("demo: the bridge did not start; what it said stands above")
            return False
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return True
    return False
