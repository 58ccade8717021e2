"""Put what is to be said into the outbox: resolve, render, keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from slack_bitrix24 import metrics
from slack_bitrix24.address import Address, parse_address
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Notification, Receipt, Recipient
from slack_bitrix24.store import Accepted, Store, Submission
from slack_bitrix24.submit.compose import Draft, PortalRules, notifications
from slack_bitrix24.submit.known import knows
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.resolve import Asked, Reason, Resolution, Unknown, resolve

LASTING = frozenset({
    Reason.UNMAPPED, Reason.NO_GROUP, Reason.NOBODY, Reason.SEVERAL, Reason.EMPTY, Reason.NO_PORTAL, Reason.UNREAD,
})  # fmt: skip
"""The reasons that stay until somebody does something about them."""


def lacking(unknown: Iterable[Unknown]) -> list[tuple[str, str]]:
    """Return the addresses, with their reasons, that somebody should do something about."""
    return [(one.address, one.reason.value) for one in unknown if one.reason in LASTING]


def _let_go(_result: object, _error: BaseException | None) -> None:
    """Take a note that could not be kept for what it is: the next one will be."""


@dataclass(frozen=True, slots=True)
class Submitter:
    """Makes all notifications. `directory` and `people` give what is known at the moment."""

    store: Store
    directory: Callable[[], Directory]
    people: Callable[[], People]
    rules: Mapping[str, PortalRules]

    @property
    def default_portal(self) -> str:
        """Return the portal that an address without one means: the first of the configuration."""
        return next(iter(self.rules), "")

    def resolve(
        self, texts: Iterable[str], *, asked: Asked | None = None, typed: bool = False, people: People | None = None
    ) -> Resolution:
        """Resolve addresses as people write them; those that are no address at all are among the unknown.

        `typed` when a person typed them into Slack, where `@anna` may be a handle; elsewhere `@oncall` is a mapping
        group. `people` where others are to be taken than those who are known at this moment.
        """
        addresses: list[Address] = []
        faults = []
        for text in texts:
            try:
                addresses.append(parse_address(text, default_portal=self.default_portal, typed=typed))
            except AddressError:
                faults.append(Unknown(text, Reason.NOBODY))
        known = people or self.people()
        found = resolve(addresses, directory=self.directory(), people=known, portals=self.rules, asked=asked)
        return replace(found, unknown=(*faults, *found.unknown))

    def knows(self, text: str, *, channel: str = "") -> bool:
        """Tell whether a bare id or a full name that was typed in a channel is somebody's."""
        return knows(text, directory=self.directory(), people=self.people(), channel=channel)

    def missed(self, unknown: Iterable[Unknown], *, source: str) -> None:
        """Note who was addressed in vain, for whoever keeps the mapping file; returns at once, and may be lost."""
        found = lacking(unknown)
        if found:
            self.store.write_soon(lambda tx: tx.unreached.note(found, source=source), _let_go)

    def compose(self, draft: Draft, recipients: Iterable[Recipient]) -> list[Notification]:
        """Render the draft for each recipient; nothing is kept yet."""
        return notifications(draft, recipients, rules=self.rules, directory=self.directory(), people=self.people())

    def send(
        self,
        draft: Draft,
        recipients: Iterable[Recipient],
        *,
        receipt: Receipt | None = None,
        inbox_id: int | None = None,
    ) -> list[Accepted]:
        """Keep a notification for each recipient; durable when it returns. Calling twice owes nothing new."""
        return self.keep(self.compose(draft, recipients), receipt=receipt, inbox_id=inbox_id)

    def keep(
        self, made: Sequence[Notification], *, receipt: Receipt | None = None, inbox_id: int | None = None
    ) -> list[Accepted]:
        """Put finished notifications into the outbox."""
        accepted = self.store.accept(Submission(made, receipt=receipt, inbox_id=inbox_id))
        if made:
            source = made[0].source.partition(":")[0]
            metrics.ACCEPTED.labels(source).inc(sum(1 for each in accepted if each.new))
        return accepted
