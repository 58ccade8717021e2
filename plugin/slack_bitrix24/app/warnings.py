"""What in the configuration names nobody: no fault, but said at the start and by `check`. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from slack_bitrix24.address import Direct, MappingGroup, SlackUser, parse_address
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory


def nobody(settings: Settings, directory: Directory | None) -> list[str]:
    """Return a line for each address of a relay, a webhook or a schedule that gives nobody."""
    known = directory or Directory({}, {})
    return [
        line
        for where, text in _addresses(settings)
        if (line := _fault(where, text, settings=settings, directory=known))
    ]


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    for relay in settings.relays:
        yield from ((f"relays.{relay.name}.to", text) for text in relay.to)
    for webhook in settings.webhooks:
        yield from ((f"webhooks.{webhook.name}.to", text) for text in webhook.to)
    for schedule in settings.schedules:
        yield from ((f"schedules.{schedule.name}.to", text) for text in schedule.to)


def _fault(where: str, text: str, *, settings: Settings, directory: Directory) -> str:
    try:
        address = parse_address(text, default_portal=settings.default_portal)
    except AddressError as error:
        return f"{where}: {error}"
    match address:
        case MappingGroup(name=name) if directory.members(name) is None:
            return f"{where}: {text} names nobody: the mapping file has no such group"
        case SlackUser(id=user) if directory.recipient(user) is None:
            return f"{where}: {text} names nobody: the mapping file has no such user"
        case Direct(recipient=recipient) if recipient.portal not in settings.portals:
            return f"{where}: {text} names nobody: no portal is called {recipient.portal}"
        case _:
            return ""
