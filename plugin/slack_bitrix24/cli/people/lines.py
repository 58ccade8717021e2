"""New users for a mapping file: lines are added, what stands there stays as it is. No I/O."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from slack_bitrix24.errors import MappingError
from slack_bitrix24.mapping.sheet import column_name, delimiter_of

Line = tuple[str, str, str]
"""Slack id, Bitrix24 id as the file writes it, and the person's name."""

_SECTION = re.compile(r"users[ \t]*:[ \t]*(\{\}|~|null)?[ \t]*(#.*)?")
_ENTRY = re.compile(r"([ \t]+)[^\s#]")


def with_users(text: str, lines: Sequence[Line], *, name: str) -> str:
    """Return the file's text with these users in it. Raises MappingError where their place is not clear."""
    return _sheet(text, lines) if name.lower().endswith(".csv") else _yaml(text, lines, name)


def _yaml(text: str, new: Sequence[Line], name: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("users")), None)
    if start is None:
        return end.join([*lines, "users:", *_entries(new, "  "), ""])
    section = _SECTION.fullmatch(lines[start].rstrip())
    if section is None:
        raise MappingError([f"{name}:{start + 1}:1: users is not written one in a line; add the new ones by hand"])
    if section[1]:
        lines[start] = f"users:{' ' + section[2] if section[2] else ''}"
    last, indent = start, "  "
    for number, line in enumerate(lines[start + 1 :], start + 1):
        entry = _ENTRY.match(line)
        if entry:
            indent, last = entry[1] if last == start else indent, number
        elif line.strip() and not line.lstrip().startswith("#"):
            break
    return end.join([*lines[: last + 1], *_entries(new, indent), *lines[last + 1 :], ""])


def _entries(new: Sequence[Line], indent: str) -> list[str]:
    width = max(len(f"{slack_id}: {value}") for slack_id, value, _ in new)
    return [f"{indent}{f'{slack_id}: {value}'.ljust(width)}  # {who}" for slack_id, value, who in new]


def _sheet(text: str, new: Sequence[Line]) -> str:
    end = next((each for each in ("\r\n", "\n", "\r") if each in text), "\n")
    head = text.removeprefix("\ufeff").partition(end)[0]
    delimiter = delimiter_of(text)
    columns = [column_name(column.strip().strip('"')) for column in head.split(delimiter)]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    for slack_id, value, who in new:
        cells = {"slack_id": slack_id, "bitrix24_id": value, "name": who}
        writer.writerow([cells.get(column, "") for column in columns])
    return f"{text}{'' if text.endswith(end) else end}{out.getvalue()}"
