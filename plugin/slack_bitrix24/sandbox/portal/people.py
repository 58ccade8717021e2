"""The people of the portal and its departments. No I/O but for `read`."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path

COLOURS = ("#3498db", "#df532d", "#64a513", "#8474c8", "#1eb4aa", "#f76187", "#58cc47", "#ba9c7b")


EXTERNAL = frozenset({"bot", "email", "imconnector", "sale", "saleanonymous", "shop", "call", "document_editor"})
"""Kinds of users who can't be notified (Bitrix24 server source, main 26.150 (2026-03))."""


@dataclass(frozen=True)
class User:
    """Someone at the portal; `kind` is employee, extranet, or one of EXTERNAL.

    `notified`: whether notifications on the site are switched on.
    """

    id: int
    name: str = ""
    last_name: str = ""
    email: str = ""
    position: str = ""
    departments: tuple[int, ...] = (1,)
    active: bool = True
    admin: bool = False
    kind: str = "employee"
    gender: str = ""
    avatar: str = ""
    phone: str = ""
    notified: bool = True

    @property
    def full_name(self) -> str:
        """The name as Bitrix24 shows it."""
        return f"{self.name} {self.last_name}".strip()

    @property
    def colour(self) -> str:
        """The colour of this person's bar and initials."""
        return COLOURS[self.id % len(COLOURS)]


@dataclass(frozen=True)
class Department:
    """A department; `parent` 0 is none."""

    id: int
    name: str
    parent: int = 0
    head: int = 0


USERS = (
    User(1, "Portal", "Owner", "owner@example.com", "Administrator", admin=True),
    User(7, "Boris", "On-call", "boris@example.com", "Engineer", (1, 3), gender="M"),
    User(10, "Anna", "Petrova", "anna@example.com", "Engineer", (1, 3), gender="F"),
    User(12, "Bob", "Smirnov", "bob@example.com", "Analyst", gender="M"),
    User(14, "Carol", "Chen", "carol@example.com", "Designer", gender="F"),
    User(20, "Dmitry", "Gone", "dmitry@example.com", "Engineer", active=False, gender="M"),
    User(30, "Sandbox", "Bot", kind="bot", departments=()),
)
DEPARTMENTS = (Department(1, "Sandbox company", head=1), Department(3, "Operations", parent=1, head=7))


def crowd(count: int, first: int = 1001) -> tuple[User, ...]:
    """Return `count` further employees, from id `first` on."""
    return tuple(
        User(number, "Person", str(number), f"person{number}@example.com") for number in range(first, first + count)
    )


def read(path: Path) -> tuple[User, ...]:
    """Read users from a JSON file, a list of objects with the fields of `User`; ValueError says what is wrong."""
    known = {field.name for field in fields(User)}
    rows = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(rows, list):
        raise ValueError(f"{path.name}: expected a list of users")  # noqa: TRY004  what a person wrote, no bug
    found = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or not isinstance(row.get("id"), int):
            raise ValueError(f"{path.name}: user {number} needs a whole number as its id")  # noqa: TRY004  the same
        if unknown := set(row) - known:
            raise ValueError(f"{path.name}: user {row['id']}: unknown {', '.join(sorted(unknown))}")
        found.append(User(**{**row, "departments": tuple(row.get("departments", (1,)))}))
    return tuple(found)
