"""The portal, its bridges and their database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oauth_rig import Acme, Node
from slack_bitrix24.store import Store, open_store


@pytest.fixture(scope="session")
def served() -> Iterator[Acme]:
    made = Acme()
    with made.server:
        yield made


@pytest.fixture
def acme(served: Acme) -> Acme:
    served.begin()
    return served


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Node]]:
    """Make nodes in one folder, which share its database."""
    nodes: list[Node] = []

    def one(text: str, **options: str) -> Node:
        nodes.append(Node(tmp_path, text, **options))
        return nodes[-1]

    yield one
    for node in nodes:
        node.close()


@pytest.fixture
def queue(sqlite_url: str, tmp_path: Path) -> Iterator[Store]:
    """The bridge's own database, opened beside it."""
    (tmp_path / "store.db").rename(tmp_path / "bridge.db")
    opened = open_store(f"sqlite:///{tmp_path / 'bridge.db'}")
    yield opened
    opened.close()
