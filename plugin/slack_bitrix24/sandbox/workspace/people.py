"""Who and what a workspace consists of: users, user groups, channels, and their JSON. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

JSON: TypeAlias = dict[str, Any]

TEAM_ID = "T0SANDBOX"
TEAM_NAME = "Sandbox"
APP_ID = "A0BRIDGE01"
BOT_ID = "B0BOT0001"
BOT_USER = "U0BOT0001"
MONITOR_ID = "B0MONITOR"
SLACKBOT = "USLACKBOT"


@dataclass(slots=True)
class User:
    """A member of the workspace. `name` is the handle, without "@"."""

    id: str
    name: str
    real_name: str
    email: str = ""
    locale: str = "en-US"
    zone: str = "Europe/Minsk"
    is_bot: bool = False
    deleted: bool = False
    image: str = ""

    def as_json(self, *, with_email: bool = True, with_locale: bool = False) -> JSON:
        """Return the user object: https://docs.slack.dev/reference/objects/user-object."""
        profile: JSON = {"real_name": self.real_name, "display_name": self.name, "image_48": self.image}
        if with_email and self.email:
            profile["email"] = self.email
        if self.is_bot:
            profile["bot_id"] = BOT_ID
        body: JSON = {
            "id": self.id,
            "team_id": TEAM_ID,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.zone,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1763874900,
            "profile": profile,
        }
        return body | ({"locale": self.locale} if with_locale else {})


@dataclass(slots=True)
class Channel:
    """A conversation: public, private, or (with `peer`) a direct message between the bot and one user."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    is_private: bool = False
    peer: str = ""

    @property
    def kind(self) -> str:
        """The `channel_type` of events."""
        if self.peer:
            return "im"
        return "group" if self.is_private else "channel"

    def as_json(self) -> JSON:
        """Return the conversation object: https://docs.slack.dev/reference/objects/conversation-object."""
        if self.peer:
            return {"id": self.id, "is_im": True, "user": self.peer, "is_archived": False, "is_open": True}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": self.is_private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_archived": False,
            "is_general": self.name == "general",
            "is_member": BOT_USER in self.members,
            "num_members": len(self.members),
            "context_team_id": TEAM_ID,
        }


@dataclass(slots=True)
class Group:
    """A user group; `handle` without "@"."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)

    def as_json(self, *, with_users: bool = False) -> JSON:
        """Return the usergroup object: https://docs.slack.dev/reference/objects/usergroup-object."""
        body: JSON = {
            "id": self.id,
            "team_id": TEAM_ID,
            "is_usergroup": True,
            "name": self.name,
            "handle": self.handle,
            "date_delete": 0,
            "user_count": len(self.users),
        }
        return body | ({"users": list(self.users)} if with_users else {})


@dataclass(slots=True)
class Names:
    """What a name typed after "@" or "#" stands for."""

    users: dict[str, str]
    groups: dict[str, str]
    channels: dict[str, tuple[str, bool]]
    """Name → (id, whether it is private)."""

    @classmethod
    def of(cls, users: Iterable[User], groups: Iterable[Group], channels: Iterable[Channel]) -> Names:
        """Collect the names of everyone and everything."""
        return cls(
            {user.name: user.id for user in users if not user.deleted},
            {group.handle: group.id for group in groups},
            {channel.name: (channel.id, channel.is_private) for channel in channels if channel.name},
        )


def cast() -> tuple[list[User], list[Group], list[Channel]]:
    """Return the people, groups and channels that a fresh workspace has."""
    users = [
        User("U024BE7LH", "anna", "Anna Petrova", "anna@example.com"),
        User("U0G9QF9C6", "bob", "Bob Smirnov", "bob@example.com", locale="ru-RU"),
        User("U0CAROL03", "carol", "Carol Chen", "carol@example.com", zone="Europe/Berlin"),
        User(BOT_USER, "bitrix24", "Bitrix24 bridge", is_bot=True),
    ]
    everyone = [user.id for user in users]
    groups = [Group("S0614TZR7", "devs", "Developers", ["U024BE7LH", "U0G9QF9C6"])]
    channels = [
        Channel("C0GENERAL", "general", list(everyone)),
        Channel("C0ALERTS", "alerts", list(everyone)),
        Channel("C0INCIDENT", "incidents", list(everyone)),
        *(Channel(f"D0{user.name.upper()}", "", [user.id, BOT_USER], peer=user.id) for user in users[:3]),
    ]
    return users, groups, channels
