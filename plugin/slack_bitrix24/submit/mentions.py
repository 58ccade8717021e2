"""Give the mentions in a document their names, and their users at a portal. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from slack_bitrix24.document import (
    Block,
    Blocks,
    Card,
    Document,
    Field,
    Fields,
    Heading,
    Items,
    Mention,
    Paragraph,
    Quote,
    Span,
    Table,
)
from slack_bitrix24.mapping import Directory
from slack_bitrix24.submit.people import People


class _Names:
    """Walks a document for one portal."""

    def __init__(self, portal: str, directory: Directory, people: People) -> None:
        self.portal, self.directory, self.people = portal, directory, people

    def mention(self, mention: Mention) -> Mention:
        if mention.kind == "group" and (group := self.people.groups.get(mention.id)):
            return replace(mention, name=mention.name or group.handle)
        if mention.kind != "user":
            return mention
        recipient = self.directory.recipient(mention.id)
        known = self.people.users.get(mention.id)
        return replace(
            mention,
            name=known.name if known else mention.name,
            bitrix24_id=recipient.user_id if recipient and recipient.portal == self.portal else None,
        )

    def spans(self, line: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(self.mention(one) if isinstance(one, Mention) else one for one in line)

    def blocks(self, many: Blocks) -> Blocks:
        return tuple(self.block(one) for one in many)

    def block(self, one: Block) -> Block:
        match one:
            case Paragraph() | Heading():
                return replace(one, spans=self.spans(one.spans))
            case Quote() | Card():
                return replace(one, blocks=self.blocks(one.blocks))
            case Items():
                return replace(one, items=tuple(self.blocks(item) for item in one.items))
            case Table():
                return replace(one, rows=tuple(tuple(self.spans(cell) for cell in row) for row in one.rows))
            case Fields():
                return replace(one, fields=tuple(self.field(each) for each in one.fields))
            case _:
                return one

    def field(self, field: Field) -> Field:
        return replace(field, title=self.spans(field.title), value=self.spans(field.value))


def name_mentions(document: Document, *, portal: str, directory: Directory, people: People) -> Document:
    """Return the document with each mention under its name, and as a Bitrix24 user where the mapping file has one."""
    return Document(_Names(portal, directory, people).blocks(document.blocks))
