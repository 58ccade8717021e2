"""The form: opened by the bare command and by both shortcuts, and taken in when it is sent.

A form must be opened within 3 s of the click and through the network, so it is opened by a thread of its own: nothing
is owed to anybody before it is sent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slack_bitrix24 import when
from slack_bitrix24.address import SlackUser, parse_address
from slack_bitrix24.errors import AddressError, InDoubtError, PhraseError, StoreError
from slack_bitrix24.listeners.handlers.asker import Ask, Asker, Refusal, ask_of
from slack_bitrix24.listeners.handlers.notify import Notifier, notes
from slack_bitrix24.listeners.handlers.reminders import Reminders, Wanted
from slack_bitrix24.slack import command
from slack_bitrix24.slack.messages import payload
from slack_bitrix24.slack.replies import views
from slack_bitrix24.slack.replies.words import escape, say, unescape
from slack_bitrix24.store import Store
from slack_bitrix24.submit.compose import digest

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forms:
    """`opener` is the thread that opens forms."""

    client: WebClient
    opener: ThreadPoolExecutor
    notifier: Notifier
    reminders: Reminders
    asker: Asker
    store: Store

    def open(self, body: Mapping[str, Any], *, addresses: Sequence[str], text: str, language: str) -> None:
        """Open the form with the addresses filled in."""
        people, more = _chosen(addresses)
        ask = ask_of(body, self.asker)
        metadata = json.dumps({"channel": ask.channel, "response_url": ask.response_url})
        view = views.form(language=language, people=people, more=more, text=text, metadata=metadata)
        self._open(str(body.get("trigger_id") or ""), view)

    def open_for(self, body: Mapping[str, Any]) -> None:
        """Open the form for a shortcut; a message shortcut's message is kept and goes along."""
        ask = ask_of(body, self.asker)
        message = body.get("message")
        quoted, kept = "", {"channel": ask.channel, "response_url": ask.response_url}
        if isinstance(message, dict):
            # Kept here and only named in the form, whose `private_metadata` holds 3,000 characters
            # (https://docs.slack.dev/reference/views/modal-views).
            kept["message"] = f"message:{ask.reference}"
            ours = {"message": message, "channel": ask.channel, "user": ask.user}
            self.store.write(lambda tx: tx.inbox.add(kept["message"], kind="held", payload=ours))
            quoted = payload.read(message).visible
        view = views.form(language=ask.language, metadata=json.dumps(kept), quoted=escape(quoted))
        self._open(str(body.get("trigger_id") or ""), view)

    def _open(self, trigger_id: str, view: dict[str, Any]) -> None:
        self.opener.submit(self._open_now, trigger_id, view)

    def _open_now(self, trigger_id: str, view: dict[str, Any]) -> None:
        try:
            self.client.views_open(trigger_id=trigger_id, view=view)
        except SlackApiError as error:
            log.warning("Slack did not open the form: %s", error.response.get("error"))
        except (OSError, HTTPException) as error:
            log.warning("the form could not be opened: %s", error)

    def submitted(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Queue what a form asks for; return what is wrong with it, beside the field, or nothing."""
        ask = ask_of(body, self.asker)
        view = body.get("view") or {}
        if view.get("callback_id") != views.FORM:
            return None
        try:
            return self._take(ask, views.filled(view))
        except Refusal as refusal:
            return _error(views.TEXT, refusal.text)
        except _FormFault as fault:
            return _error(fault.field, fault.text)
        except StoreError as error:
            log.warning("a form was not taken: %s", error)
            key = "in_doubt" if isinstance(error, InDoubtError) else "not_kept"
            return _error(views.TEXT, say(ask.language, key))

    def _take(self, ask: Ask, form: views.Filled) -> dict[str, Any] | None:
        kept = _metadata(form.metadata)
        ask = Ask(ask.user, kept.get("channel", ""), ask.language, kept.get("response_url", ""), ask.reference)
        known = partial(self.notifier.submitter.knows, channel=ask.channel)
        named, rest = command.leading(form.more.strip(), known=known)
        addresses = [*form.people, *named, *rest.replace(",", " ").split()]
        if not addresses:
            raise _FormFault(views.PEOPLE, say(ask.language, "form_choose"))
        found = self.notifier.found(ask, addresses)
        if not found.recipients and not found.unread:
            lines = "; ".join(notes(found.unknown, ask.language))
            raise _FormFault(views.MORE if form.more else views.PEOPLE, unescape(lines))
        held = kept.get("message", "")
        if form.when:
            said = self._remind(ask, addresses, form, held=held)
            return {"response_action": "update", "view": views.said(said, language=ask.language)}
        self.notifier.command(ask, addresses, form.text, held=held)
        return None

    def _remind(self, ask: Ask, addresses: Sequence[str], form: views.Filled, *, held: str) -> str:
        try:
            rule = when.parse(form.when, now=self.reminders.moment(), zone=self.reminders.zone_of(ask.user))
        except PhraseError as error:
            raise _FormFault(views.WHEN, when.explain(error, language=ask.language)) from None
        message, url = self.notifier.held(held)
        wanted = Wanted(form.text, rule, form.when, message=message, url=url, key=digest(ask.reference))
        return self.reminders.plan(ask, addresses, wanted)


class _FormFault(Exception):  # noqa: N818 – an answer beside a field of the form
    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field, self.text = field, text


def _error(field: str, text: str) -> dict[str, Any]:
    return {"response_action": "errors", "errors": {field: text[:2000]}}


def _metadata(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _chosen(addresses: Sequence[str]) -> tuple[list[str], str]:
    """Split addresses into Slack users, whom the form can show chosen, and the rest as text."""
    people, more = [], []
    for text in addresses:
        try:
            address = parse_address(text, default_portal="", typed=True)
        except AddressError:
            address = None
        if isinstance(address, SlackUser):
            people.append(address.id)
        else:
            more.append(text)
    return people, " ".join(more)
