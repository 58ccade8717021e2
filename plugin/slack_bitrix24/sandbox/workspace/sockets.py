"""Socket Mode: the WebSocket that envelopes go out on and acknowledgements come in on.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import itertools
import json
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.people import APP_ID, JSON

MAX_CONNECTIONS = 10
HOST = {"host": "sandbox"}
NUMBERS = itertools.count(1)


class Connection:
    """One open WebSocket; every method may be called from any thread."""

    def __init__(self, websocket: WebSocket) -> None:
        self.name = f"socket {next(NUMBERS)}"
        self.frozen = False
        self.going = False
        self.outgoing: asyncio.Queue[JSON | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._transport = _transport(websocket)

    def send(self, envelope: JSON) -> bool:
        """Queue a message; a frozen connection swallows it, one that is going away refuses it."""
        if self.going or self._loop.is_closed():
            return False
        if not self.frozen:
            self._loop.call_soon_threadsafe(self.outgoing.put_nowait, envelope)
        return True

    def close(self) -> None:
        """Close it properly once everything queued is sent."""
        self.going = True
        self._loop.call_soon_threadsafe(self.outgoing.put_nowait, None)

    def drop(self) -> None:
        """Cut the TCP connection without a CLOSE frame."""
        self.going = True
        self._loop.call_soon_threadsafe(self._transport.abort)

    def freeze(self) -> None:
        """Go silent with the TCP connection open: nothing is sent any more, no ping is answered."""
        self.frozen = True
        self._loop.call_soon_threadsafe(self._transport.pause_reading)


def _transport(websocket: WebSocket) -> Any:
    # ASGI has no word for cutting a connection; uvicorn's protocol has, and the innermost `send` is bound to it.
    send: Any = websocket._send  # noqa: SLF001 - see above
    while not hasattr(send, "__self__"):
        send = inspect.getclosurevars(send).nonlocals["send"]
    return send.__self__.transport


async def link(core: Core, websocket: WebSocket) -> None:
    """Serve one connection until either side ends it."""
    ticket = websocket.query_params.get("ticket", "")
    if ticket not in core.tickets:
        await websocket.close()
        return
    core.tickets.discard(ticket)
    await websocket.accept()
    connection = Connection(websocket)
    open_now = [route for route in core.courier.routes if isinstance(route, Connection)]
    if len(open_now) >= MAX_CONNECTIONS:
        connection.send(goodbye("too_many_websockets"))
        connection.close()
    connection.send(hello(len(open_now) + 1))
    if not connection.going:
        core.courier.add_route(connection)
    writer = asyncio.create_task(_write(connection, websocket))
    try:
        await _read(core, websocket)
    finally:
        connection.going = True
        core.courier.remove_route(connection)
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writer


async def _write(connection: Connection, websocket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the reader sees the end of the connection too
        while (message := await connection.outgoing.get()) is not None:
            await websocket.send_text(json.dumps(message))
        await websocket.close()


async def _read(core: Core, websocket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            text = await websocket.receive_text()
            with contextlib.suppress(ValueError):
                message = json.loads(text)
                if isinstance(message, dict) and message.get("envelope_id"):
                    core.courier.acknowledge(message["envelope_id"], message.get("payload"))


def hello(connections: int) -> JSON:
    """Return the first message of a connection."""
    return {
        "type": "hello",
        "num_connections": connections,
        "connection_info": {"app_id": APP_ID},
        # Five hours, as seen from Slack; its documents show 3600.
        "debug_info": {**HOST, "build_number": 1, "approximate_connection_time": 18060},
    }


def goodbye(reason: str) -> JSON:
    """Return Slack's request to reconnect: warning, refresh_requested, link_disabled or too_many_websockets."""
    return {"type": "disconnect", "reason": reason, "debug_info": HOST}


def disturb(core: Core, kind: str, *, count: int = 0) -> int:
    """Do something to open connections, to all of them without a `count`; return to how many.

    kind: `drop` and `freeze` as of `Connection`, `close` with a CLOSE frame, or the reason of a disconnect message.
    """
    found = [route for route in core.courier.routes if isinstance(route, Connection)]
    chosen = found[:count] if count else found
    for connection in chosen:
        if kind in {"drop", "freeze", "close"}:
            getattr(connection, kind)()
        else:
            connection.send(goodbye(kind))
            if kind != "warning":
                connection.close()
        if connection.going:
            core.courier.remove_route(connection)
    return len(chosen)
