"""An administrator follows docs/how-to/operate.md word for word: nothing is lost, nothing doubled."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from machine import Host, commands
from rig import ANNA, Slack, sandbox
from slack_bitrix24.sandbox.portal.access import Webhook
from slack_bitrix24.store import migrations
from slack_bitrix24.store.engine import connect
from waiting import until

OLD = json.loads((Path(__file__).parents[1] / "store" / "data" / "made_by_0.1.0.json").read_text())
ANSWERS = """\
slack_bot_token = "{bot}"
slack_app_token = "{app}"
slack_api_url = "{slack}"
webhook_url = "{webhook}"
timezone = "Europe/Minsk"
me = "anna@example.com"
channels = ["#alerts"]
to = ["@oncall"]
"""
NEW_SECRET = "r0tatedsecret0002"


@pytest.fixture
def made():
    with sandbox() as demo:
        yield demo


@pytest.fixture
def new_host(made, tmp_path):
    """Make a machine on which the page's set-up was followed; `init` reads its answers from a file."""
    hosts = []

    def make(name, *, fresh=False, work=None):
        host = Host(tmp_path / name, work=work)
        hosts.append(host)
        first, rest = commands("Set up the service")[:7], commands("Set up the service")[7:]
        for line in first:
            host.run(line)
        if fresh:
            return host
        values = {"bot": made.bot_token, "app": made.app_token, "slack": made.slack_api_url}
        (host.state / "answers.toml").write_text(ANSWERS.format(**values, webhook=made.webhook_url))
        assert [line for line in rest if line.endswith("init")] == [rest[0]]
        host.run(f"{rest[0]} --answers answers.toml")
        for line in rest[1:]:
            host.run(line)
        return host

    yield make
    for host in hosts:
        host.end()


def seen(made, user, text):
    return [one for one in made.portal.notifications(user) if text in one["message"]]


def notify(made, text):
    """Anna notifies Bob, and the outcome is waited for."""
    Slack(made).type(f"@bob {text}", user=ANNA)
    until(lambda: seen(made, 12, text), timeout=30, what=text)


def make_old(url):
    """Make the database of 0.1.0, with what it had in its queue."""
    engines = connect(url)
    with engines.writer.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", migrations.__path__[0])
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name, rows in OLD.items():
            if name != "sqlite_sequence":
                table = sa.Table(name, sa.MetaData(), autoload_with=connection)
                for row in rows:
                    connection.execute(sa.insert(table), row)
    engines.dispose()


def test_set_up_then_a_notification_arrives(new_host, made):
    host = new_host("first")
    notify(made, "hello there")
    assert (host.state.stat().st_mode & 0o777) == 0o700
    host.end()
    host.follow("Remove")
    assert not host.state.exists()


def test_an_upgrade_from_0_1_0_delivers_what_was_queued(new_host, made):
    host = new_host("first")
    host.run("sudo systemctl stop slack-bitrix24")
    for file in host.state.glob("slack-bitrix24.db*"):
        file.unlink()
    make_old(f"sqlite:///{host.state / 'slack-bitrix24.db'}")
    waiting = [one for one in OLD["outbox"] if one["portal"] == "main" and one["state"] in ("pending", "sending")]
    for number in {one["user_id"] for one in waiting}:
        made.portal.users.setdefault(number, type(made.portal.users[10])(number, "Person", str(number)))
    made.portal.reset()
    host.follow("Upgrade")
    wanted = {one["user_id"] for one in waiting}
    until(lambda: {one["user_id"] for one in made.portal.notifications()} >= wanted, timeout=60, what="the old queue")
    notify(made, "after the upgrade")
    got = Counter(one["user_id"] for one in made.portal.notifications() if "after the upgrade" not in one["message"])
    newest = {one["tag"]: one["user_id"] for one in waiting}
    assert got == Counter(newest.values())
    assert Path(f"{host.state}.before", "slack-bitrix24.db").exists()


def remind(made, text, user=ANNA):
    typed = Slack(made).type(f"remind me to {text} every day at 9:00", user=user)
    until(lambda: text in str(typed.first) or typed.message() is not None, timeout=20, what="the reminder")


def test_a_backup_is_restored_on_another_machine(new_host, made, tmp_path):
    old = new_host("old")
    notify(made, "before the backup")
    remind(made, "water plants")
    made.portal.revoke(revoked=True)
    Slack(made).type("@bob queued at the backup", user=ANNA)
    until(lambda: "queued at the backup" in old.run("sudo slack-bitrix24 outbox list --json"), timeout=30)
    old.follow("Back up")
    old.kill()
    made.portal.revoke(revoked=False)
    new = new_host("new", fresh=True, work=old.work)
    new.follow("Restore on another machine")
    assert "water plants" in new.run("sudo slack-bitrix24 schedule list")
    new.run("sudo slack-bitrix24 outbox resume")
    until(lambda: seen(made, 12, "queued at the backup"), timeout=30, what="what was queued")
    notify(made, "on the new machine")
    assert len(seen(made, 12, "queued at the backup")) == len(seen(made, 12, "before the backup")) == 1


@pytest.mark.postgres
def test_a_move_to_postgresql_takes_reminders_and_the_queue_along(new_host, made, empty_postgres_url):
    host = new_host("first")
    notify(made, "kept in SQLite")
    remind(made, "call the bank")
    said = host.follow("Move to PostgreSQL", typed=f"{empty_postgres_url}\n")
    assert "call the bank" in said
    notify(made, "kept in PostgreSQL")
    listed = host.run("sudo slack-bitrix24 outbox list")
    assert "kept in SQLite" in listed
    assert "kept in PostgreSQL" in listed
    assert len(seen(made, 12, "kept in SQLite")) == 1
    assert empty_postgres_url not in (host.state / "slack-bitrix24.toml").read_text()


def test_a_rotated_webhook(new_host, made):
    host = new_host("first")
    notify(made, "by the old webhook")
    new = Webhook(1, NEW_SECRET)
    made.portal.webhooks[1, NEW_SECRET] = new
    made.portal.revoke(revoked=True)
    Slack(made).type("@bob while it was revoked", user=ANNA)
    until(lambda: "while it was revoked" in host.run("sudo slack-bitrix24 outbox list --json"), timeout=30)
    old_path = made.portal.webhooks[made.portal.webhook].path
    host.follow("The Bitrix24 webhook", typed=f"{made.webhook_url.replace(old_path, new.path)}\n")
    until(lambda: seen(made, 12, "while it was revoked"), timeout=30, what="what was kept")
    notify(made, "by the new webhook")
    assert len(seen(made, 12, "while it was revoked")) == 1
    assert NEW_SECRET not in host.log.read_text()


@pytest.mark.parametrize(
    ("heading", "name", "value"),
    [
        ("Slack's bot token", "bot_token", "xoxb-rotated-0002"),
        ("Slack's app-level token", "app_token", "xapp-1-rotated-0002"),
    ],
)
def test_a_rotated_slack_token(new_host, made, heading, name, value):
    host = new_host("first")
    notify(made, "by the old token")
    setattr(made.workspace, name, value)
    host.follow(heading, typed=f"{value}\n")
    notify(made, "by the new token")
    assert len(seen(made, 12, "by the old token")) == 1
    assert value not in host.log.read_text()
