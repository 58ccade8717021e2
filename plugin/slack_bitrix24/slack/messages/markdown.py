"""Standard Markdown to blocks: CommonMark with GitHub's tables, strikethrough and task lists. No I/O.

Slack's `markdown` block and the `markdown_text` of chat.postMessage hold it
(https://docs.slack.dev/reference/block-kit/blocks/markdown-block). markdown-it-py reads it: it passes CommonMark's own
tests, bounds nesting, and is here already with rich. What stands in a text is read as Slack does: mentions, emoji, bare
addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from slack_bitrix24.document import (
    Block,
    Blocks,
    Code,
    Divider,
    Emoji,
    Heading,
    Items,
    Paragraph,
    Quote,
    Span,
    Spans,
    Table,
    Text,
)
from slack_bitrix24.slack.messages import inline, tokens
from slack_bitrix24.slack.messages.emphasis import BOLD, CODE, ITALIC, NONE, STRIKE, merged, styled
from slack_bitrix24.slack.messages.lenient import clean

_STYLES = {"strong": BOLD, "em": ITALIC, "s": STRIKE}
_TASKS = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def parse(text: str) -> Blocks:
    """Return the blocks of a text; HTML in it is text."""
    if not text.strip():
        return ()
    return _blocks(SyntaxTreeNode(_reader().parse(clean(text))))


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _blocks(parent: SyntaxTreeNode) -> Blocks:
    return tuple(found for node in parent.children for found in _block(node))


def _block(node: SyntaxTreeNode) -> Iterator[Block]:
    match node.type:
        case "paragraph":
            spans = _spans(node)
            yield from (Paragraph(spans),) if spans else ()
        case "heading":
            spans = _spans(node)
            yield from (Heading(spans),) if spans else ()
        case "fence" | "code_block":
            code = node.content.removesuffix("\n")
            yield from (Code(code),) if code.strip() else ()
        case "hr":
            yield Divider()
        case "blockquote":
            inside = _blocks(node)
            yield from (Quote(inside),) if inside else ()
        case "bullet_list" | "ordered_list":
            start = int(node.attrs.get("start", 1))
            yield Items(tuple(map(_item, node.children)), ordered=node.type == "ordered_list", start=start)
        case "table":
            rows = [row for part in node.children for row in part.children]
            yield Table(tuple(tuple(map(_spans, row.children)) for row in rows), header=True)
        case _:
            yield from _blocks(node)


def _item(node: SyntaxTreeNode) -> Blocks:
    """Return an item; that of a task list begins with a box."""
    blocks = _blocks(node)
    match blocks:
        case (Paragraph((Text(text) as first, *others)), *rest) if text[:4] in _TASKS and first == Text(text):
            return (Paragraph((Text(_TASKS[text[:4]] + text[4:]), *others)), *rest)
        case _:
            return blocks


def _spans(node: SyntaxTreeNode) -> Spans:
    return merged(span for child in node.children for span in _inline(child, 0))


def _inline(node: SyntaxTreeNode, style: int) -> Iterator[Span]:
    match node.type:
        case "text":
            yield from (styled(span, style) for span in _text(node.content))
        case "softbreak" | "hardbreak":
            yield Text("\n")
        case "code_inline":
            yield styled(Text(node.content), style | CODE)
        case "link":
            yield _link(node, style)
        case "image":
            yield tokens.link(str(node.attrs.get("src", "")), inline.words(node.content))
        case _:
            for child in node.children:
                yield from _inline(child, style | _STYLES.get(node.type, 0))


def _text(text: str) -> Spans:
    # Entities are decoded already: what still looks like one is what was meant.
    lines = text.replace("&", "&amp;").split("\n")
    return tuple(
        span
        for number, line in enumerate(lines)
        for span in (*((Text("\n"),) if number else ()), *inline.line(line, NONE))
    )


def _link(node: SyntaxTreeNode, style: int) -> Span:
    url = str(node.attrs.get("href", ""))
    if node.markup == "autolink":  # Slack's own form, <https://e.com|label>, passes for one
        url, _, label = node.children[0].content.partition("|") if node.children else (url, "", "")
        return styled(tokens.link(url, (Text(label),) if label else ()), style)
    parts: list[Text | Emoji] = []
    for span in (span for child in node.children for span in _inline(child, style)):
        parts += inline.parts(span)
    return tokens.link(url, tuple(part for part in merged(parts) if isinstance(part, Text | Emoji)))
