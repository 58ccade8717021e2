"""Slack's table, data_table and data_visualization blocks to tables. No I/O.

https://docs.slack.dev/reference/block-kit/blocks/table-block
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from slack_bitrix24.document import Blocks, Heading, Paragraph, Spans, Table, Text
from slack_bitrix24.plain import plain
from slack_bitrix24.slack.messages import inline, lenient, mrkdwn, rich_text
from slack_bitrix24.slack.messages.emphasis import merged
from slack_bitrix24.slack.messages.fallback import texts


def table(block: Mapping[str, Any]) -> Blocks:
    """Return a table block, or a data_table with its caption; a data_table's first row names the columns."""
    caption = inline.words(lenient.text(block.get("caption") or block.get("title")))
    rows = tuple(tuple(_cell(cell) for cell in _cells(row)) for row in lenient.several(block.get("rows")))
    heading: Blocks = (Heading(caption),) if caption else ()
    found = Table(rows, header=block.get("type") == "data_table" and len(rows) > 1)
    return (*heading, found) if any(rows) else heading


def chart(block: Mapping[str, Any]) -> Blocks:
    """Return a data_visualization as the table of its numbers."""
    title = inline.words(lenient.text(block.get("title")))
    drawn = lenient.mapping(block.get("chart"))
    segments = lenient.several(drawn.get("segments"))
    series = [lenient.mapping(one) for one in lenient.several(drawn.get("series"))]
    named = [lenient.text(one.get("name")) for one in series]
    columns = [_points(one.get("data")) for one in series] or [_points(segments)]
    labels = list(dict.fromkeys(label for column in columns for label in column))
    axes = lenient.mapping(drawn.get("axis_config"))
    head = [" / ".join(filter(None, (lenient.text(axes.get("x_label")), lenient.text(axes.get("y_label"))))), *named]
    rows = [head, *([label, *(column.get(label, "") for column in columns)] for label in labels)]
    heading: Blocks = (Heading(title),) if title else ()
    if not labels:
        return heading or tuple(Paragraph((Text(text),)) for text in texts(block))
    shown = rows if any(head) else rows[1:]
    return (*heading, Table(tuple(tuple(_text(cell) for cell in row) for row in shown), header=any(head)))


def _points(value: object) -> dict[str, str]:
    points = [lenient.mapping(point) for point in lenient.several(value)]
    return {lenient.text(point.get("label")): lenient.text(point.get("value")) for point in points}


def _cells(row: object) -> list[Any]:
    return (
        lenient.several(row.get("cells") or row.get("elements")) if isinstance(row, Mapping) else lenient.several(row)
    )


def _cell(value: object) -> Spans:
    cell = lenient.mapping(value)
    kind = cell.get("type")
    if kind == "rich_text":
        return flat(rich_text.parse(cell))
    if kind == "mrkdwn":
        return mrkdwn.inline(lenient.text(cell))
    if isinstance(value, Mapping):
        said = next(filter(None, (lenient.text(cell.get(key)) for key in ("text", "value", "number", str(kind)))), "")
        return _text(said) or _text(" ".join(texts(value)))
    return _text(lenient.text(value))


def _text(text: str) -> Spans:
    return inline.words(text)


def flat(blocks: Blocks) -> Spans:
    """Return blocks as one run of spans: a cell, a title."""
    lines = [block.spans if isinstance(block, Paragraph | Heading) else (Text(plain((block,))),) for block in blocks]
    breaks = [(Text("\n"),)] * (len(lines) - 1)
    return merged(span for pair in zip_longest(lines, breaks, fillvalue=()) for spans in pair for span in spans)
