"""What the set-up writes: configuration, mapping file and secrets, each as text. No I/O."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slack_bitrix24.cli.init.answers import Answers

DEFAULT_API = "https://slack.com/api"
SECRETS = "secrets"
"""The folder beside the configuration, for its owner alone; each file in it holds one secret."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the tries found out: who I am in Slack, at the portal (0: unknown), and the channels' names by id."""

    me: str
    my_name: str
    my_user_id: int
    channels: Mapping[str, str]


def secrets(answers: Answers) -> dict[str, str]:
    """Return the secrets by the names of their files."""
    named = {
        "slack-bot-token": answers.slack_bot_token,
        "slack-app-token": answers.slack_app_token,
        "bitrix24-webhook-url": answers.webhook_url,
        "bitrix24-client-secret": answers.client_secret,
    }
    return {name: value for name, value in named.items() if value}


def configuration(answers: Answers, found: Found) -> str:
    """Return slack-bitrix24.toml with a comment for whoever reads it in a year."""
    return "\n".join([*_top(answers), *_slack(answers), *_portal(answers), *_people(found), *_relay(answers, found)])


def mapping(answers: Answers, found: Found) -> str:
    """Return mapping.yaml with me in it, where my Bitrix24 user is known, and the groups that relays name."""
    users = [f"  {found.me}: {found.my_user_id}  # {found.my_name}"] if found.my_user_id else []
    groups = [f"  {name}: [{found.me}]" for name in _groups(answers)]
    return "\n".join(
        [
            "# Who is who: a Slack member id (in the profile's menu) and a Bitrix24 user id (in the address of the",
            "# user's page). `slack-bitrix24 mapping sync --write` adds people by e-mail.",
            "# The bridge reads this file again whenever it changes.",
            "users:",
            *users,
            *(["groups:", *groups] if groups else []),
            "",
        ]
    )


def _groups(answers: Answers) -> list[str]:
    return [address.removeprefix("@") for address in answers.to if address.startswith("@")]


def _top(answers: Answers) -> Iterator[str]:
    yield "# Written by `slack-bitrix24 init`; it is yours now. After a change: slack-bitrix24 check"
    yield 'database = "sqlite:///slack-bitrix24.db"'
    if answers.timezone:
        yield f"timezone = {_text(answers.timezone)}  # of schedules and reminders"
    yield ""


def _slack(answers: Answers) -> Iterator[str]:
    yield "[slack]"
    yield f"bot_token = {_secret('slack-bot-token')}"
    yield f"app_token = {_secret('slack-app-token')}"
    if answers.slack_api_url.rstrip("/") not in ("", DEFAULT_API):
        yield f"api_url = {_text(answers.slack_api_url)}"
    yield ""


def _portal(answers: Answers) -> Iterator[str]:
    yield "[portals.main]"
    if answers.webhook_url:
        yield f"webhook_url = {_secret('bitrix24-webhook-url')}"
    else:
        yield f"domain = {_text(answers.domain)}"
        yield f"client_id = {_text(answers.client_id)}"
        yield f"client_secret = {_secret('bitrix24-client-secret')}"
    yield ""


def _people(found: Found) -> Iterator[str]:
    yield from ("[mapping]", 'file = "mapping.yaml"', "")
    yield "[permissions]"
    yield 'notify = ["*"]  # who may notify others: everyone in Slack'
    yield f"broadcast = [{_text(found.me)}]  # who may reach more than 20 people at once"
    yield f"admin = [{_text(found.me)}]  # {found.my_name}: hears of trouble, may see and retry others' notifications"
    yield ""


def _relay(answers: Answers, found: Found) -> Iterator[str]:
    if not found.channels:
        return
    yield "[[relays]]"
    yield 'name = "alerts"'
    yield f"channels = {_list(found.channels)}  # {', '.join(f'#{name}' for name in found.channels.values())}"
    yield 'from = "bots"  # or "people", "anyone"'
    yield f"to = {_list(answers.to)}"
    yield ""


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(values: Sequence[str] | Mapping[str, str]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _secret(name: str) -> str:
    return f'{{ file = "{SECRETS}/{name}" }}'
