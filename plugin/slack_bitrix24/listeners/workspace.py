"""What is known of the Slack workspace: read at the start, kept up to date by events, always answered from memory."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slack_bitrix24.slack.words import language
from slack_bitrix24.submit.people import Group, People, Person

log = logging.getLogger(__name__)

PAGE = 200
"""Users in one page of users.list (https://docs.slack.dev/reference/methods/users.list: no more than 200 at a time)."""
UNREACHABLE = (OSError, HTTPException)
"""What slack_sdk raises when no answer came: urllib's errors are OSErrors."""


class Workspace:
    """Reads people through the Web API. `people` is a snapshot: replaced, never changed."""

    def __init__(self, client: WebClient) -> None:
        self.client = client
        self.people = People()
        self.loaded = threading.Event()
        self._lock = threading.Lock()

    def load(self) -> None:
        """Read all users and groups; what Slack refuses (a missing scope) is logged and left as it was."""
        self._try("users", lambda: self._put(users=dict(self._users())))
        self._try("user groups", lambda: self._put(groups=dict(self._groups())))
        self.loaded.set()

    def read(self, wanted: str) -> None:
        """Read the members of a channel or a group (one that an address named), so that it can be resolved.

        Raises SlackApiError when Slack refuses, OSError when it can't be reached.
        """
        if wanted.startswith("S"):
            answer = self.client.usergroups_users_list(usergroup=wanted)
            known = self.people.groups.get(wanted, Group(wanted, wanted))
            self._put(groups={**self.people.groups, wanted: replace(known, members=tuple(answer["users"]))})
            return
        members: list[str] = []
        for page in self.client.conversations_members(channel=wanted, limit=PAGE):
            members += page["members"]
        self._put(channels={**self.people.channels, wanted: tuple(members)})

    def note(self, event: Mapping[str, Any]) -> None:
        """Take in an event that says who joined, left or was renamed."""
        kind = event.get("type")
        if kind in ("user_change", "team_join") and isinstance(event.get("user"), dict):
            person = _person(event["user"])
            self._put(users={**self.people.users, person.id: person})
        elif kind in ("subteam_created", "subteam_updated") and isinstance(event.get("subteam"), dict):
            group = _group(event["subteam"])
            self._put(groups={**self.people.groups, group.id: group})
        elif kind == "subteam_members_changed":
            groups = dict(self.people.groups)
            groups.pop(str(event.get("subteam_id", "")), None)
            self._put(groups=groups)

    def forget_channel(self, channel: str) -> None:
        """Forget who is in a channel, so that the next address that names it reads it anew."""
        channels = dict(self.people.channels)
        if channels.pop(channel, None) is not None:
            self._put(channels=channels)

    def _put(self, **changed: Any) -> None:
        with self._lock:
            self.people = replace(self.people, **changed)

    def _try(self, what: str, read: Callable[[], None]) -> None:
        try:
            read()
        except SlackApiError as error:
            log.warning("Slack: %s can't be read: %s", what, error.response.get("error", error.response.status_code))
        except UNREACHABLE as error:
            log.warning("Slack: %s not read yet: %s", what, error)

    def _users(self) -> list[tuple[str, Person]]:
        found = []
        for page in self.client.users_list(limit=PAGE, include_locale=True):
            found += [(user["id"], _person(user)) for user in page["members"]]
        return found

    def _groups(self) -> list[tuple[str, Group]]:
        answer = self.client.usergroups_list(include_users=True)
        return [(group["id"], _group(group)) for group in answer["usergroups"]]


def _person(user: Mapping[str, Any]) -> Person:
    profile = user.get("profile") or {}
    name = profile.get("real_name") or user.get("real_name") or profile.get("display_name") or user.get("name") or ""
    return Person(
        id=user["id"],
        handle=user.get("name") or "",
        name=str(name) or user["id"],
        display=profile.get("display_name") or "",
        language=language(user.get("locale") or ""),
        zone=user.get("tz") or "",
        active=not user.get("deleted", False),
    )


def _group(group: Mapping[str, Any]) -> Group:
    users = group.get("users")
    return Group(group["id"], group.get("handle") or "", tuple(users) if isinstance(users, list) else None)
