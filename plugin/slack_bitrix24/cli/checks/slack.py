"""What is asked of Slack: who the tokens are, their scopes, the channels and groups that are named."""

from __future__ import annotations

import time
from collections.abc import Iterator

from slack_sdk import WebClient

from slack_bitrix24.app.slack_side import web_client
from slack_bitrix24.cli.checks import cures, online
from slack_bitrix24.cli.checks import machine as checks_machine
from slack_bitrix24.cli.checks.online import Finding
from slack_bitrix24.cli.people import slack_people
from slack_bitrix24.cli.slack_answers import SlackError, asking
from slack_bitrix24.config import Settings, Slack
from slack_bitrix24.mapping import Directory


def slack(settings: Settings, slack: Slack, *, directory: Directory | None, proxy: str) -> Iterator[Finding]:
    """Ask Slack about the tokens, then about what the configuration and the mapping file name of the workspace."""
    client = web_client(slack)
    try:
        with asking(client):
            answer = client.auth_test()
    except SlackError as error:
        yield Finding("slack", "failed", _told(error, cures.of_slack(error.code), proxy))
    else:
        headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
        yield from checks_machine.clock(headers, now=time.time(), whose="Slack")
        granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip()}
        bot = str(answer.get("user", "the bot"))
        yield from online.scopes(granted, f"{bot} at {answer.get('team', 'the workspace')}")
        yield from online.channels(client, settings, bot=bot)
        yield from online.groups(client, settings)
        yield from slack_people.known(client, settings, directory)
    if slack.mode == "socket" and slack.app_token is not None:
        yield _socket(client, slack.app_token.reveal(), proxy)


def _told(error: SlackError, cure: str, proxy: str) -> str:
    """Return what went wrong and what to do; where nothing was reached, the proxy that was asked to lead there."""
    return f"{error}: {cure}{f' {proxy}' if proxy and cure == cures.REACH else ''}"


def _socket(client: WebClient, token: str, proxy: str) -> Finding:
    try:
        with asking(client):
            client.apps_connections_open(app_token=token)
    except SlackError as error:
        return Finding(
            "slack socket", "failed", _told(error, cures.of_slack(error.code, token=cures.FOR_SOCKET), proxy)
        )
    return Finding("slack socket", "ok", "the app token opens connections")
