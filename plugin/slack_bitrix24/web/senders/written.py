"""A text that says of itself how it is written: plain, Markdown or HTML. No I/O."""

from __future__ import annotations

import re

from slack_bitrix24.document import Blocks, Heading, Paragraph, Text
from slack_bitrix24.slack.messages import lenient, markdown
from slack_bitrix24.web.senders import html
from slack_bitrix24.web.senders.leaves import spans

_PARAGRAPHS = re.compile(r"\n[ \t]*\n+")


def blocks(text: object, form: str) -> Blocks:
    """Return the text as blocks; a form that nobody knows is plain."""
    said = lenient.text(text).strip("\n")
    if not said.strip():
        return ()
    match form.strip().lower():
        case "markdown" | "md":
            return markdown.parse(said)
        case "html":
            # A text that shows nothing as HTML is shown as it is written: no word may be lost.
            return html.parse(said) or plain(said)
        case _:
            return plain(said)


def plain(text: str) -> Blocks:
    """Return plain text: every sign means itself, addresses become links."""
    return tuple(Paragraph(spans(part)) for part in _PARAGRAPHS.split(text) if part.strip())


def title(text: object) -> Blocks:
    """Return a title, which is one plain line everywhere."""
    said = " ".join(lenient.text(text).split())
    return (Heading((Text(said),)),) if said else ()
