"""Addresses of the command line → recipients; members of Slack groups and channels are read from Slack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_bitrix24.address import ACCEPTED, Address, parse_address
from slack_bitrix24.cli.opening import Opened
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.resolve import Resolution, Unknown, resolve

TAKEN = "U024BE7LH, S0614TZR7, @group, bitrix24:10, bitrix24:portal/10 or C0ALERTS"
"""What names somebody on the command line."""
REASONS = {
    "unmapped": "not in the mapping file",
    "no_group": "no such group in the mapping file",
    "nobody": "names nobody",
    "several": "names several people",
    "empty": "there is nobody in it whom the mapping file knows",
    "not_here": "means nobody on the command line",
    "no_portal": "no such portal in the configuration",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """An address that gave no recipient, and why."""

    address: str
    reason: str

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Whom:
    """Recipients in order, each once, with the name to call them by; and the addresses that gave none."""

    recipients: dict[Recipient, str]
    faults: tuple[Fault, ...]
    people: People


def whom(found: Opened, texts: Iterable[str]) -> Whom:
    """Resolve addresses; nobody is guessed at, and a fault of one does not keep the others from being reached."""
    addresses: list[Address] = []
    faults: list[Fault] = []
    for text in texts:
        try:
            addresses.append(parse_address(text, default_portal=found.settings.default_portal))
        except AddressError as error:
            faults.append(Fault(text, str(error).removeprefix(f"{text}: ").replace(ACCEPTED, TAKEN)))
    people = People()
    first = _resolved(found, addresses, people)
    if first.unread:
        people, unread = _read(found, first.unread)
        faults += unread
        failed = {fault.address for fault in unread}
        first = _resolved(found, [one for one in addresses if str(one) not in failed], people)
        faults += [Fault(one, "its members can't be read") for one in first.unread if one not in failed]
    faults += [_fault(one) for one in first.unknown]
    called = {one: _called(one, name, found.directory) for one, name in first.recipients.items()}
    return Whom(called, tuple(faults), people)


def _resolved(found: Opened, addresses: Sequence[Address], people: People) -> Resolution:
    return resolve(addresses, directory=found.directory, people=people, portals=found.settings.portals)


def _read(found: Opened, unread: Sequence[str]) -> tuple[People, list[Fault]]:
    """Read the members of groups and channels from Slack."""
    if found.settings.slack is None:
        return People(), [
            Fault(one, "its members are known to Slack alone; [slack] is not configured") for one in unread
        ]
    # Slack's client takes a while to load, and most addresses need no Slack.
    from slack_bitrix24.app.slack_side import web_client  # noqa: PLC0415
    from slack_bitrix24.cli.slack_answers import SlackError, asking  # noqa: PLC0415
    from slack_bitrix24.listeners.workspace import Workspace  # noqa: PLC0415

    workspace = Workspace(web_client(found.settings.slack))
    faults = []
    for one in unread:
        try:
            with asking(workspace.client):
                workspace.read(one)
        except SlackError as error:
            faults.append(Fault(one, str(error)))
    return workspace.people, faults


def _fault(unknown: Unknown) -> Fault:
    choices = f": {', '.join(unknown.choices)}" if unknown.choices else ""
    return Fault(unknown.address, REASONS[unknown.reason.value] + choices)


def _called(recipient: Recipient, name: str, directory: Directory) -> str:
    """Return the name with the recipient; the Slack id where neither Slack nor the mapping file gives a name."""
    known = directory.name(recipient) or (name[2:-1] if name.startswith("<@") else name)
    return known if known == str(recipient) else f"{known} ({recipient})"
