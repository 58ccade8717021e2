"""The YAML form of the mapping file: sections, entries and their places. No I/O; the door to PyYAML.

Only the node tree is made, never Python values: `010`, `no` and `1_000` stay what was written, and doubled keys are
seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from slack_bitrix24.mapping.cells import Cell, Entries, Faults, as_name, did_you_mean
from slack_bitrix24.mapping.slips import at, slip

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_USER = re.compile(r"[UW][A-Z0-9]{5,}")
# PyYAML keeps no comments: they are looked for in the text, by its own lines (yaml.org/spec/1.1, 5.4).
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
# A name, and no note such as `user 12 of portal "acme"`: a capital first, up to five words, no digits.
_NAME = re.compile(r"[^\W\d_]+(?:[ .'’-]+[^\W\d_]+){0,4}\.?")
_COMMENT = re.compile(r"[ \t]+#+[ \t]*(\S.*)")
_SECTIONS = ["users", "groups"]
# Three levels are in use. libyaml's composer recurses in C, and a file of brackets alone would end the process.
_DEEPEST = 20
_TOP = Cell("", 1, 1)
_NULL = "tag:yaml.org,2002:null"


def read_sections(text: str, faults: Faults) -> Entries:
    """Read the YAML text into entries."""
    entries = Entries()
    root = _compose(text, faults)
    if root is None:
        return entries
    outside: Cell | None = None
    lines = _LINE_END.split(text)
    for key, node in _pairs(root, faults, "the file"):
        if key.text == "users":
            for user, value in _pairs(node, faults, "users"):
                entries.users.append((user, _cell(value)))
                if name := _beside(value, lines):
                    entries.names[user.text] = name
        elif key.text == "groups":
            entries.groups = [
                (group, _members(group, value, faults)) for group, value in _pairs(node, faults, "groups")
            ]
        elif _USER.fullmatch(key.text) and (outside or isinstance(node, yaml.ScalarNode)):
            outside = outside or key
        else:
            faults.note(key, f"unknown section {key.shown()}{did_you_mean(key.text, _SECTIONS)}")
    if outside:  # said once, however many stand there
        faults.note(
            outside, f"{outside.text}: a user outside of any section: put users: above, and indent what follows"
        )
    return entries


def _beside(node: yaml.Node, lines: list[str]) -> str:
    """Return the comment behind a value: who that is, as `mapping sync` writes it and people do."""
    mark = node.end_mark
    rest = lines[mark.line][mark.column :] if mark.line < len(lines) else ""
    found = _COMMENT.fullmatch(rest)
    text = found[1].strip() if found else ""
    return as_name(text) if text[:1].isupper() and _NAME.fullmatch(text) else ""


def _compose(text: str, faults: Faults) -> yaml.Node | None:
    try:
        too_deep = _too_deep(text)
        if too_deep:
            faults.note(too_deep, "nested too deep: expected users: and groups:")
            return None
        root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        faults.note(*slip(error, text))
        return None
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode(errors="ignore")
        place = Cell("", before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
        faults.note(place, f"not YAML: a character that may not stand here (U+{_code_point(error):04X})")
        return None
    if root is None:
        faults.note(_TOP, "the file is empty: expected users: and groups:")
    return root


def _too_deep(text: str) -> Cell | None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            return at(event.start_mark)
    return None


def _code_point(error: yaml.reader.ReaderError) -> int:
    return error.character if isinstance(error.character, int) else ord(error.character)


def _pairs(node: yaml.Node, faults: Faults, what: str) -> Iterator[tuple[Cell, yaml.Node]]:
    """Yield the entries of a section whose key is a text and new; note the others."""
    if node.tag == _NULL:
        return
    if not isinstance(node, yaml.MappingNode):
        faults.note(_cell(node), f"{what}: expected entries (name: value), got {_cell(node).shown()}{_hint(node)}")
        return
    first: dict[str, int] = {}
    for key_node, value in node.value:
        key = _cell(key_node)
        if key.text and key.text in first:
            faults.note(key, f"{key.text}: given twice (first in line {first[key.text]})")
            continue
        first[key.text] = key.line
        yield key, value


def _hint(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return "" if node.flow_style else "; leave out the dashes"
    text = node.value.casefold()
    if "slack" in text and "bitrix24" in text:
        return "; a sheet's file name ends with .csv"
    return "; is a blank missing after the colon?" if re.search(r":\S", text) else ""


def _members(group: Cell, node: yaml.Node, faults: Faults) -> list[Cell]:
    if not isinstance(node, yaml.SequenceNode):
        cell = _cell(node)
        faults.note(cell, f"{group.text}: expected a list of addresses, got {cell.shown()}")
        return []
    return [_cell(member) for member in node.value]


def _cell(node: yaml.Node) -> Cell:
    mark = node.start_mark
    if isinstance(node, yaml.ScalarNode):
        return Cell("" if node.tag == _NULL else node.value, mark.line + 1, mark.column + 1)
    kind = "a list" if isinstance(node, yaml.SequenceNode) else "a table"
    return Cell("", mark.line + 1, mark.column + 1, kind)
