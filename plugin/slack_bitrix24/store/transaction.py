"""One transaction: a door to each part of the store."""

from __future__ import annotations

from functools import cached_property

from slack_bitrix24.store.bots import Bots
from slack_bitrix24.store.heartbeats import Heartbeats
from slack_bitrix24.store.letters.answers import Answers
from slack_bitrix24.store.letters.channels import Channels
from slack_bitrix24.store.letters.inbox import Inbox
from slack_bitrix24.store.letters.receipts import Receipts
from slack_bitrix24.store.letters.runs import Runs
from slack_bitrix24.store.letters.standing import Standing
from slack_bitrix24.store.letters.taken import Takings
from slack_bitrix24.store.letters.uploads import Uploads
from slack_bitrix24.store.letters.versions import Versions
from slack_bitrix24.store.looks import Looks
from slack_bitrix24.store.nodes import Nodes
from slack_bitrix24.store.page.audit import Audit
from slack_bitrix24.store.page.flows import Flows
from slack_bitrix24.store.page.sessions import Sessions
from slack_bitrix24.store.page.unreached import Unreachables
from slack_bitrix24.store.portals import Portals
from slack_bitrix24.store.queue.doubts import Doubts
from slack_bitrix24.store.queue.lanes import Lanes
from slack_bitrix24.store.queue.outbox import Outbox
from slack_bitrix24.store.schedules import Schedules
from slack_bitrix24.store.tokens import Tokens
from slack_bitrix24.store.work import Work


class Transaction(Work):
    """What an operation is given by `Store.write` and `Store.read`; of no use after it."""

    @cached_property
    def outbox(self) -> Outbox:
        """Return the notifications."""
        return Outbox(self)

    @cached_property
    def lanes(self) -> Lanes:
        """Return the leases of the portals."""
        return Lanes(self)

    @cached_property
    def heartbeats(self) -> Heartbeats:
        """Return when each heartbeat was seen last."""
        return Heartbeats(self)

    @cached_property
    def looks(self) -> Looks:
        """Return the nightly looks at the set-up."""
        return Looks(self)

    @cached_property
    def inbox(self) -> Inbox:
        """Return what came in and is not worked off."""
        return Inbox(self)

    @cached_property
    def runs(self) -> Runs:
        """Return the same, for a pool of workers."""
        return Runs(self)

    @cached_property
    def versions(self) -> Versions:
        """Return what was seen of each Slack message."""
        return Versions(self)

    @cached_property
    def channels(self) -> Channels:
        """Return what is remembered of Slack's channels."""
        return Channels(self)

    @cached_property
    def receipts(self) -> Receipts:
        """Return the answers that are owed."""
        return Receipts(self)

    @cached_property
    def schedules(self) -> Schedules:
        """Return schedules and reminders."""
        return Schedules(self)

    @cached_property
    def tokens(self) -> Tokens:
        """Return the portals' tokens."""
        return Tokens(self)

    @cached_property
    def bots(self) -> Bots:
        """Return the bridge's own bots."""
        return Bots(self)

    @cached_property
    def taken(self) -> Takings:
        """Return which alerts were taken, and by whom."""
        return Takings(self)

    @cached_property
    def doubts(self) -> Doubts:
        """Return what may have arrived though nobody knows."""
        return Doubts(self)

    @cached_property
    def portals(self) -> Portals:
        """Return what was found out of the portals."""
        return Portals(self)

    @cached_property
    def nodes(self) -> Nodes:
        """Return the processes that run."""
        return Nodes(self)

    @cached_property
    def answers(self) -> Answers:
        """Return the answers to requests that had a key."""
        return Answers(self)

    @cached_property
    def standing(self) -> Standing:
        """Return what stands under a webhook's key."""
        return Standing(self)

    @cached_property
    def uploads(self) -> Uploads:
        """Return the files that wait to be brought to a portal."""
        return Uploads(self)

    @cached_property
    def sessions(self) -> Sessions:
        """Return who is signed in at the page."""
        return Sessions(self)

    @cached_property
    def audit(self) -> Audit:
        """Return what operators did."""
        return Audit(self)

    @cached_property
    def flows(self) -> Flows:
        """Return how much went through in each minute."""
        return Flows(self)

    @cached_property
    def unreached(self) -> Unreachables:
        """Return who was addressed in vain."""
        return Unreachables(self)
