"""Receipts while a response_url hangs: others are given, and ending does not wait for it."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from slack_bitrix24.model import Notification, Receipt, Recipient
from slack_bitrix24.receipts import GIVERS, Receipts
from slack_bitrix24.store import Submission, open_store
from slack_bitrix24.store.sql.schema import RECEIPTS
from waiting import until


@pytest.fixture
def store(tmp_path):
    with closing(open_store(f"sqlite:///{tmp_path / 'b.db'}")) as store:
        yield store


@pytest.fixture
def owe(store):
    """Owe so many receipts to an address whose notifications are cancelled already."""

    def owe(url: str, count: int, name: str) -> None:
        for number in range(1, count + 1):
            made = Notification(f"{name}{number}", Recipient("main", number), "m", f"{name}{number}")
            ids = [one.id for one in store.accept(Submission([made], Receipt("response_url", {"url": url}, "en", {})))]
            store.write(lambda tx, ids=ids: tx.outbox.cancel(ids))

    return owe


@pytest.fixture
def states(store):
    """Tell the states of all receipts."""
    query = RECEIPTS.select().with_only_columns(RECEIPTS.c.state)
    return lambda: store.read(lambda tx: list(tx.connection.execute(query).scalars()))


class Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_an_address_that_hangs_holds_up_no_others_and_not_the_end(store, owe, states):
    receipts = Receipts(store, owner="w", command_name="/b24")
    with ExitStack() as open_things, socket.create_server(("127.0.0.1", 0)) as hanging:
        hung = [open_things.enter_context(hanging.accept()[0]) for _ in _started(receipts, owe, hanging, GIVERS - 1)]
        with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as answering:
            serving = threading.Thread(target=answering.serve_forever)
            serving.start()
            owe(f"http://127.0.0.1:{answering.server_port}/", 3, "quick")
            receipts.wake()
            until(lambda: states().count("done") == 3, timeout=3)
            answering.shutdown()
            serving.join()
        owe(f"http://127.0.0.1:{hanging.getsockname()[1]}/", 3, "late")
        receipts.wake()
        hung.append(open_things.enter_context(hanging.accept()[0]))
        began = time.monotonic()
        receipts.stop(timeout=0.2)
        assert time.monotonic() - began < 1
    until(lambda: "working" not in states())  # the hung ones are reset, those not begun are put back
    assert sorted(states()) == ["done"] * 3 + ["due"] * (GIVERS + 2)


def _started(receipts: Receipts, owe, hanging: socket.socket, count: int) -> range:
    owe(f"http://127.0.0.1:{hanging.getsockname()[1]}/", count, "slow")
    receipts.start()
    return range(count)
