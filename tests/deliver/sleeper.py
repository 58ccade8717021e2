"""Nodes in processes of their own, for tests that kill them, stop them or put them to sleep.

sleeper.py DATABASE WEBHOOK PORTALS TTL OWNER [GRACE [CAPACITY,RATE]]    one node until SIGTERM
sleeper.py DATABASE WEBHOOK PORTALS TTL    a nursery: for each line on its standard input it forks a node, and prints
                                           its process id; each is up within milliseconds
sleeper.py --bot …                         either, with a bot of its own at each portal
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from slack_bitrix24.app.bots import OwnBot
from slack_bitrix24.bitrix24.auth import Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.config.secret import Secret
from slack_bitrix24.config.settings import Bot
from slack_bitrix24.config.settings import Portal as Configured
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.store import Store, is_gone, new_owner, open_store

DEFAULTS = ("here", "6", "250,5")


def run(*arguments: str, tell: bool, bot: bool) -> None:
    url, webhook, portals, ttl, owner, grace, plan = (*arguments, *DEFAULTS[len(arguments) - 4 :])
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    store = open_store(url)
    client = Client(Webhook(webhook, "tests"))
    capacity, rate = map(float, plan.split(","))
    limits = Limits.of_bucket(capacity, rate, now=store.now())
    made = {name: Portal(client, limits, bot=own(name, store) if bot else None) for name in portals.split(",")}
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


def own(name: str, store: Store) -> OwnBot:
    configured = Configured(
        name=name, webhook_url=Secret("https://x.example/rest/1/secret/"), domain="", client_id="",
        client_secret=None, refresh_token=None, oauth_url="", application="a", plan="standard", operating_limit=420.0,
        kind="bot", bot=Bot(name="Alerts", code=f"sleeper_{name}"), in_doubt="repeat", edits_every=60.0, in_flight=4,
        attach_limit=60_000,
    )  # fmt: skip
    return OwnBot(configured, store, key="k3y")


def nursery(arguments: list[str], *, bot: bool) -> None:
    import psycopg  # noqa: F401, PLC0415 - imported before the fork, so that the children need not

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            run(*arguments, tell=False, bot=bot)
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    words = [word for word in sys.argv[1:] if word != "--bot"]
    if len(words) == 4:
        nursery(words, bot="--bot" in sys.argv)
    else:
        run(*words, tell=True, bot="--bot" in sys.argv)
