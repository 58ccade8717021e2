r"""The neutral message tree: what a message says, whichever notation it came in. No I/O.

mrkdwn, rich text, Block Kit and legacy attachments are parsed into it; BB code, ATTACH and plain text are rendered from
it. Text in the tree is what the reader sees: unescaped, never markup of either side. "\n" inside a `Text` is a line
break.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters in one style."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    underline: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link; without a label its address is shown. Any scheme: the renderer decides what can be linked."""

    url: str
    label: tuple[Text | Emoji, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody or something named: `id` is Slack's (U…, S…, C…) or, for a broadcast, here, channel or everyone.

    `name` may be empty where the sender gave none. `bitrix24_id` is the user at the portal that the text is rendered
    for, set where the directory knows one; a renderer without it shows the name.
    """

    kind: Literal["user", "group", "channel", "broadcast"]
    id: str
    name: str = ""
    bitrix24_id: int | None = None


@dataclass(frozen=True, slots=True)
class Emoji:
    """`unicode` holds the characters themselves; a custom emoji has only its name, without colons."""

    name: str
    unicode: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """A moment in Unix seconds, in Slack's format (`{date_short} at {time}`); `fallback` is the sender's own text."""

    timestamp: int
    format: str
    fallback: str = ""
    url: str = ""


Span: TypeAlias = Text | Link | Mention | Emoji | Date
Spans: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of its own above the rest; with a `url` it links there."""

    spans: Spans
    url: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text, shown as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted blocks."""

    blocks: Blocks


@dataclass(frozen=True, slots=True)
class Items:
    """A list. Each item is blocks: a paragraph, perhaps followed by a nested `Items`. `start` is the first number."""

    items: tuple[Blocks, ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; `header` when the first row names the columns."""

    rows: tuple[tuple[Spans, ...], ...]
    header: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A title and its value, either may be empty; `short` ones may stand two in a row."""

    title: Spans
    value: Spans
    short: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """Facts side by side."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by its address. Width and height in pixels, 0 where unknown."""

    url: str
    name: str = ""
    width: int = 0
    height: int = 0
    preview: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file by its address; an empty `url` is a file that can't be reached (deleted, hidden). Size in bytes."""

    name: str
    url: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who says it: name, and where known a picture and a page."""

    name: str
    icon: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Divider:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A block of a kind this program does not know: its kind, and the texts found in it."""

    kind: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A coloured frame around blocks (a legacy attachment). `color` is "#rrggbb" or empty."""

    blocks: Blocks
    color: str = ""


Block: TypeAlias = (
    Paragraph | Heading | Code | Quote | Items | Table | Fields | Image | File | Author | Divider | Unsupported | Card
)
Blocks: TypeAlias = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole message. An empty one has no blocks."""

    blocks: Blocks = ()
