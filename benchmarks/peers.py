"""Peers from PyPI doing the same against the same portal; those that are not installed are left out."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.portal import PortalProcess

_HEAD = """
import resource, sys, time
url, count = sys.argv[1], int(sys.argv[2])
TEXT = "[b]Disk full[/b] on db-3 & others"
ATTACH = {"BLOCKS": [
    {"IMAGE": [{"NAME": "usage.png", "LINK": "https://cdn.example.com/u.png"}]},
    {"FILE": [{"NAME": "df.txt", "LINK": "https://cdn.example.com/df.txt", "SIZE": 1523}]},
]}
params = [{"USER_ID": 1001 + n, "MESSAGE": TEXT, "ATTACH": ATTACH} for n in range(count)]
method = "im.notify.personal.add"
"""
_TAIL = """
seconds = time.perf_counter() - begin
print(f"{count / seconds:,.0f}/s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
"""
SCRIPTS = {
    "b24pysdk": """
import re
from b24pysdk import BitrixWebhook, Client
domain, hook = re.match(r"https://([^/]+)/rest/([^/]+/[^/]+)/", url).groups()
client = Client(BitrixWebhook(domain=domain, webhook_token=hook))
begin = time.perf_counter()
made = [client.im.notify.personal.add(user_id=p["USER_ID"], message=TEXT, attach=ATTACH) for p in params]
client.call_batches(made).result
""",
    "fast_bitrix24": """
from fast_bitrix24 import Bitrix
b = Bitrix(url, verbose=False, ssl=False, respect_velocity_policy=False)
begin = time.perf_counter()
try:
    b.call(method, params)
except AttributeError:
    pass  # its own, after all are sent (int has no append)
""",
    "pybitrix": """
import json
from urllib.parse import quote_plus
from pybitrix import PyBitrix
b = PyBitrix(inbound_hook=url)
begin = time.perf_counter()
for n in range(0, count, 50):
    rest = f"&MESSAGE={quote_plus(TEXT)}&ATTACH={quote_plus(json.dumps(ATTACH))}"
    cmd = {f"n{i}": f"{method}?USER_ID={p['USER_ID']}{rest}" for i, p in enumerate(params[n:n + 50])}
    b.call("batch", {"halt": 0, "cmd": cmd})
""",
}


def run_peers(*, quick: bool) -> Iterator[tuple[str, str]]:
    """Yield each peer's figures without limits, over https, in batches."""
    count = 1000 if quick else 10_000
    options = ("--crowd", str(count), "--plan", "off", "--operating-limit", "0", "--tls")
    for name, script in SCRIPTS.items():
        if importlib.util.find_spec(name) is None:
            yield f"peer {name}", "not installed"
            continue
        with PortalProcess(*options) as portal:
            environ = {**os.environ, "REQUESTS_CA_BUNDLE": portal.ca_file, "SSL_CERT_FILE": portal.ca_file}
            command = [sys.executable, "-W", "ignore", "-c", _HEAD + script + _TAIL, portal.url, str(count)]
            try:
                done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=90, check=False)
                last = (done.stdout.strip() or done.stderr.strip() or "no word").splitlines()[-1]
            except subprocess.TimeoutExpired:
                last = "not done in 90 s"
            executed = portal.stats()["executed"]
        told = re.sub(r"https?://\S+", "URL", last)[:50]
        yield f"peer {name}: in batches, https", f"{told}, {executed} executed"
