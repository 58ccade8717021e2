"""What the set-up has to know, and where the answers come from: a file, or an earlier run that was stopped."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from slack_bitrix24.config import checks
from slack_bitrix24.config.references import References
from slack_bitrix24.config.section import Section
from slack_bitrix24.config.urls import base_url, domain, webhook_url
from slack_bitrix24.config.ways_in import app_token, bot_token
from slack_bitrix24.errors import ConfigurationError

PROGRESS = ".slack-bitrix24-init.json"
"""The answers so far, for the next run; its owner's alone, and deleted when all is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All answers; what is not answered yet is empty, or None where empty is an answer.

    The sign-in is `webhook_url`, or the application's `domain`, `client_id` and `client_secret`. `me` is a Slack id,
    handle or e-mail; `my_user_id` my Bitrix24 user, 0 to find it by e-mail. `channels` are ids or names; `to` are
    addresses for what is relayed from them.
    """

    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_api_url: str = ""
    webhook_url: str = ""
    domain: str = ""
    client_id: str = ""
    client_secret: str = ""
    timezone: str = ""
    me: str = ""
    my_user_id: int = 0
    channels: tuple[str, ...] | None = None
    to: tuple[str, ...] = ()
    people: bool | None = None
    notify: bool | None = None

    def missing(self) -> list[str]:
        """Return the names of the answers without which nothing can be set up."""
        needed = ["slack_bot_token", "slack_app_token", "me"]
        if not self.webhook_url:
            application = ["domain", "client_id", "client_secret"]
            needed += application if any(getattr(self, name) for name in application) else ["webhook_url"]
        if self.channels:
            needed.append("to")
        return [name for name in needed if not getattr(self, name)]


def read(path: Path, environ: Mapping[str, str]) -> Answers:
    """Read a TOML file of answers; any text may be `{ env = "NAME" }` or `{ file = "…" }`.

    ConfigurationError names every fault and every answer that is missing.
    """
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ConfigurationError([f"{path}: can't be read: {error.strerror}"]) from None
    except (ValueError, RecursionError) as error:
        raise ConfigurationError([f"{path.name}: not TOML: {error}"]) from None
    faults: list[str] = []
    reader = References(environ, path.parent.absolute()).read
    section = Section(table, "", faults=lambda key, text: faults.append(f"{path.name}: {key}: {text}"), reader=reader)
    answers = _answers(section)
    section.close()
    if not faults:
        faults = [f"{path.name}: {name}: expected an answer, got nothing" for name in answers.missing()]
    if faults:
        raise ConfigurationError(faults)
    return answers


def _answers(section: Section) -> Answers:
    channels = section.take_list("channels", checks.text, "channels") if "channels" in section else ()
    return Answers(
        slack_bot_token=section.take("slack_bot_token", bot_token, "", secret=True),
        slack_app_token=section.take("slack_app_token", app_token, "", secret=True),
        slack_api_url=section.take("slack_api_url", base_url("an https:// address"), ""),
        webhook_url=section.take("webhook_url", webhook_url, "", secret=True),
        domain=section.take("domain", domain, ""),
        client_id=section.take("client_id", checks.credential, ""),
        client_secret=section.take("client_secret", checks.credential, "", secret=True),
        timezone=section.take("timezone", checks.zone, ""),
        me=section.take("me", checks.text, ""),
        my_user_id=section.take("my_user_id", checks.whole(1, 2**31 - 1), 0),
        channels=channels,
        to=section.take_list("to", checks.text, "addresses") if "to" in section else (),
        people=section.take("people", checks.truth, default=True),
        notify=section.take("notify", checks.truth, default=True),
    )


def resume(folder: Path) -> Answers:
    """Return what an earlier run was told; no answers where there was none, or where its file can't be read."""
    try:
        kept: Any = json.loads((folder / PROGRESS).read_text("utf-8"))
        known = {field.name for field in fields(Answers)}
        answers = Answers(**{name: value for name, value in kept.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return Answers()
    channels = tuple(answers.channels) if answers.channels is not None else None
    return replace(answers, channels=channels, to=tuple(answers.to))


def keep(folder: Path, answers: Answers) -> None:
    """Keep the answers so far, readable by their owner alone."""
    part = folder / f"{PROGRESS}.part"
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(answers), file)
    part.replace(folder / PROGRESS)


def forget(folder: Path) -> None:
    """Delete them: all is written."""
    (folder / PROGRESS).unlink(missing_ok=True)
