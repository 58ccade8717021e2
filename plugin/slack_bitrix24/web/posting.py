"""A kept request → what is owed: who gets it, what replaces what. The same for a replay."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from slack_bitrix24 import metrics
from slack_bitrix24.document import Document
from slack_bitrix24.errors import StoreError
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.store import Letter, Store, Submission, Transaction
from slack_bitrix24.submit.compose import Draft, deletions, digest
from slack_bitrix24.submit.resolve import Resolution, Unknown
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.web.attaching import Keep, NotKeptError, shown
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.naming import addresses, is_email
from slack_bitrix24.web.reading import read
from slack_bitrix24.web.request import Request, from_json
from slack_bitrix24.web.senders.leaves import at
from slack_bitrix24.web.senders.sender import Attached, Incoming, Sender

log = logging.getLogger(__name__)

ANYONE = "*"
REPLAY_OF = "replay_of"
"""In a kept request: the key of the letter that it repeats."""
MOST_FACTS = 1000
"""Alerts of one body whose owners are looked for."""
PATIENT = 6
"""Attempts, about a minute, for which an alert waits until the portal says who has an e-mail; then `to` gets it."""


class NotYetError(StoreError):
    """Slack does not tell just now who is in a group, or Drive takes no file: the same may be tried again."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What one letter becomes. `tag` is empty where it replaces nothing; `standing` is who has it from now on.

    `anew`: what stood under the tag was over.
    """

    letter: Letter
    notifications: tuple[Notification, ...]
    tag: str = ""
    standing: tuple[Recipient, ...] = ()
    over: bool = False
    anew: bool = False
    problem: str = ""
    unknown: tuple[str, ...] = ()
    missed: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """`read_members` reads a Slack group or channel that an address names; it may raise.

    `by_email` returns who has an e-mail; it may raise NotYetError.
    """

    store: Store
    submitter: Submitter
    senders: Mapping[str, Sender]
    hooks: Mapping[str, Hook]
    read_members: Callable[[str], None]
    keep_file: Keep
    by_email: Callable[[str], Recipient | None]

    def allows(self, hook: Hook, named: Iterable[str]) -> bool:
        """Tell whether a caller may name these addresses: they, or all the people they stand for, are allowed."""
        if ANYONE in hook.addresses:
            return True
        known = (*hook.addresses, *hook.to)
        rest = [text for text in named if text not in known]
        if not rest:
            return True
        found = self.submitter.resolve(rest, typed=True)
        may = self.submitter.resolve(known).recipients
        return bool(found.recipients) and not found.unread and all(one in may for one in found.recipients)

    def read(self, request: Request, hook: Hook) -> Incoming:
        """Return what a request says, by its sender."""
        return read(self.senders[request.sender], request, hook)

    def owed(self, letter: Letter) -> Owed:
        """Return what a kept request owes. Nothing is kept yet."""
        request = from_json(letter.payload)
        hook = self.hooks.get(request.hook)
        if hook is None:
            return Owed(letter, (), problem=f"there is no webhook {request.hook} any more")
        incoming = self.read(request, hook)
        found = (
            # Who is named in the API's own field and is nobody is told in its answer: it is not for others to read.
            self._resolve((*request.to, *incoming.named), typed=True)
            if incoming.named
            else self._whom(hook, request.to, incoming, patient=letter.attempts < PATIENT)
        )
        tag = hook.tag(incoming.key)
        stands = self.store.read(lambda tx: tx.standing.get(tag)) if tag else None
        had = stands.recipients if stands and not stands.over else ()
        recipients = tuple(dict.fromkeys((*found.recipients, *had)))
        draft = Draft(
            document=incoming.document,
            reference=letter.key,
            source=f"webhook:{hook.name}",
            author=hook.name,
            # A replay goes out under the tag of the first, which it replaces where the portal keeps tags.
            tag=tag or replayed(letter),
            link=incoming.link,
            priority=incoming.priority or hook.priority,
            kind=hook.sent_as,
            over=incoming.state == "resolved",
        )
        over = incoming.state in ("resolved", "cleared")
        if incoming.state == "cleared":
            return Owed(letter, tuple(deletions(draft, had)), tag=tag, over=True)
        problem = "" if recipients else f"nobody: {_unknown(found) or 'no recipient'}"
        made = self._composed(draft, recipients, incoming.files)
        if incoming.not_before:
            made = [replace(one, not_before=incoming.not_before) for one in made]
        unknown = tuple(dict.fromkeys(one.address for one in found.unknown))
        return Owed(
            letter,
            tuple(made),
            tag=tag,
            standing=recipients,
            over=over,
            anew=stands is not None and stands.over and not over,
            problem=problem,
            unknown=unknown,
            missed=found.unknown,
        )

    def _composed(self, draft: Draft, recipients: Sequence[Recipient], files: Sequence[Attached]) -> list[Notification]:
        """Render for each portal, with the files where that portal's people can open them."""
        if not files:
            return self.submitter.compose(draft, recipients)
        made: list[Notification] = []
        for portal in dict.fromkeys(one.portal for one in recipients):
            there = [one for one in recipients if one.portal == portal]
            users = [one.user_id for one in there]
            try:
                blocks = shown(files, portal=portal, users=users, keep=self.keep_file)
            except NotKeptError as error:
                raise NotYetError(str(error)) from error
            made += self.submitter.compose(replace(draft, document=Document((*draft.document.blocks, *blocks))), there)
        return made

    def keep(self, many: Iterable[Owed]) -> None:
        """Put what they owe into the outbox, all in one transaction; each letter is done with it."""
        owed = list(many)

        good = [one for one in owed if not one.problem]

        def write(tx: Transaction) -> int:
            for one in owed:
                if one.problem:
                    tx.inbox.fail(one.letter.id, one.problem)
                elif one.tag:
                    tx.standing.put(one.tag, one.standing, over=one.over)
                    if one.anew:
                        tx.taken.forget(one.tag)
            accepted = tx.outbox.accept_all([Submission(one.notifications, inbox_id=one.letter.id) for one in good])
            return sum(each.new for result in accepted for each in result)

        metrics.ACCEPTED.labels("webhook").inc(self.store.write(write))
        for one in owed:
            self.submitter.missed(one.missed, source=f"webhook:{one.letter.payload.get('hook')}")
            if one.problem:
                log.warning("webhook %s: %s", one.letter.payload.get("hook"), one.problem)

    def _whom(self, hook: Hook, asked: tuple[str, ...], incoming: Incoming, *, patient: bool) -> Resolution:
        """Return the recipients: whom the address names, else the body, else its alerts' owners, else `to`."""
        read = [self._read_emails(texts, patient=patient) for texts in (incoming.wanted, owners(hook, incoming))]
        wanted = tuple(one for one in read[0] if self.allows(hook, (one,)))
        found = Resolution()
        for texts in (asked, wanted, read[1]):
            if texts and (found := self._resolve(texts, typed=True)).recipients:
                return found
        usual = self._resolve(hook.to, typed=False)
        return Resolution(usual.recipients, (*found.unknown, *usual.unknown))

    def _read_emails(self, texts: Iterable[str], *, patient: bool) -> tuple[str, ...]:
        """Return the addresses with each e-mail as the Bitrix24 user who has it; what nobody has stays as it is."""
        return tuple(self._read_email(text, patient=patient) if is_email(text) else text for text in texts)

    def _read_email(self, text: str, *, patient: bool) -> str:
        try:
            return str(self.by_email(text) or text)
        except NotYetError:
            if patient:
                raise
            return text

    def _resolve(self, texts: Iterable[str], *, typed: bool) -> Resolution:
        texts = tuple(texts)
        found = self.submitter.resolve(texts, typed=typed)
        for wanted in found.unread:
            try:
                self.read_members(wanted)
            except Exception as error:
                # Slack's client raises its own, urllib's and http.client's errors; each means: not now.
                raise NotYetError(f"{wanted}: {str(error).splitlines()[0] if str(error) else 'no answer'}") from error
        return self.submitter.resolve(texts, typed=typed) if found.unread else found


def replayed(letter: Letter) -> str:
    """Return the tag under which the request went out that a letter repeats; empty where it repeats none."""
    first = letter.payload.get(REPLAY_OF)
    return digest(str(first)) if first else ""


def owners(hook: Hook, incoming: Incoming) -> tuple[str, ...]:
    """Return the addresses that stand under the webhook's `to_field`, in the body and in each alert."""
    if not hook.to_field:
        return ()
    texts = [lenient.text(at(facts, hook.to_field)) for facts in incoming.facts[:MOST_FACTS]]
    return tuple(dict.fromkeys(address for text in texts for address in addresses(text)))


def _unknown(found: Resolution) -> str:
    return ", ".join(f"{one.address} ({one.reason.value})" for one in found.unknown)
