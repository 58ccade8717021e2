"""How many connections may be open, and how long one may take to say what it wants.

uvicorn has a time-out between two requests only: who connects and says nothing, or sends a byte a minute, stays for
good there, and enough of those leave no descriptor for anybody else.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from slack_bitrix24.serving.together import Together

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """`head` and `body`: seconds from their beginning to their end, however the bytes trickle."""

    connections: int = 1000
    head: float = 10.0
    body: float = 60.0


class Connections:
    """Those that are open. Where one more comes than may be, whoever has kept us waiting longest must go."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._open: set[Guarded] = set()
        self._waited_for: dict[Guarded, None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def enter(self, one: Guarded) -> bool:
        """Count it in; False where each of the others has asked for something and waits for its answer."""
        if len(self._open) >= self.limits.connections:
            log.warning("HTTP: %d connections are open, the most there may be", self.limits.connections)
            oldest = next(iter(self._waited_for), None)
            if oldest is None:
                return False
            oldest.cut()
        self._open.add(one)
        return True

    def leave(self, one: Guarded) -> None:
        """Count it out; calling it twice is safe."""
        self._open.discard(one)
        self._waited_for.pop(one, None)

    def waits(self, one: Guarded, *, begins: bool) -> None:
        """Note that its request is waited for (`begins`), or is there."""
        if begins:
            self._waited_for.setdefault(one)
        else:
            self._waited_for.pop(one, None)


class Guarded(H11Protocol):
    """uvicorn's protocol, with a time-out for the head of a request and for its body.

    By h11, though httptools would save a quarter of the time of an accepted request: with uvicorn 0.54 and httptools
    0.9 a common client that offers to go on in another protocol may wait for its answer for ever.
    """

    def __init__(self, *arguments: Any, table: Connections, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._table = table
        self._timer: asyncio.TimerHandle | None = None
        self._awaited = ""
        self._said_all = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, or end it at once where there are too many."""
        super().connection_made(transport)
        self.transport = Together(transport, self.loop)  # type: ignore[assignment]
        if self._table.enter(self):
            self._await("head")
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on, and see which part of the request is still to come."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the next request; uvicorn itself gives it five seconds to begin."""
        super().on_response_complete()
        self._table.waits(self, begins=True)
        # Whoever has said all asks nothing more on this connection.
        if self._said_all and not self._answers:
            self.transport.close()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Leave it to the other protocol."""
        self._leave()
        super().handle_websocket_upgrade(event)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer all the same what is in hand: who says no more may still listen, or be gone; nobody knows."""
        self._said_all = True
        self._note_gone()
        return self._answers

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._note_gone()
        self._leave()
        super().connection_lost(exc)

    def cut(self) -> None:
        """End it without an answer."""
        self._leave()
        self.transport.abort()

    @property
    def _answers(self) -> bool:
        """Tell whether a request that is here whole waits for its answer."""
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

    def _note_gone(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.scope["gone"] = True  # type: ignore[typeddict-unknown-key]  # for whom the loss of an answer matters

    def _look(self) -> None:
        state = self.conn.their_state
        if self.transport.is_closing():
            self._await("")
        elif state is h11.IDLE:
            self._await("head")
        elif state is h11.SEND_BODY:
            self._await("body")
        else:
            self._await("")

    def _await(self, part: str) -> None:
        """Give that part its time, counted from when it began to be awaited: each byte more does not prolong it."""
        if part == self._awaited:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._awaited = part
        self._table.waits(self, begins=bool(part))
        if part:
            limits = self._table.limits
            self._timer = self.loop.call_later(limits.head if part == "head" else limits.body, self.cut)

    def _leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._table.leave(self)
