"""What a sender waits for and what an alert costs: latencies, conversion, memory.

Real bodies are read where the environment variable CORPUS names their folder; our own samples are measured in any case.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import http.client
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from slack_bitrix24.cli.rendering import ALIASES
from slack_bitrix24.render.attach import compose
from slack_bitrix24.sandbox.samples import samples
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders import SENDERS

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from real_payloads import CORPUS, payloads
from rig import Bridge, sandbox
from slack_bitrix24.sandbox.workspace.core import SIGNING_SECRET
from waiting import until

TOKEN = "0123456789abcdef0123456789abcdef"
HTTP_MODE = """\
database = "sqlite:///bridge.db"

[slack]
mode = "http"
bot_token = {{ env = "TEST_BOT_TOKEN" }}
signing_secret = "%s"
api_url = "{slack}"

[portals.main]
webhook_url = {{ env = "TEST_WEBHOOK_URL" }}
plan = "enterprise"

[mapping]
file = "mapping.yaml"

[[webhooks]]
name = "bench"
token = "%s"
to = ["bitrix24:10"]

[web]
port = {web}
"""


def run(*, quick: bool = False) -> None:
    """Print the tables."""
    conversion()
    with tempfile.TemporaryDirectory() as folder, sandbox() as made:
        text = HTTP_MODE % (SIGNING_SECRET, TOKEN)
        bridge = Bridge(Path(folder), made, configuration=text).start()
        try:
            commands(bridge, 100 if quick else 300)
            delivery(bridge, 20 if quick else 60)
            memory(bridge, 2_000 if quick else 100_000)
        finally:
            bridge.stop()
            bridge.close()


def conversion() -> None:
    """Time reading and rendering of each body, and of one that grows."""
    ours = [(each.form, body) for each in samples(dt.datetime.now(dt.UTC)) for body in (each.body, each.over) if body]
    found = ours + ([("slack", body) for _, body in payloads()] if CORPUS else [])
    times = sorted(filter(None, (converted(form, json.dumps(body).encode()) for form, body in found)))
    print(
        f"conversion of {len(times)} bodies: median {statistics.median(times):.2f} ms, the longest {times[-1]:.1f} ms"
    )
    for size in (125_000, 250_000, 500_000, 999_000):
        part = {"text": "*db-1* is `down` <https://x.example|see> & more\n", "color": "danger", "title": "disk full"}
        count = size // len(json.dumps(part))
        body = json.dumps({"attachments": [part] * count}).encode()
        text = json.dumps({"text": part["text"] * (size // 60)}).encode()
        print(
            f"{size:9,} bytes: attachments {converted('slack', body):6.0f} ms, text {converted('slack', text):6.0f} ms"
        )


def converted(form: str, body: bytes) -> float:
    """Return the best of three in milliseconds of the processor; 0 for what is refused."""
    sender = SENDERS.get(ALIASES.get(form, form), SENDERS["json"])
    request = Request(sender.name, named={"topic": "t"}, body=body)
    best = 1e9
    for _ in range(3):
        began = time.process_time()
        try:
            incoming = sender.read(request, Hook("x"))
        except RefusedError:
            return 0.0
        compose(incoming.document)
        best = min(best, time.process_time() - began)
    return best * 1000


def posted(connection: http.client.HTTPConnection, path: str, body: bytes, **headers: str) -> float:
    """Return the milliseconds from the first byte to the whole answer."""
    began = time.perf_counter()
    connection.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    return (time.perf_counter() - began) * 1000


def signed(body: bytes) -> dict[str, str]:
    """Return the headers of a request of Slack's."""
    at = str(int(time.time()))
    mark = hmac.new(SIGNING_SECRET.encode(), f"v0:{at}:".encode() + body, hashlib.sha256).hexdigest()
    kind = "application/x-www-form-urlencoded"
    return {"X_Slack_Request_Timestamp": at, "X_Slack_Signature": f"v0={mark}", "Content_Type": kind}


def commands(bridge: Bridge, count: int) -> None:
    """Time signed commands over one kept-alive connection."""
    connection = http.client.HTTPConnection("127.0.0.1", bridge.web, timeout=10)
    fields = "command=%2Fb24&text=help&user_id=U024BE7LH&channel_id=C0GENERAL&team_id=T1&trigger_id=1.2.3"
    body = f"{fields}&response_url={bridge.made.url}/none".encode()
    times = [posted(connection, "/slack/events", body, **signed(body)) for _ in range(count)]
    print(f"Slack HTTP mode, signed command -> answer: {shown(times[10:])}")


def delivery(bridge: Bridge, count: int) -> None:
    """Time one alert after another from its first byte to Bitrix24's request."""
    connection = http.client.HTTPConnection("127.0.0.1", bridge.web, timeout=10)
    portal, times = bridge.made.portal, []
    for number in range(count):
        before = len(portal.store.sent)
        alert: dict[str, Any] = {"status": "firing", "labels": {"alertname": f"Disk{number}"}}
        body = json.dumps({"groupKey": str(number), "status": "firing", "alerts": [alert]}).encode()
        began = time.perf_counter()
        posted(connection, f"/alertmanager/bench/{TOKEN}", body)
        while len(portal.store.sent) == before:
            time.sleep(0.0005)
        times.append((time.perf_counter() - began) * 1000)
    print(f"alert body -> Bitrix24's request executed: {shown(times[5:])}")


def shown(times: list[float]) -> str:
    """Return median and tail."""
    ordered = sorted(times)
    return f"p50 {statistics.median(ordered):.1f} ms, p99 {ordered[len(ordered) * 99 // 100]:.1f} ms"


def memory(bridge: Bridge, count: int) -> None:
    """Show the resident memory after the first thousand posts and after all."""
    connection = http.client.HTTPConnection("127.0.0.1", bridge.web, timeout=60)
    assert bridge.process is not None
    status = Path(f"/proc/{bridge.process.pid}/status")
    first = 0
    for number in range(1, count + 1):
        body = json.dumps({"text": f"*alert* {number} of <https://x.example|web-{number}>"}).encode()
        posted(connection, f"/services/T0/bench/{TOKEN}", body)
        if number in (1000, count):
            until(lambda wanted=number: len(bridge.made.portal.sends()) >= min(wanted, 500), timeout=120)
            kilobytes = int(status.read_text().partition("VmRSS:")[2].split()[0])
            first = first or kilobytes
            print(f"memory after {number:7,} posts: {kilobytes / 1024:.0f} MB ({kilobytes / first:.2f} x)", flush=True)
