"""No secret leaves where the set-up is tried: `check --notify`, `init`, what is reported at night, whatever answers."""

from __future__ import annotations

import json
import logging
import os
from contextlib import closing

import pytest

from configurations import ADMIN, ALERTS, HEAD, WEBHOOK
from scripted import Reply, Scripted, error
from slack_bitrix24.cli.checks.check import outside
from slack_bitrix24.cli.checks.portal import Asked
from slack_bitrix24.cli.commands import program
from slack_bitrix24.cli.opening import opened
from slack_bitrix24.store import open_store

HOOK, BOT, APP = "h00kS3cr3tW0rd", "xoxb-b0tS3cr3tW0rd", "xapp-1-appS3cr3tW0rd"
SECRETS = (HOOK, BOT, APP)
CONFIGURATION = HEAD + WEBHOOK + ADMIN + ALERTS.replace('"@oncall"', '"@oncall", "S0614TZR7"')
MAPPING = "users:\n  U024BE7LH: 10  # Anna\ngroups:\n  oncall: [U024BE7LH]\n"
ANSWERS = """\
slack_bot_token = {{ env = "TEST_BOT_TOKEN" }}
slack_app_token = {{ env = "TEST_APP_TOKEN" }}
slack_api_url = "{origin}/api/"
webhook_url = {{ env = "TEST_WEBHOOK_URL" }}
timezone = "UTC"
me = "U024BE7LH"
channels = ["#alerts"]
to = ["@oncall"]
"""


def came(request):
    """Everything that came, to be put into the answer."""
    return f"{request.path} {request.body.decode(errors='replace')} {request.headers} {request.query}"


# What each answers at once and for good: where there is hope, a command would try again for a while.
SLACK = {
    "refusal that echoes all": lambda r: Reply({"ok": False, "error": f"no {came(r)}"}),
    "page that echoes all": lambda r: Reply(raw=f"<html>{came(r)}".encode(), status=404),
    "redirect elsewhere": lambda r: Reply(status=302, headers={"Location": f"https://elsewhere.invalid{r.path}"}),
    "yes to everything": lambda r: Reply({"ok": True, "team": r.path, "user_id": "U1", "members": [], "channels": []}),
}
BITRIX24 = {
    "refusal that echoes all": lambda r: error(f"E {came(r)}", came(r), 400),
    "revoked": lambda r: error("INVALID_CREDENTIALS", came(r), 401),
    "scope": lambda r: error("insufficient_scope", came(r), 403),
    "redirect elsewhere": lambda r: Reply(status=302, headers={"Location": f"https://elsewhere.invalid{r.path}"}),
}


@pytest.fixture(params=zip(SLACK, BITRIX24, strict=True), ids=str)
def server(request):
    slack, bitrix24 = request.param
    scripted = Scripted()
    scripted.answer = lambda asked: (SLACK[slack] if asked.path.startswith("/api/") else BITRIX24[bitrix24])(asked)
    yield scripted
    scripted.close()


@pytest.fixture
def folder(server, tmp_path, monkeypatch, caplog, capfd):
    """A folder for the commands; whatever they print or log is looked through at the end."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.chdir(tmp_path)
    for name in [*os.environ]:
        if name.startswith(("SLACK_", "BITRIX24_", "DATABASE_URL")):
            monkeypatch.delenv(name)
    for name, value in (
        ("TEST_BOT_TOKEN", BOT),
        ("TEST_APP_TOKEN", APP),
        ("TEST_WEBHOOK_URL", f"{server.origin}/rest/1/{HOOK}/"),
    ):
        monkeypatch.setenv(name, value)
    yield tmp_path
    said = capfd.readouterr()
    # Slack's own client writes each answer into its debug log, which app/logs.py keeps out of ours.
    logged = [one for one in caplog.records if one.levelno > logging.DEBUG or not one.name.startswith("slack_sdk")]
    texts = [said.out, said.err, *(f"{one.getMessage()} {one.exc_text or ''}" for one in logged)]
    assert [(secret, text[:300]) for secret in SECRETS for text in texts if secret in text] == []


@pytest.fixture
def configured(folder, server):
    (folder / "slack-bitrix24.toml").write_text(CONFIGURATION.format(slack=f"{server.origin}/api/"))
    (folder / "mapping.yaml").write_text(MAPPING)
    return folder


@pytest.mark.parametrize("more", [[], ["--json", "--probe"]])
def test_check_tells_no_secret(configured, more):
    assert program(["check", *more]) == 1


@pytest.mark.parametrize("server", [("refusal that echoes all", "refusal that echoes all")], indirect=True)
@pytest.mark.parametrize("whom", ["me", "bitrix24:10", "@anna"])
def test_a_first_notification_tells_no_secret(configured, whom):
    assert program(["check", "--notify", whom]) == 1


def test_init_tells_no_secret_and_writes_none_into_the_configuration(folder, server):
    (folder / "answers.toml").write_text(ANSWERS.format(origin=server.origin))
    assert program(["init", "--answers", "answers.toml"]) == 1
    written = [path for path in folder.rglob("*") if path.is_file() and "secrets" not in path.parts]
    assert [path.name for path in written for secret in SECRETS if secret.encode() in path.read_bytes()] == []


def test_what_is_reported_at_night_holds_no_secret(configured):
    found = opened(None, os.environ, warn=False)
    with closing(open_store(found.settings.database.reveal())) as store:
        told = [
            f"{one.what} {one.text}"
            for one in outside(Asked(found.settings, found.directory, store, os.environ, tags=""))
        ]
    assert told
    assert [secret for secret in SECRETS if secret in json.dumps(told)] == []
