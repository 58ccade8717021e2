"""What both formats of the mapping file come down to: cells with their place, and the faults found at them. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

from slack_bitrix24.errors import MappingError

_SHOWN = 40


class Cell(NamedTuple):
    """A piece of the file's text and where it stands, from 1. `kind` is empty for text, else what stands there."""

    text: str
    line: int
    column: int
    kind: str = ""

    def shown(self) -> str:
        """Return the cell as a fault shows it."""
        if self.kind or not self.text:
            return self.kind or "nothing"
        return f'"{self.text}"' if len(self.text) <= _SHOWN else f'"{self.text[:_SHOWN]}…"'


@dataclass
class Faults:
    """All faults of one file, kept in the order of their places."""

    name: str
    found: list[tuple[int, int, str]] = field(default_factory=list)

    def note(self, cell: Cell, text: str) -> None:
        """Note a fault at a cell."""
        self.found.append((cell.line, cell.column, " ".join(_visible(text).split())))

    def stop(self) -> None:
        """Raise `MappingError` with every fault, if there is one."""
        if self.found:
            raise MappingError([f"{self.name}:{line}:{column}: {text}" for line, column, text in sorted(self.found)])


@dataclass
class Entries:
    """The file's entries before they are checked, in its order; `names` is what it calls users, by Slack id."""

    users: list[tuple[Cell, Cell]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    groups: list[tuple[Cell, list[Cell]]] = field(default_factory=list)


def _visible(text: str) -> str:
    """Return the text with what nobody sees, and what would steer a terminal, as its escape."""
    return "".join(char if char.isprintable() or char in "\t\r\n" else ascii(char)[1:-1] for char in text)


def as_name(text: str) -> str:
    """Return what stands beside a user as a name: one line, of a length that a list can show."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def did_you_mean(word: str, known: list[str]) -> str:
    """Return ` (did you mean "…"?)` for the nearest known word, or nothing."""
    nearest = get_close_matches(word, known, n=1)
    return f' (did you mean "{nearest[0]}"?)' if nearest else ""
