"""What is asked of Slack: who the tokens are, their scopes, the channels and groups that are named."""

from __future__ import annotations

from collections.abc import Iterator

from slack_sdk import WebClient

from slack_bitrix24.app.slack_side import web_client
from slack_bitrix24.cli import cures, online
from slack_bitrix24.cli.online import Finding
from slack_bitrix24.cli.slack_answers import SlackError, asking
from slack_bitrix24.config import Settings, Slack


def slack(settings: Settings, slack: Slack) -> Iterator[Finding]:
    """Ask Slack about the tokens, then about what the configuration names of the workspace."""
    client = web_client(slack)
    try:
        with asking(client):
            answer = client.auth_test()
    except SlackError as error:
        yield Finding("slack", "failed", f"{error}: {cures.of_slack(error.code)}")
    else:
        headers = {str(name).lower(): value for name, value in answer.headers.items()}
        granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes") or "").split(",") if scope.strip()}
        bot = str(answer.get("user", "the bot"))
        yield from online.scopes(granted, f"{bot} at {answer.get('team', 'the workspace')}")
        yield from online.channels(client, settings, bot=bot)
        yield from online.groups(client, settings)
    if slack.mode == "socket" and slack.app_token is not None:
        yield _socket(client, slack.app_token.reveal())


def _socket(client: WebClient, token: str) -> Finding:
    try:
        with asking(client):
            client.apps_connections_open(app_token=token)
    except SlackError as error:
        return Finding("slack socket", "failed", f"{error}: {cures.of_slack(error.code, token=cures.FOR_SOCKET)}")
    return Finding("slack socket", "ok", "the app token opens connections")
