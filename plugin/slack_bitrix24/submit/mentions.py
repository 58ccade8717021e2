"""Give the mentions in a document their names, and their users at a portal. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace

from slack_bitrix24.document import Document, Mention, Span
from slack_bitrix24.mapping import Directory
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.walking import with_spans


@dataclass(frozen=True, slots=True)
class _Names:
    """Names for one portal."""

    portal: str
    directory: Directory
    people: People

    def named(self, span: Span) -> Span:
        if not isinstance(span, Mention):
            return span
        if span.kind == "group" and (group := self.people.groups.get(span.id)):
            return replace(span, name=span.name or group.handle)
        if span.kind != "user":
            return span
        recipient = self.directory.recipient(span.id)
        known = self.people.users.get(span.id)
        return replace(
            span,
            name=known.name if known else span.name,
            bitrix24_id=recipient.user_id if recipient and recipient.portal == self.portal else None,
        )


def name_mentions(document: Document, *, portal: str, directory: Directory, people: People) -> Document:
    """Return the document with each mention under its name, and as a Bitrix24 user where the mapping file has one."""
    return with_spans(document, _Names(portal, directory, people).named)
