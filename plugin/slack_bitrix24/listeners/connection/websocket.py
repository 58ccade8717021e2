"""One WebSocket to Slack, watched: nothing is repeated here, whoever opened it hears that it is over.

websocket-client as it is, because Slack's clients around it connect anew by themselves, in several threads at once.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from websocket import WebSocket, WebSocketApp, WebSocketException

from slack_bitrix24.serving.bodies import parsed

PING = 5.0
"""Seconds between our pings."""
SILENCE = 20.0
"""Seconds without a frame or a pong after which a connection is taken for dead."""

Message = Mapping[str, Any]


class Link:
    """A connection from `start` to its end. `take` gets each message, `change` is called when its state changes.

    `leaving` is Slack's reason for asking us to connect elsewhere, `problem` why it never came up, `refused` whether
    Slack said so.
    """

    def __init__(
        self,
        url: str,
        *,
        take: Callable[[Link, Message], None],
        change: Callable[[], None],
        ping: float = PING,
        silence: float = SILENCE,
    ) -> None:
        logging.getLogger("websocket").setLevel(logging.CRITICAL)  # each end of a connection is an error to it
        self.opened = self.over = self.refused = False
        self.leaving = self.problem = ""
        self._take, self._change, self._ping, self._silence = take, change, ping, silence
        self._began = self._heard = time.monotonic()
        self._unwanted = False
        self._inner: WebSocket | None = None
        self._app = WebSocketApp(
            url,
            on_open=self._on_open,
            on_message=self._on_message,
            on_ping=self._on_sign,
            on_pong=self._on_sign,
            on_error=self._on_error,
        )
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    @property
    def silent(self) -> bool:
        """Tell whether nothing was heard for so long that nothing will be."""
        return time.monotonic() - self._heard > self._silence

    @property
    def up(self) -> bool:
        """Tell whether it is open and heard from, and to stay."""
        return self.opened and not (self.over or self.leaving or self.silent)

    @property
    def wanted(self) -> bool:
        """Tell whether it is up, or may still come up."""
        return not (self.over or self.leaving or self.silent)

    @property
    def lasted(self) -> float:
        """Return the seconds since it came up."""
        return time.monotonic() - self._began if self.opened else 0.0

    def send(self, message: Message) -> bool:
        """Send a message; tell whether the connection took it."""
        try:
            self._app.send(json.dumps(message))
        except (OSError, WebSocketException):
            return False
        return True

    def close(self) -> None:
        """Tell Slack, unless it is silent, and end; the thread needs a moment more."""
        self._unwanted = True
        self._app.keep_running = False
        inner = self._app.sock
        if inner is None or inner.sock is None:
            return
        if self.opened and not self.silent:
            with contextlib.suppress(OSError, WebSocketException):
                inner.send_close()
        with contextlib.suppress(OSError, AttributeError):
            # The reader sits in select() for up to 10 s; the end of the stream wakes it.
            inner.sock.shutdown(socket.SHUT_RDWR)

    def join(self, timeout: float) -> None:
        """Wait for its end, so many seconds at most."""
        self._thread.join(max(0.0, timeout))

    def _run(self) -> None:
        try:
            self._app.run_forever(ping_interval=self._ping)
        except Exception as error:  # noqa: BLE001 – a bad address, and whatever else the library meets before it connects
            self._on_error(self._app, error)
        if self._inner is not None:
            # The library leaves a socket open that we said good-bye on.
            self._inner.shutdown()  # type: ignore[no-untyped-call]
        self.over = True
        self._change()

    def _on_open(self, app: WebSocketApp) -> None:
        self._inner = app.sock
        if self._unwanted:
            self.close()
            return
        self._began = self._heard = time.monotonic()
        self.opened = True
        self._change()

    def _on_sign(self, _app: WebSocketApp, _data: object) -> None:
        self._heard = time.monotonic()

    def _on_message(self, _app: WebSocketApp, text: str) -> None:
        self._heard = time.monotonic()
        try:
            message = parsed(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        if message.get("type") == "disconnect":
            self.leaving = str(message.get("reason") or "disconnect")
            self.refused = self.leaving == "too_many_websockets"
            self._change()
        else:
            self._take(self, message)

    def _on_error(self, _app: WebSocketApp, error: Exception) -> None:
        if self.opened or self._unwanted:
            self.over = True  # the library may wait for Slack's good-bye now, for up to 3 s
            self._change()
            return
        status = getattr(error, "status_code", None)
        self.refused = status is not None and 400 <= status < 500
        # The text of a library's error may hold the address, with the ticket in it.
        own = str(error) if isinstance(error, OSError) else type(error).__name__
        self.problem = f"the WebSocket was answered with HTTP {status}" if status else f"no WebSocket: {own}"
