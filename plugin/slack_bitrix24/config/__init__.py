"""Configuration: a TOML file and the environment become `Settings`, or every fault at once.

Nothing else of this program reads the environment; only `app` and `cli` import this package.
"""

from __future__ import annotations

from slack_bitrix24.config.loading import FILE_NAME, find, load
from slack_bitrix24.config.revealed import secrets_of
from slack_bitrix24.config.secret import Secret
from slack_bitrix24.config.settings import (
    Heartbeat,
    Log,
    Media,
    Outbox,
    Permissions,
    Portal,
    Relay,
    Schedule,
    Settings,
    Slack,
    Web,
    Webhook,
)

__all__ = [
    "FILE_NAME",
    "Heartbeat",
    "Log",
    "Media",
    "Outbox",
    "Permissions",
    "Portal",
    "Relay",
    "Schedule",
    "Secret",
    "Settings",
    "Slack",
    "Web",
    "Webhook",
    "find",
    "load",
    "secrets_of",
]
