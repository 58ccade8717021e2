"""What tests of all areas share: a database of their own, of either kind."""

from __future__ import annotations

import logging
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from chromium import chromium
from postgres import Cluster, programs
from slack_bitrix24.app.logs import LIBRARIES
from slack_bitrix24.store import Store, open_store, upgrade

# A busy machine takes its time over any example; how long a test may take is not what Hypothesis is asked about.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Whoever starts the tests in the background has it ignored, and what is ignored stays so in every child: with a
    # handler here, which still does nothing, the programs under test begin as they do for a person.
    signal.signal(signal.SIGINT, lambda *_: None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium. While it runs, its thread has an event loop: not for longer than a module that needs it."""
    with chromium() as found:
        yield found


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command that sets up logging in this process leaves none of it to the next test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    yield
    root.handlers[:], root.level = handlers, level
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One PostgreSQL server for the session; its database `migrated` has the tables in it: a template."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL server programs (initdb, postgres) on this machine")
    # Not in pytest's folder: that is for one user's eyes, and the server runs as another.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        cluster = Cluster(Path(folder), found)
        cluster.start()
        try:
            upgrade(cluster.database(name="migrated"))
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture
def empty_postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """A fresh database without a table."""
    url = postgres_cluster.database()
    yield url
    postgres_cluster.drop(url)


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """A fresh database with the tables in it."""
    url = postgres_cluster.database(template="migrated")
    yield url
    postgres_cluster.drop(url)


@pytest.fixture(scope="session")
def shared_postgres_url(postgres_cluster: Cluster) -> str:
    return postgres_cluster.database(template="migrated")


@pytest.fixture
def clean_postgres_url(postgres_cluster: Cluster, shared_postgres_url: str) -> str:
    """One database with the tables in it, emptied before each test: a fresh one takes a quarter of a second."""
    postgres_cluster.empty(shared_postgres_url)
    return shared_postgres_url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh SQLite file with the tables in it."""
    path = tmp_path / "store.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind: the test runs on both."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "clean_postgres_url")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store of each kind."""
    opened = open_store(store_url)
    yield opened
    opened.close()
