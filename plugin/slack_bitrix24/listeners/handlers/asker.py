"""Who asks: the person behind a payload of Slack's, and what they may do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bitrix24.mapping import Directory
from slack_bitrix24.slack.replies.reasons import Reader
from slack_bitrix24.slack.replies.words import say
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.permissions import Permissions, among, why_not


class Refusal(Exception):  # noqa: N818 – an answer on its way to a person, not an error
    """A no, in words for the person who asked."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks, where, in which language, and the address that takes later answers.

    `reference` is unique to the request.
    """

    user: str
    channel: str
    language: str
    response_url: str
    reference: str

    def as_list(self) -> list[str]:
        """Return what a letter keeps of it; `Ask(*kept)` is the same again, so the order of the fields stays."""
        return [self.user, self.channel, self.language, self.response_url, self.reference]


@dataclass(frozen=True, slots=True)
class Asker:
    """Knows the people and their rights, as they are at the moment."""

    people: Callable[[], People]
    directory: Callable[[], Directory]
    permissions: Callable[[], Permissions]

    def may_notify(self, ask: Ask, *, broad: bool) -> None:
        """Refuse whoever may not notify, or not so many."""
        refusal = why_not(ask.user, self.permissions(), broad=broad, directory=self.directory(), people=self.people())
        if refusal:
            raise Refusal(say(ask.language, refusal))

    def is_admin(self, user: str) -> bool:
        """Tell whether a user may see and change what is others'."""
        return among(user, self.permissions().admin, directory=self.directory(), people=self.people())

    def reader(self, ask: Ask) -> Reader:
        """Return how much whoever asks is told of what went wrong."""
        told = any(one.startswith(("U", "W")) for one in self.permissions().admin)
        return Reader(ask.language, admin=self.is_admin(ask.user), told=told)


def _id(named: Any) -> str:
    """Return the id of what an interaction names as an object and an event by its id alone."""
    return str((named.get("id") if isinstance(named, Mapping) else named) or "")


def ask_of(body: Mapping[str, Any], asker: Asker) -> Ask:
    """Read who asks from a command, an event, a shortcut, a click or a submitted form."""
    user = str(body.get("user_id") or _id(body.get("user")))
    channel = str(body.get("channel_id") or _id(body.get("channel")))
    return Ask(
        user=user,
        channel=channel,
        language=asker.people().language(user),
        response_url=str(body.get("response_url") or ""),
        reference=_reference(body, user),
    )


def _reference(body: Mapping[str, Any], user: str) -> str:
    view = body.get("view") or {}
    if body.get("type") == "view_submission":
        # Slack draws another trigger for each click on Send, and the form that is sent is the same.
        return f"view:{view.get('id') or ''}:{view.get('hash') or ''}:{user}"
    return f"{body.get('trigger_id') or body.get('action_ts') or ''}:{view.get('id') or ''}:{user}"
