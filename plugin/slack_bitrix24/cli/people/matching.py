"""Slack users and Bitrix24 users, matched by e-mail. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from slack_bitrix24.bitrix24.users import User
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient

Found = Literal["new", "known", "differs", "nobody", "several", "no e-mail"]
"""new: found and not in the mapping file; known: it says so already; differs: it names another user."""

SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Match:
    """A Slack user, and who has the same e-mail at the portal; `user_ids` are those who have it."""

    slack_id: str
    name: str
    email: str
    found: Found
    user_ids: tuple[int, ...] = ()
    mapped: Recipient | None = None


def people_of(members: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Return id, name and e-mail of the people among Slack's users: no bots, nobody who has left."""
    found = []
    for user in members:
        profile = user.get("profile") or {}
        if user.get("deleted") or user.get("is_bot") or user.get("id") == SLACKBOT:
            continue
        name = profile.get("real_name") or user.get("real_name") or user.get("name") or user["id"]
        found.append((str(user["id"]), str(name), str(profile.get("email") or "")))
    return found


def match(
    people: Iterable[tuple[str, str, str]], users: Iterable[User], *, directory: Directory, portal: str
) -> list[Match]:
    """Match by e-mail, whatever its case; only active people of the portal count."""
    by_email: dict[str, list[int]] = {}
    for user in users:
        if user.email and user.active and not user.bot:
            by_email.setdefault(user.email.strip().casefold(), []).append(user.id)
    return [
        _match(person, tuple(sorted(by_email.get(person[2].strip().casefold(), ()))), directory, portal)
        for person in people
    ]


def _match(person: tuple[str, str, str], ids: tuple[int, ...], directory: Directory, portal: str) -> Match:  # noqa: PLR0917 – one call
    slack_id, name, email = person
    mapped = directory.recipient(slack_id)
    found: Found
    if not email.strip():
        found = "known" if mapped else "no e-mail"
    elif len(ids) != 1:
        found = "known" if mapped else "several" if ids else "nobody"
    elif mapped is None:
        found = "new"
    else:
        found = "known" if mapped == Recipient(portal, ids[0]) or mapped.portal != portal else "differs"
    return Match(slack_id, name, email, found, ids, mapped)
