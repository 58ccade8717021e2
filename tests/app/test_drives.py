"""Files that come in are brought to a portal's Drive, for those who get them; what cannot be says why."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from slack_bitrix24.app.drives import Drives
from slack_bitrix24.bitrix24.auth import Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.config import load
from slack_bitrix24.deliver.setup import Portal as Reached
from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.store import Uploaded
from slack_bitrix24.web.attaching import NotKeptError
from slack_bitrix24.web.senders.sender import Attached

BYTES = bytes(range(256)) * 40


@pytest.fixture
def portal():
    return Portal(plan="off")


@pytest.fixture
def drives(portal, store, tmp_path):
    """The Drives of one portal that is served."""
    with Server(app(portal)) as server:
        url = portal.webhook_url(server.url)
        file = tmp_path / "slack-bitrix24.toml"
        file.write_text(f'[portals.main]\nwebhook_url = "{url}"\n', "utf-8")
        with Client(Webhook(url)) as client:
            reached = {"main": Reached(client, Limits.of_bucket(50, 2, now=0.0))}
            made = Drives(load(file, {}), reached, store, patience=0.2)
            yield made
            made.close()


@pytest.mark.parametrize("name", ["plot.png", "отчёт за день.csv", "a b [1].txt", "", "x" * 300 + ".bin"])
def test_bytes_are_kept_and_can_be_linked(drives, name):
    place = drives.keep("main", Attached(name, content=BYTES), [10, 12])
    assert place.url.isascii()
    assert place.url.startswith("http")
    assert place.size == len(BYTES)


@pytest.mark.parametrize("size", [1, 255, 65_536, 1_000_000])
def test_what_was_uploaded_before_is_taken_from_the_store(drives, store, size):
    content = hashlib.sha256(str(size).encode()).digest() * (size // 32 + 1)
    store.write(lambda tx: tx.uploads.begin(Uploaded("F1", "x", "dump.bin"), ticket="t"))
    assert store.write(lambda tx: tx.uploads.fill("t", content[:size]))
    assert drives.keep("main", Attached("dump.bin", upload="F1"), [10]).size == size


@pytest.mark.parametrize("upload", ["F0", "f1", "F1 ", "F1' OR 1=1", "\x00"])
def test_a_file_that_is_not_there_any_more_is_told_and_not_tried_again(drives, store, upload):
    store.write(lambda tx: tx.uploads.begin(Uploaded("F1", "x", "never came"), ticket="t"))
    with pytest.raises(NotKeptError, match="not kept any more") as failed:
        drives.keep("main", Attached("x", upload=upload), [10])
    assert failed.value.again is False


def test_a_refusal_is_for_good_and_says_why_without_the_secret(drives, portal):
    portal.webhooks[portal.webhook] = dataclasses.replace(portal.webhooks[portal.webhook], scopes=frozenset({"im"}))
    with pytest.raises(NotKeptError) as failed:
        drives.keep("main", Attached("x.txt", content=b"x"), [10])
    assert failed.value.again is False
    assert "disk" in str(failed.value) or "scope" in str(failed.value)
    assert portal.webhook[1] not in str(failed.value)


def test_a_portal_that_is_away_is_tried_again_later(drives):
    auth = Webhook("http://127.0.0.1:9/rest/1/5andb0xsecret0001/")
    drives.portals = {"main": dataclasses.replace(drives.portals["main"], client=Client(auth))}
    with pytest.raises(NotKeptError) as failed:
        drives.keep("main", Attached("x.txt", content=b"x"), [10])
    assert failed.value.again is True
    assert "5andb0x" not in str(failed.value)


def test_a_portal_has_one_client_until_the_end(drives):
    first = drives.client("main")
    assert drives.client("main") is first
    drives.close()
    assert drives.client("main") is not first
    with pytest.raises(KeyError):
        drives.client("elsewhere")
