"""A real Bolt app with a real Socket Mode client, connected to the sandbox workspace."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient

from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.sandbox.workspace import Workspace, app
from waiting import until


@contextlib.contextmanager
def running(**settings: Any) -> Iterator[Workspace]:
    """Run a workspace with short deadlines, so that tests need not wait for Slack's."""
    workspace = Workspace(**{"ack_timeout": 0.5, "retry_delays": (0.0, 0.05, 0.05), **settings})
    with Server(app(workspace)) as server:
        workspace.base_url = f"{server.url}/"
        yield workspace
    workspace.close()


def bolt(workspace: Workspace, **settings: Any) -> App:
    """Return an app with the sandbox's bot token."""
    client = WebClient(token=workspace.bot_token, base_url=workspace.api_url, timeout=5)
    return App(client=client, **settings)


@contextlib.contextmanager
def connected(app: App, workspace: Workspace) -> Iterator[SocketModeHandler]:
    """Connect the app, wait until envelopes can go to it, and close everything afterwards."""
    before = len(workspace.courier.routes)
    handler = SocketModeHandler(app, app_token=workspace.app_token, ping_interval=1)
    handler.connect()
    try:
        until(lambda: len(workspace.courier.routes) > before, what="the connection")
        yield handler
    finally:
        handler.client.auto_reconnect_enabled = False
        # websocket-client notices its own close() only after 10 s; the end of the stream it sees at once
        with contextlib.suppress(AttributeError, OSError):
            handler.client.current_session.sock.sock.shutdown(socket.SHUT_RDWR)
        until(lambda: not handler.client.is_connected(), what="the end of the connection")
        handler.close()
        app.listener_runner.listener_executor.shutdown(wait=True)
