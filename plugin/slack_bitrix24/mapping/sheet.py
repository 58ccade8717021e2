"""The CSV form of the mapping file: what a spreadsheet saves, with commas, semicolons or tabs. No I/O."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from slack_bitrix24.mapping.cells import Cell, Entries, Faults, did_you_mean

_COLUMNS = ["slack_id", "bitrix24_id"]


def read_sheet(text: str, faults: Faults) -> Entries:
    """Read the CSV text into entries; a sheet has users only."""
    rows = _rows(text, faults)
    header = next(rows, None)
    if header is None:
        faults.note(Cell("", 1, 1), "the file is empty: expected the header slack_id,bitrix24_id")
        return Entries()
    names = [cell.text.lower() for cell in header]
    missing = [column for column in _COLUMNS if column not in names]
    for column in missing:
        faults.note(header[0], f"the header has no column {column}{_hint(column, names)}")
    if missing:
        return Entries()
    user, bitrix24 = (names.index(column) for column in _COLUMNS)
    first: dict[str, int] = {}
    entries = Entries()
    for row in rows:
        key = _column(row, user)
        if key.text and key.text in first:
            faults.note(key, f"{key.text}: given twice (first in line {first[key.text]})")
            continue
        first[key.text] = key.line
        entries.users.append((key, _column(row, bitrix24)))
    return entries


def _rows(text: str, faults: Faults) -> Iterator[list[Cell]]:
    """Yield the rows that hold anything."""
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    lines = text.split("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(value.strip() for value in row):
                yield list(_cells(row, lines[reader.line_num - 1], delimiter, number=reader.line_num))
    except csv.Error as error:
        faults.note(Cell("", max(reader.line_num, 1), 1), f"not CSV: {error}")


def _cells(row: list[str], line: str, delimiter: str, *, number: int) -> Iterator[Cell]:
    """Yield a row's cells; the csv module gives no columns, so each value is looked for after the last one."""
    position = 0
    for value in row:
        text = value.strip()
        found = max(line.find(text, position), position)
        yield Cell(text, number, found + 1)
        position = line.find(delimiter, found + len(text)) + 1 or len(line)


def _column(row: list[Cell], index: int) -> Cell:
    if index < len(row):
        return row[index]
    last = row[-1]
    return Cell("", last.line, last.column + len(last.text))


def _hint(column: str, names: list[str]) -> str:
    nearest = did_you_mean(column, names)
    return f"; it has {', '.join(names)}" if not nearest else nearest.replace("did you mean", "is it")
