"""Whom a person means who looks for somebody: by id, e-mail, group, or any part of a name. No I/O."""

from __future__ import annotations

import re

from slack_bitrix24.address import Direct, SlackGroup, SlackUser, parse_address
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.people import People, Person
from slack_bitrix24.web.page.desk import Desk

MOST_PEOPLE = 50
"""People whom a search may stand for: more are no search."""
_NUMBER = re.compile(r"(?:[^\s/@]+/)?[0-9]{1,18}")


def whom(desk: Desk, text: str) -> tuple[tuple[Recipient, ...] | None, str]:
    """Return whom a text means, and what is wrong with it (a key of the words).

    None where nothing was written: anybody.
    """
    if not text:
        return None, ""
    directory, people = desk.directory(), desk.people()
    address = _address(text, directory=directory, people=people)
    found = tuple(desk.resolve([address]).recipients) if address else called(text, directory=directory, people=people)
    if len(found) > MOST_PEOPLE:
        return (), "too_many_people"
    return found, "" if found else "nobody_called_so"


def _address(text: str, *, directory: Directory, people: People) -> str:
    """Return a text as an address, empty where it is none: then it is a part of a name."""
    bare = text.removeprefix("@")
    if directory.members(bare) is not None:
        return f"@{bare}"
    if by_email := people.with_email(text):
        return by_email[0].id
    if _NUMBER.fullmatch(text):
        return f"bitrix24:{text}"
    try:
        meant = parse_address(text, default_portal="", typed=True)
    except AddressError:
        return ""
    return text if isinstance(meant, SlackUser | SlackGroup | Direct) else ""


def called(text: str, *, directory: Directory, people: People) -> tuple[Recipient, ...]:
    """Return who is called so, or has it in a name or handle, in Slack or in the mapping file."""
    word = text.removeprefix("@").casefold()
    found: dict[Recipient, None] = {}
    for slack_id, recipient in directory.users.items():
        person = people.users.get(slack_id)
        names = (directory.names.get(slack_id, ""), *((person.name, person.display, person.handle) if person else ()))
        if any(word in name.casefold() for name in names):
            found[recipient] = None
    return tuple(found)


def is_known(address: str, *, directory: Directory, people: People) -> bool:
    """Tell whether an address that named nobody, as people read it, means somebody by now."""
    inside = re.search(r"\(([A-Z0-9]+)\)$", address)  # "Dave Unmapped (U0DAVE004)"
    ident, name = inside[1] if inside else address, address.removeprefix("@")
    if directory.recipient(ident) is not None or directory.members(name) is not None:
        return True
    found = people.called(name)
    return len(found) == 1 and isinstance(found[0], Person) and directory.recipient(found[0].id) is not None
