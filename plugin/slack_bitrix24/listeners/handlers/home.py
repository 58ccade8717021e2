"""The App Home, and the buttons of reminders wherever they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from slack_bitrix24.listeners.handlers.asker import Ask, Asker, ask_of
from slack_bitrix24.listeners.handlers.reminders import Reminders
from slack_bitrix24.listeners.handlers.status import Statuses
from slack_bitrix24.slack.replies import answers, views
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.submit.resolve import name_of


@dataclass(frozen=True, slots=True)
class Home:
    """`answer` sends a message body to a response_url."""

    client: WebClient
    reminders: Reminders
    statuses: Statuses
    asker: Asker
    answer: Callable[[str, Mapping[str, Any]], None]

    def show(self, ask: Ask) -> None:
        """Publish the Home of whoever opened it. Raises SlackApiError or OSError when Slack does not take it."""
        recipient = self.asker.directory().recipient(ask.user)
        if recipient:
            name = answers.shown(name_of(recipient, directory=self.asker.directory(), people=self.asker.people()))
            user = say(ask.language, "home_user", name=name, user=recipient.user_id, recipient=recipient)
        else:
            user = answers.unknown(ask.user, "unmapped", lang=ask.language)
        found, total = self.reminders.upcoming(ask)
        latest = self.statuses.status(ask, None).splitlines()
        view = views.home(user=user, found=found, total=total, latest=latest, language=ask.language)
        self.client.views_publish(user_id=ask.user, view=view)

    def clicked(self, body: Mapping[str, Any]) -> None:
        """Do what a button says, and show the list anew where it was clicked."""
        ask = ask_of(body, self.asker)
        for action in body.get("actions") or ():
            number = str(action.get("value") or "")
            match action.get("action_id"):
                case views.CANCEL:
                    said = self.reminders.cancel(ask, number)
                case views.SNOOZE:
                    said = self.reminders.snooze(ask, number)
                case views.RESUME:
                    said = self.reminders.resume(ask, number)
                case _:
                    continue
            if ask.response_url:
                shown = self.reminders.listed(ask)
                blocks = [views.section(said), *shown.get("blocks", [])]
                self.answer(ask.response_url, {**shown, "blocks": blocks, "replace_original": True})
            else:
                self.show(ask)
