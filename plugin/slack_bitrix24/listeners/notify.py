"""A person notifies others from Slack: resolve, keep, and say what was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_bitrix24.document import Author, Document
from slack_bitrix24.listeners.asker import Ask, Asker, Refusal
from slack_bitrix24.model import Receipt
from slack_bitrix24.slack import answers, mrkdwn
from slack_bitrix24.slack.words import say
from slack_bitrix24.store import Store
from slack_bitrix24.submit.compose import Draft
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.resolve import Asked, Resolution, Unknown
from slack_bitrix24.submit.submitter import Submitter


def notes(unknown: Iterable[Unknown], language: str) -> tuple[str, ...]:
    """Return a line for each address that gave nobody: who, and what to do."""
    return tuple(answers.unknown(one.address, one.reason.value, one.choices, lang=language) for one in unknown)


def plainly(address: str) -> str:
    """Return an address without the brackets that Slack puts around it: `<!here>` is @here."""
    if address.startswith("<") and address.endswith(">"):
        kind, label = address[1:-1].partition("|")[::2]
        return f"@{label.lstrip('@') or kind.lstrip('!@#')}"
    return address


def signed(document: Document, user: str, *, people: People, language: str) -> Document:
    """Return the document with the name of the person who sends it, so that the reader knows whom to answer."""
    person = people.users.get(user)
    if person is None:
        return document
    return Document((*document.blocks, Author(say(language, "sent_from", name=person.name))))


@dataclass(frozen=True, slots=True)
class Notifier:
    """Takes notifications from people."""

    submitter: Submitter
    asker: Asker
    store: Store
    command_name: str

    def command(self, ask: Ask, addresses: Sequence[str], text: str) -> str:
        """Queue a text for the addresses and return the first answer."""
        found = self.found(ask, addresses)
        if found.unread:
            return self.later(ask, addresses, text)
        return self.queue(ask, found, Document(mrkdwn.parse(text)))

    def later(self, ask: Ask, addresses: Sequence[str], text: str) -> str:
        """Keep a command whose recipients must be read from Slack first; the answer comes through response_url."""
        payload = {
            "ask": [ask.user, ask.channel, ask.language, ask.response_url, ask.reference],
            "addresses": list(addresses),
            "text": text,
        }
        self.store.write(lambda tx: tx.inbox.add(f"command:{ask.reference}", kind="command", payload=payload))
        return say(ask.language, "working", who=answers.listed(map(plainly, addresses), lang=ask.language))

    def found(self, ask: Ask, addresses: Sequence[str]) -> Resolution:
        """Resolve what a person typed, and refuse whoever may not."""
        asked = Asked(author=ask.user, channel=ask.channel)
        found = self.submitter.resolve(addresses, asked=asked, typed=True)
        self.asker.may_notify(ask, broad=found.broad)
        return found

    def queue(self, ask: Ask, found: Resolution, document: Document) -> str:
        """Put the document into the outbox for whoever was found; return the first answer."""
        lines = notes(found.unknown, ask.language)
        if not document.blocks:
            raise Refusal(say(ask.language, "no_text"))
        if not found.recipients:
            return answers.queued([], lines, lang=ask.language)
        people = self.asker.people()
        draft = Draft(
            document=signed(document, ask.user, people=people, language=ask.language),
            reference=f"command:{ask.reference}",
            source="command",
            author=ask.user,
        )
        names = {str(recipient): name for recipient, name in found.recipients.items()}
        receipt = Receipt(
            kind="response_url",
            target={"url": ask.response_url},
            language=ask.language,
            names=names,
            notes=lines,
        )
        self.submitter.send(draft, found.recipients, receipt=receipt if ask.response_url else None)
        return answers.queued(names.values(), lines, lang=ask.language)
