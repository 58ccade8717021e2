"""The CSV form of the mapping file: what a spreadsheet saves, with commas, semicolons, tabs or bars. No I/O."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from slack_bitrix24.mapping.cells import Cell, Entries, Faults, as_name, did_you_mean

_COLUMNS = ["slack_id", "bitrix24_id"]
_SEPARATORS = ",;\t|"
# Excel for Mac ends rows with a carriage return, and one may stand inside a cell.
_LONE_RETURN = re.compile(r"\r(?!\n)")
# Excel's first line in place of its own language's separator.
_NAMES_SEPARATOR = re.compile(rf'"?sep=([{_SEPARATORS}])"?(?=\r|\n)', re.IGNORECASE)
_PERSON = re.compile(r"[UW][A-Z0-9]{5,}")
# What the csv module says, as one who made a sheet would have it said.
_WORDS = {
    "unexpected end of data": "a quotation mark opens a cell here and none closes it",
    "expected after": 'a quotation mark within quotation marks is written twice ("")',
    "field larger": "a cell of more than 131,072 characters: does a quotation mark stand open?",
}
_ROW_AFTER_RETURN = re.compile(r"""\r(?=["']?[ \t]*[UW][A-Z0-9]{5,}["']?[ \t]*[,;\t|])""")


def read_sheet(text: str, faults: Faults) -> Entries:
    """Read the CSV text into entries; a sheet has users only."""
    rows = _rows(text, faults)
    header = next(rows, None)
    if header is None:
        faults.note(Cell("", 1, 1), "the file is empty: expected the header slack_id,bitrix24_id")
        return Entries()
    names = [column_name(cell.text) for cell in header]
    if not _good(header, names, faults):
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
        if "name" in names and (name := _column(row, names.index("name")).text):
            entries.names[key.text] = as_name(name)
    return entries


def _good(header: list[Cell], names: list[str], faults: Faults) -> bool:
    """Tell whether the header names each of our columns once; note why it does not."""
    before = len(faults.found)
    missing = [column for column in _COLUMNS if column not in names]
    if any(_PERSON.fullmatch(cell.text) for cell in header):
        faults.note(header[0], f"the first row is a person: put the header {','.join(_COLUMNS)} above")
    elif missing and header[0].text.partition(":")[0].casefold() in ("users", "groups"):
        faults.note(header[0], "this looks like YAML: let the file's name end with .yaml")
    elif missing and len(header) == 1 and all(column in header[0].text.casefold() for column in _COLUMNS):
        faults.note(header[0], "columns are separated by commas, semicolons, tabs or bars")
    else:
        for column in missing:
            faults.note(header[0], f"the header has no column {column}{_hint(column, names)}")
        for column in _COLUMNS:
            if names.count(column) > 1:
                faults.note(header[names.index(column)], f"the header has the column {column} twice")
    return len(faults.found) == before


def _rows(text: str, faults: Faults) -> Iterator[list[Cell]]:
    """Yield the rows that hold anything."""
    text = _with_line_feeds(text)
    named = _NAMES_SEPARATOR.match(text)
    delimiter = named[1] if named else delimiter_of(text)
    text = text[named.end() :] if named else text  # the line end stays: rows keep their numbers
    lines = text.split("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    began = 1
    try:
        for row in reader:
            began = reader.line_num + 1
            if any(value.strip() for value in row):
                yield list(_cells(row, lines[reader.line_num - 1], delimiter, number=reader.line_num))
    except csv.Error as error:
        said = next((words for sign, words in _WORDS.items() if sign in str(error)), str(error))
        faults.note(Cell("", began, 1), f"not CSV: {said}")


def _with_line_feeds(text: str) -> str:
    """Return the text with line feeds alone between rows: one character for one, so that columns stay."""
    text = text.replace("\r\n", "\n")
    if "\r" not in text:
        return text
    if "\n" not in text:
        return text.replace("\r", "\n")
    return _LONE_RETURN.sub(" ", _ROW_AFTER_RETURN.sub("\n", text))


def delimiter_of(text: str) -> str:
    """Return what separates the columns: what makes the header name both of ours, else what stands there most often."""
    head = next((line for line in re.split(r"[\r\n]+", text) if line.strip()), "")
    for delimiter in _SEPARATORS:
        names = [column_name(name.strip().strip('"')) for name in head.split(delimiter)]
        if all(column in names for column in _COLUMNS):
            return delimiter
    return max(_SEPARATORS, key=head.count)


def column_name(text: str) -> str:
    """Return a heading as it is compared: `Slack ID` is slack_id."""
    return {"slackid": "slack_id", "bitrix24id": "bitrix24_id"}.get(
        re.sub(r"[\W_]+", "", text.casefold()), text.lower()
    )


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
