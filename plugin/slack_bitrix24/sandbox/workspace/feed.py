"""Tells live pages that something changed (server-sent events)."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

HEARTBEAT = 15.0  # seconds; keeps proxies from cutting a quiet stream, and finds readers that are gone


class Feed:
    """Fans changes out to any number of readers; publishing is safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: dict[asyncio.Queue[str], asyncio.AbstractEventLoop] = {}

    def publish(self, kind: str, **facts: Any) -> None:
        """Tell every reader."""
        line = json.dumps({"kind": kind, **facts})
        with self._lock:
            readers = list(self._readers.items())
        for queue, loop in readers:
            if not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, line)

    async def read(self) -> AsyncIterator[str]:
        """Yield the stream's text: first a comment, so that the reader knows it is connected."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        with self._lock:
            self._readers[queue] = asyncio.get_running_loop()
        try:
            yield "retry: 1000\n: connected\n\n"
            while True:
                try:
                    yield f"data: {await asyncio.wait_for(queue.get(), HEARTBEAT)}\n\n"
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            with self._lock:
                del self._readers[queue]
