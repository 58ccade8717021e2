"""What in the configuration names nobody, or somebody twice: no fault, but said at the start and by `check`. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from slack_bitrix24.address import Direct, MappingGroup, SlackUser, parse_address
from slack_bitrix24.config import Relay, Settings
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory


def nobody(settings: Settings, directory: Directory | None) -> list[str]:
    """Return a line for each address that gives nobody, each group member without a user, each relay that doubles."""
    known = directory or Directory({}, {})
    named = [*addresses(settings), *_permitted(settings)]
    faults = [line for where, text in named if (line := _fault(where, text, settings=settings, directory=known))]
    return [*faults, *_unmapped(known), *_doubled(settings)]


def addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    """Return who is notified by the configuration: the place in it, and the address."""
    for relay in settings.relays:
        yield from ((f"relays.{relay.name}.to", text) for text in relay.to)
    for webhook in settings.webhooks:
        yield from ((f"webhooks.{webhook.name}.to", text) for text in webhook.to)
        yield from ((f"webhooks.{webhook.name}.addresses", text) for text in webhook.addresses if text != "*")
    for heartbeat in settings.heartbeats:
        yield from ((f"heartbeats.{heartbeat.name}.to", text) for text in heartbeat.to)
    for schedule in settings.schedules:
        yield from ((f"schedules.{schedule.name}.to", text) for text in schedule.to)


def _permitted(settings: Settings) -> Iterator[tuple[str, str]]:
    """Return the groups that may do something; a Slack user may without standing in the mapping file."""
    for right in ("notify", "broadcast", "admin"):
        named = getattr(settings.permissions, right)
        yield from ((f"permissions.{right}", text) for text in named if text.startswith("@"))


def _fault(where: str, text: str, *, settings: Settings, directory: Directory) -> str:
    try:
        address = parse_address(text, default_portal=settings.default_portal)
    except AddressError as error:
        return f"{where}: {error}"
    match address:
        case MappingGroup(name=name) if directory.members(name) is None:
            return f"{where}: {text} names nobody: the mapping file has no such group: add it under groups"
        case MappingGroup(name=name) if not directory.members(name):
            return f"{where}: {text} names nobody: the group is empty in the mapping file: put somebody into it"
        case SlackUser(id=user) if directory.recipient(user) is None:
            return f"{where}: {text} names nobody: the mapping file has no such user: add them under users"
        case Direct(recipient=recipient) if recipient.portal not in settings.portals:
            there = ", ".join(settings.portals)
            return f"{where}: {text} names nobody: no portal is called {recipient.portal}; there is {there}"
        case _:
            return ""


def _unmapped(directory: Directory) -> Iterator[str]:
    for user in directory.unmapped():
        inside = [name for name, members in directory.groups.items() if SlackUser(user) in members]
        yield f"groups.{inside[0]}: {user} is told nothing: not under users in the mapping file: add them there"


def _doubled(settings: Settings) -> Iterator[str]:
    """Name the relays that bring one message to one recipient twice: each makes a notification of its own."""
    for first, second in combinations(settings.relays, 2):
        channels = [one for one in first.channels if one in second.channels]
        to = [one for one in first.to if one in second.to]
        if channels and to and _meet(first, second):
            what = f"relays.{second.name}: {to[0]} gets messages of {channels[0]} twice"
            yield f"{what}: relays.{first.name} relays it to them too: take it out of one"


def _meet(first: Relay, second: Relay) -> bool:
    """Tell whether some message surely passes both relays; of two different patterns nobody can tell."""
    senders = {first.from_, second.from_}
    same = len(senders) == 1 or "anyone" in senders
    narrowed = first.match is not None and second.match is not None and first.match != second.match
    return same and not narrowed and first.unless == second.unless and first.kind == second.kind
