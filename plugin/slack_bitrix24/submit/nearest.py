"""Whom a name that nobody has may have been meant for. No I/O."""

from __future__ import annotations

from collections.abc import Iterable

from slack_bitrix24.mapping import Directory
from slack_bitrix24.submit.people import People

_CLOSE = 0.75
_MOST = 3


def nearest(text: str, *, directory: Directory, people: People) -> tuple[str, ...]:
    """Return up to three addresses, the likeliest first, whose handle or name is nearly this one."""
    names: dict[str, str] = {}
    for person in people.users.values():
        if person.active:
            for name in (person.handle, person.display, person.name, *person.name.split()):
                names.setdefault(name.casefold(), f"@{person.handle}")
    for group in people.groups.values():
        names.setdefault(group.handle.casefold(), f"@{group.handle}")
    for group_name in directory.groups:
        names.setdefault(group_name.casefold(), f"@{group_name}")
    return _close(text, names)


def nearest_groups(name: str, *, directory: Directory) -> tuple[str, ...]:
    """Return the groups of the mapping file whose names are nearly this one."""
    return _close(name, {group.casefold(): f"@{group}" for group in directory.groups})


def _close(text: str, names: dict[str, str]) -> tuple[str, ...]:
    from difflib import get_close_matches  # noqa: PLC0415 - needed for faults alone, and slow to import

    wanted = text.casefold()
    # Thousands of names are compared letter by letter: those that begin otherwise are left out beforehand.
    alike: Iterable[str] = [name for name in names if name[:1] == wanted[:1] or name[1:2] == wanted[:1]]
    found = get_close_matches(wanted, alike, n=2 * _MOST, cutoff=_CLOSE)
    return tuple(dict.fromkeys(names[name] for name in found))[:_MOST]
