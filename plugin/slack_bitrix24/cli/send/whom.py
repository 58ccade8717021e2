"""Addresses of the command line → recipients; whom a name, group or e-mail means is asked of Slack and Bitrix24."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from slack_bitrix24.address import ACCEPTED, Address, Direct, parse_address
from slack_bitrix24.cli.opening import Opened, database
from slack_bitrix24.errors import AddressError, Bitrix24Error, StoreError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.resolve import Reason, Resolution, Unknown, resolve

TAKEN = "U024BE7LH, S0614TZR7, @anna, @group, anna@example.com, bitrix24:10, bitrix24:portal/10 or C0ALERTS"
"""What names somebody on the command line."""
REASONS = {
    "unmapped": "not in the mapping file",
    "no_group": "no such group in the mapping file",
    "nobody": "names nobody",
    "several": "names several people",
    "empty": "there is nobody in it whom the mapping file knows",
    "not_here": "means nobody on the command line",
    "no_portal": "no such portal in the configuration",
    "withheld": "Slack does not tell who the people of the workspace are (scope users:read)",
}
_EMAIL = re.compile(r"[^\s@<>,|]+@[^\s@<>,|]+\.[^\s@<>,|]+")


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


def whom(found: Opened, texts: Iterable[str], environ: Mapping[str, str] = os.environ) -> Whom:
    """Resolve addresses; nobody is guessed at, and a fault of one does not keep the others from being reached."""
    asking = _Asking(found, environ)
    addresses: list[Address] = []
    for text in texts:
        try:
            if _EMAIL.fullmatch(text.strip()):
                addresses.append(asking.email(text.strip()))
            else:
                addresses.append(parse_address(text, default_portal=found.settings.default_portal, typed=True))
        except AddressError as error:
            asking.faults.append(Fault(text, str(error).removeprefix(f"{text}: ").replace(ACCEPTED, TAKEN)))
    first = asking.resolved(addresses)
    if first.unread:
        asking.read(first.unread)
        failed = {fault.address for fault in asking.faults}
        first = asking.resolved([one for one in addresses if str(one) not in failed])
        asking.faults += [Fault(one, "its members can't be read") for one in first.unread if one not in failed]
    faults = [*asking.faults, *(_fault(one) for one in first.unknown)]
    called = {one: _called(one, name, found.directory) for one, name in first.recipients.items()}
    return Whom(called, tuple(faults), asking.people)


class _Asking:
    """Asks Slack, and the portals, for what the mapping file does not say; `faults` is what they did not tell."""

    def __init__(self, found: Opened, environ: Mapping[str, str]) -> None:
        self.found, self.environ = found, environ
        # As long as nobody was asked, a name that the mapping file does not have may still turn up.
        self.people = People(reading=True)
        self.faults: list[Fault] = []

    def resolved(self, addresses: Sequence[Address]) -> Resolution:
        found = self.found
        return resolve(addresses, directory=found.directory, people=self.people, portals=found.settings.portals)

    def read(self, unread: Sequence[str]) -> None:
        """Read the people and the members of groups and channels from Slack."""
        if self.found.settings.slack is None:
            self.people = People()
            asked = [one for one in unread if not one.startswith("@")]
            why = "its members are known to Slack alone; [slack] is not configured"
            self.faults += [Fault(one, why) for one in asked]
            return
        # Slack's client takes a while to load, and most addresses need no Slack.
        from slack_bitrix24.app.slack_side import web_client  # noqa: PLC0415
        from slack_bitrix24.cli.slack_answers import SlackError, asking  # noqa: PLC0415
        from slack_bitrix24.listeners.workspace import Workspace  # noqa: PLC0415

        workspace = Workspace(web_client(self.found.settings.slack))
        names = any(one.startswith("@") for one in unread)
        loaded = not names or workspace.load()
        for one in unread:
            try:
                with asking(workspace.client):
                    if one.startswith("@") and not loaded:
                        workspace.client.users_list(limit=1)  # why not: the first reading told the log alone
                    workspace.read(one)
            except SlackError as error:
                self.faults.append(Fault(one, str(error)))
        self.people = workspace.people

    def email(self, text: str) -> Address:
        """Return who has an e-mail: by Slack and the mapping file, else by Bitrix24. AddressError for nobody."""
        from slack_bitrix24.app.emails import Emails  # noqa: PLC0415 – it loads what answers HTTP
        from slack_bitrix24.app.portals import sign_in  # noqa: PLC0415
        from slack_bitrix24.bitrix24 import Bitrix24  # noqa: PLC0415
        from slack_bitrix24.store import new_owner  # noqa: PLC0415
        from slack_bitrix24.web.posting import NotYetError  # noqa: PLC0415

        settings = self.found.settings
        if self.people.reading and settings.slack is not None:
            self.read(("@",))
            self.faults = [fault for fault in self.faults if fault.address != "@"]
        with ExitStack() as opened:
            store = opened.enter_context(closing(database(settings)))

            def client(name: str) -> Bitrix24:
                portal = settings.portals[name]
                auth = sign_in(portal, store=store, owner=new_owner(), environ=self.environ)
                return opened.enter_context(Bitrix24(auth=auth, plan=portal.plan))

            emails = Emails(
                settings.portals, client=client, directory=lambda: self.found.directory, people=lambda: self.people
            )
            try:
                recipient = emails.find(text)
            except (NotYetError, Bitrix24Error, StoreError, ValueError) as error:
                raise AddressError(f"{text}: {error}") from error
        if recipient is None:
            raise AddressError(f"{text}: nobody has this e-mail, in Slack with the mapping file or in Bitrix24")
        return Direct(recipient)


def _fault(unknown: Unknown) -> Fault:
    hint = ""
    if unknown.choices:
        chosen = " or ".join(unknown.choices)
        hint = f": {', '.join(unknown.choices)}" if unknown.reason is Reason.SEVERAL else f"; did you mean {chosen}?"
    return Fault(unknown.address, REASONS[unknown.reason.value] + hint)


def _called(recipient: Recipient, name: str, directory: Directory) -> str:
    """Return the name with the recipient; the Slack id where neither Slack nor the mapping file gives a name."""
    if name.startswith("<@") or name == str(recipient):
        name = directory.name(recipient) or (name[2:-1] if name.startswith("<@") else name)
    return name if name == str(recipient) else f"{name} ({recipient})"
