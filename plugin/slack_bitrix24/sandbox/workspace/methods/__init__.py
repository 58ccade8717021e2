"""The Web API, one file per family: https://docs.slack.dev/reference/methods."""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace.methods import app, chat, conversations, users, views
from slack_bitrix24.sandbox.workspace.methods.registry import METHODS, call

__all__ = ["METHODS", "app", "call", "chat", "conversations", "users", "views"]
