"""How fast requests over HTTP are accepted, durably, beside a bare endpoint on the same database in the same run."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
import uvicorn
from fastapi import Body, FastAPI

from slack_bitrix24.app.ways import Outside, Where, ways_in
from slack_bitrix24.cli.run import answer_soon
from slack_bitrix24.config import Secret, Webhook
from slack_bitrix24.mapping import Directory
from slack_bitrix24.store import open_store
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.web.server import WebServer
from slack_bitrix24.web.site import Doors, site

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from benchmarks.bench_store import server
from rig import free_port

CLIENTS = 64
TOKEN = "0123456789abcdef0123456789abcdef"
PATH = f"/services/T0/bench/{TOKEN}"
BODY = json.dumps({"text": "[FIRING:1] *DiskFull* on <https://grafana.example/d/1|web-17>: 93 %"}).encode()


def run(*, quick: bool = False) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        one_kind("SQLite", f"sqlite:///{folder / 'http.db'}", quick=quick)
        with server(folder) as cluster:
            if cluster:
                one_kind("PostgreSQL", cluster.database(), quick=quick)


def one_kind(name: str, url: str, *, quick: bool) -> None:
    """Measure both, one after the other and again, on one database."""
    seconds = 2 if quick else 5
    rates = {}
    for what, serve, path in (("bare endpoint", bare, "/"), ("the bridge", bridge, PATH)) * 2:
        with served(serve, url) as port:
            rate, times = load(port, path, seconds=seconds)
        rates.setdefault(what, []).append(rate)
        print(f"{name}: {what:14} {rate:7,.0f}/s, p50 {ms(times, 50):5.1f} ms, p99 {ms(times, 99):5.1f} ms", flush=True)
    best = {what: max(found) for what, found in rates.items()}
    print(f"{name}: {best['the bridge'] / best['bare endpoint']:.1f} x the bare endpoint\n", flush=True)


def ms(times: list[float], percent: int) -> float:
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)] * 1000


@contextmanager
def served(serve: Callable[[str, int], None], url: str) -> Iterator[int]:
    """Serve in a process of its own, as both run in life."""
    port = free_port()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(url, port), daemon=True)
    process.start()
    try:
        wait(port)
        yield port
    finally:
        process.terminate()
        process.join()


def wait(port: int) -> None:
    import socket  # noqa: PLC0415 - only here

    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the server does not start")


def bare(url: str, port: int) -> None:
    """Serve what one writes first: one endpoint, one row, one commit."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), pool_size=40)
    table = sa.Table("bare", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.Text))
    if url.startswith("sqlite"):

        @sa.event.listens_for(engine, "connect")
        def _pragmas(connection, _record):
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=30000")

    table.metadata.create_all(engine)
    app = FastAPI()

    @app.post("/")
    def take(body: Annotated[dict, Body()]) -> str:
        with engine.begin() as connection:
            connection.execute(table.insert().values(body=json.dumps(body)))
        return "ok"

    uvicorn.run(app, port=port, log_level="error", access_log=False)


def bridge(url: str, port: int) -> None:
    """Serve the bridge's ways in, and work off what comes."""
    answer_soon()
    store = open_store(url)
    submitter = Submitter(store, lambda: Directory({}, {}), People, {"main": PortalRules()})
    hook = Webhook(
        name="bench",
        token=(Secret(TOKEN),),
        to=("bitrix24:10",),
        to_field="",
        addresses=(),
        signature="",
        secret=None,
        fields={},
        priority="normal",
        kind=None,
        acknowledge=False,
    )
    outside = Outside(lambda _: None, lambda _: False, lambda *_: None, lambda _: None)
    made = ways_in([hook], store=store, submitter=submitter, outside=outside, owner="bench", where=Where())
    WebServer(site(Doors(ready=dict, metrics=bytes, ways=made.ways)), host="127.0.0.1", port=port).start()
    made.posts.start()
    time.sleep(3600)


def load(port: int, path: str, *, seconds: float) -> tuple[float, list[float]]:
    """Post from so many kept-alive connections; return answers a second, and each one's seconds."""
    request = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    ).encode() + BODY
    asyncio.run(_load(port, request, seconds=1))
    return asyncio.run(_load(port, request, seconds=seconds))


async def _load(port: int, request: bytes, *, seconds: float) -> tuple[float, list[float]]:
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (started := time.perf_counter()) < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head[:15]:
                raise RuntimeError(head.decode())
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append(time.perf_counter() - started)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return len(times) / seconds, times
