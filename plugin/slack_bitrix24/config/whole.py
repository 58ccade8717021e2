"""The top of the configuration: which sections there are and what holds between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from slack_bitrix24.config import checks
from slack_bitrix24.config.machine import local_zone
from slack_bitrix24.config.portals import read_portals
from slack_bitrix24.config.secret import Secret
from slack_bitrix24.config.section import Expected, Section, did_you_mean, shown, shown_address
from slack_bitrix24.config.settings import (
    Format,
    Heartbeat,
    Level,
    Log,
    MappingSource,
    Outbox,
    Settings,
    Slack,
    Web,
    Webhook,
)
from slack_bitrix24.config.urls import base_url, database, network
from slack_bitrix24.config.ways_in import (
    read_heartbeats,
    read_permissions,
    read_relays,
    read_schedules,
    read_slack,
    read_webhooks,
)

# A webhook's token stands in an address that anyone may call: 16 characters of base64 are 96 bits.
_SHORT_TOKEN = 16
_SHORTEST_KEPT = 2 * 86_400


def read_settings(root: Section, *, path: Path | None, folder: Path, environ: Mapping[str, str]) -> Settings:
    """Read the whole configuration. Faults are noted with the sections; then the result is of no use."""
    timezone, zone_from, unsure = root.take("timezone", checks.zone, ""), "the configuration", ""
    if not timezone:
        timezone, zone_from, unsure = local_zone(environ)
    location = (
        root.take("database", database(folder), "", show=shown_address) or f"sqlite:///{folder / 'slack-bitrix24.db'}"
    )
    portals = read_portals(root, folder)
    relays = read_relays(root, portals)
    webhooks = read_webhooks(root, portals)
    heartbeats = read_heartbeats(root, portals)
    slack = read_slack(root) if "slack" in root or "relays" in root else None
    web = _read_web(root, slack, webhooks, heard=bool(heartbeats))
    return Settings(
        path=path,
        database=Secret(location),
        timezone=timezone,
        timezone_from=zone_from,
        slack=slack,
        portals=portals,
        mapping=_read_mapping(root, folder),
        permissions=read_permissions(root, portals),
        relays=relays,
        webhooks=webhooks,
        heartbeats=heartbeats,
        schedules=read_schedules(root, portals, timezone=timezone),
        web=web,
        outbox=_read_outbox(root),
        log=_read_log(root),
        warnings=(
            *filter(None, [unsure, _closed(web, slack)]),
            *_short_tokens("webhooks", webhooks),
            *_short_tokens("heartbeats", heartbeats),
        ),
    )


def _read_mapping(root: Section, folder: Path) -> MappingSource:
    file = root.table("mapping").take("file", checks.text, "")
    beside = folder / "mapping.yaml"
    if file:
        return MappingSource(file=folder / file)
    return MappingSource(file=beside if beside.exists() else None)


def _read_web(root: Section, slack: Slack | None, webhooks: tuple[Webhook, ...], *, heard: bool) -> Web | None:
    section = root.table("web")
    web = Web(
        host=section.take("host", checks.text, "127.0.0.1"),
        port=section.take("port", checks.whole(0, 65_535), 3000),
        public_url=section.take("public_url", base_url("an https:// address"), ""),
        ntfy=_named(section, "ntfy", webhooks),
        gotify=_named(section, "gotify", webhooks),
        page=section.take("page", checks.truth, default=False),
        page_password=Secret(kept) if (kept := section.take("page_password", _password, "", secret=True)) else None,
        proxies=section.take_list("proxies", network, "addresses of proxies"),
    )
    needed = "web" in root or webhooks or heard or (slack and slack.mode == "http")
    return web if needed else None


def _password(value: object) -> str:
    kept = checks.credential(value, "the hash that `slack-bitrix24 password` prints")
    if not kept.startswith("$argon2id$"):  # the password itself, most likely: it is never stored
        raise Expected("the hash that `slack-bitrix24 password` prints ($argon2id$…), not the password")
    return kept


def _named(section: Section, key: str, webhooks: tuple[Webhook, ...]) -> str:
    """Read the name of a webhook that is there."""
    name = section.take(key, checks.text, "")
    names = [webhook.name for webhook in webhooks]
    if name and name not in names:
        section.fault(key, f"no webhook is called {shown(name)}{did_you_mean(name, names)}")
    return name


def _read_outbox(root: Section) -> Outbox:
    section = root.table("outbox")
    return Outbox(
        keep_delivered=section.take("keep_delivered", _keep, 30 * 86_400.0),
        keep_dead=section.take("keep_dead", _keep, 90 * 86_400.0),
    )


def _read_log(root: Section) -> Log:
    section = root.table("log")
    return Log(
        level=cast("Level", section.take("level", checks.word(Level), "info")),
        format=cast("Format", section.take("format", checks.word(Format), "auto")),
    )


def _keep(value: object) -> float:
    # Slack repeats an event for up to 26 hours; what is purged is no longer known as done and would go out twice.
    seconds = checks.duration(value)
    if seconds < _SHORTEST_KEPT:
        raise Expected('a duration of at least "2d"')
    return seconds


def _closed(web: Web | None, slack: Slack | None) -> str:
    """Return a line where the page is served and nobody can sign in."""
    if web is None or not web.page or web.page_password is not None or (slack is not None and slack.client_id):
        return ""
    return "web.page: nobody can sign in: give web.page_password (`slack-bitrix24 password`), or slack.client_id"


def _short_tokens(section: str, ways: Sequence[Webhook | Heartbeat]) -> tuple[str, ...]:
    return tuple(
        f"{section}[{i}].token: shorter than {_SHORT_TOKEN} characters, which can be guessed (openssl rand -hex 24)"
        for i, way in enumerate(ways)
        if any(len(token.reveal()) < _SHORT_TOKEN for token in way.token)
    )
