"""A tiny real HTTP server whose answers a test writes out exactly: lost answers, pages, redirects, slow ones."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

TIME = {"start": 1.0, "finish": 1.1, "duration": 0.1, "processing": 0.1}


@dataclass
class Request:
    verb: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def method(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def commands(self) -> dict[str, tuple[str, dict[str, str]]]:
        """The commands of a batch: key -> method and parameters, decoded once."""
        found = {}
        for key, text in self.json["cmd"].items():
            method, _, query = text.partition("?")
            found[key] = (method, dict(parse_qsl(query, keep_blank_values=True)))
        return found


@dataclass
class Reply:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    missing: int = 0
    hold: threading.Event | None = None
    raw: bytes | None = None


def result(value: Any, **more: Any) -> Reply:
    return Reply({"result": value, "time": TIME, **more})


def error(code: str, description: str = "words", status: int = 400) -> Reply:
    return Reply({"error": code, "error_description": description}, status)


def batch(request: Request, answers: Callable[[str, str, dict[str, str]], Any]) -> Reply:
    """The answer of a batch; `answers(key, method, params)` gives a result, or a Reply made by `error`."""
    results: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    for key, (method, params) in request.commands.items():
        got = answers(key, method, params)
        if isinstance(got, Reply):
            errors[key] = got.body
        else:
            results[key] = got
    times = dict.fromkeys(results, TIME)
    parts = {"result": results, "result_error": errors, "result_total": [], "result_next": [], "result_time": times}
    return result({name: part or [] for name, part in parts.items()})


class Handler(BaseHTTPRequestHandler):
    """One connection; the server's `scripted` says what is answered."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        with self.server.scripted.lock:
            self.server.scripted.connections += 1
        super().setup()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        scripted = self.server.scripted
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        headers = dict(self.headers)
        request = Request(self.command, parts.path, parse_qs(parts.query), headers, self.rfile.read(length))
        with scripted.lock:
            scripted.requests.append(request)
        reply = scripted.answer(request)
        while reply.hold and not reply.hold.wait(0.01) and not scripted.closing.is_set():
            pass
        if reply.drop:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        body = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + reply.missing))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or bool(reply.missing)

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, scripted: Scripted) -> None:
        self.scripted = scripted
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client hung up, which is what some tests are about

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(10)
        super().finish_request(request, client_address)


class Scripted:
    """`answer` decides each reply; `requests` is what came in, `connections` how many were opened."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Reply] = lambda _: result(True)
        self.requests: list[Request] = []
        self.connections = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.server = Server(self)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def webhook(self) -> str:
        return f"{self.origin}/rest/1/s3cr3tw0rd/"

    def close(self) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
