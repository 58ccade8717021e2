"""The sandbox portal as the benchmarks use it: a process of its own, asked and directed over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections import deque
from types import TracebackType
from typing import Any, Self

import requests

from slack_bitrix24.sandbox.portal.bucket import Buckets
from slack_bitrix24.sandbox.portal.operating import Operating


class PortalProcess:
    """`python -m slack_bitrix24.sandbox.portal` with these options; `url` is its webhook, `ca_file` with --tls."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "slack_bitrix24.sandbox.portal", "--port", "0", "--rules", "docs"]
        command += options
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._facts: dict[str, str] = {}
        for line in self._process.stdout or ():
            name, _, value = line.strip().partition(" ")
            self._facts[name] = value.strip()
            if line.startswith("Ctrl-C"):
                break
        self.url, self.ca_file = self._facts["webhook"], self._facts.get("ca_file", "")

    def stats(self) -> dict[str, Any]:
        return dict(self._ask("GET", "stats").json())

    def seen_twice(self) -> int:
        return sum(entry["seen"] > 1 for entry in self._ask("GET", "log").json())

    def fail(self, *faults: dict[str, Any]) -> None:
        self._ask("POST", "faults", list(faults)).raise_for_status()

    def _ask(self, verb: str, what: str, body: Any = None) -> requests.Response:
        url = f"{self._facts['control']}{what}"
        return requests.request(verb, url, json=body, verify=self.ca_file or True, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def optimum(
    count: int,
    *,
    plan: tuple[float, float] | None,
    work: float = 0.0,
    in_flight: int = 4,
    charge: float = 0.0,
    limit: float = 0.0,
    begin: float = 0.0,
) -> float:
    """Return the seconds that somebody who knows everything needs for `count` notifications in batches of 50.

    Computed by trying: each batch goes at the first moment at which the portal's own rules would let it through whole
    and fewer than `in_flight` others are under way. `begin` matters because the portal counts minutes by the clock.
    """
    buckets, operating = Buckets(plan), Operating(limit)
    now, flying = begin, deque[float]()
    while count > 0:
        size = min(50, count)
        while flying and flying[0] <= now:
            flying.popleft()
        # "above the limit" is what refuses: the last command may find it reached.
        fits = not limit or operating.spent(("", ""), now) + (size - 1) * charge <= limit
        if len(flying) >= in_flight:
            now = flying[0]
        elif not fits:
            now = operating.reset_at(("", ""), now)
        elif not buckets.take("", now):
            now += 0.001
        else:
            flying.append(now + size * work)
            operating.add(("", ""), size * charge, now)
            count -= size
    return (flying[-1] if flying else now) - begin
