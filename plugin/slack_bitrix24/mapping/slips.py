"""What is wrong with a mapping file that is no YAML, as its writer would say it, and where. No I/O.

The parser says where it gave up, which is often a line or more below the slip.
"""

from __future__ import annotations

import re
from typing import Any

from slack_bitrix24.mapping.cells import Cell

_NO_BLANK = re.compile(r"""\s*(?:- )?["']?([UW][A-Z0-9]{5,}|users|groups)["']?:([^\s:].*)""")
_CONFLICT = re.compile(r"<{7} |={7}$|>{7} ")
_INDENT_UNSEEN = re.compile(r"[ \t]*[\u00a0\u2000-\u200b\u202f\u3000\ufeff]")
_SECTION_OF_TOML = re.compile(r"\[\w+\]\s*$")

# The parser's words → ours, and whether what is meant stands where it began (its context) or where it gave up.
_WORDS = (
    ("mapping values are not allowed", "a second colon, or an indentation unlike the line above", False),
    ("did not find expected key", "an indentation unlike the lines above, or a text behind a closed quotation", False),
    ("did not find expected ',' or ']'", "a list that begins here with [ is not closed with ]", True),
    ("did not find expected ',' or '}'", "a table that begins here with { is not closed with }", True),
    ("found unexpected end of stream", "a quotation mark that stands here is not closed", True),
    ("could not find expected ':'", "a line without a colon", True),
    ("found unknown escape character", r"\ in double quotes; write single quotes", False),
    ("did not find expected '-' indicator", "a line without the - of the lines above", False),
)  # fmt: skip


def slip(error: Any, text: str) -> tuple[Cell, str]:
    """Return the place and the words for a `yaml.MarkedYAMLError`."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if _CONFLICT.match(line):
            return Cell("", number, 1), "not YAML: a merge conflict is left in it"
        if found := _NO_BLANK.match(line):
            return Cell("", number, found.start(2) + 1), "not YAML: a blank is missing after the colon"
        if _INDENT_UNSEEN.match(line):
            return Cell("", number, 1), "not YAML: a no-break space can't indent, use spaces"
    place = at(error.problem_mark)
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if _SECTION_OF_TOML.match(lines[0]):
        return Cell("", 1, 1), "not YAML: [section] is TOML; write users: and indent what follows"
    return _by_character(error, line, place) or _by_words(error, place)


def at(mark: Any) -> Cell:
    """Return the place of one of the parser's marks; without one, the beginning."""
    return Cell("", mark.line + 1, mark.column + 1) if mark else Cell("", 1, 1)


def _by_character(error: Any, line: str, place: Cell) -> tuple[Cell, str] | None:
    character = line[place.column - 1 : place.column]
    if character == "\t":
        return place, "not YAML: a tab can't indent, use spaces"
    if character == "@":
        return place, 'not YAML: a bare @ can\'t stand here, write "@name" in quotes'
    if "cannot start any token" in error.problem:
        return place, f"not YAML: a bare {character} can't stand here, put the text in quotes"
    return None


def _by_words(error: Any, place: Cell) -> tuple[Cell, str]:
    for sign, words, at_beginning in _WORDS:
        if sign in error.problem:
            return (at(error.context_mark) if at_beginning and error.context_mark else place), f"not YAML: {words}"
    context = f" {error.context}" if error.context else ""
    return place, f"not YAML: {error.problem}{context}"
