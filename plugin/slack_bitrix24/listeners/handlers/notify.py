"""A person notifies others from Slack: resolve, keep, and say what was done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slack_bitrix24.document import Author, Divider, Document
from slack_bitrix24.listeners.handlers.asker import Ask, Asker, Refusal
from slack_bitrix24.model import JSON, Receipt, Recipient
from slack_bitrix24.slack.messages import mrkdwn, payload
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.reasons import Reader, Stopped
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.store import Store
from slack_bitrix24.submit.compose import Draft
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.reading import Known
from slack_bitrix24.submit.relay import permalink
from slack_bitrix24.submit.resolve import Asked, Reason, Resolution, Unknown
from slack_bitrix24.submit.submitter import Submitter


def unclear(found: Resolution, known: Known | None = None) -> tuple[Unknown, ...]:
    """Return every address that gave nobody, those included that Slack did not answer for; `known` says why not."""
    names, later = found.unread_names, known.later(found.unread) if known else ()

    def reason(one: str) -> Reason:
        if one in names:
            return Reason.NOT_YET
        return Reason.UNANSWERED if one in later else Reason.UNREAD

    return (*found.unknown, *(Unknown(one, reason(one)) for one in found.unread))


def stops(store: Store, portals: Collection[str], reader: Reader) -> list[str]:
    """Return a line for each of these portals that is stopped: that it is, and why."""
    lanes = store.read(lambda tx: tx.lanes.states())
    return [
        answers.stopped(lane.portal, Stopped(lane.stopped.code, lane.stopped.reason), reader)
        for lane in lanes
        if lane.stopped is not None and lane.portal in portals
    ]


def notes(unknown: Iterable[Unknown], language: str) -> tuple[str, ...]:
    """Return a line for each address that gave nobody: who, and what to do."""
    return tuple(answers.unknown(one.address, one.reason.value, one.choices, lang=language) for one in unknown)


def plainly(address: str) -> str:
    """Return an address without the brackets that Slack puts around it: `<!here>` is @here."""
    if address.startswith("<") and address.endswith(">"):
        kind, label = address[1:-1].partition("|")[::2]
        return f"@{label.lstrip('@') or kind.lstrip('!@#')}"
    return address


def with_message(document: Document, message: Mapping[str, Any]) -> Document:
    """Return the document with a Slack message below it, under its sender's name."""
    if not message:
        return document
    quoted = payload.read(message)
    name = (Author(quoted.sender.name),) if quoted.sender.name and quoted.document.blocks else ()
    below = (*quoted.document.blocks, *name)
    return Document((*document.blocks, Divider(), *below) if document.blocks else below)


def signed(document: Document, user: str, *, people: People, language: str) -> Document:
    """Return the document with the name of the person who sends it, so that the reader knows whom to answer."""
    person = people.users.get(user)
    if person is None:
        return document
    return Document((*document.blocks, Author(say(language, "sent_from", name=person.name))))


@dataclass(frozen=True, slots=True)
class Prepared:
    """The first answer, and what is to be queued with it (no draft: nothing is)."""

    answer: str
    draft: Draft | None = None
    recipients: tuple[Recipient, ...] = ()
    receipt: Receipt | None = None
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Notifier:
    """Takes notifications from people. `workspace_url` is where links back to Slack go; `wake` rouses the worker."""

    submitter: Submitter
    asker: Asker
    store: Store
    workspace_url: str
    wake: Callable[[], None]

    def command(self, ask: Ask, addresses: Sequence[str], text: str, *, held: str = "") -> str:
        """Queue a text for the addresses and return the first answer; `held` names a message that goes along."""
        found = self.found(ask, addresses)
        if found.unread:
            return self.later(ask, addresses, text, held=held)
        prepared = self.prepare(ask, found, text, held=held)
        self.put(prepared)
        return prepared.answer

    def later(self, ask: Ask, addresses: Sequence[str], text: str, *, held: str) -> str:
        """Keep a command whose recipients must be read from Slack first; the answer comes afterwards."""
        letter = {
            "ask": ask.as_list(),
            "addresses": list(addresses),
            "text": text,
            "held": held,
        }
        self.store.write(lambda tx: tx.inbox.add(f"command:{ask.reference}", kind="command", payload=letter))
        self.wake()
        return say(ask.language, "working", who=answers.listed(map(plainly, addresses), lang=ask.language))

    def rest(self, ask: Ask, addresses: Sequence[str], payload: JSON, *, reached: int) -> None:
        """Keep what remains of a command while Slack does not tell who is meant: `reached` have got it already.

        The answer comes in the app's direct message: where it was asked, the outcome for the others stands.
        """
        letter = {**payload, "addresses": list(addresses), "reached": reached, "rest": True}
        letter["ask"] = replace(ask, response_url="").as_list()
        key = f"command:{ask.reference}:rest"
        self.store.write(lambda tx: tx.inbox.add(key, kind="command", payload=letter))
        self.wake()

    def found(
        self, ask: Ask, addresses: Sequence[str], *, people: People | None = None, reached: int = 0
    ) -> Resolution:
        """Resolve what a person typed, and refuse whoever may not; `reached` have had the same command already."""
        asked = Asked(author=ask.user, channel=ask.channel)
        found = self.submitter.resolve(addresses, asked=asked, typed=True, people=people)
        try:
            self.asker.may_notify(ask, broad=found.reach(reached))
        except Refusal:
            if not self.asker.people().reading:
                raise
            return Resolution(unread=("@",))  # the right may come with a group of Slack's that is not read yet
        return found

    def held(self, key: str) -> tuple[JSON, str]:
        """Return the message that a shortcut was chosen on, and its address in Slack; empty where there is none."""
        kept = (self.store.read(lambda tx: tx.inbox.payload(key)) if key else None) or {}
        message: JSON = kept.get("message") or {}
        ts, thread_ts = str(message.get("ts") or ""), str(message.get("thread_ts") or "")
        return message, permalink(self.workspace_url, str(kept.get("channel") or ""), ts, thread_ts=thread_ts)

    def prepare(
        self, ask: Ask, found: Resolution, text: str, *, held: str = "", known: Known | None = None
    ) -> Prepared:
        """Make ready what is to be queued for whoever was found; nothing is kept yet."""
        message, url = self.held(held)
        document = with_message(Document(mrkdwn.parse(text)), message)
        lines = notes(unclear(found, known), ask.language)
        if not document.blocks:
            raise Refusal(say(ask.language, "no_text"))
        if not found.recipients:
            return Prepared(answers.queued([], lines, lang=ask.language), unknown=found.unknown)
        people = self.asker.people()
        draft = Draft(
            document=signed(document, ask.user, people=people, language=ask.language),
            reference=f"command:{ask.reference}",
            source="command",
            author=ask.user,
            link=(say(ask.language, "open_in_slack"), url) if url else None,
        )
        names = {str(recipient): name for recipient, name in found.recipients.items()}
        # Without a response_url (a global shortcut) the outcome is told in the app's direct message.
        target = {"url": ask.response_url} if ask.response_url else {"channel": ask.user}
        receipt = Receipt(
            kind="response_url" if ask.response_url else "chat",
            target=target,
            language=ask.language,
            names=names,
            notes=lines,
        )
        stopped = stops(self.store, {one.portal for one in found.recipients}, self.asker.reader(ask))
        answer = answers.queued(names.values(), [*stopped, *lines], lang=ask.language)
        return Prepared(answer, draft, tuple(found.recipients), receipt, found.unknown)

    def put(self, prepared: Prepared, *, inbox_id: int | None = None) -> None:
        """Put it into the outbox; durable when it returns."""
        self.submitter.missed(prepared.unknown, source="command")
        if prepared.draft is not None:
            self.submitter.send(prepared.draft, prepared.recipients, receipt=prepared.receipt, inbox_id=inbox_id)
