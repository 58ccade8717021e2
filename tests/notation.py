"""A document tree in one short line, so that a table of cases can be read."""

from __future__ import annotations

from collections.abc import Iterable

from slack_bitrix24.document import (
    Author,
    Block,
    Blocks,
    Card,
    Code,
    Date,
    Divider,
    Emoji,
    Fields,
    File,
    Heading,
    Image,
    Items,
    Link,
    Mention,
    Paragraph,
    Quote,
    Span,
    Table,
    Text,
    Unsupported,
)

TAGS = {"bold": "b", "italic": "i", "strike": "s", "underline": "u", "code": "c"}


def line(spans: Iterable[Span]) -> str:
    """Write spans: `<b>x</b>`, `[label](url)`, `@user:U1|anna`, `:name=👍:`, `{7^format^url|fallback}`."""
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    match span:
        case Text(text):
            for style, tag in TAGS.items():
                text = f"<{tag}>{text}</{tag}>" if getattr(span, style) else text
            return text
        case Link(url, label):
            return f"[{line(label)}]({url})"
        case Mention(kind, ident, name):
            return f"@{kind}:{ident}" + (f"|{name}" if name else "")
        case Emoji(name, characters):
            return f":{name}={characters}:"
        case Date(timestamp, form, fallback, url):
            return f"{{{timestamp}^{form}^{url}|{fallback}}}"


def tree(blocks: Blocks) -> str:
    """Write blocks: `P(…) Q(P(…)) UL(…; …) OL3(…) CODE(…) CARD#ff0000(…)`."""
    return " ".join(map(_block, blocks))


def _block(block: Block) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of block
    match block:
        case Paragraph(spans):
            return f"P({line(spans)})"
        case Heading(spans, url):
            return f"H({line(spans)})" + (f"->{url}" if url else "")
        case Code(text):
            return f"CODE({text})"
        case Quote(inside):
            return f"Q({tree(inside)})"
        case Items(items, ordered, start):
            return f"{f'OL{start}' if ordered else 'UL'}({'; '.join(map(tree, items))})"
        case Table(rows, header):
            return f"T{'H' if header else ''}({' / '.join(' | '.join(map(line, row)) for row in rows)})"
        case Fields(fields):
            inside = (f"{line(one.title)}={line(one.value)}{'~' if one.short else ''}" for one in fields)
            return f"F({'; '.join(inside)})"
        case Image(url, name, width, height):
            return f"IMG({name}->{url}" + (f" {width}x{height})" if width or height else ")")
        case File(name, url, size):
            return f"FILE({name}->{url} {size})"
        case Author(name, icon, url):
            return f"A({name}|{icon}|{url})"
        case Divider():
            return "HR"
        case Unsupported(kind, texts):
            return f"?{kind}({'; '.join(texts)})"
        case Card(inside, color):
            return f"CARD{color}({tree(inside)})"
