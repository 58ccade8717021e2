"""Who may do what, as the configuration says. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_bitrix24.address import parse_address
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.resolve import resolve

EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class Permissions:
    """Addresses of those who may notify, address crowds, and see what others sent; "*" is everyone."""

    notify: Sequence[str] = (EVERYONE,)
    broadcast: Sequence[str] = ()
    admin: Sequence[str] = ()


def among(slack_id: str, addresses: Sequence[str], *, directory: Directory, people: People) -> bool:
    """Tell whether a Slack user is meant by one of the addresses, by id or through the mapping file."""
    if EVERYONE in addresses or slack_id in addresses:
        return True
    recipient = directory.recipient(slack_id)
    if recipient is None:
        return False
    parsed = []
    for text in addresses:
        try:
            parsed.append(parse_address(text, default_portal=recipient.portal))
        except AddressError:
            continue  # the configuration was checked at the start; what it could not know gives nobody a right
    found = resolve(parsed, directory=directory, people=people, portals={recipient.portal})
    return recipient in found.recipients
