"""Wrong passwords are counted by visitor also where all of them come through one reverse proxy."""

from __future__ import annotations

import pytest

from operated import MORE, PASSWORD, Operated
from slack_bitrix24.web.page.tries import EACH


@pytest.fixture(scope="module")
def bridge(made, password_hash, tmp_path_factory):
    more = MORE.replace("page = true", 'page = true\nproxies = ["127.0.0.1"]')
    bridge = Operated(tmp_path_factory.mktemp("page"), made, more=more, hash=password_hash)
    try:
        yield bridge.start()
    finally:
        bridge.close()


def test_one_who_guesses_keeps_nobody_else_out(bridge):
    def tried(address, password):
        visitor = bridge.visitor(signed_in=False)
        form = {"csrf": visitor.csrf("/page/sign-in"), "password": password}
        return visitor.post("/page/sign-in", {"X-Forwarded-For": address}, **form).status_code

    guesses = [tried("203.0.113.7", "guess") for _ in range(EACH + 1)]
    assert guesses[-1] == 429
    assert tried("198.51.100.1, 203.0.113.7", PASSWORD) == 429  # whatever it says itself
    for other in ("203.0.113.8", "2001:db8::7", "127.0.0.1"):
        assert tried(other, PASSWORD) == 303
