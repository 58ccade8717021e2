"""Run one ASGI application on loopback, in a thread of this process, over http or https."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn

from slack_bitrix24.sandbox import certificate

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

DROP = "slack_bitrix24.drop"
"""The ASGI extension with which an application closes its connection without a byte of answer."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Server:
    """Serve `app` from `start` to `stop`; as a context manager it does both.

    `port` 0 takes a free one. With `tls`, a certificate is made at the start: clients must trust `ca_file`.
    Whoever is still being answered when it stops has one more second.
    """

    def __init__(self, app: Application, port: int = 0, *, tls: bool = False, host: str = "127.0.0.1") -> None:
        if host not in LOOPBACK:
            raise ValueError(f"{host}: a sandbox listens on loopback only")
        self.app, self.port, self.host, self.tls = app, port, host, tls
        self._running: _Running | None = None
        self._thread: threading.Thread | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._certificate: certificate.Certificate | None = None

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    @property
    def ca_file(self) -> str:
        """The PEM file that clients must trust (REQUESTS_CA_BUNDLE, SSL_CERT_FILE); only with `tls`, while it runs."""
        if self._certificate is None:
            raise RuntimeError("there is a certificate with tls=True only, and only while the server runs")
        return str(self._certificate.ca_file)

    def start(self) -> Self:
        """Listen, and return when requests are answered; OSError when the port is taken."""
        listener = _listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        if self.tls:
            self._folder = tempfile.TemporaryDirectory(prefix="slack-bitrix24-sandbox-")
            self._certificate = certificate.make(Path(self._folder.name))
        self._running = _Running(self._config())
        self._thread = threading.Thread(
            target=self._running.serve_until_stopped, args=(listener,), name=f"sandbox:{self.port}", daemon=True
        )
        self._thread.start()
        self._running.ready.wait()
        if not self._running.started:
            listener.close()
            self.stop()
            raise RuntimeError("the sandbox did not start: the application's start-up failed")
        return self

    def stop(self) -> None:
        """Close every connection and the port; calling it twice is safe."""
        if self._running and self._thread:
            self._running.finish()
            self._thread.join()
        self._running = self._thread = self._certificate = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _config(self) -> uvicorn.Config:
        made = self._certificate
        return uvicorn.Config(
            droppable(self.app),
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
            ssl_certfile=str(made.cert_file) if made else None,
            ssl_keyfile=str(made.key_file) if made else None,
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


def droppable(app: Application) -> Application:
    """Give `app` the extension DROP in each HTTP scope: an async function that cuts the TCP connection.

    ASGI has no word for it: uvicorn answers 500 for an application that returns without answering, unless the
    client is gone. So the transport is taken from uvicorn's own cycle, whose bound method `send` is.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if scope["type"] == "http" and transport is not None:

            async def drop() -> None:
                transport.abort()
                while (await receive())["type"] != "http.disconnect":
                    pass

            scope.setdefault("extensions", {})[DROP] = drop
        await app(scope, receive, send)

    return wrapped


def _listen(host: str, port: int) -> socket.socket:
    # The protocol must be named: only then does asyncio set TCP_NODELAY, without which each answer takes 40 ms.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
