"""An administrator follows docs/how-to/operate.md word for word: nothing is lost, nothing doubled."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from machine import Host, commands
from old_database import MADE, make_old
from rig import ANNA, Slack, sandbox
from slack_bitrix24.sandbox.portal.access import Webhook
from waiting import until

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
SET_UP = "Set up the service"
START = "sudo systemctl enable --now slack-bitrix24"


@pytest.fixture(scope="module")
def made():
    with sandbox() as demo:
        yield demo


@pytest.fixture(scope="module")
def set_up(made, tmp_path_factory):
    """A machine on which the page's set-up was followed; `init` reads its answers from a file."""
    host = Host(tmp_path_factory.mktemp("machine") / "first")
    values = {"bot": made.bot_token, "app": made.app_token, "slack": made.slack_api_url}
    for line in commands(SET_UP):
        if line.endswith(" init"):
            (host.state / "answers.toml").write_text(ANSWERS.format(**values, webhook=made.webhook_url))
            host.run(f"{line} --answers answers.toml")
        elif line != START:
            host.run(line)
    return host


@pytest.fixture
def new_host(made, set_up, tmp_path):
    """Make a machine like the first one, with nothing in its database; `fresh`: steps 1 and 2 only."""
    hosts = []
    kept = (made.workspace.bot_token, made.workspace.app_token, dict(made.portal.webhooks), made.portal.webhook)
    made.portal.reset()

    def make(name, *, fresh=False, work=None):
        host = Host(tmp_path / name, work=work)
        hosts.append(host)
        for line in commands(SET_UP)[:7]:
            host.run(line)
        if not fresh:
            no_database = shutil.ignore_patterns("*.db*")
            shutil.copytree(set_up.state, host.state, dirs_exist_ok=True, ignore=no_database)
        return host

    yield make
    for host in hosts:
        host.end()
    made.workspace.bot_token, made.workspace.app_token, made.portal.webhooks, made.portal.webhook = kept


@pytest.fixture
def host(new_host):
    made = new_host("old")
    made.run(START)
    return made


def seen(made, text, user=12):
    return [one for one in made.portal.notifications(user) if text in one["message"]]


def notify(made, text, user=ANNA):
    """Anna notifies Bob; the answer says that it is kept."""
    typed = Slack(made).type(f"@bob {text}", user=user)
    assert typed.first.startswith("Queued"), typed.first


def arrived(made, *texts):
    """Wait until Bob has each of these, once."""
    for text in texts:
        until(lambda text=text: seen(made, text), timeout=30, what=text)
    assert [len(seen(made, text)) for text in texts] == [1] * len(texts)


def remind(made, text):
    typed = Slack(made).type(f"remind me to {text} every day at 9:00")
    assert text in typed.first, typed.first


def test_set_up_then_a_notification_arrives_then_all_is_removed(made, host):
    notify(made, "hello there")
    arrived(made, "hello there")
    assert (host.state.stat().st_mode & 0o777) == 0o700
    host.follow("Remove")
    assert not host.state.exists()


def test_an_upgrade_from_0_1_0_delivers_what_was_queued(made, new_host):
    host = new_host("old")
    make_old(f"sqlite:///{host.state / 'slack-bitrix24.db'}")
    queued = [one for one in MADE["outbox"] if one["portal"] == "main" and one["state"] in ("pending", "sending")]
    people = made.portal.users
    for number in {one["user_id"] for one in queued} - set(people):
        people[number] = type(people[10])(number, "Person", str(number))
    host.follow("Upgrade")
    due = [one for one in queued if not one["not_before"]]
    newest = {(one["tag"], one["user_id"]): one["message"] for one in due}
    wanted = Counter((user, text) for (_, user), text in newest.items())
    until(lambda: got(made) >= wanted, timeout=30, what="what was queued")
    notify(made, "after the upgrade")
    arrived(made, "after the upgrade")
    assert got(made) - Counter({(12, "after the upgrade"): 1}) == wanted
    assert Path(f"{host.state}.before", "slack-bitrix24.db").exists()


def got(made):
    """What everyone has, without the word that tells an update from the first."""
    seen = ((one["user_id"], one["message"].removeprefix("Update:\n")) for one in made.portal.notifications())
    return Counter(seen)


def test_a_backup_is_restored_on_another_machine(made, host, new_host):
    notify(made, "before the backup")
    arrived(made, "before the backup")
    remind(made, "water plants")
    made.portal.revoke(revoked=True)
    notify(made, "queued at the backup")
    host.follow("Back up")
    host.kill()
    made.portal.revoke(revoked=False)
    new = new_host("new", fresh=True, work=host.work)
    new.follow("Restore on another machine")
    assert "water plants" in new.run("sudo slack-bitrix24 schedule list")
    notify(made, "on the new machine")
    arrived(made, "before the backup", "queued at the backup", "on the new machine")


@pytest.mark.postgres
def test_a_move_to_postgresql_takes_reminders_and_the_queue_along(made, host, empty_postgres_url):
    notify(made, "kept in SQLite")
    arrived(made, "kept in SQLite")
    remind(made, "call the bank")
    made.portal.revoke(revoked=True)
    notify(made, "queued in SQLite")
    until(lambda: "WRONG_AUTH" in host.said or "stopped" in host.said, what="the portal stops")
    made.portal.revoke(revoked=False)
    said = host.follow("Move to PostgreSQL", typed=f"{empty_postgres_url}\n")
    assert "call the bank" in said
    host.run("sudo slack-bitrix24 outbox resume main")
    notify(made, "kept in PostgreSQL")
    arrived(made, "kept in SQLite", "queued in SQLite", "kept in PostgreSQL")
    listed = host.run("sudo slack-bitrix24 outbox list")
    assert "kept in SQLite" in listed
    assert "kept in PostgreSQL" in listed
    assert empty_postgres_url not in (host.state / "slack-bitrix24.toml").read_text()


def test_secrets_are_rotated_while_people_go_on(made, host):
    notify(made, "by the old ones")
    arrived(made, "by the old ones")
    for heading, name, value in (
        ("Slack's bot token", "bot_token", "xoxb-rotated-0002"),
        ("Slack's app-level token", "app_token", "xapp-1-rotated-0002"),
    ):
        setattr(made.workspace, name, value)
        host.follow(heading, typed=f"{value}\n")
        notify(made, f"by the new {name}")
        arrived(made, f"by the new {name}")
    new = Webhook(1, "r0tatedsecret0002")
    old_path = made.portal.webhooks[made.portal.webhook].path
    made.portal.webhooks[1, new.secret] = new
    made.portal.revoke(revoked=True)
    notify(made, "while it was revoked")
    host.follow("The Bitrix24 webhook", typed=f"{made.webhook_url.replace(old_path, new.path)}\n")
    notify(made, "by the new webhook")
    arrived(made, "by the old ones", "while it was revoked", "by the new webhook")
    assert [word for word in ("xoxb-rotated", "xapp-1-rotated", new.secret) if word in host.said] == []
