"""A message and its recipients → notifications, rendered for each portal. No I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from slack_bitrix24.bitrix24.calls import check_tag
from slack_bitrix24.document import Document, File, Paragraph, Text
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import OVER_KEY, Attached, Notification, Priority, Recipient, SentAs
from slack_bitrix24.render.attach import Composed, compose
from slack_bitrix24.submit.mentions import name_mentions
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.times import has_times, local_times, zone_of


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be said, before it is known to whom.

    `reference` names what came in, once and for all (a Slack event, a command's trigger, a schedule's planned time):
    the same reference never owes the same person twice. `tag`, without the recipient, is what replaces and orders;
    empty means the reference's own. `link` is (label, address) of where it comes from. `kind` goes before the portal's.
    `files` are uploaded where a bot sends it, and linked elsewhere. `over`: it says that its alert is over.
    """

    document: Document
    reference: str
    source: str
    author: str = ""
    tag: str = ""
    link: tuple[str, str] | None = None
    priority: Priority = "normal"
    kind: SentAs | None = None
    files: tuple[File, ...] = ()
    over: bool = False


@dataclass(frozen=True, slots=True)
class PortalRules:
    """How notifications of a portal are made: which call, and the limit of ATTACH in characters.

    `zone` is that of times for people whose own is not known.
    """

    kind: SentAs = "personal"
    attach_limit: int = 60_000
    zone: str = "UTC"


def digest(*parts: str) -> str:
    """Return a short name for the parts: 32 hexadecimal digits, the same on every machine."""
    return hashlib.blake2b("\x00".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def keys(reference: str, recipient: Recipient) -> tuple[str, str]:
    """Return the keys that what came in by this reference may have for a recipient."""
    key = digest(reference, str(recipient))
    return key, OVER_KEY + key


def notifications(
    draft: Draft,
    recipients: Iterable[Recipient],
    *,
    rules: Mapping[str, PortalRules],
    directory: Directory,
    people: People,
) -> list[Notification]:
    """Return one notification for each recipient; the text is rendered once for each portal, and zone if it has times.

    Raise `Bitrix24Error` for a tag that is too long to be kept.
    """
    rendered: dict[tuple[str, str], Composed] = {}
    made = []
    timed = has_times(draft.document)
    sub_tag = draft.tag or digest(draft.reference)
    recipients = list(recipients)
    for recipient in recipients:
        # For all of them first: a message goes to everybody or to nobody.
        check_tag("TAG", f"{sub_tag}|U{recipient.user_id}")
    for recipient in recipients:
        portal = recipient.portal
        rule = rules.get(portal, PortalRules())
        kind = draft.kind or rule.kind
        zone = zone_of(recipient, directory=directory, people=people, usual=rule.zone) if timed else ""
        if (portal, zone) not in rendered:
            document = name_mentions(_whole(draft, kind), portal=portal, directory=directory, people=people)
            document = local_times(document, zone) if timed else document
            rendered[portal, zone] = compose(document, link=draft.link, limit=rule.attach_limit, bot=kind == "bot")
        text = rendered[portal, zone]
        made.append(
            Notification(
                key=(OVER_KEY if draft.over else "") + digest(draft.reference, str(recipient)),
                recipient=recipient,
                message=text.message,
                tag=f"{sub_tag}|U{recipient.user_id}",
                sub_tag=sub_tag,
                message_out=text.message_out,
                attach=text.attach,
                kind=kind,
                source=draft.source,
                author=draft.author,
                priority=draft.priority,
                files=tuple(Attached(one.name, one.url) for one in draft.files) if kind == "bot" else (),
            )
        )
    return made


def _whole(draft: Draft, kind: SentAs) -> Document:
    """Return what is rendered: with the files, but where a bot uploads them."""
    blocks = draft.document.blocks
    if kind != "bot":
        return Document((*blocks, *draft.files))
    names = ", ".join(one.name for one in draft.files)
    return Document(blocks if blocks or not names else (Paragraph((Text(names),)),))


def deletions(draft: Draft, recipients: Iterable[Recipient]) -> list[Notification]:
    """Return for each recipient the notification that takes back what was sent under the draft's tag."""
    return [
        Notification(
            key=digest(draft.reference, str(recipient)),
            recipient=recipient,
            message="",
            tag=f"{draft.tag}|U{recipient.user_id}",
            sub_tag=draft.tag,
            kind="delete",
            source=draft.source,
            author=draft.author,
            priority=draft.priority,
        )
        for recipient in recipients
    ]
