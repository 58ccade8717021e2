"""The bridge's bot: its rate beside that of notifications, the documented bucket, from a click to all readers.

The sandbox portal follows the server's source; the bot's settings are those of a plain webhook. For the rates the
portal is a process of its own: what a sandbox needs for a message is not the bridge's.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench_delivery import MARGIN, STANDARD, all_delivered, opened, row
from benchmarks.portal import PortalProcess, optimum
from slack_bitrix24.app.bots import OwnBot
from slack_bitrix24.app.clicks import POLL, Around, Clicks, Heard
from slack_bitrix24.bitrix24.auth import Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.config import load
from slack_bitrix24.deliver.buttons import Buttons
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Kind, Notification, Recipient
from slack_bitrix24.sandbox.portal import Portal as Sandbox
from slack_bitrix24.sandbox.portal import app
from slack_bitrix24.sandbox.portal.people import User
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.store import Store, Submission, is_gone
from slack_bitrix24.submit.people import People
from waiting import until

PEOPLE = 10_000
FIRST = 1_001
"""The sandbox's bots have smaller ids."""
CONFIGURATION = """\
portals.main.webhook_url = "https://x.example/rest/1/secret/"
portals.main.kind = "bot"
webhooks = [{ name = "x", token = "abcdefghijklmnop", to = ["bitrix24:10"], acknowledge = true }]
"""


def run(*, quick: bool = False) -> None:
    """Print the table."""
    print(f"{'what':62} {'result':>34}  target")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rates(folder, 300 if quick else 5_000)
        bucket(folder, 2_000 if quick else 10_000)
        clicks(folder, 2 if quick else 10)


@contextmanager
def running(
    folder: Path, store: Store, sandbox: Sandbox, *, limits: tuple[float, float]
) -> Iterator[tuple[Node, OwnBot]]:
    """Run a node with a bot, the portal in this process."""
    with Server(app(sandbox)) as served, node_at(folder, store, sandbox.webhook_url(served.url), limits=limits) as made:
        yield made


@contextmanager
def node_at(folder: Path, store: Store, url: str, *, limits: tuple[float, float]) -> Iterator[tuple[Node, OwnBot]]:
    """Run a node with a bot."""
    file = folder / "bot.toml"
    file.write_text(CONFIGURATION, "utf-8")
    bot = OwnBot(load(file, {}).portals["main"], store, key="k3y")
    with Client(Webhook(url, "bench"), connections=8) as http:
        made = {
            "main": Portal(
                http,
                Limits.of_bucket(*limits, now=store.now()),
                bot=bot,
                buttons=Buttons(lambda: frozenset({"webhook:x"})),
            )
        }
        owner = f"bench:{os.getpid()}:{id(made)}"
        node = Node(made, store=store, owner=owner, gone=is_gone, on_stop=print, on_record=lambda: None)
        node.start()
        try:
            yield node, bot
        finally:
            node.stop()


def crowd(plan: str) -> Sandbox:
    sandbox = Sandbox(plan=plan)
    sandbox.users.update({number: User(number, f"User {number}") for number in range(FIRST, FIRST + PEOPLE)})
    return sandbox


def put(store: Store, count: int, kind: Kind) -> None:
    mark = os.urandom(4).hex()
    made = [
        Notification(
            key=f"{mark}-{number}",
            recipient=Recipient("main", number % PEOPLE + FIRST),
            message="[B]Firing[/B]: disk of host-17 is 93 % full " + "x" * 200,
            tag=f"{mark}-{number}|U{number % PEOPLE + FIRST}",
            sub_tag=f"{mark}-{number}",
            kind=kind,
        )
        for number in range(count)
    ]
    for first in range(0, count, 1_000):
        store.accept(Submission(made[first : first + 1_000]))


def rates(folder: Path, count: int) -> None:
    """Without limits: the same number as notifications and as messages, in turn, the best of three each."""
    best: dict[Kind, float] = {"personal": 0.0, "bot": 0.0}
    with (
        PortalProcess("--plan", "off", "--rules", "source", "--crowd", str(FIRST + PEOPLE)) as portal,
        opened(f"sqlite:///{folder / 'rates.db'}") as store,
        node_at(folder, store, portal.url, limits=(1e6, 1e6)),
    ):
        for _ in range(3):
            for kind in tuple(best):
                began = time.monotonic()
                put(store, count, kind)
                until(lambda: all_delivered(store), timeout=300)
                best[kind] = max(best[kind], count / (time.monotonic() - began))
    row(f"{count:,} notifications without limits, SQLite", f"{best['personal']:,.0f}/s")
    told = f"{best['bot']:,.0f}/s = x {best['bot'] / best['personal']:.2f}"
    row(f"{count:,} messages of the bot without limits, SQLite", told, ">= x 0.9")


def bucket(folder: Path, count: int) -> None:
    """So many with the documented bucket, each to somebody else, of whom it is asked who they are."""
    sandbox = crowd("standard")
    best = optimum(count, plan=(STANDARD[0] - MARGIN - 1, STANDARD[1]))
    with opened(f"sqlite:///{folder / 'bucket.db'}") as store:
        put(store, count, "bot")
        began = time.monotonic()
        with running(folder, store, sandbox, limits=STANDARD):
            until(lambda: all_delivered(store), timeout=600)
            took = time.monotonic() - began
    refused = dict(sandbox.stats()["refused"])
    told = f"{took:.1f} s = x {took / max(best, 0.1):.3f}, {refused or 0} refused"
    row(f"{count:,} messages, the documented bucket; bound {best:.1f} s", told, "<= x 1.05, 0 refused")


def clicks(folder: Path, count: int) -> None:
    """From a click to the moment at which all three readers see it; and how often is asked while nothing happens."""
    sandbox = crowd("off")
    file = folder / "clicks.toml"
    file.write_text(CONFIGURATION, "utf-8")
    settings = load(file, {})
    with (
        opened(f"sqlite:///{folder / 'clicks.db'}") as store,
        running(folder, store, sandbox, limits=(1e6, 1e6)) as (node, bot),
    ):
        around = Around(lambda: Directory({}, {}), People, lambda: settings)
        asking = Clicks({"main": Heard(bot, node.lanes["main"].ask)}, store=store, owner="bench:1:1", around=around)
        asking.start()
        times = [click(store, sandbox, number) for number in range(count)]
        before, began = sandbox.counts["requests"], time.monotonic()
        time.sleep(4 * POLL)
        asked = (sandbox.counts["requests"] - before) / (time.monotonic() - began) * 60
        asking.stop()
    row("from a click to all readers, SQLite", f"p50 {statistics.median(times):.2f} s", f"<= {POLL + 1:.0f} s")
    row("questions for clicks while idle", f"{asked:.0f} a minute", "<= 12")


def click(store: Store, sandbox: Sandbox, number: int) -> float:
    tag = f"click-{number}"
    made = [
        Notification(
            f"{tag}-{user}", Recipient("main", user), "disk", f"{tag}|U{user}", tag, kind="bot", source="webhook:x"
        )
        for user in (10, 12, 14)
    ]
    store.accept(Submission(made))
    until(lambda: all_delivered(store), timeout=30)
    message = next(one for one in reversed(sandbox.bots.messages.values()) if one.user_id == 12)
    button = next(one for one in message.keyboard if "COMMAND" in one)
    asked = {"command": button["COMMAND"], "params": button["COMMAND_PARAMS"]}
    until(lambda: sandbox.click(message.id, 12, **asked), timeout=30)
    began = time.monotonic()
    mine = [one for one in sandbox.bots.messages.values() if one.keyboard]
    until(lambda: all("taken by" in one.text for one in mine[-3:]), timeout=60)
    return time.monotonic() - began


if __name__ == "__main__":
    run()
