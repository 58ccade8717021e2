"""Whom a name that nobody has may have been meant for. No I/O."""

from __future__ import annotations

from slack_bitrix24.mapping import Directory
from slack_bitrix24.submit.people import People

_CLOSE = 0.75
"""How alike two names must be, from 0 to 1, by difflib's measure."""
_MOST = 3
"""Names that are proposed."""
NAMED = 3
"""Names of one command for which a likely one is looked for: each search passes over the whole workspace."""


def nearest(text: str, *, directory: Directory, people: People) -> tuple[str, ...]:
    """Return up to three addresses, the likeliest first, whose handle or name is nearly this one."""
    groups = {group.casefold(): f"@{group}" for group in directory.groups}
    return _close(text, groups | dict(people.spellings))


def nearest_groups(name: str, *, directory: Directory) -> tuple[str, ...]:
    """Return the groups of the mapping file whose names are nearly this one."""
    return _close(name, {group.casefold(): f"@{group}" for group in directory.groups})


def _close(text: str, names: dict[str, str]) -> tuple[str, ...]:
    from difflib import get_close_matches  # noqa: PLC0415 - needed for faults alone, and slow to import

    wanted = text.casefold()
    # Thousands of names are compared letter by letter: those that begin otherwise are left out beforehand.
    first, size = wanted[:1], len(wanted)
    alike = [name for name in names if first in name[:2] and 2 * min(len(name), size) >= _CLOSE * (len(name) + size)]
    found = get_close_matches(wanted, alike, n=2 * _MOST, cutoff=_CLOSE)
    return tuple(dict.fromkeys(names[name] for name in found))[:_MOST]
