"""Run one ASGI application in a thread, over http or https."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn

from slack_bitrix24.serving.connections import Connections, Guarded, Limits
from slack_bitrix24.serving.listening import BACKLOG

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Manner:
    """How to serve: `grace` is the seconds that requests in hand have to be finished when it stops."""

    name: str
    grace: int = 3
    limits: Limits = field(default_factory=Limits)
    certificate: tuple[Path, Path] | None = None
    """Certificate and key, both PEM: then it is https."""
    lifespan: bool = False
    websockets: bool = False
    proxies: tuple[str, ...] = ()
    """Addresses and networks whose `X-Forwarded-For` and `-Proto` say who asks, and how."""


class Serving:
    """Serves `app` on a listening socket from `start` to `stop`, once. The socket is closed with it."""

    def __init__(self, app: Application, listener: socket.socket, manner: Manner) -> None:
        self.connections = Connections(manner.limits)
        self._manner, self._listener = manner, listener
        self._running = _Running(_configuration(app, manner, self.connections))
        self._thread = threading.Thread(
            target=self._running.serve_until_stopped, args=(listener,), name=manner.name, daemon=True
        )

    def start(self) -> None:
        """Return when requests are answered; RuntimeError where the application does not start."""
        logging.getLogger("uvicorn").setLevel(logging.ERROR)  # each bad request would be a line
        self._thread.start()
        self._running.ready.wait()
        if not self._running.started:
            self.stop()
            raise RuntimeError("the application's start-up failed")

    def stop(self) -> None:
        """Finish the requests in hand within the grace time; calling it twice is safe."""
        self._running.finish()
        if self._thread.is_alive():
            self._thread.join(self._manner.grace + 1)
        self._listener.close()


def _configuration(app: Application, manner: Manner, table: Connections) -> uvicorn.Config:
    certificate = manner.certificate
    return uvicorn.Config(
        app,
        http=partial(Guarded, table=table),  # type: ignore[arg-type]  # uvicorn calls it and asks nothing else of it
        ws="websockets-sansio" if manner.websockets else "none",
        lifespan="auto" if manner.lifespan else "off",
        # Said either way: by itself uvicorn believes whoever calls from this machine, and $FORWARDED_ALLOW_IPS.
        proxy_headers=bool(manner.proxies),
        forwarded_allow_ips=list(manner.proxies),
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=manner.grace,
        ssl_certfile=str(certificate[0]) if certificate else None,
        ssl_keyfile=str(certificate[1]) if certificate else None,
    )


class _Running(uvicorn.Server):
    """uvicorn, told from another thread to stop at once instead of at its next look at a flag."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def serve_until_stopped(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        except SystemExit:
            pass  # uvicorn's way to say that the application did not start
        finally:
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        await self.on_tick(0)
        self.ready.set()

    async def main_loop(self) -> None:
        assert self._stop is not None  # noqa: S101  startup ran before
        counter = 0
        while not self.should_exit:
            await self.on_tick(counter)
            counter += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 0.1)

    def finish(self) -> None:
        self.should_exit = True
        if self._loop and self._stop:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it has finished already
                self._loop.call_soon_threadsafe(self._stop.set)
