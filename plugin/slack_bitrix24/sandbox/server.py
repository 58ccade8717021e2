"""Run one ASGI application on loopback, in a thread of this process, over http or https."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from slack_bitrix24.sandbox import certificate
from slack_bitrix24.sandbox.visitors import Visitors
from slack_bitrix24.serving.connections import Limits
from slack_bitrix24.serving.listening import listen
from slack_bitrix24.serving.server import Application, Manner, Receive, Scope, Send, Serving

DROP = "slack_bitrix24.drop"
"""The ASGI extension with which an application closes its connection without a byte of answer."""
PATIENT = Limits(connections=10_000, head=60.0)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Server:
    """Serve `app` from `start` to `stop`; as a context manager it does both.

    `port` 0 takes a free one. With `tls`, a certificate is made at the start: clients must trust `ca_file`.
    Pages from elsewhere are refused: see `visitors`.
    When it stops, whoever is still being answered has one more second.
    """

    def __init__(self, app: Application, port: int = 0, *, tls: bool = False, host: str = "127.0.0.1") -> None:
        if host not in LOOPBACK:
            raise ValueError(f"{host}: a sandbox listens on loopback only")
        self.app, self.port, self.host, self.tls = app, port, host, tls
        self._serving: Serving | None = None
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
        listener = listen(self.host, self.port)
        self.port = listener.getsockname()[1]
        if self.tls:
            self._folder = tempfile.TemporaryDirectory(prefix="slack-bitrix24-sandbox-")
            self._certificate = certificate.make(Path(self._folder.name))
        self._serving = Serving(droppable(Visitors(self.app)), listener, self._manner())
        try:
            self._serving.start()
        except RuntimeError:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Close every connection and the port; calling it twice is safe."""
        if self._serving is not None:
            self._serving.stop()
        self._serving = self._certificate = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _manner(self) -> Manner:
        made = self._certificate
        return Manner(
            f"sandbox:{self.port}",
            grace=1,
            limits=PATIENT,
            certificate=(made.cert_file, made.key_file) if made else None,
            lifespan=True,
            websockets=True,
        )


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
