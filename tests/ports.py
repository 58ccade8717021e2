"""A port for a server of a test."""

from __future__ import annotations

import contextlib
import secrets
import socket


def free_port() -> int:
    """Return a port below those that the system gives to clients.

    Tests run side by side: a port of that range may be anybody's by the time a server asks for it. And a client that
    tries again and again to reach one while the server is down, in the end reaches itself, and then the server can't
    have the port back.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
