"""`[portals.NAME]`: where notifications go and how to sign in there. No I/O."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, cast

from slack_bitrix24.config import checks
from slack_bitrix24.config.secret import Secret
from slack_bitrix24.config.section import Section
from slack_bitrix24.config.settings import Bot, Portal
from slack_bitrix24.config.urls import base_url, domain, webhook_url
from slack_bitrix24.model import SentAs

Plan = Literal["standard", "enterprise"]
InDoubt = Literal["repeat", "leave"]

# The name stands in addresses (bitrix24:acme/10), in paths (/bitrix24/install/acme) and in metrics.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OAUTH = ("domain", "client_id", "client_secret", "refresh_token", "oauth_url")


def read_portals(root: Section, folder: Path) -> dict[str, Portal]:
    """Read all portals in the order of the file: the first is the default one."""
    sections = root.table("portals").each()
    if not sections:
        root.fault("portals", _MISSING)
    for name in sections:
        if not _NAME.fullmatch(name):
            root.fault("portals", f'expected a name of letters, digits, "-", "." and "_", got "{name[:40]}"')
    return {name: _read_portal(section, name, folder) for name, section in sections.items()}


_MISSING = "expected a section [portals.NAME] or the variable BITRIX24_WEBHOOK_URL, got nothing"


def _read_portal(section: Section, name: str, folder: Path) -> Portal:
    webhook = section.take("webhook_url", webhook_url, "", secret=True)
    by_oauth = any(key in section for key in _OAUTH)
    if "webhook_url" in section and by_oauth:
        section.fault("", "expected webhook_url or an application's domain, client_id and client_secret, got both")
    elif "webhook_url" not in section and not by_oauth:
        section.fault("", "expected webhook_url, or domain, client_id and client_secret of an application, got neither")
    needed = by_oauth and "webhook_url" not in section
    client_secret = section.take("client_secret", checks.credential, "", required=needed, secret=True)
    refresh_token = section.take("refresh_token", checks.credential, "", secret=True)
    bot = section.table("bot")
    avatar = bot.take("avatar", checks.text, "")
    return Portal(
        name=name,
        bot=Bot(
            name=bot.take("name", checks.text, "Slack"),
            code=bot.take("code", checks.text, "slack_bridge"),
            avatar=folder / avatar if avatar else None,
        ),
        webhook_url=Secret(webhook) if webhook else None,
        domain=section.take("domain", domain, "", required=needed),
        client_id=section.take("client_id", checks.credential, "", required=needed),
        client_secret=Secret(client_secret) if client_secret else None,
        refresh_token=Secret(refresh_token) if refresh_token else None,
        oauth_url=section.take("oauth_url", base_url("an https:// address"), "https://oauth.bitrix24.tech"),
        application=section.take("application", checks.text, "slack-bitrix24"),
        plan=cast("Plan", section.take("plan", checks.word(Plan), "standard")),
        operating_limit=section.take("operating_limit", checks.seconds, 420.0),
        kind=cast("SentAs", section.take("kind", checks.word(SentAs), "personal")),
        in_doubt=cast("InDoubt", section.take("in_doubt", checks.word(InDoubt), "repeat")),
        edits_every=section.take("edits_every", checks.duration, 60.0),
        in_flight=section.take("in_flight", checks.whole(1, 20), 4),
        attach_limit=section.take("attach_limit", checks.whole(1_000, 60_000), 60_000),
    )
