"""Letters of Slack: how many messages of relayed channels a bridge works off in a second, each for two people.

They stand in the database when it starts, as after a night of its own: what is measured is reading, composing and
keeping, not the network. BESIDE: a checkout of another version with its own .venv, measured in turn with this one.
"""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from slack_bitrix24.sandbox.demo import Demo, build
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.sandbox.workspace.people import BOT_USER, Channel

HERE = Path(__file__).parents[1]
ANNA, BOB = "U024BE7LH", "U0G9QF9C6"
CHANNELS = [f"C0LOAD{number:03}" for number in range(40)]
CONFIGURATION = """\
database = "sqlite:///bridge.db"

[slack]
bot_token = {{ env = "BENCH_BOT_TOKEN" }}
app_token = {{ env = "BENCH_APP_TOKEN" }}
api_url = "{slack}"

[portals.main]
webhook_url = {{ env = "BENCH_WEBHOOK_URL" }}

[mapping]
file = "mapping.yaml"

[[relays]]
name = "all"
channels = {channels}
from = "anyone"
to = ["{anna}", "{bob}"]
"""
FILL = """
import json, sys
from slack_bitrix24.store import open_store
store = open_store(sys.argv[1])
letters = json.load(sys.stdin)
def fill(tx):
    for key, payload, order_key in letters:
        tx.inbox.add(key, "event", payload, order_key=order_key)
store.write(fill)
store.close()
"""
LEFT = "SELECT count(*) FROM inbox WHERE kind = 'event' AND state NOT IN ('done', 'failed')"


def run(*, quick: bool) -> None:
    builds = {"this": HERE}
    if beside := os.environ.get("BESIDE"):
        builds["beside"] = Path(beside)
    count, rounds = (300, 1) if quick else (3000, 3)
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in builds}
    for _ in range(rounds):
        for name, checkout in builds.items():
            with tempfile.TemporaryDirectory() as folder:
                found[name].append(measured(checkout, Path(folder), count))
    print(f"{'build':8} {'letters':>8} {'letters/s':>10} {'processor each':>15}")
    for name, each in found.items():
        rate, processor = (statistics.median(values) for values in zip(*each, strict=True))
        print(f"{name:8} {count:8} {rate:10.0f} {processor * 1e3:12.2f} ms")


def measured(checkout: Path, folder: Path, count: int) -> tuple[float, float]:
    """Return letters a second and seconds of a processor for one."""
    made = build(0)
    for channel in CHANNELS:
        made.workspace.channels[channel] = Channel(channel, channel.lower(), [ANNA, BOB, BOT_USER])
    with Server(made.app, 0) as server:
        made.port = server.port
        try:
            return _measured(checkout, folder, count=count, made=made)
        finally:
            made.workspace.close()


def _measured(checkout: Path, folder: Path, *, count: int, made: Demo) -> tuple[float, float]:
    text = CONFIGURATION.format(slack=made.slack_api_url, channels=json.dumps(CHANNELS), anna=ANNA, bob=BOB)
    (folder / "slack-bitrix24.toml").write_text(text)
    (folder / "mapping.yaml").write_text(f"users:\n  {ANNA}: 10\n  {BOB}: 12\n")
    environ = {**os.environ, "PYTHONPATH": str(checkout / "plugin"), "BENCH_BOT_TOKEN": made.bot_token}
    environ |= {"BENCH_APP_TOKEN": made.app_token, "BENCH_WEBHOOK_URL": made.webhook_url}
    database = folder / "bridge.db"
    python = str(checkout / ".venv/bin/python") if checkout != HERE else sys.executable
    filling = [python, "-c", FILL, f"sqlite:///{database}"]
    subprocess.run(filling, env=environ, input=json.dumps(_letters(count)), text=True, check=True)
    command = [python, "-m", "slack_bitrix24", "run", "--roles", "slack"]
    with (
        (folder / "log").open("w") as log,
        sqlite3.connect(database) as looking,
        subprocess.Popen(command, cwd=folder, env=environ, stderr=log) as bridge,
    ):
        try:
            return _worked_off(looking, bridge, count)
        finally:
            bridge.terminate()


def _worked_off(looking: sqlite3.Connection, bridge: subprocess.Popen[Any], count: int) -> tuple[float, float]:
    began = None
    while left := int(looking.execute(LEFT).fetchone()[0]):
        if bridge.poll() is not None:
            raise SystemExit(f"the bridge ended with {bridge.returncode}")
        if began is None and left < count:
            began, first, processor = time.monotonic(), left, _processor(bridge.pid)
        time.sleep(0.02)
    if began is None:
        raise SystemExit("they were done before anybody could look")
    took = time.monotonic() - began
    return first / took, (_processor(bridge.pid) - processor) / first


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _letters(count: int) -> list[tuple[str, dict[str, Any], str]]:
    return [_letter(number, CHANNELS[number % len(CHANNELS)]) for number in range(count)]


def _letter(number: int, channel: str) -> tuple[str, dict[str, Any], str]:
    stamp = f"{1795982911 + number}.{number:06}"
    words = [{"type": "text", "text": f"alert {number} "}, {"type": "text", "text": "bold", "style": {"bold": True}}]
    message = {
        "type": "message",
        "channel": channel,
        "channel_type": "channel",
        "user": BOB,
        "ts": stamp,
        "event_ts": stamp,
        "text": f"alert {number} <@{ANNA}> *bold* of host db-{number % 7} at https://example.com/x",
        "blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": words}]}],
    }
    return (
        f"Ev{number}",
        {"type": "event_callback", "api_app_id": "A1", "event_id": f"Ev{number}", "event": message},
        channel,
    )
