"""`[slack]`, `[permissions]`, `[[relays]]`, `[[webhooks]]`, `[[schedules]]`: how things come in. No I/O."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Collection
from typing import Literal, cast

from slack_bitrix24.config import checks
from slack_bitrix24.config.addresses import EVERYONE, address
from slack_bitrix24.config.secret import Secret
from slack_bitrix24.config.section import Expected, Section
from slack_bitrix24.config.settings import Heartbeat, Media, Permissions, Relay, Schedule, Slack, Webhook
from slack_bitrix24.config.urls import base_url, media_url
from slack_bitrix24.model import Priority, SentAs

Mode = Literal["socket", "http"]
From = Literal["bots", "people", "anyone"]
Edits = Literal["replace", "replace loudly", "ignore"]
CatchUp = Literal["latest", "all", "skip"]
Signature = Literal["slack", "github", "grafana"]

SLACK_API = "https://slack.com/api"
_CLIENT_ID = checks.matching(r"[0-9]+\.[0-9]+", 'a client id such as "1234567890.0987654321" (Basic Information)')
_COMMAND = checks.matching(r"/[^\s/]{1,31}", 'a command such as "/b24"')
# It stands in the tag, of which Bitrix24 keeps 246 characters (Bitrix24 server source, main 26.150, 2026-03).
_NAME = checks.matching(r"(?=.*\S).{1,128}", "a text of at most 128 characters")
_WEBHOOK_NAME = checks.matching(r"[A-Za-z0-9._~-]{1,128}", 'a name of letters, digits, "-", "." and "_", at most 128')
_WEBHOOK_TOKEN = checks.matching(
    r"[A-Za-z0-9._~+=-]+", 'a token of letters, digits and "-._~+=" (it stands in an address)'
)


def read_slack(root: Section) -> Slack:
    """Read `[slack]`. Socket mode, unless only a signing secret is there."""
    section = root.table("slack")
    usual = "http" if "signing_secret" in section and "app_token" not in section else "socket"
    mode = cast("Mode", section.take("mode", checks.word(Mode), usual))
    opener = section.take("app_token", app_token, "", required=mode == "socket", secret=True)
    signing = section.take("signing_secret", _signing_secret, "", required=mode == "http", secret=True)
    client_id = section.take("client_id", _CLIENT_ID, "", required="client_secret" in section)
    client_secret = section.take("client_secret", checks.credential, "", required="client_id" in section, secret=True)
    return Slack(
        mode=mode,
        bot_token=Secret(section.take("bot_token", bot_token, "", required=True, secret=True)),
        app_token=Secret(opener) if opener else None,
        signing_secret=Secret(signing) if signing else None,
        command=section.take("command", _COMMAND, "/b24"),
        api_url=section.take("api_url", base_url("an https:// address"), SLACK_API) + "/",
        client_id=client_id,
        client_secret=Secret(client_secret) if client_secret else None,
    )


def bot_token(value: object) -> str:
    """Take a bot token; one of the other kinds is none."""
    return _token(value, "the bot token (xoxb-…)", not_this="xapp-")


def app_token(value: object) -> str:
    """Take an app-level token; one of the other kinds is none."""
    return _token(value, "the app-level token (xapp-…) or, with mode = http, a signing_secret", not_this="xox")


def _signing_secret(value: object) -> str:
    return _token(value, "the signing secret (Basic Information, App Credentials)", not_this="xox")


def _token(value: object, what: str, *, not_this: str) -> str:
    # The two tokens taken for each other are the usual mistake, and Slack's answer to it is no help.
    token = checks.credential(value, what)
    if token.startswith(not_this):
        raise Expected(what)
    return token


def read_permissions(root: Section, portals: Collection[str]) -> Permissions:
    """Read `[permissions]`: everyone may notify, nobody may do the rest."""
    section = root.table("permissions")
    check = address(portals, place="permission", everyone=True)
    everyone = section.take_list("notify", check, "addresses") if "notify" in section else (EVERYONE,)
    return Permissions(
        notify=everyone,
        broadcast=section.take_list("broadcast", check, "addresses"),
        admin=section.take_list("admin", check, "addresses"),
    )


def read_relays(root: Section, portals: Collection[str]) -> tuple[Relay, ...]:
    """Read `[[relays]]`."""
    sections = root.tables("relays")
    relays = tuple(
        Relay(
            name=section.take("name", _NAME, "", required=True),
            channels=section.take_list("channels", checks.channel_id, "channel ids", required=True),
            from_=_read_from(section),
            match=section.take("match", checks.pattern, None),
            unless=section.take("unless", checks.pattern, None),
            to=section.take_list("to", address(portals, place="relay"), "addresses", required=True),
            edits=cast("Edits", section.take("edits", checks.word(Edits), "replace")),
            priority=_priority(section),
            kind=_kind(section),
            acknowledge=section.take("acknowledge", checks.truth, default=False),
        )
        for section in sections
    )
    _refuse_doubles(sections, [relay.name for relay in relays])
    return relays


def _read_from(section: Section) -> From | tuple[str, ...]:
    if section.holds_list("from"):
        return section.take_list("from", checks.slack_id, "Slack ids", required=True)
    return cast("From", section.take("from", checks.senders, "anyone"))


JSON_FIELDS = ("title", "text", "link", "to", "key", "state")


def read_webhooks(root: Section, portals: Collection[str]) -> tuple[Webhook, ...]:
    """Read `[[webhooks]]`. No two may share a token: by it alone the HTTP API knows who calls."""
    sections = root.tables("webhooks")
    webhooks = tuple(_read_webhook(section, portals) for section in sections)
    _refuse_doubles(sections, [webhook.name for webhook in webhooks])
    _refuse_doubles(
        [section for section, webhook in zip(sections, webhooks, strict=True) for _ in webhook.token],
        [token.reveal() for webhook in webhooks for token in webhook.token],
        key="token",
    )
    return webhooks


def _read_webhook(section: Section, portals: Collection[str]) -> Webhook:
    free = address(portals, place="webhook", everyone=True)
    return Webhook(
        name=section.take("name", _WEBHOOK_NAME, "", required=True),
        token=_tokens(section),
        to=section.take_list("to", address(portals, place="webhook"), "addresses", required="addresses" not in section),
        to_field=section.take("to_field", checks.text, ""),
        addresses=section.take_list("addresses", free, "addresses"),
        signature=cast("Signature", section.take("signature", checks.word(Signature), "")),
        secret=Secret(secret) if (secret := section.take("secret", checks.credential, "", secret=True)) else None,
        fields=_read_fields(section),
        priority=_priority(section),
        kind=_kind(section),
        acknowledge=section.take("acknowledge", checks.truth, default=False),
    )


def _read_fields(section: Section) -> dict[str, str]:
    """Read `fields`: where title, text and the rest of any JSON stand, by JSONPath."""
    table = section.table("fields")
    return {name: path for name in JSON_FIELDS if (path := table.take(name, checks.json_path, ""))}


def read_heartbeats(root: Section, portals: Collection[str]) -> tuple[Heartbeat, ...]:
    """Read `[[heartbeats]]`."""
    sections = root.tables("heartbeats")
    heartbeats = tuple(_read_heartbeat(section, portals) for section in sections)
    _refuse_doubles(sections, [heartbeat.name for heartbeat in heartbeats])
    return heartbeats


def _read_heartbeat(section: Section, portals: Collection[str]) -> Heartbeat:
    return Heartbeat(
        name=section.take("name", _WEBHOOK_NAME, "", required=True),
        token=_tokens(section),
        every=section.take("every", _period, 3600.0, required=True),
        grace=section.take("grace", checks.duration, 0.0),
        to=section.take_list("to", address(portals, place="webhook"), "addresses", required=True),
        text=section.take("text", checks.text, ""),
    )


def _period(value: object) -> float:
    seconds = checks.duration(value)
    if seconds < 1:
        raise Expected('a duration of at least "1s"')
    return seconds


def _tokens(section: Section) -> tuple[Secret, ...]:
    """Read `token`: one, or a list of those that are good while one takes the place of the other."""
    if section.holds_list("token"):
        found = section.take_list("token", _WEBHOOK_TOKEN, "tokens", required=True, secret=True)
    else:
        found = (section.take("token", _WEBHOOK_TOKEN, "", required=True, secret=True),)
    return tuple(Secret(token) for token in found)


def read_schedules(root: Section, portals: Collection[str], *, timezone: str) -> tuple[Schedule, ...]:
    """Read `[[schedules]]`; a moment without offset is one of `timezone`."""
    sections = root.tables("schedules")
    schedules = tuple(_read_schedule(section, portals, zone=timezone) for section in sections)
    _refuse_doubles(sections, [schedule.name for schedule in schedules])
    return schedules


def _read_schedule(section: Section, portals: Collection[str], *, zone: str) -> Schedule:
    given = [key for key in ("when", "cron", "at") if key in section]
    if len(given) != 1:
        section.fault("", f"expected exactly one of when, cron and at, got {' and '.join(given) or 'none'}")
    at = section.take("at", checks.moment, None)
    return Schedule(
        name=section.take("name", checks.text, "", required=True),
        when=section.take("when", checks.text, ""),
        cron=section.take("cron", checks.cron, ""),
        at=_in_zone(at, zone),
        to=section.take_list("to", address(portals, place="schedule"), "addresses", required=True),
        text=section.take("text", checks.text, "", required=True),
        catch_up=cast("CatchUp", section.take("catch_up", checks.word(CatchUp), "latest")),
        catch_up_within=section.take("catch_up_within", checks.duration, 12 * 3_600.0),
        pictures=_read_media(section, "pictures"),
        files=_read_media(section, "files"),
        priority=_priority(section),
        kind=_kind(section),
    )


def _priority(section: Section) -> Priority:
    return cast("Priority", section.take("priority", checks.word(Priority), "normal"))


def _kind(section: Section) -> SentAs | None:
    return cast("SentAs | None", section.take("kind", checks.word(SentAs), "") or None)


def _in_zone(at: dt.datetime | None, zone: str) -> dt.datetime | None:
    return at.replace(tzinfo=zoneinfo.ZoneInfo(zone)) if at and at.tzinfo is None else at


def _read_media(section: Section, key: str) -> tuple[Media, ...]:
    return tuple(
        Media(
            name=item.take("name", checks.text, "", required=True),
            url=item.take("url", media_url, "", required=True),
        )
        for item in section.tables(key)
    )


def _refuse_doubles(sections: list[Section], values: list[str], *, key: str = "name") -> None:
    first: dict[str, Section] = {}
    for section, value in zip(sections, values, strict=True):
        if value and value in first:
            shown = f'"{value[:40]}"' if key == "name" else "its text"
            section.fault(key, f"{shown} is already the {key} of {first[value].path}")
        first.setdefault(value, section)
