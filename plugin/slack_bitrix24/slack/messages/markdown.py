"""The `markdown` block to blocks: headings, tables and lines on top of what mrkdwn has. No I/O.

https://docs.slack.dev/reference/block-kit/blocks/markdown-block
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from slack_bitrix24.document import Block, Blocks, Divider, Heading, Table
from slack_bitrix24.slack.messages import inline, mrkdwn
from slack_bitrix24.slack.messages.emphasis import MARKDOWN
from slack_bitrix24.slack.messages.lenient import clean

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t#]*")
_RULE = re.compile(r" {0,3}(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*")
_UNDER = re.compile(r"[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*")
_BEGINS = frozenset("#-*_+")
_STAR = re.compile(r"([ \t]*)[*+](?=[ \t]+\S)")


def parse(text: str) -> Blocks:
    """Return the blocks of standard Markdown, as much of it as Slack shows."""
    found: list[Block] = []
    waiting: list[str] = []
    for piece in _pieces(clean(text).split("\n")):
        if isinstance(piece, str):
            waiting.append(piece)
            continue
        found += (*_running(waiting), piece)
        waiting = []
    return (*found, *_running(waiting))


def _running(lines: list[str]) -> Blocks:
    return mrkdwn.parse("\n".join(lines), MARKDOWN)


def _pieces(lines: list[str]) -> Iterator[str | Block]:
    """Yield blocks of their own, and the lines between them as they are."""
    fenced = False
    rows: list[str] = []
    for line in [*lines, ""]:
        fenced ^= line.count("```") % 2 == 1
        if not fenced and "|" in line and _ROW.fullmatch(line):
            rows.append(line)
            continue
        if rows:
            yield from _table(rows)
            rows = []
        yield line if fenced else _piece(line)


def _piece(line: str) -> str | Block:
    if line.lstrip(" \t")[:1] not in _BEGINS:
        return line
    if found := _HEADING.fullmatch(line):
        return Heading(inline.line(found[1], MARKDOWN))
    if _RULE.fullmatch(line):
        return Divider()
    return _STAR.sub(r"\1•", line, count=1) if _STAR.match(line) else line


def _table(rows: list[str]) -> Iterator[str | Block]:
    if len(rows) < 2 or not _UNDER.fullmatch(rows[1]):
        yield from rows
        return
    cells = (row.strip().strip("|").split("|") for row in (rows[0], *rows[2:]))
    yield Table(tuple(tuple(inline.line(cell.strip(), MARKDOWN) for cell in row) for row in cells), header=True)
