"""Scripted servers, and the sandbox portal behind a real HTTP server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from scripted import Scripted
from slack_bitrix24.bitrix24.portal import Bitrix24
from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.portal.people import USERS, crowd
from slack_bitrix24.sandbox.server import Server


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.close()


@pytest.fixture
def other() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.close()


@pytest.fixture
def sandbox() -> Iterator[Portal]:
    """A sandbox portal as the server is, with a thousand people who get notifications; `sandbox.url` is its webhook."""
    portal = Portal(people=(*crowd(1001, first=1), *(one for one in USERS if one.active and one.kind != "bot")))
    with Server(app(portal)) as running:
        portal.url = portal.webhook_url(running.url)
        portal.origin = running.url
        yield portal


@pytest.fixture
def connect() -> Iterator[Callable[..., Bitrix24]]:
    """Make `Bitrix24` objects that are closed after the test."""
    with ExitStack() as stack:
        yield lambda url="", **options: stack.enter_context(Bitrix24(url, **options))
