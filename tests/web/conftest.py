"""The ways in as fixtures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from slack_bitrix24.app.ways import Outside, Where, ways_in
from slack_bitrix24.config import Webhook
from slack_bitrix24.mapping import read_mapping
from slack_bitrix24.model import Recipient
from slack_bitrix24.store import open_store
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.web.attaching import Keep, Place
from slack_bitrix24.web.senders.sender import Attached
from slack_bitrix24.web.server import WebServer
from slack_bitrix24.web.site import Doors, site
from ways import MAPPING, WEBHOOKS, Ways


def on_drive(portal: str, file: Attached, users: Sequence[int]) -> Place:
    """Keep a file as a portal's Drive would."""
    return Place(f"https://{portal}.example/disk/{file.name}?for={'-'.join(map(str, users))}", len(file.content))


@contextmanager
def _serving(folder: Path) -> Iterator[Callable[..., Ways]]:
    ends: list[Callable[[], None]] = []

    def start(
        webhooks: Sequence[Webhook] = WEBHOOKS,
        url: str = "",
        *,
        keeps_tags: bool = False,
        keep_file: Keep = on_drive,
        by_email: Callable[[str], Recipient | None] = lambda _: None,
        **named: str,
    ) -> Ways:
        store = open_store(url or f"sqlite:///{folder / 'ways.db'}")
        directory = read_mapping(MAPPING, name="mapping.yaml", portals=["main"])
        submitter = Submitter(store, lambda: directory, People, {"main": PortalRules()})
        made = ways_in(
            webhooks,
            store=store,
            submitter=submitter,
            outside=Outside(lambda _: None, lambda _: keeps_tags, keep_file, by_email),
            owner="test",
            where=Where(**named),
        )
        server = WebServer(site(Doors(ready=dict, metrics=bytes, ways=made.ways)), host="127.0.0.1", port=0)
        server.start()
        made.posts.start()
        ends.extend([store.close, lambda: made.posts.stop(timeout=5), server.stop])
        return Ways(f"http://127.0.0.1:{server.port}", store)

    before = threading.enumerate()
    yield start
    for end in reversed(ends):
        end()
    assert not [one for one in threading.enumerate() if one.name == "inbox-posts" and one not in before]


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., Ways]]:
    """Return a function that serves these webhooks on a database of their own."""
    with _serving(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[Ways]:
    """Return all ways in, served for a whole file: what one test leaves, the next one finds."""
    with _serving(tmp_path_factory.mktemp("house")) as start:
        yield start(ntfy="backup", gotify="backup")


@pytest.fixture
def ways(serve) -> Ways:
    """Return the ways in, served."""
    return serve()


@pytest.fixture
def home(serve) -> Ways:
    """Return the ways in with ntfy's and Gotify's among them, both the webhook `backup`."""
    return serve(ntfy="backup", gotify="backup")
