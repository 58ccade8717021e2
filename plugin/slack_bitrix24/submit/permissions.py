"""Who may do what, as the configuration says. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from slack_bitrix24.address import Address, Direct, MappingGroup, SlackGroup, SlackUser, parse_address
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.submit.people import People

EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class Permissions:
    """Addresses of those who may notify, address crowds, and see what others sent; "*" is everyone."""

    notify: Sequence[str] = (EVERYONE,)
    broadcast: Sequence[str] = ()
    admin: Sequence[str] = ()


def why_not(user: str, permissions: Permissions, *, broad: bool, directory: Directory, people: People) -> str:
    """Return why a Slack user may not notify (the key of the words for it), or an empty string."""
    if not among(user, permissions.notify, directory=directory, people=people):
        return "may_not_notify"
    if broad and not among(user, permissions.broadcast, directory=directory, people=people):
        return "may_not_broadcast"
    return ""


def among(slack_id: str, addresses: Sequence[str], *, directory: Directory, people: People) -> bool:
    """Tell whether a Slack user is meant by one of the addresses.

    A Slack id means that Slack user and nobody else, however many share one Bitrix24 user. Only `bitrix24:10` in a
    group means whoever is that user.
    """
    return EVERYONE in addresses or slack_id in members(addresses, directory=directory, people=people)


def members(addresses: Sequence[str], *, directory: Directory, people: People) -> tuple[str, ...]:
    """Return the Slack ids of all whom the addresses mean, each once; those of a group that is not read are missing."""
    found: dict[str, None] = {}
    for text in addresses:
        try:
            address = parse_address(text, default_portal="")
        except AddressError:
            continue  # the configuration was checked at the start; what it could not know gives nobody a right
        found.update(dict.fromkeys(_slack_ids(address, directory, people)))
    return tuple(found)


def _slack_ids(address: Address, directory: Directory, people: People) -> Iterator[str]:
    match address:
        case SlackUser(id=slack_id):
            yield slack_id
        case Direct(recipient=recipient):
            yield from directory.slack_ids(recipient)
        case MappingGroup(name=name):
            for member in directory.members(name) or ():
                yield from _slack_ids(member, directory, people)
        case SlackGroup(id=group_id):
            if (listed := directory.members(group_id)) is not None:
                for member in listed:
                    yield from _slack_ids(member, directory, people)
            elif (group := people.groups.get(group_id)) is not None:
                yield from group.members or ()
