"""Socket Mode: two connections to Slack, so that one may die unnoticed by anybody.

https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

from slack_bolt import App
from slack_sdk.errors import SlackApiError, SlackClientError

from slack_bitrix24 import metrics
from slack_bitrix24.listeners.connection.bolt import wrapped
from slack_bitrix24.listeners.connection.reconnect import Reconnecting, Unopened
from slack_bitrix24.listeners.connection.waiting import in_time
from slack_bitrix24.listeners.connection.websocket import Link, Message
from slack_bitrix24.listeners.workspace import is_temporary, word_of

log = logging.getLogger(__name__)

CONNECTIONS = 2
"""Of the ten that Slack allows an app."""
AT_ONCE = 40
"""Requests that are answered side by side."""
CLOSING = 3.0
"""Seconds that closing may take; what hangs longer ends with the process."""
BUSY = 30.0
"""Seconds to wait after a refusal that names none."""


class Socket:
    """Keep the connections open until `stop`. `refused` holds Slack's word when it refuses the app token.

    `refuse` is called with that word when it does so for good before there ever was a connection, `know` with the
    app's id, and `respond` sends an answer that the acknowledgement can't carry to a response_url.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        *,
        refuse: Callable[[str], None],
        know: Callable[[str], None],
        respond: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        self.refused = ""
        self._app, self._token = app, app_token
        self._refuse, self._know, self._respond = refuse, know, respond
        self._ever = False
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(AT_ONCE, "slack")
        self._connections = [
            Reconnecting(number, open_link=self._open, others=lambda: self.connected, ending=self._stop)
            for number in range(CONNECTIONS)
        ]

    def start(self) -> None:
        """Begin to connect; returns at once."""
        for connection in self._connections:
            connection.thread.start()

    @property
    def connected(self) -> int:
        """Return how many connections are open and heard from."""
        return sum(1 for connection in self._connections if connection.up)

    def stop(self) -> None:
        """Close the connections; requests in hand are finished first."""
        end = time.monotonic() + CLOSING
        self._stop.set()
        for connection in self._connections:
            connection.wake()
        finishing = threading.Thread(target=self._pool.shutdown, daemon=True)
        finishing.start()
        for thread in (*(connection.thread for connection in self._connections), finishing):
            if thread.ident is not None:
                thread.join(max(0.0, end - time.monotonic()))
        links = [link for connection in self._connections for link in connection.links()]
        for link in links:
            link.close()
        for link in links:
            link.join(end - time.monotonic())
        metrics.SLACK_UP.set(0)

    def _open(self, wake: Callable[[], None]) -> Link:
        """Ask Slack for a connection."""
        try:
            answer = self._app.client.apps_connections_open(app_token=self._token)
            url = str(answer["url"])
        except SlackApiError as error:
            if is_temporary(error):
                raise Unopened(word_of(error), again=_asked_pause(error)) from None
            self.refused = word_of(error)
            if not self._ever:
                self._refuse(self.refused)
                self._stop.set()
            raise Unopened(f"Slack refuses the app token: {self.refused}") from None
        except (OSError, HTTPException) as error:
            raise Unopened(str(error)) from None
        except (ValueError, KeyError, TypeError, AttributeError, SlackClientError) as error:
            # The text may hold the token.
            raise Unopened(f"apps.connections.open: unexpected {type(error).__name__}") from None
        self.refused, self._ever = "", True

        def change() -> None:
            metrics.SLACK_UP.set(self.connected)
            wake()

        return Link(url, take=self._take, change=change)

    def _take(self, link: Link, message: Message) -> None:
        if message.get("type") == "hello":
            info = message.get("connection_info")
            self._know(str(info.get("app_id") or "") if isinstance(info, dict) else "")
        elif "envelope_id" in message and not self._stop.is_set():
            try:
                self._pool.submit(self._answer, link, message, time.monotonic())
            except RuntimeError:
                return  # closing: Slack sends it again

    def _answer(self, link: Link, envelope: Message, received: float) -> None:
        payload = envelope.get("payload")
        request = wrapped(payload if isinstance(payload, dict) else {})
        try:
            answer = in_time(received, lambda: self._app.dispatch(request), way="socket")
            # No acknowledgement is the refusal: Slack repeats an event then.
            if answer is None or answer.status != 200:
                return
            body = json.loads(answer.body) if answer.body else None
            fits = envelope.get("accepts_response_payload", True)
            link.send({"envelope_id": envelope["envelope_id"], **({"payload": body} if body and fits else {})})
            if body and not fits and isinstance(payload, dict) and payload.get("response_url"):
                self._respond(payload["response_url"], body)
        except (OSError, HTTPException) as error:
            log.warning("an answer did not reach Slack: %s", error)
        except Exception:
            log.exception("an envelope of Slack's was not answered")  # Slack sends it again


def _asked_pause(error: SlackApiError) -> float:
    """Return how many seconds Slack asks us to wait."""
    if error.response.status_code != 429 and word_of(error) != "ratelimited":
        return 0.0
    asked = str(error.response.headers.get("Retry-After") or error.response.headers.get("retry-after") or "")
    return float(asked) if asked.isdigit() else BUSY
