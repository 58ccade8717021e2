"""Each answer is tried at once: tokens at Slack, the sign-in at Bitrix24."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.cli.checks import cures
from slack_bitrix24.cli.init.answers import Answers
from slack_bitrix24.cli.init.files import DEFAULT_API
from slack_bitrix24.cli.slack_answers import SlackError, asking
from slack_bitrix24.errors import AddressError, Bitrix24Error
from slack_bitrix24.slack.app import SCOPES

AGAIN = "copy the token once more, as a whole; one that was taken back is good no longer"
PATIENCE = 5.0
"""Seconds for which a call to Bitrix24 is repeated: somebody waits at the keyboard."""


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user."""

    id: str
    handle: str
    name: str
    email: str


class Workspace:
    """A Slack workspace as the bot token shows it. Every method raises SlackError."""

    def __init__(self, answers: Answers) -> None:
        base = answers.slack_api_url or DEFAULT_API
        self._client = WebClient(answers.slack_bot_token, base_url=f"{base.rstrip('/')}/", timeout=20)

    def identity(self) -> str:
        """Return who the bot is and where. SlackError: the token is refused, or scopes are missing."""
        with _said_how(), asking(self._client):
            answer = self._client.auth_test()
        granted = {scope.strip() for scope in str(answer.headers.get("x-oauth-scopes") or "").split(",") if scope}
        if missing := sorted(set(SCOPES) - granted) if granted else []:
            raise SlackError(
                f"the app lacks the scopes {', '.join(missing)}: make it from the manifest, install it again"
            )
        return f"{answer.get('user', 'the bot')} at {answer.get('team', 'the workspace')}"

    def opens(self, app_token: str) -> None:
        """Try the app-level token."""
        with _said_how(), asking(self._client):
            self._client.apps_connections_open(app_token=app_token)

    def people(self) -> list[Person]:
        """Return the people, without bots and those who have left."""
        members: list[dict[str, Any]] = []
        with asking(self._client):
            for page in self._client.users_list(limit=200):
                members += page["members"]
        return [_person(each) for each in members if not (each.get("deleted") or each.get("is_bot"))]

    def channels(self) -> dict[str, tuple[str, bool]]:
        """Return the channels that the app can see by id: their names, and whether it is in them."""
        found: dict[str, tuple[str, bool]] = {}
        with asking(self._client):
            pages = self._client.conversations_list(
                types="public_channel,private_channel", exclude_archived=True, limit=200
            )
            for page in pages:
                found |= {each["id"]: (each.get("name", ""), bool(each.get("is_member"))) for each in page["channels"]}
        return found


@contextmanager
def _said_how() -> Iterator[None]:
    """Try a token within it: whoever typed it is told what to do where Slack refuses it."""
    try:
        yield
    except SlackError as error:
        if not error.code:
            raise
        raise SlackError(f"{error}: {cures.of_slack(error.code, token=AGAIN)}", code=error.code) from None


def _person(member: Mapping[str, Any]) -> Person:
    profile = member.get("profile") or {}
    name = profile.get("real_name") or member.get("real_name") or member.get("name") or member["id"]
    return Person(str(member["id"]), str(member.get("name") or ""), str(name), str(profile.get("email") or ""))


def find(people: Iterable[Person], wanted: str) -> Person | None:
    """Return whom an id, a handle, an e-mail or a full name means; None where nobody or more than one."""
    word = wanted.strip().removeprefix("@").casefold()
    found = [each for each in people if word in {each.id.casefold(), each.handle.casefold(), each.email.casefold()}]
    found = found or [each for each in people if each.name.casefold() == word]
    return found[0] if len(found) == 1 else None


def named(channels: Mapping[str, tuple[str, bool]], wanted: Sequence[str]) -> dict[str, str]:
    """Return the channels that ids or names mean, by id. SlackError names those that are not there."""
    by_name = {name: channel for channel, (name, _) in channels.items()}
    chosen, unknown = {}, []
    for word in wanted:
        channel = word if word in channels else by_name.get(word.removeprefix("#"))
        if channel is None:
            unknown.append(word)
        else:
            chosen[channel] = channels[channel][0]
    if unknown:
        raise SlackError(f"the app sees no channel {', '.join(unknown)}: invite it there first, with /invite")
    return chosen


@dataclass(frozen=True, slots=True)
class SignIn:
    """Whose webhook it is, with which scopes, and what keeps notifications from being sent."""

    user_id: int
    name: str
    scopes: tuple[str, ...]
    faults: tuple[str, ...]


def webhook(url: str) -> SignIn:
    """Try a webhook. Raises Bitrix24Error, ValueError where it is no webhook's address."""
    with Bitrix24(url, retry_for=PATIENCE) as client:
        health = client.check()
    return SignIn(health.user_id, health.name or f"user {health.user_id}", health.scopes, health.faults)


def user_id_of(url: str, email: str) -> int:
    """Return the Bitrix24 user with this e-mail; 0 where nobody has it, or the webhook may not look."""
    with Bitrix24(url, retry_for=PATIENCE) as client, suppress(AddressError, Bitrix24Error):
        return client.user_by_email(email).id
    return 0
