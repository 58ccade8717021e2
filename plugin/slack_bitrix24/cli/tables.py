"""What is listed: a table for people, aligned text where it goes into a pipe or a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bitrix24.cli.ending import one_line

Rows = Sequence[Sequence[str]]

_STYLES = {
    "dead": "red",
    "failed": "red",
    "pending": "yellow",
    "sending": "yellow",
    "warning": "yellow",
    "delivered": "green",
    "ok": "green",
    "new": "green",
}


def show(columns: Sequence[str], rows: Rows, *, empty: str = "nothing to show") -> None:
    """Print the rows, or `empty` where there are none. On a terminal colours mark states, unless NO_COLOR is set."""
    if not rows:
        print(empty)  # noqa: T201 – what a command prints
        return
    clean = [[one_line(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _table(columns, clean)
        return
    widths = [max(len(row[number]) for row in (columns, *clean)) for number in range(len(columns))]
    for row in (columns, *clean):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip())  # noqa: T201 – what a command prints


def _table(columns: Sequence[str], rows: Rows) -> None:
    from rich.console import Console  # noqa: PLC0415 – a tenth of a second that only a terminal pays
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # Text, not markup: what people wrote stays as it is.
        table.add_row(*(Text(cell, style=_STYLES.get(cell.partition(",")[0], "")) for cell in row))
    Console().print(table)


def as_json(found: Sequence[Any] | Mapping[str, Any]) -> None:
    """Print JSON, readable and stable."""
    print(json.dumps(found, ensure_ascii=False, indent=2))  # noqa: T201 – what a command prints
