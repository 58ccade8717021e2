"""Whether the Slack ids of the mapping file and of the permissions are people of the workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk import WebClient

from slack_bitrix24.address import SlackUser, parse_address
from slack_bitrix24.cli.checks import cures
from slack_bitrix24.cli.checks.online import Finding
from slack_bitrix24.cli.slack_answers import SlackError, asking
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory

MOST_ASKED = 20
"""Ids that are asked about one by one: guests of shared channels do not stand in the workspace's list."""


def known(client: WebClient, settings: Settings, directory: Directory | None) -> Iterator[Finding]:
    """Name each id that is nobody's, left, or a bot; of those whom the list does not have the first MOST_ASKED."""
    named = dict.fromkeys(directory.users, "the mapping file") if directory else {}
    named = _permitted(settings) | named
    if not named:
        return
    try:
        members = _members(client)
        strangers = [user for user in named if user not in members]
        for user in strangers[:MOST_ASKED]:
            members[user] = _asked(client, user)
    except SlackError as error:
        yield Finding("slack people", "warning", f"could not be asked: {error}: {cures.of_slack(error.code)}")
        return
    for user, place in named.items():
        if user in members and (why := _why(members[user])):
            yield Finding("slack people", "warning", f"{place}: {user} {why}: correct the id, or take it out")
    if len(strangers) > MOST_ASKED:
        yield Finding("slack people", "warning", f"{len(strangers) - MOST_ASKED} more ids are not of this workspace")


def _permitted(settings: Settings) -> dict[str, str]:
    found = {}
    for right in ("notify", "broadcast", "admin"):
        for text in getattr(settings.permissions, right):
            try:
                address = parse_address(text, default_portal=settings.default_portal)
            except AddressError:  # "*"
                continue
            if isinstance(address, SlackUser):
                found[address.id] = f"permissions.{right}"
    return found


def _members(client: WebClient) -> dict[str, Mapping[str, Any]]:
    with asking(client):
        pages = [page["members"] for page in client.users_list(limit=200)]
    return {str(each["id"]): each for page in pages for each in page}


def _asked(client: WebClient, user: str) -> Mapping[str, Any]:
    """Return a user whom the list does not have; empty where nobody is called that."""
    try:
        with asking(client):
            return dict(client.users_info(user=user).get("user") or {})
    except SlackError as error:
        if error.code in ("user_not_found", "user_not_visible"):
            return {}
        raise


def _why(member: Mapping[str, Any]) -> str:
    if not member:
        return "is nobody's id in this workspace (it stands in the menu of a profile: Copy member ID)"
    name = (member.get("profile") or {}).get("real_name") or member.get("real_name") or member.get("name") or "?"
    if member.get("deleted"):
        return f"({name}) has left Slack"
    return f"({name}) is a bot" if member.get("is_bot") else ""
