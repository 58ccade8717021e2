"""kill -9 at any moment, with a twentieth of Bitrix24's answers lost: nothing is lost, nothing is seen twice.

`make soak` runs 200 rounds on each store (or SOAK_ROUNDS) and prints the figures; otherwise a few rounds run. Through
an application, which has tags, and through a webhook with a bot.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from slack_bitrix24.errors import StoreError
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.sandbox.portal import Fault, Portal, app
from slack_bitrix24.sandbox.portal.people import User
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.store import Submission
from waiting import until

PROGRAM = Path(__file__).parents[1] / "deliver" / "sleeper.py"
LONG = bool(os.environ.get("SOAK"))
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "200")) if LONG else 3
NODES = 2
TTL = 1.0
FINAL = {"delivered", "superseded"}


class Nursery:
    """Nodes as processes, each started within milliseconds."""

    def __init__(self, url, webhook, portals, *, bot):
        more = ["--bot"] if bot else []
        arguments = [sys.executable, PROGRAM, *more, url, webhook, ",".join(portals), str(TTL)]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.living = []

    def start(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.living.append(int(self.process.stdout.readline()))

    def kill(self, pid):
        os.kill(pid, signal.SIGKILL)
        self.living.remove(pid)

    def close(self):
        for pid in self.living:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class Soak:
    """What was accepted, and what the portal shows of it."""

    def __init__(self, store, portal, chance, *, bot):
        self.store, self.portal, self.chance, self.bot = store, portal, chance, bot
        self.newest = {}
        self.ids = []
        self.number = 0

    def accept(self, count):
        """Accept so many, a third of them new versions of a tag."""
        made = []
        for _ in range(count):
            self.number += 1
            user = 1000 + self.number if self.chance.random() < 0.7 else self.chance.randrange(1, 20)
            tag = f"n{self.number}|U{user}" if user > 1000 else f"disk|U{user}"
            name = f"portal{user % 2}"
            self.newest[name, user, tag] = f"version {self.number}"
            self.portal.users.setdefault(user, User(user, f"User {user}"))
            made.append(
                Notification(
                    f"k{self.number}",
                    Recipient(name, user),
                    f"version {self.number}",
                    tag,
                    sub_tag=tag.partition("|")[0] if self.bot else "",
                    kind="bot" if self.bot else "personal",
                )
            )
        self.ids += [one.id for one in self.kept(Submission(made))]

    def kept(self, submission):
        """Accept it, again where the disk was too busy, as Slack does."""
        for _ in range(20):
            with suppress(StoreError):
                return self.store.accept(submission)
        return self.store.accept(submission)

    def executed(self):
        """Return how many commands that show something were executed."""
        counts = self.portal.counts
        return counts["bot_sent"] + counts["bot_updated"] if self.bot else len(self.portal.store.sent)

    def seen(self):
        """Return who sees what, under which tag; each user has one."""
        if not self.bot:
            return [(one["user_id"], one["tag"], one["message"]) for one in self.portal.notifications()]
        tags = {user: tag for _, user, tag in self.newest}
        messages = [one for one in self.portal.bots.messages.values() if one.gone != "vanished"]
        return [(one.user_id, tags.get(one.user_id), one.text) for one in messages]

    def open(self):
        """Return those that are not final yet."""
        states = self.store.read(lambda tx: {one.id: str(one.state) for one in tx.outbox.find(limit=1_000_000)})
        assert set(states) >= set(self.ids)
        return {id_ for id_ in self.ids if states[id_] not in FINAL}

    def settle(self):
        """Wait until all is final, for as long as it goes on: how long that takes is the machine's affair."""
        while left := self.open():
            try:
                until(lambda left=left: len(self.open()) < len(left), timeout=60, what="it goes on")
            except AssertionError as error:
                raise AssertionError(f"{error}: {self.left()}") from None

    def left(self):
        """Return why the first of those that are not final are not, and which portals stand still."""
        wanted = sorted(self.open())[:5]
        found = self.store.read(lambda tx: [tx.outbox.get(one) for one in wanted])
        rows = [(one.id, str(one.state), one.attempts, one.code, one.error) for one in found]
        stops = self.store.read(lambda tx: [tx.lanes.state(name).stopped for name in ("portal0", "portal1")])
        return f"{rows}; stopped: {stops}"

    def figures(self):
        """Return lost, seen twice and out of date, and how much was sent."""
        visible = self.seen()
        seen = Counter((user, tag) for user, tag, _ in visible)
        shown = {(user, tag): text for user, tag, text in visible}
        wanted = {(user, tag): text for (_, user, tag), text in self.newest.items()}
        return {
            "accepted": len(self.ids),
            "sent": self.executed(),
            "lost answers": self.portal.stats()["faults"]["happened"],
            "lost": len(set(wanted) - set(seen)),
            "seen twice": sum(count > 1 for count in seen.values()),
            "out of date": sum(shown[key] != wanted[key] for key in set(wanted) & set(shown)),
            "unasked": len(set(seen) - set(wanted)),
        }


@pytest.mark.parametrize("way", ["tags", "bot"])
def test_nothing_is_lost_and_nothing_is_seen_twice_whatever_is_killed_when(store, store_url, way):
    """Promises 1, 2 and 3. The portal works on each command for a moment, so that a kill meets requests half done."""
    portal = Portal(plan="off", work=0.001, seed=24, rules="source" if way == "bot" else "docs")
    chance = random.Random(24)  # noqa: S311 - the same run each time, no secret
    soak = Soak(store, portal, chance, bot=way == "bot")
    portal.fail(Fault("execute_and_drop", probability=0.05))
    began = time.monotonic()
    with Server(app(portal)) as server:
        nodes = Nursery(store_url, portal.webhook_url(server.url), ["portal0", "portal1"], bot=way == "bot")
        try:
            for _ in range(NODES):
                nodes.start()
            soak.accept(1)
            until(soak.executed, what="the nodes deliver")
            for number in range(ROUNDS):
                soak.accept(chance.randrange(30, 90))
                # At the moment when so many more commands have been executed: before, within or after a request.
                wanted = soak.executed() + chance.randrange(1, 60)
                with suppress(AssertionError):
                    until(lambda wanted=wanted: soak.executed() >= wanted, timeout=1.0)
                victims = list(nodes.living) if number % 10 == 9 else [chance.choice(nodes.living)]
                for victim in victims:
                    nodes.kill(victim)
                    nodes.start()
            soak.settle()
        finally:
            nodes.close()
    found = soak.figures()
    kind = "PostgreSQL" if store.is_shared else "SQLite"
    shown = ", ".join(f"{name} {count}" for name, count in found.items())
    print(f"\n{kind}, {way}: {ROUNDS} rounds of kill -9 in {time.monotonic() - began:.0f} s: {shown}")
    assert {name: found[name] for name in ("lost", "seen twice", "out of date", "unasked")} == {
        "lost": 0, "seen twice": 0, "out of date": 0, "unasked": 0
    }  # fmt: skip
