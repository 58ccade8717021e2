"""One table of the configuration, read key by key; whatever is wrong is noted, and reading goes on. No I/O.

A check takes the value as TOML gave it and returns what the settings hold, or raises `Expected` or `Refused`. Where a
value is at fault its default stands in, so that one reading finds every fault; nobody ever sees such settings.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from slack_bitrix24.config.references import Reader, Revealed, Unreadable

T = TypeVar("T")
Check = Callable[[object], T]
Faults = Callable[[str, str], None]
"""Where faults are noted: the path and the text."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
# What must not be repeated on a terminal even where it stands under the wrong key: Slack's tokens, a Bitrix24 webhook's
# address, a password in an address.
_TOKEN = re.compile(r"xox[a-z][-.]|xapp-|/rest/[^/]+/.")
_SECRET = re.compile(rf"{_TOKEN.pattern}|://[^/@\s]*:[^/@\s]*@")
_ADDRESS = re.compile(r"([A-Za-z][\w+.-]*://)(.*)", re.DOTALL)
_SHOWN = 40
HIDDEN = "<secret>"


class Expected(Exception):  # noqa: N818 - it reads as a sentence where it is raised
    """The value is not what the key takes; the text says what it takes."""


class Refused(Exception):  # noqa: N818 - the same
    """The value is of the right kind and still can't be used; the text is the whole reason."""


def shown(value: object) -> str:
    """Return a value as a fault may show it: short, and never one that may be a secret."""
    if value is None:
        return "nothing"
    if isinstance(value, int) and abs(value) >= 10**_SHOWN:
        return "a number of far too many digits"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, Revealed) or (isinstance(value, str) and _SECRET.search(value)):
        return HIDDEN
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    text = json.dumps(value[:_SHOWN] if isinstance(value, str) else value, ensure_ascii=False)
    return text if not isinstance(value, str) or len(value) <= _SHOWN else text[:-1] + '…"'


def shown_address(value: object) -> str:
    """Return an address as a fault may show it: without its password and its query."""
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if not found:
        # One slash too few, or libpq's `host=… password=…`: where the password stands in it, nobody can tell.
        return HIDDEN if isinstance(value, str) and set("@=") & set(value) else shown(value)
    login, at, rest = found[2].rpartition("@")
    user, colon, _ = login.partition(":")
    masked = f"{found[1]}{user}{f':{HIDDEN}' if colon else ''}{at}{rest.partition('?')[0]}"
    return HIDDEN if _TOKEN.search(masked) or len(masked) > 2 * _SHOWN else json.dumps(masked, ensure_ascii=False)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean "…"?)` for the nearest known word, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a fault needs it, and each start would pay

    nearest = get_close_matches(word, list(known), n=1) or get_close_matches(word.lower(), list(known), n=1)
    return f' (did you mean "{nearest[0]}"?)' if nearest else ""


class Section:
    """A table at a dotted path. Every key that no one asked for is a fault once `close` is called."""

    def __init__(
        self, table: Mapping[str, object], path: str, *, faults: Faults, reader: Reader, top: Section | None = None
    ) -> None:
        self.path = path
        self._table = table
        self._faults = faults
        self._reader = reader
        self._known: set[str] = set()
        self._inner: list[Section] = []
        self._top = top

    def __contains__(self, key: str) -> bool:
        self._known.add(key)  # what is asked for may stand there
        return key in self._table

    def holds_list(self, key: str) -> bool:
        """Return whether a list stands under a key."""
        return isinstance(self._table.get(key), list)

    def at(self, key: str) -> str:
        """Return the dotted path of a key."""
        name = key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
        return f"{self.path}.{name}" if self.path else name

    def fault(self, key: str, text: str) -> None:
        """Note a fault at a key; with an empty key, at the section itself."""
        self._faults(self.at(key) if key else self.path, text)

    def take(
        self,
        key: str,
        check: Check[T],
        default: T,
        *,
        required: bool = False,
        secret: bool = False,
        show: Callable[[object], str] = shown,
    ) -> T:
        """Return the checked value of a key, its default where it is absent or at fault.

        With `secret`, no fault shows the value, not even its wrong type; else it is shown as `show` does.
        """
        self._known.add(key)
        if key not in self._table and not required:
            return default
        return self._checked(self.at(key), self._table.get(key), check, default=default, secret=secret, show=show)

    def take_list(
        self, key: str, check: Check[T], what: str, *, required: bool = False, secret: bool = False
    ) -> tuple[T, ...]:
        """Return the checked items of a list (`what` names them), without those at fault."""
        self._known.add(key)
        value = self._table.get(key)
        if not isinstance(value, list) or (required and not value):
            if required or value is not None:
                self.fault(key, f"expected a list of {what}, got {shown(value)}")
            return ()
        path = self.at(key)
        items = [
            self._checked(f"{path}[{i}]", item, check, default=None, secret=secret) for i, item in enumerate(value)
        ]
        return tuple(item for item in items if item is not None)

    def table(self, key: str) -> Section:
        """Return the table under a key; an empty one where it is absent or something else."""
        self._known.add(key)
        return self._section(self._table.get(key, {}), self.at(key))

    def tables(self, key: str) -> list[Section]:
        """Return the tables of a list of tables (`[[relays]]`)."""
        self._known.add(key)
        value = self._table.get(key, [])
        if not isinstance(value, list):
            self.fault(key, f"expected a list of tables, got {_kind(value)}")
            return []
        return [self._section(item, f"{self.at(key)}[{i}]") for i, item in enumerate(value)]

    def each(self) -> dict[str, Section]:
        """Return all tables of this one by name (`[portals.main]`)."""
        self._known.update(self._table)
        return {key: self._section(value, self.at(key)) for key, value in self._table.items()}

    def close(self) -> None:
        """Note every key of this table and of those in it that nothing knows."""
        for key in self._table:
            if key not in self._known:
                self.fault(key, f"unknown key{self._hint(key)}")
        for section in self._inner:
            section.close()

    def _hint(self, key: str) -> str:
        # In TOML all that stands below a [section] is in it: `timezone` at the end of a file is the last section's.
        if self._top and key in self._top._known:  # noqa: SLF001 - it is one of us
            return "; it stands above the first [section]"
        return did_you_mean(key, self._known)

    def _section(self, value: object, path: str) -> Section:
        if not isinstance(value, dict):
            self._faults(path, f"expected a table, got {_kind(value)}")
            value = {}
        section = Section(value, path, faults=self._faults, reader=self._reader, top=self._top or self)
        self._inner.append(section)
        return section

    def _checked(
        self,
        path: str,
        raw: object,
        check: Check[T],
        *,
        default: T,
        secret: bool = False,
        show: Callable[[object], str] = shown,
    ) -> T:
        value = raw
        try:
            value = self._reader(raw)
            return check(value)
        except Expected as expected:
            got = HIDDEN if secret and value is not None else show(value)
            self._faults(path, f"expected {expected}, got {got}")
        except (Refused, Unreadable) as reason:
            self._faults(path, str(reason))
        return default


def _kind(value: object) -> str:
    """Return what kind of value stands in place of a table: its content may be a secret under the wrong key."""
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else shown(value)
