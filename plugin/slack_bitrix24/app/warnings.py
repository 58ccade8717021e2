"""What in the configuration names nobody: no fault, but said at the start and by `check`. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from slack_bitrix24.address import Direct, MappingGroup, SlackUser, parse_address
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory


def nobody(settings: Settings, directory: Directory | None) -> list[str]:
    """Return a line for each address of a relay, a webhook, a heartbeat or a schedule that gives nobody."""
    known = directory or Directory({}, {})
    return [
        line for where, text in addresses(settings) if (line := _fault(where, text, settings=settings, directory=known))
    ]


def addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    """Return who is notified by the configuration: the place in it, and the address."""
    for relay in settings.relays:
        yield from ((f"relays.{relay.name}.to", text) for text in relay.to)
    for webhook in settings.webhooks:
        yield from ((f"webhooks.{webhook.name}.to", text) for text in webhook.to)
    for heartbeat in settings.heartbeats:
        yield from ((f"heartbeats.{heartbeat.name}.to", text) for text in heartbeat.to)
    for schedule in settings.schedules:
        yield from ((f"schedules.{schedule.name}.to", text) for text in schedule.to)


def _fault(where: str, text: str, *, settings: Settings, directory: Directory) -> str:
    try:
        address = parse_address(text, default_portal=settings.default_portal)
    except AddressError as error:
        return f"{where}: {error}"
    match address:
        case MappingGroup(name=name) if directory.members(name) is None:
            return f"{where}: {text} names nobody: the mapping file has no such group: add it under groups"
        case SlackUser(id=user) if directory.recipient(user) is None:
            return f"{where}: {text} names nobody: the mapping file has no such user: add them under users"
        case Direct(recipient=recipient) if recipient.portal not in settings.portals:
            there = ", ".join(settings.portals)
            return f"{where}: {text} names nobody: no portal is called {recipient.portal}; there is {there}"
        case _:
            return ""
