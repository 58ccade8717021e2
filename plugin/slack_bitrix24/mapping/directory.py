"""What the mapping file says, as the rest of the program asks it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from slack_bitrix24.address import Address, MappingGroup, SlackGroup, SlackUser
from slack_bitrix24.model import Recipient


@dataclass(frozen=True)
class Directory:
    """Slack id → recipient, group → its members as written, and Slack id → the name that stands beside it, if any.

    A group stands under its name without "@", or under the id of the Slack group that it replaces. No group contains
    itself, and every `MappingGroup` in one is there, under the very name.
    """

    users: Mapping[str, Recipient] = field(default_factory=dict)
    groups: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def recipient(self, slack_id: str) -> Recipient | None:
        """Return whom a Slack user is at Bitrix24."""
        return self.users.get(slack_id)

    def slack_ids(self, recipient: Recipient) -> tuple[str, ...]:
        """Return the Slack users who are this recipient, in the order of the file."""
        return self._slack_ids.get(recipient, ())

    def name(self, recipient: Recipient) -> str:
        """Return what the file calls a recipient: a name that stands beside one of their Slack ids, else nothing."""
        return next((self.names[one] for one in self.slack_ids(recipient) if one in self.names), "")

    def members(self, group: str) -> tuple[Address, ...] | None:
        """Return whom a group contains, groups in it replaced by their members; None where there is no such group.

        The order is the file's and nobody stands twice. A Slack group that the file has no list for stays in.
        Names are compared without regard to case: phones capitalise the first word of a command.
        """
        name = self._names.get(group.casefold())
        if name is None:
            return None
        found: dict[Address, None] = {}
        waiting = list(reversed(self.groups[name]))
        seen: set[Address] = set()  # a group that several others contain is opened once: ways to it may double at each
        while waiting:
            member = waiting.pop()
            if member in seen:
                continue
            seen.add(member)
            inner = self._inner(member)
            if inner is None:
                found[member] = None
            else:
                waiting.extend(reversed(inner))
        return tuple(found)

    def unmapped(self) -> tuple[str, ...]:
        """Return the Slack users who stand in a group and under `users` not: nobody hears of them."""
        members = (member for group in self.groups.values() for member in group)
        slack_ids = (member.id for member in members if isinstance(member, SlackUser))
        return tuple(dict.fromkeys(each for each in slack_ids if each not in self.users))

    def _inner(self, member: Address) -> tuple[Address, ...] | None:
        match member:
            case MappingGroup(name):
                return self.groups[name]
            case SlackGroup(slack_id):
                return self.groups.get(slack_id)
        return None

    @cached_property
    def _names(self) -> dict[str, str]:
        return {name.casefold(): name for name in self.groups}

    @cached_property
    def _slack_ids(self) -> dict[Recipient, tuple[str, ...]]:
        found: dict[Recipient, tuple[str, ...]] = {}
        for slack_id, recipient in self.users.items():
            found[recipient] = (*found.get(recipient, ()), slack_id)
        return found
