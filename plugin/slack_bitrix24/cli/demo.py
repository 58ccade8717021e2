"""`demo`: both sandboxes and the bridge between them, on this machine, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
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

LONGEST_START = 30.0

CONFIGURATION = """\
database = "sqlite:///demo.db"

[slack]
bot_token = {{ env = "DEMO_BOT_TOKEN" }}
app_token = {{ env = "DEMO_APP_TOKEN" }}
api_url = "{slack}"

# As an application: only such a sign-in has tags, by which an all-clear takes its alert's place.
[portals.main]
domain = "{portal}"
client_id = "{client_id}"
client_secret = {{ env = "DEMO_CLIENT_SECRET" }}
refresh_token = {{ env = "DEMO_REFRESH_TOKEN" }}
oauth_url = "{portal}"

[mapping]
file = "mapping.yaml"

[permissions]
admin = ["U024BE7LH"]

[[relays]]
name = "alerts"
channels = ["C0ALERTS"]
from = "bots"
to = ["@oncall"]

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

[web]
port = {web}
"""
AFTER = 15.0


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


def _run(made: Demo, folder: Path, ending: threading.Event, *, browser: bool) -> int:
    web = _free_port()
    bridge = _bridge(made, folder, web)
    try:
        if not _ready(f"http://127.0.0.1:{web}/readyz", bridge, ending):
            return FAILED if not ending.is_set() else DONE
        print(f"Slack and Bitrix24 (both sandboxes) with the bridge between them: {made.url}/", flush=True)  # noqa: T201
        print("Ctrl-C ends everything.", flush=True)  # noqa: T201 – what a command prints
        if browser:
            webbrowser.open(made.url)
        while not ending.wait(0.2):
            if bridge.poll() is not None:
                fail(f"demo: the bridge ended with status {bridge.returncode}")
                return FAILED
    finally:
        bridge.terminate()
        bridge.wait(timeout=15)
    return DONE


def _bridge(made: Demo, folder: Path, web: int) -> subprocess.Popen[bytes]:
    """Start the bridge as users do: a configuration, a mapping file, and `run`."""
    soon = datetime.now(UTC) + timedelta(seconds=AFTER)
    text = CONFIGURATION.format(
        slack=made.slack_api_url,
        portal=made.url,
        client_id=made.client_id,
        picture=made.picture_url,
        file=made.file_url,
        soon=soon.isoformat(timespec="seconds"),
        after=AFTER,
        web=web,
    )
    (folder / "slack-bitrix24.toml").write_text(text, encoding="utf-8")
    (folder / "mapping.yaml").write_text(made.mapping_text, encoding="utf-8")
    secrets = {
        "DEMO_BOT_TOKEN": made.bot_token,
        "DEMO_APP_TOKEN": made.app_token,
        "DEMO_CLIENT_SECRET": made.client_secret,
        "DEMO_REFRESH_TOKEN": made.refresh_token(),
    }
    command = [sys.executable, "-m", "slack_bitrix24", "run", "--config", str(folder / "slack-bitrix24.toml")]
    # A session of its own: Ctrl-C reaches this process, which ends the bridge in order.
    return subprocess.Popen(command, env={**os.environ, **secrets}, start_new_session=True)  # noqa: S603 – ourselves


def _ready(url: str, bridge: subprocess.Popen[bytes], ending: threading.Event) -> bool:
    """Wait until the bridge says that it is ready."""
    end = time.monotonic() + LONGEST_START
    while not ending.wait(0.05):
        if bridge.poll() is not None or time.monotonic() > end:
            fail("demo: the bridge did not start; what it said stands above")
            return False
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 – our own address
            return True
    return False
