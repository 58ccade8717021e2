"""Slack mrkdwn to blocks: code, quotes and lists by lines, the rest is running text. No I/O.

Rules: https://docs.slack.dev/messaging/formatting-message-text. Lists are no part of mrkdwn, but everybody writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from slack_bitrix24.document import Block, Blocks, Code, Link, Paragraph, Quote, Span, Spans, Text
from slack_bitrix24.slack.messages import inline as one
from slack_bitrix24.slack.messages.emphasis import MRKDWN, Marks, merged
from slack_bitrix24.slack.messages.lenient import clean
from slack_bitrix24.slack.messages.lists import Entry, nested

# Of more than three backticks the last three close: the others are code.
_FENCE = re.compile(r"```(.+?)```(?!`)", re.DOTALL)
_BROKEN_TOKEN = re.compile(r"<(?:https?://|mailto:|[@#!])[^<>]*>")
# `>= 5` at a line's beginning is a comparison, no quote.
_QUOTE = re.compile(r" ?(?:>|&gt;)(?!=) ?")
_QUOTE_REST = re.compile(r" ?(?:>>>|&gt;&gt;&gt;) ?")
_ITEM = re.compile(r"([ \t\u2007\u00a0]*)(?:([•◦▪▫‣⁃●○■])|([-–])|(\d{1,9})[.)])[ \t]+(?=\S)")
_DEEPEST = 16
"""Columns of indentation that still deepen a list."""
_BREAK = Text("\n")


class _Line(NamedTuple):
    """A line, or a whole fence of code, and whether it stands in a quote."""

    text: str
    quoted: bool = False
    code: bool = False


def parse(text: str, marks: Marks = MRKDWN) -> Blocks:
    """Return the blocks of a text; an empty or blank text has none."""
    found: list[Block] = []
    for quoted, group in groupby(_lines(_mended(clean(text))), key=lambda line: line.quoted):
        blocks = _blocks(group, marks)
        found += (Quote(blocks),) if quoted and blocks else blocks
    return tuple(found)


def inline(text: str, marks: Marks = MRKDWN) -> Spans:
    """Return the text as spans alone: where no blocks can stand (a field's value, a cell)."""
    text = _mended(clean(text))
    if "```" not in text:
        return stripped(_running(text.split("\n"), marks))
    found: list[Span] = []
    end = 0
    for match in _FENCE.finditer(text):
        found += _running(text[end : match.start()].split("\n"), marks)
        found += (Text(_unfenced(match[1]), code=True),)
        end = match.end()
    return stripped(merged((*found, *_running(text[end:].split("\n"), marks))))


def _mended(text: str) -> str:
    """Return the text with line breaks inside tokens made blanks: a token is never two lines."""
    return _BROKEN_TOKEN.sub(lambda match: match[0].replace("\n", " "), text)


def _lines(text: str) -> Iterator[_Line]:
    rest_quoted = False
    quoted = False
    end = 0
    for match in [*_FENCE.finditer(text), None]:
        before = text[end : match.start() if match else len(text)]
        for index, line in enumerate(before.split("\n")):
            # What stands behind a fence on its line begins no line, so that a mark there is text.
            opens = None if rest_quoted or (index == 0 and end) else _QUOTE_REST.match(line)
            rest_quoted = rest_quoted or bool(opens)
            mark = opens or (None if rest_quoted or (index == 0 and end) else _QUOTE.match(line))
            quoted = rest_quoted or bool(mark) or (index == 0 and bool(end) and quoted)
            yield _Line(line[mark.end() :] if mark else line, quoted)
        if match:
            yield _Line(_unfenced(match[1], quoted=quoted), quoted, code=True)
            end = match.end()


def _unfenced(text: str, *, quoted: bool = False) -> str:
    """Return the code in a fence as it is read: its tokens are no markup, but Slack put them there."""
    if quoted:
        text = "\n".join(_QUOTE.sub("", line, count=1) if _QUOTE.match(line) else line for line in text.split("\n"))
    return "".join(map(_seen, one.code(text.removeprefix("\n").removesuffix("\n"))))


def _seen(span: Link | Text) -> str:
    if isinstance(span, Text):
        return span.text
    label = "".join(part.text for part in span.label if isinstance(part, Text))
    return label if label and label in span.url else f"{label} ({span.url})" if label else span.url


def _blocks(lines: Iterable[_Line], marks: Marks) -> Blocks:
    found: list[Block] = []
    for code, group in groupby(lines, key=lambda line: line.code):
        texts = [line.text for line in group]
        found += (Code(text) for text in texts) if code else _paragraphs(texts, marks)
    return tuple(found)


def _paragraphs(lines: list[str], marks: Marks) -> Iterator[Block]:
    for listed, group in groupby(_runs(lines), key=lambda pair: pair[1]):
        texts = [text for text, _ in group]
        if listed:
            yield from nested(_entry(text, marks) for text in texts)
            continue
        spans = stripped(_running(texts, marks))
        if spans:
            yield Paragraph(spans)


def _runs(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Say of each line whether it is an item: two in a row are, and one with a bullet that nobody types by chance."""
    for item, group in groupby(lines, key=lambda line: bool(_ITEM.match(line))):
        run = list(group)
        listed = item and (len(run) > 1 or bool((found := _ITEM.match(run[0])) and found[2]))
        yield from ((line, listed) for line in run)


def _entry(line: str, marks: Marks) -> Entry:
    found = _ITEM.match(line)
    indent, number = (found[1], found[4]) if found else ("", None)
    blocks = (Paragraph(one.line(line[found.end() if found else 0 :], marks)),)
    level = min(len(indent.expandtabs(4)), _DEEPEST)
    return Entry(level, blocks, ordered=number is not None, number=int(number) if number else None)


def _running(lines: list[str], marks: Marks) -> Spans:
    spans = list(one.line(lines[0], marks))
    for line in lines[1:]:
        spans += (_BREAK, *one.line(line, marks))
    return merged(spans) if len(lines) > 1 else tuple(spans)


def stripped(spans: Spans) -> Spans:
    """Return the spans without blank lines before and after."""
    found = list(spans)
    for index, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while found and isinstance(edge := found[index], Text) and not edge.code:
            kept = strip(edge.text)
            if kept:
                found[index] = Text(kept, edge.bold, edge.italic, edge.strike, edge.underline)
                break
            del found[index]
    return tuple(found)
