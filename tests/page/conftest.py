"""One bridge with the page between both sandboxes for each file of the folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from operated import MORE, PASSWORD, Operated, Visitor
from rig import Slack, sandbox
from slack_bitrix24.web.page.passwords import hashed


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hashed(PASSWORD)


@pytest.fixture(scope="module")
def made():
    with sandbox() as demo:
        yield demo


@pytest.fixture(scope="module")
def bridge(made, password_hash, tmp_path_factory) -> Iterator[Operated]:
    bridge = Operated(tmp_path_factory.mktemp("page"), made, more=MORE, hash=password_hash)
    try:
        bridge.start()
        yield bridge
        assert PASSWORD not in bridge.text
        assert bridge.stop() == 0
    finally:
        bridge.close()


@pytest.fixture
def slack(made) -> Slack:
    return Slack(made)


@pytest.fixture
def visitor(bridge) -> Visitor:
    return bridge.visitor()


@pytest.fixture
def stranger(bridge) -> Visitor:
    return bridge.visitor(signed_in=False)
