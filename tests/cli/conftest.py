"""The command line, run in this process: against a Slack and a Bitrix24 sandbox, in a folder of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from configurations import HEAD, WEBHOOK
from slack_bitrix24.cli.commands import program
from slack_bitrix24.sandbox.demo import Demo, build
from slack_bitrix24.sandbox.portal.bucket import Buckets, plan_of
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.sandbox.workspace.core import APP_TOKEN, BOT_TOKEN

SECRETS = (BOT_TOKEN, APP_TOKEN, "5andb0xsecret0001", "acc3ssT0kenW0rd", "h00kS3cr3tW0rd")
OURS = ("SLACK_", "BITRIX24_", "DATABASE_URL", "NO_COLOR", "PORT")

ACME = """
[portals.acme]
webhook_url = {{ env = "TEST_WEBHOOK_URL" }}
kind = "system"
"""
CONFIGURATION = HEAD + WEBHOOK + ACME + "{more}\n"
MAPPING = """\
users:
  U024BE7LH: 10   # Anna
groups:
  oncall: [U024BE7LH, bitrix24:7]
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What stands on standard error, line by line."""
        return self.err.splitlines()

    def __iter__(self) -> Iterator[object]:
        return iter((self.status, self.out, self.err))


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Demo]:
    demo = build(0)
    with Server(demo.app) as server:
        demo.port = server.port
        yield demo
    demo.workspace.close()


@pytest.fixture
def demo(sandbox: Demo) -> Demo:
    """Both sandboxes, as new."""
    sandbox.portal.reset()
    sandbox.portal.revoke(revoked=False)
    sandbox.portal.follow("source")
    sandbox.portal.buckets = Buckets(plan_of("off"))
    sandbox.workspace.forget()
    return sandbox


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: Demo, sqlite_template: Path) -> Path:
    """An empty working folder and an environment with nothing of ours in it; the database has its tables."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("TEST_BOT_TOKEN", demo.bot_token)
    monkeypatch.setenv("TEST_APP_TOKEN", demo.app_token)
    monkeypatch.setenv("TEST_WEBHOOK_URL", demo.webhook_url)
    shutil.copy(sqlite_template, tmp_path / "bridge.db")
    shutil.copy(sqlite_template, tmp_path / "slack-bitrix24.db")
    return tmp_path


@pytest.fixture
def configured(folder: Path, demo: Demo) -> Path:
    """A folder with a configuration and a mapping file."""
    write_configuration(folder, demo)
    (folder / "mapping.yaml").write_text(MAPPING)
    return folder


def write_configuration(folder: Path, demo: Demo, more: str = "") -> None:
    text = CONFIGURATION.format(slack=demo.slack_api_url, more=more)
    (folder / "slack-bitrix24.toml").write_text(text)


class Command:
    """Runs the command line; whatever it prints holds no secret and no traceback."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> Ended:
        self.capsys.readouterr()
        status = program([str(argument) for argument in arguments])
        said = self.capsys.readouterr()
        for text in (said.out, said.err):
            assert not any(secret in text for secret in SECRETS), text
            assert "Traceback" not in text
            assert "a fault of this program" not in text, text
        return Ended(status, said.out, said.err)


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(capsys)


@pytest.fixture
def reconfigure(configured: Path, demo: Demo):
    """Write the configuration anew, with more in it."""
    return lambda more: write_configuration(configured, demo, more)
