"""A proxy that passes bytes on until it is told to swallow them: what it has accepted stays open and says nothing."""

from __future__ import annotations

import contextlib
import socket
import threading


class Swallowing:
    """Listens on `port`; `silent` may be set and cleared at any time, for open connections and new ones alike."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self.silent = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for one in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.create_connection(self._to)
                self._open += [here, there]
                for source, target in ((here, there), (there, here)):
                    threading.Thread(target=self._pass, args=(source, target), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if not self.silent.is_set():
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
