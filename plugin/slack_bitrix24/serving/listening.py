"""The socket that a server listens on."""

from __future__ import annotations

import socket

BACKLOG = 256
"""Connections that the system keeps for us until they are accepted."""


def listen(host: str, port: int) -> socket.socket:
    """Bind at once, so that a taken port stops the start with an OSError; `port` 0 takes a free one.

    The protocol is named: only then does asyncio set TCP_NODELAY on what it accepts, without which each answer over a
    connection that is kept open waits 40 ms for the client's delayed acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        # Two sockets with SO_REUSEADDR may be bound to one port; only one of them may listen.
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
