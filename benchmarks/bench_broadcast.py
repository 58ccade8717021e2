"""How long one broadcast holds the writer, and how long a command that comes meanwhile waits for its commit."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

from benchmarks.bench_store import server
from slack_bitrix24.document import Document, Paragraph, Text
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.store import Store, Submission, open_store
from slack_bitrix24.submit.compose import Draft, PortalRules, notifications
from slack_bitrix24.submit.people import People

TEXTS = {"200 B": "word " * 40, "40 KB": "word " * 8_000}
PAUSE = 0.02
"""Seconds between two lone commands."""


def run(*, quick: bool = False) -> None:
    """Print a line for each store, text and number of people."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        measure("SQLite", f"sqlite:///{folder / 'store.db'}", quick=quick)
        with server(folder) as cluster:
            if cluster:
                measure("PostgreSQL", cluster.database(), quick=quick)


def measure(name: str, url: str, *, quick: bool) -> None:
    """Measure one store."""
    store = open_store(url)
    try:
        for said, text in TEXTS.items():
            for people in (500, 5_000) if quick else (500, 5_000, 50_000):
                print(f"{name:10} {said:6} to {people:6,}: {one(store, text, people)}", flush=True)
    finally:
        store.close()


def one(store: Store, text: str, people: int) -> str:
    """Keep one broadcast while lone commands come, and say what each took."""
    waits: list[float] = []
    held: list[float] = []
    over = threading.Event()
    store.observe(lambda seconds, _operations: held.append(seconds))

    def alone() -> None:
        while not over.is_set():
            began = time.monotonic()
            store.accept(Submission(written("hi", 1)))
            waits.append(time.monotonic() - began)
            over.wait(PAUSE)

    other = threading.Thread(target=alone)
    other.start()
    time.sleep(1.0)
    usual = statistics.median(waits)
    waits.clear()
    held.clear()
    began = time.monotonic()
    made = written(text, people)
    composed = time.monotonic() - began
    store.accept(Submission(made))
    whole = time.monotonic() - began
    longest = max(held)
    over.set()
    other.join()
    tracemalloc.start()
    store.accept(Submission(written(text, people)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return (
        f"composed outside {composed:5.2f} s, kept after {whole:5.2f} s, writer held {longest:5.2f} s;"
        f" a command meanwhile waited {max(waits):5.2f} s at most (usually {usual * 1000:.0f} ms);"
        f" memory {peak / 2**20:.0f} MB"
    )


def written(text: str, people: int) -> list[Notification]:
    """Compose one for so many."""
    reference = f"relay:x:{time.monotonic_ns()}"
    draft = Draft(Document((Paragraph((Text(text),)),)), reference, source="relay:x", tag=reference)
    recipients = [Recipient("main", number + 1) for number in range(people)]
    return notifications(draft, recipients, rules={"main": PortalRules()}, directory=Directory(), people=People())
