"""Many threads of two processes find the token expired: it is renewed once."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from oauth_rig import KEY, client
from slack_bitrix24.bitrix24.rest import Call

CHILD = Path(__file__).with_name("calling.py")


@pytest.fixture
def other(acme, store_url, tmp_path):
    """Another process on the same database; it calls in four threads at each line that it reads."""
    file = tmp_path / "other.toml"
    file.write_text(acme.settings(tokens := acme.issue()), "utf-8")
    command = [sys.executable, str(CHILD), str(file), store_url, KEY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.tokens = tokens
        yield process
        process.stdin.close()
        assert process.wait(10) == 0


def test_threads_and_processes_renew_once(acme, store, other, tmp_path):
    with client(store, acme.settings(other.tokens), tmp_path) as node, ThreadPoolExecutor(4) as pool:
        for renewals in (1, 2, 3, 4):
            other.stdin.write("go\n")
            other.stdin.flush()
            answers = pool.map(node.call, [Call("profile")] * 4)
            assert [answer.result["ID"] for answer in answers] == ["1"] * 4
            assert other.stdout.readline() == "4\n"
            assert len(acme.grants) == acme.portal.oauth.refreshes == renewals
            acme.expire()
