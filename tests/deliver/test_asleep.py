"""A node stopped (SIGSTOP) in the middle of a transaction, the row of its lane locked, that never goes on."""

import os
import subprocess
import sys
import time

import pytest

from slack_bitrix24.store.queue.lanes import TTL
from slack_bitrix24.store.sql.engine import IDLE_IN_TRANSACTION
from waiting import until

SLEEPER = """
import os, signal, sys
from slack_bitrix24.store import open_store

store = open_store(sys.argv[1])
lease = store.write(lambda tx: tx.lanes.hold("main", "elsewhere:1:1"))

def claim(tx):
    assert tx.lanes.claim(lease, limits="{}")
    print("claimed", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)

store.write(claim)
"""
BEAT = 3.0


@pytest.fixture
def asleep(rig, store_url):
    """A process that holds the lane of main and has claimed one notification, but not committed."""
    [id_] = rig.put()
    one = subprocess.Popen([sys.executable, "-c", SLEEPER, store_url], stdout=subprocess.PIPE, text=True)
    assert one.stdout.readline() == "claimed\n"
    yield id_
    one.kill()
    one.wait()
    one.stdout.close()


def test_the_server_lets_go_of_its_rows_before_its_lease_ends():
    assert IDLE_IN_TRANSACTION <= TTL - BEAT


@pytest.mark.skipif(not os.environ.get("SOAK"), reason="takes the 15 s that a lease lasts")
@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_others_take_its_portal_over_within_18_seconds_and_their_own_go_on(rig, asleep):
    began = time.monotonic()
    rig.node("main", "acme", ttl=TTL)
    rig.held("acme")
    delays = []
    while rig.get(asleep).state != "delivered":
        assert time.monotonic() - began < 30
        sent = time.monotonic()
        rig.all(rig.put(portal="acme"))
        delays.append(time.monotonic() - sent)
    took = time.monotonic() - began
    print(f"\ntaken over after {took:.1f} s; meanwhile {len(delays)} others, the slowest {max(delays):.2f} s")
    assert took < 18
    assert max(delays) < 1
    assert len(rig.seen()) == len(delays) + 1
    until(lambda: rig.lane().fence == 2)
