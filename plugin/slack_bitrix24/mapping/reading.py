"""From the mapping file's text to a `Directory`, or to every fault in it with line and column. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from slack_bitrix24.address import Address, Direct, MappingGroup, Me, SlackGroup, SlackUser, parse_address
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping.cells import Cell, Entries, Faults, did_you_mean
from slack_bitrix24.mapping.directory import Directory
from slack_bitrix24.mapping.profile import read_profile
from slack_bitrix24.mapping.sections import read_sections
from slack_bitrix24.mapping.sheet import read_sheet
from slack_bitrix24.model import Recipient

_USER = re.compile(r"[UW][A-Z0-9]{5,}")
# As `<@U024BE7LH>` and the address of a profile hold it; the digit tells it from a word of eight letters.
_ID_IN_TEXT = re.compile(r"(?<![A-Z0-9])(?=[A-Z]*[0-9])[UW][A-Z0-9]{7,}(?![A-Z0-9])")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_GROUP_NAME = re.compile(r"[^\s@<>,|:/]+")
_BITRIX24 = re.compile(r"(?:bitrix24:)?(?:(?P<portal>[^/\s]+)/)?(?P<id>[1-9][0-9]{0,17})")
_TAKEN = {"me", "here", "channel", "everyone", "mentioned"}

Groups = dict[str, tuple[Address, ...]]


def read_mapping(
    text: str, *, name: str, portals: Sequence[str], hosts: Mapping[str, str] = MappingProxyType({})
) -> Directory:
    """Read a mapping file's text; `name` is shown in faults, and ".csv" at its end says that it is a sheet.

    The first of `portals` is whose user a bare number is; `hosts` gives the portal by its host, for a profile's
    address in place of an id. Raises `MappingError` with every fault.
    """
    faults = Faults(name)
    read = read_sheet if name.lower().endswith(".csv") else read_sections
    entries = read(text.removeprefix("\ufeff"), faults)
    users = _users(entries, list(portals), faults, hosts=hosts)
    groups = _Groups(entries, list(portals), faults).checked()
    faults.stop()
    return Directory(users=users, groups=groups, names=entries.names)


def _users(entries: Entries, portals: list[str], faults: Faults, *, hosts: Mapping[str, str]) -> dict[str, Recipient]:
    users = {}
    for key, value in entries.users:
        if not _USER.fullmatch(key.text):
            what = "not the id of a Slack user (U… or W…, from their profile)"
            faults.note(key, f"{key.text or key.shown()}: {what}{_meant(key.text)}")
        profile = read_profile(value.text, hosts)
        if isinstance(profile, tuple):
            users[key.text] = Recipient(*profile)
            continue
        found = _BITRIX24.fullmatch(value.text)
        if profile:
            faults.note(value, f"{key.text}: {profile}")
            continue
        if not found:
            faults.note(value, f"{key.text}: expected a Bitrix24 user id from 1, or portal/id, got {value.shown()}")
            continue
        portal = found["portal"] or portals[0]
        if portal not in portals:
            faults.note(value, f'{key.text}: no portal is called "{portal}"{did_you_mean(portal, portals)}')
        users[key.text] = Recipient(portal=portal, user_id=int(found["id"]))
    return users


def _meant(text: str) -> str:
    """Return a hint where an id stands in the text, or where an e-mail address stands in its place."""
    if found := _ID_IN_TEXT.search(text.upper()):
        return f' (did you mean "{found[0]}"?)'
    return "; `slack-bitrix24 mapping sync` finds ids by e-mail" if _EMAIL.fullmatch(text) else ""


class _Groups:
    """Checks the groups: names, members, and that none contains itself."""

    def __init__(self, entries: Entries, portals: list[str], faults: Faults) -> None:
        self._entries = entries.groups
        self._portals = portals
        self._faults = faults
        self._keys = {key.text.casefold(): key for key, _ in reversed(entries.groups)}

    def checked(self) -> Groups:
        groups: Groups = {}
        for key, cells in self._entries:
            self._check_name(key)
            members = [self._member(key, cell) for cell in cells]
            groups[key.text] = tuple(dict.fromkeys(member for member in members if member is not None))
        self._check_cycles(groups)
        return groups

    def _check_name(self, key: Cell) -> None:
        first = self._keys[key.text.casefold()]
        if first is not key:
            self._faults.note(key, f"{key.text}: is {first.text} of line {first.line} again (case does not count)")
        elif key.text.startswith("@"):
            self._faults.note(key, f"{key.text}: a group's name stands here without @")
        elif key.text.casefold() in _TAKEN or _USER.fullmatch(key.text):
            self._faults.note(key, f"{key.text}: not a name for a group: it means somebody already")
        elif not _GROUP_NAME.fullmatch(key.text):
            self._faults.note(key, f"{key.text or key.shown()}: not a name for a group: one word without @ < > , | : /")

    def _member(self, key: Cell, cell: Cell) -> Address | None:
        what = "a Slack user (U…), a group (S…, @name) or bitrix24:ID"
        address: Address
        try:
            address = parse_address(cell.text, default_portal=self._portals[0])
        except AddressError:
            address = Me()  # no more of a group's member than what is no address at all
        match address:
            case SlackUser() | SlackGroup():
                return address
            case Direct(recipient):
                self._check_portal(key, cell, recipient.portal)
                return address
            case MappingGroup(name):
                return self._group(key, cell, name)
        self._faults.note(cell, f"{key.text}: expected {what}, got {cell.shown()}")
        return None

    def _check_portal(self, key: Cell, cell: Cell, portal: str) -> None:
        if portal not in self._portals:
            hint = did_you_mean(portal, self._portals)
            self._faults.note(cell, f'{key.text}: no portal is called "{portal}"{hint}')

    def _group(self, key: Cell, cell: Cell, name: str) -> Address | None:
        meant = self._keys.get(name.casefold())
        if meant is None:
            hint = did_you_mean(name, [key.text for key, _ in self._entries])
            self._faults.note(cell, f'{key.text}: no group is called "{name}"{hint}')
            return None
        return MappingGroup(meant.text)

    def _check_cycles(self, groups: Groups) -> None:
        inner = {name: {_named(member) for member in members} & groups.keys() for name, members in groups.items()}
        cycle = _cycle(inner)
        while cycle:
            start = min(range(len(cycle)), key=lambda i: self._keys[cycle[i].casefold()])
            ring = [*cycle[start:], *cycle[:start], cycle[start]]
            self._faults.note(self._keys[ring[0].casefold()], f"{ring[0]}: contains itself ({' → '.join(ring)})")
            inner[ring[0]].discard(ring[1])
            cycle = _cycle(inner)


def _named(member: Address) -> str:
    match member:
        case MappingGroup(name):
            return name
        case SlackGroup(slack_id):
            return slack_id
    return ""


def _cycle(inner: Mapping[str, set[str]]) -> list[str]:
    """Return groups of which each contains the next and the last the first, or nothing."""
    try:
        TopologicalSorter(inner).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found[:0:-1]  # graphlib names the contained one first, and the first one twice
    return []
