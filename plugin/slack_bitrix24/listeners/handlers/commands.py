"""The slash command: each answer is made from memory and one write to the store, and goes with the acknowledgement."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bitrix24.errors import InDoubtError, StoreError
from slack_bitrix24.listeners.handlers.asker import Asker, Refusal, ask_of
from slack_bitrix24.listeners.handlers.forms import Forms
from slack_bitrix24.listeners.handlers.notify import Notifier
from slack_bitrix24.listeners.handlers.reminders import Reminders
from slack_bitrix24.listeners.handlers.status import Statuses
from slack_bitrix24.slack import command
from slack_bitrix24.slack.replies.words import escape, say

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Commands:
    """`name` is the slash command itself, as people type it."""

    name: str
    notifier: Notifier
    reminders: Reminders
    statuses: Statuses
    forms: Forms
    asker: Asker

    def take(self, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the private answer to a slash command.

        https://docs.slack.dev/interactivity/implementing-slash-commands/
        """
        ask = ask_of(body, self.asker)
        try:
            text = self._answer(body)
        except Refusal as refusal:
            text = refusal.text
        except StoreError as error:
            log.warning("a command was not taken: %s", error)
            text = say(ask.language, "in_doubt" if isinstance(error, InDoubtError) else "not_kept")
        except Exception:
            # Slack shows a warning triangle and no word where nothing comes; nothing was kept, and that is said.
            log.exception("a command went wrong")
            text = say(ask.language, "went_wrong")
        if text is None:
            return None
        return text if isinstance(text, dict) else {"response_type": "ephemeral", "text": text}

    def _answer(self, body: Mapping[str, Any]) -> str | dict[str, Any] | None:  # noqa: PLR0911 – one for each intent
        ask = ask_of(body, self.asker)
        known = partial(self.notifier.submitter.knows, channel=ask.channel)
        intent = command.parse(str(body.get("text") or ""), known=known)
        match intent:
            case command.Notify():
                return self.notifier.command(ask, intent.addresses, intent.text)
            case command.Remind():
                return self.reminders.keep(ask, intent.addresses, intent.rest)
            case command.Reminders():
                return self.reminders.listed(ask)
            case command.Cancel():
                return self.reminders.cancel(ask, str(intent.id))
            case command.Status():
                return self.statuses.status(ask, intent.id)
            case command.Who():
                return self.statuses.who(ask, intent.addresses)
            case command.Form():
                self.forms.open(body, addresses=intent.addresses, text="", language=ask.language)
                return None
            case command.Unclear():
                return self._unclear(intent, ask.language)
            case _:
                return say(ask.language, "help", command=self.name)

    def _unclear(self, intent: command.Unclear, language: str) -> str:
        key = {"nobody": "name_somebody", "id": "needs_number", "address": "no_address"}[intent.reason]
        said = say(language, key, word=escape(intent.word), verb=intent.verb, command=self.name)
        return f"{said}\n{say(language, 'meant', hint=intent.hint, command=self.name)}" if intent.hint else said
