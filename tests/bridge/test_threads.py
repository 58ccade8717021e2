"""Threads that must not end: the one that follows the mapping file, and what is said when one ends all the same."""

from __future__ import annotations

import json
import logging
import os
import threading
from contextlib import closing
from pathlib import Path

import pytest

from rig import ANNA, CAROL, Slack
from slack_bitrix24.app.bridge import Bridge
from slack_bitrix24.config import load
from slack_bitrix24.mapping import Directory
from slack_bitrix24.store import open_store
from waiting import until

CONFIGURATION = """\
[portals.main]
webhook_url = "https://portal.example.com/rest/1/5andb0xsecret0001/"
"""


class Upset:
    """A mapping file that can't be followed once in a while, in a way that nobody thought of."""

    def __init__(self) -> None:
        self.path, self.directory, self.faults, self.looks = Path("mapping.yaml"), Directory(), [], 0

    def refresh(self) -> str | None:
        self.looks += 1
        if self.looks % 2:
            raise IndexError("list index out of range")
        return None


def test_no_exception_ends_the_one_who_follows_the_mapping_file(tmp_path, monkeypatch, caplog):
    file = tmp_path / "slack-bitrix24.toml"
    file.write_text(CONFIGURATION)
    mapping = Upset()
    with closing(open_store(f"sqlite:///{tmp_path / 'b.db'}")) as store, caplog.at_level(logging.ERROR):
        bridge = Bridge(
            load(file, {}), store=store, mapping=mapping, roles=("web",), environ={}, refuse=lambda _line: None
        )
        bridge.start()
        try:
            until(lambda: mapping.looks >= 3, timeout=30)
            assert bridge.missing() == {}
        finally:
            bridge.stop()
    assert "unexpected IndexError; the last good version stays in use" in caplog.text


@pytest.mark.parametrize("ended", ["mapping", "receipts", "lanes", "web", "bitrix24"])
def test_a_thread_that_an_error_ended_is_a_fault_that_readiness_shows(tmp_path, ended):
    file = tmp_path / "slack-bitrix24.toml"
    file.write_text(CONFIGURATION)
    with closing(open_store(f"sqlite:///{tmp_path / 'b.db'}")) as store:
        bridge = Bridge(load(file, {}), store=store, mapping=None, roles=(), environ={}, refuse=lambda _line: None)
        bridge.start()
        try:
            assert bridge.missing() == {}
            bridge.ended(ended, "ended by an error (KeyError)")
            assert bridge.missing() == {f"thread {ended}": "ended by an error (KeyError)"}
        finally:
            bridge.stop()


def test_a_thread_that_only_ends_is_one_too(tmp_path):
    file = tmp_path / "slack-bitrix24.toml"
    file.write_text(CONFIGURATION)
    done = threading.Event()
    lasting = threading.Thread(target=done.wait, name="mapping-2")
    lasting.start()
    with closing(open_store(f"sqlite:///{tmp_path / 'b.db'}")) as store:
        bridge = Bridge(load(file, {}), store=store, mapping=None, roles=(), environ={}, refuse=lambda _line: None)
        bridge.start()
        try:
            assert bridge.missing() == {}
            done.set()
            lasting.join()
            assert bridge.missing() == {"thread mapping-2": "it ended"}
        finally:
            bridge.stop()


def test_a_running_bridge_reads_a_sheet_with_carriage_returns_and_says_what_it_can_not_read(make, own):
    bridge = make()
    sheet = bridge.folder / "people.csv"
    bridge.configuration.write_text(bridge.configuration.read_text().replace("mapping.yaml", "people.csv"))
    sheet.write_bytes(f"slack_id,bitrix24_id\r{ANNA},10\r".encode())
    bridge.start()
    slack = Slack(own)
    assert slack.type("@carol not yet").first.startswith("Nobody was notified")
    changes = [
        (b'slack_id,bitrix24_id,n\n%s,10,"a\rb"\n' % ANNA.encode(), "users: 1"),
        (b"PK\x03\x04", "an Excel workbook: save it as CSV UTF-8; the last good version stays in use"),
        (b"\r", "the file is empty"),
        (b'"\r', "not CSV"),
        (b"slack_id;bitrix24_id;a,b,c,d\r%s;10;x\r%s;14;y" % (ANNA.encode(), CAROL.encode()), "users: 2"),
    ]
    for number, (content, said) in enumerate(changes):
        sheet.write_bytes(content)
        os.utime(sheet, ns=(number, number))
        until(lambda said=said: bridge.said(said), timeout=20)
        assert bridge.get("/readyz") == 200
    slack.type("@carol and now").final("Delivered to Carol")
    assert json.loads(bridge.page("/readyz"))["waiting_for"] == {}
    assert bridge.stop() == 0
