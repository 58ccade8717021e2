"""Fields and tables as grid cells. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_bitrix24.bitrix24.blocks import Display, cell
from slack_bitrix24.document import Field, Link, Spans, Table
from slack_bitrix24.render import guard
from slack_bitrix24.render.dialect import ATTACH
from slack_bitrix24.render.lines import row_spans
from slack_bitrix24.render.links import address
from slack_bitrix24.render.spans import bold, one_line, span_lines, words

_SHORT = 40
"""Characters of a title or a value that still stands beside another."""
_COLUMN = 150
"""Pixels: two columns in a notification's width."""

Cell = dict[str, Any]


def field_cell(field: Field) -> Cell | None:
    """Return a field as a cell, LINE for a short pair and BLOCK for the others; nothing for an empty one."""
    value = _value(field.value)
    title = words(field.title)
    brief = field.short and "\n" not in value and max(len(title), len(words(field.value))) <= _SHORT
    return _cell("LINE" if brief else "BLOCK", field.title, value=value, width=_COLUMN if brief else 0)


def table_cells(table: Table) -> list[Cell]:
    """Return a table's rows as cells in two columns: the first column, and all others in the second.

    Where more than two columns have a header, each value stands on a line of its own behind its column's name.
    """
    rows = [row for row in table.rows if row]
    if table.header and len(rows) > 1:
        header, *others = rows
        wide = max(map(len, rows)) > 2
        made = [_labelled(header, row) for row in others] if wide else [_header(header), *map(_row, others)]
    else:
        made = [_row(row) for row in rows]
    return [each for each in made if each]


def _row(row: Sequence[Spans]) -> Cell | None:
    return _cell("ROW", row[0], value=_value(row_spans(tuple(row[1:]))))


def _header(row: Sequence[Spans]) -> Cell | None:
    return _row([row[0], *map(bold, row[1:])])


def _labelled(header: Sequence[Spans], row: Sequence[Spans]) -> Cell | None:
    labels = [words(spans) for spans in header] + [""] * len(row)
    cells = [(guard.attach(label), one_line(spans, ATTACH)) for label, spans in zip(labels[1:], row[1:], strict=False)]
    lines = [f"[b]{label}:[/b] {text}" if label else text for label, text in cells if text.strip()]
    return _cell("ROW", row[0], value="\n".join(lines), label=labels[0])


def _cell(display: Display, title: Spans, *, value: str, label: str = "", width: int = 0) -> Cell | None:
    name = words(title)
    name = guard.name(f"{label}: {name}" if label and name else name)
    if not name and not value.strip():
        return None
    urls = (address(span.url) for span in title if isinstance(span, Link))
    return cell(display, name=name, value=guard.whole(value), url=next(filter(None, urls), ""), width=width)


def _value(spans: Spans) -> str:
    return "\n".join(span_lines(spans, ATTACH)).strip()
