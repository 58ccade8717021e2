"""Addresses: what a person writes to name recipients, in every notation that is accepted. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from slack_bitrix24.errors import AddressError
from slack_bitrix24.model import Recipient


@dataclass(frozen=True, slots=True)
class SlackUser:
    """A Slack user (U… or W…), through the mapping file."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class SlackGroup:
    """A Slack user group (S…): its members, or the mapping file's list for it."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class MappingGroup:
    """A group of the mapping file; `name` without "@"."""

    name: str

    def __str__(self) -> str:
        return f"@{self.name}"


@dataclass(frozen=True, slots=True)
class Direct:
    """A Bitrix24 user by number."""

    recipient: Recipient

    def __str__(self) -> str:
        return str(self.recipient)


@dataclass(frozen=True, slots=True)
class Me:
    """The person who typed the command."""

    def __str__(self) -> str:
        return "me"


@dataclass(frozen=True, slots=True)
class Channel:
    """The people in a Slack channel; `id` is C… (G…), or of the channel at hand: "here", "channel"."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Everyone whom a relayed message mentions."""

    def __str__(self) -> str:
        return "mentioned"


@dataclass(frozen=True, slots=True)
class Name:
    """A name typed after "@" that Slack did not escape: a mapping group, else a handle, else a display name."""

    text: str

    def __str__(self) -> str:
        return f"@{self.text}"


Address: TypeAlias = SlackUser | SlackGroup | MappingGroup | Direct | Me | Channel | Mentioned | Name

ACCEPTED = "U024BE7LH, S0614TZR7, @group, bitrix24:10, bitrix24:portal/10, C0ALERTS, me, here, channel or mentioned"

# https://docs.slack.dev/messaging/formatting-message-text#advanced: the part after "|" may be there, empty or not.
_ESCAPED = re.compile(r"<(@|#|!subteam\^)([A-Z0-9]+)(?:\|[^>]*)?>")
_BROADCAST = re.compile(r"(?:<!(here|channel)(?:\|[^>]*)?>|@?(here|channel))", re.IGNORECASE)
_ID = re.compile(r"([UWSCG])[A-Z0-9]{5,}")
_DIRECT = re.compile(r"bitrix24:(?:([\w.-]+)/)?(\d{1,18})", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"@([^\s@<>,|]+)")
_FULL_NAME = re.compile(r"@([^\s@<>,|]+(?:[ \t]+[^\s@<>,|]+)+)")
_WORDS: dict[str, Address] = {"me": Me(), "я": Me(), "мне": Me(), "себе": Me(), "mentioned": Mentioned()}
_SIGILS = {"@": "UW", "#": "CG", "!subteam^": "S"}


def parse_address(text: str, *, default_portal: str, typed: bool = False) -> Address:
    """Read one address.

    With `typed` (a Slack command) "@anna" is a `Name`, else (configuration, HTTP) a `MappingGroup`. Whether the
    portal, the group or the user exists is not looked up here. Raises AddressError.
    """
    wanted = text.strip()
    if word := _WORDS.get(wanted.lower()):
        return word
    if broadcast := _BROADCAST.fullmatch(wanted):
        return Channel((broadcast[1] or broadcast[2]).lower())
    if direct := _DIRECT.fullmatch(wanted):
        return _direct(wanted, portal=direct[1] or default_portal, number=int(direct[2]))
    if escaped := _ESCAPED.fullmatch(wanted):
        return _slack_id(wanted, slack_id=escaped[2], letters=_SIGILS[escaped[1]])
    if _ID.fullmatch(wanted):
        return _slack_id(wanted, slack_id=wanted, letters="UWSCG")
    if name := _NAME.fullmatch(wanted):
        return Name(name[1]) if typed else MappingGroup(name[1])
    if typed and (full := _FULL_NAME.fullmatch(wanted)):
        return Name(" ".join(full[1].split()))
    raise AddressError(_fault(wanted))


def _direct(text: str, *, portal: str, number: int) -> Address:
    if number < 1:
        raise AddressError(f"{text}: Bitrix24 user ids start at 1")
    return Direct(Recipient(portal, number))


def _slack_id(text: str, *, slack_id: str, letters: str) -> Address:
    kind = slack_id[0]
    if kind not in letters:
        raise AddressError(f"{text}: expected an id that starts with {' or '.join(letters)}")
    if kind in "UW":
        return SlackUser(slack_id)
    return SlackGroup(slack_id) if kind == "S" else Channel(slack_id)


def _fault(text: str) -> str:
    lowered = text.lower()
    if not text:
        return f"an empty address; accepted: {ACCEPTED}"
    if lowered.startswith("<!everyone") or lowered == "everyone":
        return "everyone can't be addressed: use channel, or a group of the mapping file"
    if lowered.startswith("bitrix24:"):
        return f"{text}: expected bitrix24:10 or bitrix24:portal/10, a user id in digits"
    if text.startswith("#"):
        return f"{text}: a channel is addressed by its id, such as C0ALERTS"
    return f"{text}: no address; accepted: {ACCEPTED}"
