"""Real lanes: a store of either kind, a sandbox portal behind real HTTP, and nodes between the two."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from slack_bitrix24.bitrix24.auth import Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.deliver.buttons import Buttons
from slack_bitrix24.deliver.doubt import Rules
from slack_bitrix24.deliver.files import Read, nothing
from slack_bitrix24.deliver.lane import Stop
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.deliver.setup import BotOf
from slack_bitrix24.deliver.setup import Portal as Setup
from slack_bitrix24.deliver.tags import TagsOf
from slack_bitrix24.model import Notification, Recipient, State, Stored
from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.store import Store, Submission, is_gone
from waiting import until


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Portal, str]]:
    portal = Portal(plan="off", rules="docs")
    with Server(app(portal)) as server:
        yield portal, portal.webhook_url(server.url)


@pytest.fixture
def portal(served: tuple[Portal, str]) -> Portal:
    """The portal, with nothing in it and all well."""
    served[0].reset()
    served[0].revoke(revoked=False)
    served[0].work = 0.0
    return served[0]


@dataclass
class Rig:
    """A store, a portal and what runs between them."""

    store: Store
    portal: Portal
    url: str
    stack: ExitStack
    stops: list[Stop] = field(default_factory=list)
    records: list[None] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def setup(
        self,
        url: str = "",
        *,
        bucket: tuple[float, float] = (250, 5),
        in_flight: int = 4,
        rules: Rules | None = None,
        bot: BotOf | None = None,
        buttons: Buttons | None = None,
        files: Read = nothing,
    ) -> Setup:
        """Return what a lane is given; with `rules` it finds out whether the portal keeps tags."""
        made = self.stack.enter_context(Client(Webhook(url or self.url, "tests"), connections=8))
        limits = Limits.of_bucket(*bucket, now=self.store.now())
        if rules is None:
            return Setup(made, limits, in_flight)
        tags = TagsOf("main", "sign-in", self.store)
        return Setup(made, limits, in_flight, tags, rules, bot, buttons or Buttons(), files)

    def node(
        self,
        *portals: str,
        store: Store | None = None,
        gone: Callable[[str], bool] = is_gone,
        owner: str = "",
        guest: bool = False,
        ttl: float = 15.0,
        **setup: object,
    ) -> Node:
        """Start a node for these portals; it is stopped after the test."""
        one = self.setup(**setup)
        node = Node(
            dict.fromkeys(portals or ("main",), one),
            store=store or self.store,
            owner=owner or f"elsewhere:{os.getpid()}:{next(self.numbers)}",
            gone=gone,
            on_stop=self.stops.append,
            on_record=lambda: self.records.append(None),
            guest=guest,
            ttl=ttl,
        )
        self.stack.callback(node.stop, grace=2.0)
        node.start()
        return node

    def make(self, *, user: int | None = None, tag: str = "", portal: str = "main", **more: object) -> Notification:
        number = next(self.numbers)
        user = user or 1000 + number
        more = {"message": f"text {number}", **more}
        return Notification(f"key-{number}", Recipient(portal, user), tag=f"{tag or f'tag-{number}'}|U{user}", **more)

    def put(self, count: int = 1, **how: object) -> list[int]:
        """Accept so many at once; return their ids."""
        return [one.id for one in self.store.accept(Submission([self.make(**how) for _ in range(count)]))]

    def get(self, id_: int) -> Stored:
        return self.store.read(lambda tx: tx.outbox.get(id_))

    def states(self, ids: list[int]) -> list[State]:
        return self.store.read(lambda tx: [tx.outbox.get(id_).state for id_ in ids])

    def all(self, ids: list[int], state: str = "delivered", *, timeout: float = 20.0) -> None:
        """Wait until all of these are in this state."""
        until(lambda: set(self.states(ids)) == {state}, timeout=timeout, what=f"all are {state}")

    def lane(self, portal: str = "main"):
        return self.store.read(lambda tx: tx.lanes.state(portal))

    def stopped(self, portal: str = "main"):
        """Return why the portal is stopped, if it is."""
        lane = self.lane(portal)
        return lane and lane.stopped

    def held(self, portal: str = "main") -> None:
        until(lambda: (lane := self.lane(portal)) is not None and lane.owner, what=f"{portal} is held")

    def seen(self) -> list[int]:
        """Return who sees something at the portal, in the order of the sends; one who sees two is there twice."""
        return [one["user_id"] for one in self.portal.sends() if not one["gone"]]


@pytest.fixture
def rig(store: Store, portal: Portal, served: tuple[Portal, str]) -> Iterator[Rig]:
    with ExitStack() as stack:
        yield Rig(store, portal, served[1], stack)
