"""What this machine must give: the port to listen on, a database file that may be written, room, the right time."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from slack_bitrix24.cli.checks.online import Finding

LEAST_ROOM = 100 * 1024 * 1024
"""Bytes free beside the database below which it is worth a word: a busy day's notifications."""
FARTHEST_CLOCK = 60.0
"""Seconds; what Slack signs is good for 300 (https://docs.slack.dev/authentication/verifying-requests-from-slack)."""


def port(host: str, number: int) -> Iterator[Finding]:
    """Tell whether `[web]` can listen; nothing where it can, or where a running bridge does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            listener.bind((host, number))
    except OSError as error:
        if error.errno == errno.EADDRINUSE and _is_bridge(host, number):
            return
        yield Finding("web", "failed", f"{host}:{number} can't be listened on: {_why(error)}")


def _why(error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return "another program has the port: give another web.port, or end that program"
        case errno.EACCES:
            return "this user may not take a port below 1024: give another web.port, and let a proxy lead to it"
        case errno.EADDRNOTAVAIL:
            return 'this machine has no such address: give web.host = "127.0.0.1", or "0.0.0.0" for all'
        case _:
            return f"{error.strerror or error}: correct web.host"


def _is_bridge(host: str, number: int) -> bool:
    """Tell whether the one who listens is a bridge: nobody else's readiness is said in these words."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{number}/readyz"
    with suppress(OSError, ValueError):
        try:
            answer = opener.open(url, timeout=2)
        except urllib.request.HTTPError as error:  # not ready yet
            answer = error
        with answer:
            return isinstance(told := json.loads(answer.read(10_000)), dict) and "waiting_for" in told
    return False


def file(database: Path, *, least: int = LEAST_ROOM) -> Iterator[Finding]:
    """Tell of a database file, or its folder, that this user may not write, and of a disk that is nearly full."""
    for place in (database, database.parent):
        if not os.access(place, os.W_OK):
            cure = "run as the user whom it belongs to, or give it to this one (chown)"
            yield Finding("database", "failed", f"{place} may not be written by this user: {cure}")
    free = shutil.disk_usage(database.parent).free
    if free < least:
        cure = "make room, or shorten outbox.keep_delivered"
        yield Finding("database", "warning", f"only {free // 1024**2} MB are free beside {database}: {cure}")


def clock(headers: Mapping[str, str], *, now: float, whose: str) -> Iterator[Finding]:
    """Compare this machine's clock, Unix seconds, with the `Date` of an answer that came just now."""
    with suppress(ValueError, TypeError):
        ahead = now - parsedate_to_datetime(headers.get("date", "")).timestamp()
        if abs(ahead) > FARTHEST_CLOCK:
            way = "ahead of" if ahead > 0 else "behind"
            cure = "set it by the network (timedatectl set-ntp true); reminders and schedules go by it"
            yield Finding("clock", "warning", f"this machine is {_long(abs(ahead))} {way} {whose}: {cure}")


def _long(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 2 * 3600 else f"{seconds / 3600:.0f} hours"


def proxy(environ: Mapping[str, str]) -> str:
    """Return the variable that names a proxy and its address without a password; empty where none is set."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        if written := environ.get(name, "").strip():
            parts = urlsplit(written if "://" in written else f"http://{written}")
            return f"{name} leads through {parts.netloc.rpartition('@')[2] or 'nowhere'}"
    return ""
