"""Addresses → recipients, through the mapping file and what is known of the workspace. No I/O.

Nobody is guessed at: who can't be resolved is named with the reason, and the others are notified all the same.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from enum import Enum

from slack_bitrix24.address import Address, Channel, Direct, MappingGroup, Me, Name, SlackGroup, SlackUser
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.nearest import NAMED, nearest, nearest_groups
from slack_bitrix24.submit.people import Group, People, Person

MOST_WITHOUT_BROADCAST = 20
"""People whom a command may reach without `permissions.broadcast`."""


class Reason(Enum):
    """Why an address gave no recipient."""

    UNMAPPED = "unmapped"
    """A Slack user whom the mapping file doesn't know."""
    NO_GROUP = "no_group"
    """A group that neither the mapping file nor Slack knows."""
    NOBODY = "nobody"
    """A typed name that nobody has."""
    SEVERAL = "several"
    """A typed name that more than one has."""
    EMPTY = "empty"
    """A group or channel with no people in it."""
    NO_PORTAL = "no_portal"
    """A Bitrix24 user of a portal that the configuration lacks."""
    UNREAD = "unread"
    """A group or channel whose members Slack does not tell."""
    UNANSWERED = "unanswered"
    """A group or channel whose members Slack does not tell at the moment."""
    NOT_YET = "not_yet"
    """A typed name, while the people of the workspace are not all read."""
    WITHHELD = "withheld"
    """A typed name, where Slack does not tell who the people of the workspace are."""
    NOT_HERE = "not_here"
    """`me`, `here` or `mentioned` where there is no such thing."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """An address (as people write it) that gave no recipient, and why; `choices` are those it may mean."""

    address: str
    reason: Reason
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Where the addresses stand: who asks, in which channel, and whom the message mentions."""

    author: str = ""
    channel: str = ""
    mentioned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """Recipients in order, each once, with the name to call them by.

    `unread` is what must be fetched from Slack before it can be answered: groups and channels, whose members are not
    known, and typed names (`@anna`), while the people are not all read.
    """

    recipients: dict[Recipient, str] = field(default_factory=dict)
    unknown: tuple[Unknown, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def broad(self) -> bool:
        """Tell whether this takes the permission to broadcast: how many are reached, however they are named."""
        return self.reach()

    def reach(self, before: int = 0) -> bool:
        """Tell the same where so many were reached by the same command before."""
        return before + len(self.recipients) > MOST_WITHOUT_BROADCAST

    @property
    def unread_names(self) -> tuple[str, ...]:
        """Return the typed names among what is unread."""
        return tuple(one for one in self.unread if one.startswith("@"))


class _Resolver:
    def __init__(self, directory: Directory, people: People, *, asked: Asked, portals: Container[str]) -> None:
        self.directory, self.people, self.asked, self.portals = directory, people, asked, portals
        self.recipients: dict[Recipient, str] = {}
        self.unknown: dict[str, Unknown] = {}
        self.unread: dict[str, None] = {}

    def add(self, address: Address) -> None:
        match address:
            case SlackUser(id=slack_id):
                self.user(slack_id)
            case Direct(recipient=recipient):
                self.direct(recipient)
            case SlackGroup(id=group_id):
                self.slack_group(group_id)
            case MappingGroup(name=name):
                self.mapping_group(name)
            case Name(text=text):
                self.typed(text)
            case Channel(id=channel):
                self.channel(channel)
            case Me():
                self.user(self.asked.author) if self.asked.author else self.fault("me", Reason.NOT_HERE)
            case _:  # whoever the message mentions
                for slack_id in self.asked.mentioned:
                    self.mention(slack_id)

    def fault(self, address: str, reason: Reason, choices: Iterable[str] = ()) -> None:
        self.unknown.setdefault(address, Unknown(address, reason, tuple(choices)))

    def direct(self, recipient: Recipient) -> None:
        if recipient.portal not in self.portals:
            self.fault(str(recipient), Reason.NO_PORTAL)
        else:
            self.recipients.setdefault(recipient, name_of(recipient, directory=self.directory, people=self.people))

    def user(self, slack_id: str) -> None:
        recipient = self.directory.recipient(slack_id)
        if recipient is None:
            known = self.people.users.get(slack_id)
            self.fault(f"{known.name} ({slack_id})" if known else slack_id, Reason.UNMAPPED)
        else:
            self.recipients.setdefault(recipient, self.people.name(slack_id))

    def mention(self, slack_id: str) -> None:
        if slack_id.startswith("S"):
            self.slack_group(slack_id)
        elif slack_id in ("here", "channel", "everyone"):
            self.channel("here")
        else:
            self.user(slack_id)

    def mapping_group(self, name: str) -> None:
        members = self.directory.members(name)
        if members is None:
            self.fault(f"@{name}", Reason.NO_GROUP, nearest_groups(name, directory=self.directory))
            return
        self.crowd(f"@{name}", members)

    def slack_group(self, group_id: str) -> None:
        if (members := self.directory.members(group_id)) is not None:
            self.crowd(group_id, members)
            return
        group = self.people.groups.get(group_id)
        if group is None and self.people.groups and not self.people.reading:
            self.fault(group_id, Reason.NO_GROUP)
        elif group is None or group.members is None:
            self.unread[group_id] = None
        else:
            self.crowd(f"@{group.handle}", [SlackUser(member) for member in group.members])

    def channel(self, channel: str) -> None:
        where = self.asked.channel if channel in ("here", "channel") else channel
        if not where:
            self.fault(channel, Reason.NOT_HERE)
        elif (members := self.people.channels.get(where)) is None:
            self.unread[where] = None
        else:
            mapped = [SlackUser(member) for member in members if self.directory.recipient(member)]
            self.crowd(channel, mapped)

    def crowd(self, address: str, members: Iterable[Address]) -> None:
        members = tuple(members)
        if not members:
            self.fault(address, Reason.EMPTY)
        for member in members:
            self.add(member)

    def typed(self, text: str) -> None:
        if self.directory.members(text) is not None:
            self.mapping_group(text)
            return
        # A handle has one owner; of display names there may be more among those who are not read yet.
        found = self.people.with_handle(text) if self.people.reading else self.people.called(text)
        if not found and self.people.reading:
            self.unread[f"@{text}"] = None
        elif len(found) > 1:
            self.fault(f"@{text}", Reason.SEVERAL, [_choice(one) for one in found])
        elif not found:
            near = len(self.unknown) < NAMED
            close = nearest(text, directory=self.directory, people=self.people) if near else ()
            self.fault(f"@{text}", Reason.WITHHELD if self.people.withheld else Reason.NOBODY, close)
        elif isinstance(found[0], Group):
            self.slack_group(found[0].id)
        else:
            self.user(found[0].id)


def _choice(one: Person | Group) -> str:
    return f"{one.name} (@{one.handle})" if isinstance(one, Person) else f"@{one.handle}"


def name_of(recipient: Recipient, *, directory: Directory, people: People) -> str:
    """Return what a recipient is called: in Slack, else in the mapping file, else by its own address."""
    ids = directory.slack_ids(recipient)
    in_slack = (people.users[one].name for one in ids if one in people.users)
    return next(in_slack, "") or directory.name(recipient) or (people.name(ids[0]) if ids else str(recipient))


def resolve(
    addresses: Iterable[Address],
    *,
    directory: Directory,
    people: People,
    portals: Container[str],
    asked: Asked | None = None,
) -> Resolution:
    """Return the recipients of the addresses, each once, and the addresses that gave none.

    Of a channel's people those whom the mapping file doesn't know are passed over in silence: nobody named them.
    """
    resolver = _Resolver(directory, people, asked=asked or Asked(), portals=portals)
    for address in addresses:
        resolver.add(address)
    return Resolution(resolver.recipients, tuple(resolver.unknown.values()), tuple(resolver.unread))
