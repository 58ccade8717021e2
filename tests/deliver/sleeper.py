"""Nodes in processes of their own, for tests that kill them, stop them or put them to sleep.

sleeper.py DATABASE WEBHOOK PORTALS TTL OWNER [GRACE [CAPACITY,RATE]]    one node until SIGTERM
sleeper.py DATABASE WEBHOOK PORTALS TTL    a nursery: for each line on its standard input it forks a node, and prints
                                           its process id; each is up within milliseconds
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from slack_bitrix24.bitrix24.auth import Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.store import is_gone, new_owner, open_store

DEFAULTS = ("here", "6", "250,5")


def run(*arguments: str, tell: bool) -> None:
    url, webhook, portals, ttl, owner, grace, plan = (*arguments, *DEFAULTS[len(arguments) - 4 :])
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    store = open_store(url)
    client = Client(Webhook(webhook, "tests"))
    capacity, rate = map(float, plan.split(","))
    limits = Limits.of_bucket(capacity, rate, now=store.now())
    made = {name: Portal(client, limits) for name in portals.split(",")}
    node = Node(
        made,
        store=store,
        owner=new_owner() if owner == "here" else owner,
        gone=is_gone,
        on_stop=lambda _: None,
        on_record=lambda: None,
        ttl=float(ttl),
    )
    node.start()
    if tell:
        print("running", flush=True)
    ending.wait()
    node.stop(grace=float(grace))
    store.close()
    client.close()


def nursery(arguments: list[str]) -> None:
    import psycopg  # noqa: F401, PLC0415 - imported before the fork, so that the children need not

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            run(*arguments, tell=False)
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    if len(sys.argv) == 5:
        nursery(sys.argv[1:])
    else:
        run(*sys.argv[1:], tell=True)
