"""What the holder of a lane knows, and who holds it: values and the names of processes."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from slack_bitrix24.errors import StoreError

Gone = Callable[[str], bool]
"""Tells whether the process with this owner string is known to be dead."""


def nobody(_owner: str) -> bool:
    """Take every owner for alive."""
    return False


class LeaseLostError(StoreError):
    """Another node holds this lane by now: nothing was claimed or recorded."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a portal is stopped. `probe_at`: when one notification may be tried."""

    code: str
    reason: str
    since: float
    probe_at: float


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send to a portal until then. `clean`: the last holder released it, so `limits` is up to date."""

    portal: str
    owner: str
    fence: int
    until: float
    limits: str = ""
    clean: bool = True
    stopped: Stop | None = None


@dataclass(frozen=True, slots=True)
class LaneState:
    """A lane as pages and metrics show it; no `owner` = nobody holds it."""

    portal: str
    owner: str
    until: float
    fence: int
    limits: str
    stopped: Stop | None


def new_owner() -> str:
    """Return the name of this process: host, process id, and a token of its start."""
    return f"{_host()}:{os.getpid()}:{_start_of(os.getpid()) or secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Tell whether the owner was a process of this host that lives no more; False when that can't be known."""
    host, _, process = owner.partition(":")
    number, _, start = process.partition(":")
    if host != _host() or not number.isdecimal():
        return False
    pid = int(number)
    try:
        # Signal 0 reaches nobody: it only asks whether the process is there (kill(2)).
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    # The number may have been given to another process since.
    started = _start_of(pid)
    return started not in ("", start)


def _host() -> str:
    """Return the host's name and a mark of its process ids' space: two containers may share a name, not that."""
    try:
        marks = Path("/proc/sys/kernel/random/boot_id").read_text() + str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        marks = ""
    return f"{socket.gethostname().replace(':', '_')}-{hashlib.sha256(marks.encode()).hexdigest()[:8]}"


def _start_of(pid: int) -> str:
    try:
        # Field 22 of proc(5)'s stat; the second may hold blanks and ends with the last bracket.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
