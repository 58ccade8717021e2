"""What the configuration says, checked and with every default filled in. Frozen values, no I/O.

The names are the keys of the file. Addresses stay as written (`parse_address` reads them; each was read once already).
Durations are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from slack_bitrix24.config.secret import Secret
from slack_bitrix24.matching import Pattern
from slack_bitrix24.model import Priority, SentAs

Addresses = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """How to reach the Slack workspace. `app_token` is there in socket mode, `signing_secret` in http mode.

    `client_id` and `client_secret` are the app's own, for Sign in with Slack; both or none.
    """

    mode: Literal["socket", "http"]
    bot_token: Secret
    app_token: Secret | None
    signing_secret: Secret | None
    command: str
    api_url: str
    client_id: str
    client_secret: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The bridge's own bot at a portal: what people see, and the code that it is registered under.

    `avatar` is a picture's file, or None.
    """

    name: str
    code: str
    avatar: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portal:
    """A Bitrix24 portal and how to sign in: `webhook_url`, or the OAuth application's `domain` and the rest.

    `operating_limit` is in seconds of method time in ten minutes, 0 for none; `attach_limit` in characters.
    """

    name: str
    webhook_url: Secret | None
    domain: str
    client_id: str
    client_secret: Secret | None
    refresh_token: Secret | None
    oauth_url: str
    application: str
    plan: Literal["standard", "enterprise"]
    operating_limit: float
    kind: SentAs
    bot: Bot
    in_doubt: Literal["repeat", "leave"]
    edits_every: float
    in_flight: int
    attach_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSource:
    """Where the mapping file is; None where none was named and no `mapping.yaml` lies beside the configuration."""

    file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Who may: addresses of Slack users, or "*" for everyone."""

    notify: Addresses
    broadcast: Addresses
    admin: Addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Messages in Slack channels that become notifications. `from_` is "bots", "people", "anyone" or Slack ids.

    `kind` None is the portal's. With `acknowledge` its messages of the bot can be taken by a click.
    """

    name: str
    channels: tuple[str, ...]
    from_: Literal["bots", "people", "anyone"] | tuple[str, ...]
    match: Pattern | None
    unless: Pattern | None
    to: Addresses
    edits: Literal["replace", "replace loudly", "ignore"]
    priority: Priority
    kind: SentAs | None
    acknowledge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An incoming webhook. `addresses` is whom a caller may name itself; "*" in it is anyone.

    `token` holds all that are good just now. `secret` is the key of the signature, None where the token is.
    `kind` None is the portal's. With `acknowledge` its messages of the bot can be taken by a click.
    """

    name: str
    token: tuple[Secret, ...]
    to: Addresses
    to_field: str
    addresses: Addresses
    signature: Literal["", "slack", "github", "grafana"]
    secret: Secret | None
    fields: Mapping[str, str]
    priority: Priority
    kind: SentAs | None
    acknowledge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Something that says "I live" at least each `every` seconds; `grace` more, and its silence is told to `to`."""

    name: str
    token: tuple[Secret, ...]
    every: float
    grace: float
    to: Addresses
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or a file, shown by its address."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A text that goes out by the clock. Exactly one of `when`, `cron` and `at` is set; `at` has its zone.

    `kind` None is the portal's.
    """

    name: str
    when: str
    cron: str
    at: datetime | None
    to: Addresses
    text: str
    catch_up: Literal["latest", "all", "skip"]
    catch_up_within: float
    pictures: tuple[Media, ...]
    files: tuple[Media, ...]
    priority: Priority
    kind: SentAs | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Where HTTP is answered. Port 0 takes a free one; `public_url` is empty or has no slash at its end.

    `ntfy` and `gotify` name the webhook that is served in that form; empty is none. `page`: the page for operators is
    served; `page_password` is the hash of its local password, None where there is none. `proxies`: networks
    that are believed where they say who asks.
    """

    host: str
    port: int
    public_url: str
    ntfy: str
    gotify: str
    page: bool
    page_password: Secret | None
    proxies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """How long finished notifications stay before they are purged, in seconds."""

    keep_delivered: float
    keep_dead: float


Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "text", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is logged and how. "auto" is text on a terminal and JSON elsewhere."""

    level: Level
    format: Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration.

    `database` is a secret because its address may hold a password. `slack` is None where nothing needs Slack; `web` is
    there when its section is, or when http mode or a webhook needs it. `path` is None without a file. `timezone_from`
    says in words where the zone was found: the configuration, TZ, a file of the machine.
    """

    path: Path | None
    database: Secret
    timezone: str
    timezone_from: str
    slack: Slack | None
    portals: Mapping[str, Portal]
    mapping: MappingSource
    permissions: Permissions
    relays: tuple[Relay, ...]
    webhooks: tuple[Webhook, ...]
    heartbeats: tuple[Heartbeat, ...]
    schedules: tuple[Schedule, ...]
    web: Web | None
    outbox: Outbox
    log: Log
    warnings: tuple[str, ...]

    @property
    def default_portal(self) -> str:
        """The portal of addresses that name none: the first one of the file."""
        return next(iter(self.portals))

    @property
    def acknowledged(self) -> frozenset[str]:
        """The sources of notifications that can be taken by a click."""
        relays = {f"relay:{one.name}" for one in self.relays if one.acknowledge}
        return frozenset(relays | {f"webhook:{one.name}" for one in self.webhooks if one.acknowledge})

    @property
    def loud(self) -> frozenset[str]:
        """The sources of notifications of which an edit comes as a new message of the bot."""
        return frozenset(f"relay:{one.name}" for one in self.relays if one.edits == "replace loudly")

    def uses_bot(self, portal: str) -> bool:
        """Tell whether anything may be sent to a portal through the bridge's own bot there."""
        flows = [*(one.kind for one in self.relays), *(one.kind for one in self.webhooks)]
        return "bot" in (self.portals[portal].kind, *flows, *(one.kind for one in self.schedules))
