"""What is asked of Slack and Bitrix24 about the configuration: channels, scopes, mapped people. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from slack_sdk import WebClient

from slack_bitrix24.address import Address, Channel, SlackGroup, parse_address
from slack_bitrix24.app.warnings import addresses
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.bitrix24.users import User
from slack_bitrix24.cli.checks import cures
from slack_bitrix24.cli.slack_answers import SlackError, asking
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import AddressError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.slack.app import FURTHER_SCOPES, SCOPES


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    what: str
    state: Literal["ok", "warning", "failed"]
    text: str


def scopes(granted: set[str], who: str) -> Iterator[Finding]:
    """Name each scope that the bot token lacks, with what is lost without it."""
    missing = sorted(set(SCOPES) - granted) if granted else []
    if missing:
        text = f"{who}; missing scopes: {', '.join(missing)} (add them and reinstall the app)"
        yield Finding("slack", "failed", text)
        for scope in missing:
            yield Finding(f"scope {scope}", "failed", f"missing, and with it {SCOPES[scope]}: {cures.SCOPE}")
    else:
        yield Finding("slack", "ok", who)
    for scope, lost in FURTHER_SCOPES.items():
        if granted and scope not in granted:
            yield Finding(f"scope {scope}", "warning", f"missing, and with it {lost}: {cures.SCOPE}")


def channels(client: WebClient, settings: Settings, *, bot: str) -> Iterator[Finding]:
    """Ask Slack about each channel that the configuration names: whether it is there, and the app in it."""
    for channel, places in _named(settings).items():
        yield _channel(client, channel, ", ".join(places), bot=bot)


def _named(settings: Settings) -> dict[str, list[str]]:
    """Return the channels of the configuration, and where each is named."""
    found: dict[str, list[str]] = {}
    for relay in settings.relays:
        for channel in relay.channels:
            found.setdefault(channel, []).append(f"relays.{relay.name}")
    for place, address in _addresses(settings):
        if isinstance(address, Channel) and address.id not in ("here", "channel"):
            found.setdefault(address.id, []).append(place)
    return found


def _addresses(settings: Settings) -> Iterator[tuple[str, Address]]:
    for place, text in addresses(settings):
        with suppress(AddressError):
            yield place, parse_address(text, default_portal=settings.default_portal)


def groups(client: WebClient, settings: Settings) -> Iterator[Finding]:
    """Ask Slack about each user group that the configuration names; those that are there are not worth a line."""
    named: dict[str, list[str]] = {}
    for place, address in _addresses(settings):
        if isinstance(address, SlackGroup):
            named.setdefault(address.id, []).append(place)
    for group, places in named.items():
        try:
            with asking(client):
                client.usergroups_users_list(usergroup=group)
        except SlackError as error:
            gone = error.code == "no_such_subteam"
            cure = "take it out, or name the group by its id in Slack" if gone else cures.of_slack(error.code)
            said = "there is no such user group" if gone else str(error)
            yield Finding(f"group {group}", "failed", f"{', '.join(places)}: {said}: {cure}")


def _channel(client: WebClient, channel: str, places: str, *, bot: str) -> Finding:
    what = f"channel {channel}"
    try:
        with asking(client):
            told = client.conversations_info(channel=channel).get("channel") or {}
    except SlackError as error:
        if error.code.startswith("channel_not_found"):
            text = f"{places}: no such channel, or a private one that the app is not in: /invite @{bot} there"
            return Finding(what, "failed", text)
        return Finding(what, "failed", f"{places}: {error}: {cures.of_slack(error.code)}")
    name = f"#{told.get('name', channel)}"
    if told.get("is_archived"):
        return Finding(what, "failed", f"{places}: {name} is archived: bring it back in Slack, or take it out there")
    if not told.get("is_member"):
        return Finding(what, "failed", f"{places}: the app is not in {name}: /invite @{bot}")
    return Finding(what, "ok", f"{name} ({places})")


def mapped(client: Bitrix24, directory: Directory, portal: str, *, bot: bool = False) -> Iterator[Finding]:
    """Ask a portal about all who are mapped to it: unknown, dismissed, bots and guests from outside are named."""
    ids = {one.user_id: slack_id for slack_id, one in directory.users.items() if one.portal == portal}
    if not ids:
        return
    known = client.users_by_id(list(ids))
    what = f"mapping {portal}"
    wrong = [
        (state, f"{slack_id}: user {number} {why}: {cures.MAPPING}")
        for number, slack_id in ids.items()
        for state, why in [_standing(known.get(number), bot=bot)]
        if why
    ]
    for state, text in wrong:
        yield Finding(what, state, text)
    yield Finding(what, "ok", f"{len(ids) - len(wrong)} of {len(ids)} people are active users of the portal")


_NO_STAFF = frozenset({"email", "imconnector", "replica", "sale", "saleanonymous", "shop", "calendar_sharing", "call"})
"""Whom Bitrix24 keeps as users for a mailbox, a chat from outside, a shop: `default` and `socservices` are people."""


def _standing(user: User | None, *, bot: bool) -> tuple[Literal["warning", "failed"], str]:
    """Return what keeps a user from being notified, or an empty text."""
    if user is None:
        return "failed", "is not known there"
    if not user.active:
        return "failed", f"({user.name}) is dismissed"
    if user.bot or user.kind == "bot":
        return "failed", f"({user.name}) is a bot"
    if user.kind in _NO_STAFF:
        return "warning", f"({user.name}) is no employee ({user.kind})"
    if not user.extranet:
        return "warning", ""
    instead = ", whom a bot does not reach: what is for them goes as a notification" if bot else ""
    return "warning", f"({user.name}) is a guest from outside (extranet){instead}"


def summary(findings: Sequence[Finding]) -> str:
    """Return the last line: how much is well and how much is not, and what to do."""
    counts: Mapping[str, int] = {
        state: sum(one.state == state for one in findings) for state in ("ok", "warning", "failed")
    }
    said = [f"{counts['ok']} ok"]
    said += [f"{counts['warning']} warning{'s' if counts['warning'] > 1 else ''}"] if counts["warning"] else []
    said += [f"{counts['failed']} failed"] if counts["failed"] else []
    return f"{', '.join(said)} – {'mend what failed, then check again' if counts['failed'] else 'now `run`'}"
