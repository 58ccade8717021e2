"""`check` names what is wrong with a set-up, and what to do about it: the usual twenty and more."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, replace

import pytest

from slack_bitrix24.sandbox.portal import Fault
from slack_bitrix24.sandbox.portal.access import Webhook
from slack_bitrix24.sandbox.workspace.core import SCOPES
from slack_bitrix24.sandbox.workspace.people import BOT_USER, Channel
from slack_bitrix24.slack.app import FURTHER_SCOPES
from slack_bitrix24.slack.app import SCOPES as NEEDED

RELAY = '[[relays]]\nname = "a"\nchannels = ["{channel}"]\nfrom = "bots"\nto = ["{to}"]\n'


class Archived(Channel):
    """A channel that was archived."""

    def as_json(self):
        return {**super().as_json(), "is_archived": True}


@dataclass
class Broken:
    """A set-up to break."""

    folder: object
    demo: object
    environ: object
    open: object = None

    def relay(self, channel="C0ALERTS", to="@oncall"):
        self.more(RELAY.format(channel=channel, to=to))

    def more(self, text):
        file = self.folder / "slack-bitrix24.toml"
        file.write_text(f"{file.read_text()}\n{text}")

    def swap(self, before, after):
        file = self.folder / "slack-bitrix24.toml"
        assert before in file.read_text()
        file.write_text(file.read_text().replace(before, after))

    def mapped(self, number):
        (self.folder / "mapping.yaml").write_text(f"users:\n  U024BE7LH: {number}\n")

    def person(self, **more):
        self.demo.portal.users[10] = replace(self.demo.portal.users[10], **more)

    def without(self, scope):
        self.demo.workspace.scopes = [one for one in self.demo.workspace.scopes if one != scope]

    def webhook(self, user=1, scopes=("im",)):
        key = (user, "0thersecretw0rd9")
        self.demo.portal.webhooks[key] = Webhook(*key, frozenset(scopes))
        self.environ.setenv("TEST_WEBHOOK_URL", f"{self.demo.webhook_url.partition('/rest/')[0]}/rest/{user}/{key[1]}/")

    def map(self, text):
        (self.folder / "mapping.yaml").write_text(text)

    def slack_user(self, key, **more):
        self.demo.workspace.users[key] = replace(self.demo.workspace.users["U0CAROL03"], id=key, **more)
        self.map(f"users:\n  U024BE7LH: 10\n  {key}: 12\n")

    def web(self, host, port):
        self.more(f'[web]\nhost = "{host}"\nport = {port}\n')

    def taken(self):
        self.open = socket.create_server(("127.0.0.1", 0))
        self.web("127.0.0.1", self.open.getsockname()[1])

    def channel(self, kind, members):
        self.demo.workspace.channels["C0MADE"] = kind("C0MADE", "made", members)
        self.relay("C0MADE")


# What is broken → (how, the line's state and subject, what it names, the cure).
SETUPS = {
    "a channel that is not there": (
        lambda b: b.relay("C0NOWHERE"), "failed", "channel C0NOWHERE", "relays.a: no such channel", "/invite @"),
    "a channel that the app is not in": (
        lambda b: b.channel(Channel, []), "failed", "channel C0MADE", "the app is not in #made", "/invite @"),
    "a channel that was archived": (
        lambda b: b.channel(Archived, [BOT_USER]), "failed", "channel C0MADE", "#made is archived", "bring it back"),
    "a channel by its name": (
        lambda b: b.relay("#alerts"), "failed", "configuration", "relays[0].channels[0]", "channel details"),
    "a user group that is not there": (
        lambda b: b.relay(to="S0NOTHERE"), "failed", "group S0NOTHERE", "no such user group", "by its id"),
    "a scope that is missing": (
        lambda b: b.without("channels:history"), "failed", "scope channels:history", "relays", "reinstall the app"),
    "the scope of e-mail addresses": (
        lambda b: b.without("users:read.email"), "warning", "scope users:read.email", "mapping sync", "reinstall"),
    "a bot token that Slack does not know": (
        lambda b: b.environ.setenv("TEST_BOT_TOKEN", "xoxb-wrong"),
        "failed", "slack", "invalid_auth", "into slack.bot_token"),
    "an app token that Slack does not know": (
        lambda b: b.environ.setenv("TEST_APP_TOKEN", "xapp-wrong"),
        "failed", "slack socket", "invalid_auth", "connections:write"),
    "a bot token where the app token belongs": (
        lambda b: b.environ.setenv("TEST_APP_TOKEN", "xoxb-other"), "failed", "configuration", "app_token", "xapp-"),
    "a variable that is not set": (
        lambda b: b.environ.delenv("TEST_BOT_TOKEN"), "failed", "configuration", "slack.bot_token", "TEST_BOT_TOKEN"),
    "Slack at an address where nothing answers": (
        lambda b: b.swap(b.demo.slack_api_url, "http://127.0.0.1:9/api/"),
        "failed", "slack", "can't be reached: 127.0.0.1:9", "is slack.api_url right"),
    "somebody who was dismissed": (
        lambda b: b.mapped(20), "failed", "mapping main", "U024BE7LH: user 20 (Dmitry Gone) is dismissed",
        "put the right number into the mapping file"),
    "somebody whom the portal does not know": (
        lambda b: b.mapped(987654), "failed", "mapping main", "user 987654 is not known there", "the right number"),
    "a bot in the mapping file": (
        lambda b: b.mapped(30), "failed", "mapping main", "user 30 (Sandbox Bot) is a bot", "the right number"),
    "a guest from outside": (
        lambda b: b.person(kind="extranet"), "warning", "mapping main", "guest from outside", "the right number"),
    "a mailbox in place of a person": (
        lambda b: b.person(kind="email"), "warning", "mapping main", "is no employee (email)", "the right number"),
    "a webhook that was taken back": (
        lambda b: b.demo.portal.revoke(), "failed", "bitrix24 main", "INVALID_CREDENTIALS", "make an inbound webhook"),
    "a webhook without the scope im": (
        lambda b: b.webhook(scopes=("user",)), "failed", "bitrix24 main", "scope im is missing", "tick the scope im"),
    "a webhook of somebody who left": (
        lambda b: b.webhook(user=20), "failed", "bitrix24 main", "not active", "make an inbound webhook"),
    "a portal where nothing answers": (
        lambda b: b.environ.setenv("TEST_WEBHOOK_URL", "http://127.0.0.1:9/rest/1/0thersecretw0rd9/"),
        "failed", "bitrix24 main", "127.0.0.1", "portals.main.webhook_url"),
    "a portal's address without its webhook": (
        lambda b: b.environ.setenv("TEST_WEBHOOK_URL", "https://example.bitrix24.com/"),
        "failed", "configuration", "portals.main.webhook_url", "/rest/"),
    "an address of some other site": (
        lambda b: b.demo.portal.fail(Fault("html", status=404, times=0)),
        "failed", "bitrix24 main", "404", "portals.main.webhook_url"),
    "a bot without its scope": (
        lambda b: (b.swap('kind = "system"', 'kind = "bot"'), b.webhook()),
        "failed", "bitrix24 acme bot", "imbot is missing", "tick the scope imbot"),
    "a group that the mapping file does not have": (
        lambda b: b.relay(to="@gone"), "warning", "mapping", "relays.a.to: @gone names nobody", "under groups"),
    "somebody whom the mapping file does not have": (
        lambda b: b.relay(to="U0NOBODY1"), "warning", "mapping", "U0NOBODY1 names nobody", "under users"),
    "a heartbeat that would tell nobody": (
        lambda b: b.more(f'[[heartbeats]]\nname = "h"\nevery = "5m"\ntoken = "{"t" * 20}"\nto = ["@gone"]\n'),
        "warning", "mapping", "heartbeats.h.to: @gone names nobody", "under groups"),
    "a portal that is not configured": (
        lambda b: b.relay(to="bitrix24:mian/1"), "failed", "configuration", "mian", 'did you mean "main"'),
    "no mapping file": (
        lambda b: (b.folder / "mapping.yaml").unlink(), "warning", "mapping", "no mapping file", "sync --write"),
    "a mapping file that is not there": (
        lambda b: b.more('[mapping]\nfile = "people.yaml"\n'), "failed", "mapping", "people.yaml", "sync --write"),
    "a number in the mapping file that is none": (
        lambda b: b.mapped("ten"), "failed", "mapping", "mapping.yaml:2:", "U024BE7LH"),
    "a database in a folder that is not there": (
        lambda b: b.swap("bridge.db", "none/bridge.db"), "failed", "database", "none/bridge.db", "make the folder"),
    "a database server where none runs": (
        lambda b: b.swap("sqlite:///bridge.db", "postgresql://me@127.0.0.1:9/x"),
        "failed", "database", "127.0.0.1", "does the server run"),
    "a time zone that is none": (
        lambda b: b.swap("Europe/Minsk", "Europe/Minks"),
        "failed", "configuration", "timezone", 'did you mean "Europe/Minsk"'),
    "a key that is not known": (
        lambda b: b.swap("timezone", "timezon"), "failed", "configuration", "timezon", "timezone"),
    "a schedule whose time is none": (
        lambda b: b.more('[[schedules]]\nname = "s"\nwhen = "every blursday"\nto = ["@oncall"]\ntext = "x"\n'),
        "failed", "configuration", "schedules[0].when", "blursday"),
    "two relays for one message": (
        lambda b: (b.relay(), b.more(RELAY.format(channel="C0ALERTS", to="@oncall").replace('"a"', '"b"'))),
        "warning", "mapping", "relays.b: @oncall gets messages of C0ALERTS twice", "take it out of one"),
    "a group without anybody": (
        lambda b: (b.map("users:\n  U024BE7LH: 10\ngroups:\n  empty: []\n"), b.relay(to="@empty")),
        "warning", "mapping", "the group is empty", "put somebody into it"),
    "a member of a group who is not mapped": (
        lambda b: b.map("users:\n  U024BE7LH: 10\ngroups:\n  oncall: [U0G9QF9C6]\n"),
        "warning", "mapping", "groups.oncall: U0G9QF9C6 is told nothing", "add them there"),
    "an administrator by a handle": (
        lambda b: b.more('[permissions]\nadmin = ["@anna"]\n'),
        "warning", "mapping", "permissions.admin: @anna names nobody", "under groups"),
    "an administrator who is not in Slack": (
        lambda b: b.more('[permissions]\nadmin = ["U0NOBODY1"]\n'),
        "warning", "slack people", "permissions.admin: U0NOBODY1 is nobody's id", "Copy member ID"),
    "a caller who may address nobody": (
        lambda b: b.more(f'[[webhooks]]\nname = "h"\ntoken = "{"t" * 20}"\naddresses = ["@gone"]\n'),
        "warning", "mapping", "webhooks.h.addresses: @gone names nobody", "under groups"),
    "a Slack id that is nobody's": (
        lambda b: b.map("users:\n  U024BE7LH: 10\n  U0NOTHERE: 12\n"),
        "warning", "slack people", "the mapping file: U0NOTHERE is nobody's id", "Copy member ID"),
    "somebody who left Slack": (
        lambda b: b.slack_user("U0GONE0001", deleted=True),
        "warning", "slack people", "U0GONE0001 (Carol Chen) has left Slack", "take it out"),
    "a bot of Slack's in the mapping file": (
        lambda b: b.slack_user("U0ROBOT001", is_bot=True),
        "warning", "slack people", "U0ROBOT001 (Carol Chen) is a bot", "take it out"),
    "a port that another program has": (
        lambda b: b.taken(), "failed", "web", "another program has the port", "another web.port"),
    "an address that this machine does not have": (
        lambda b: b.web("192.0.2.1", 3000), "failed", "web", "192.0.2.1:3000", 'web.host = "127.0.0.1"'),
    "a password that anybody can guess": (
        lambda b: b.more('[[heartbeats]]\nname = "h"\nevery = "5m"\ntoken = "short"\nto = ["@oncall"]\n'),
        "warning", "configuration", "heartbeats[0].token", "openssl rand"),
    "a webhook's address in quotes": (
        lambda b: b.environ.setenv("TEST_WEBHOOK_URL", f'"{b.demo.webhook_url}"'),
        "failed", "configuration", "portals.main.webhook_url", "without quotes"),
    "a webhook's address with a method": (
        lambda b: b.environ.setenv("TEST_WEBHOOK_URL", f"{b.demo.webhook_url}profile.json"),
        "failed", "configuration", "portals.main.webhook_url", "without the name of a method"),
    "a token in quotes": (
        lambda b: b.environ.setenv("TEST_BOT_TOKEN", "'xoxb-sandbox'"),
        "failed", "configuration", "slack.bot_token", "without quotes"),
    "a reference as a shell writes it": (
        lambda b: b.environ.setenv("TEST_BOT_TOKEN", "${SLACK_BOT_TOKEN}"),
        "failed", "configuration", "slack.bot_token", '{ env = "NAME" }'),
    "a proxy where nothing answers": (
        lambda b: (b.environ.setenv("HTTPS_PROXY", "http://me:hunter2@127.0.0.1:9"),
                   b.environ.setenv("TEST_WEBHOOK_URL", "https://portal.example/rest/1/0thersecretw0rd9/")),
        "failed", "bitrix24 main", "portal.example", "HTTPS_PROXY leads through 127.0.0.1:9"),
    "a time zone by its abbreviation": (
        lambda b: b.swap("Europe/Minsk", "MSK"),
        "failed", "configuration", "timezone", 'such as "Europe/Minsk", got "MSK"'),
    "a time zone by its city": (
        lambda b: b.swap("Europe/Minsk", "minsk"),
        "failed", "configuration", "timezone", 'did you mean "Europe/Minsk"'),
    "a text without quotes": (
        lambda b: b.more("[log]\nlevel = debug\n"), "failed", "configuration", "not TOML", "a text stands in quotes"),
    "no configuration": (
        lambda b: (b.folder / "slack-bitrix24.toml").unlink(),
        "failed", "configuration", "no slack-bitrix24.toml in", "give --config, or set BITRIX24_WEBHOOK_URL"),
}  # fmt: skip


@pytest.fixture
def broken(configured, demo, monkeypatch):
    demo.workspace.scopes = [*SCOPES.split(), *NEEDED, *FURTHER_SCOPES]
    users, webhooks, channels = dict(demo.portal.users), dict(demo.portal.webhooks), dict(demo.workspace.channels)
    people = dict(demo.workspace.users)
    made = Broken(configured, demo, monkeypatch)
    yield made
    if made.open:
        made.open.close()
    demo.workspace.scopes, demo.workspace.users = SCOPES.split(), people
    demo.portal.users, demo.portal.webhooks, demo.workspace.channels = users, webhooks, channels


@pytest.mark.parametrize("name", SETUPS)
def test_it_is_named_with_the_cure(run, broken, name):
    breaks, state, what, named, cure = SETUPS[name]
    breaks(broken)
    ended = run("check", "--json")
    found = json.loads(ended.out)
    lines = [one["text"] for one in found if (one["what"], one["state"]) == (what, state)]
    assert any(named in text and cure in text for text in lines), ended.out
    assert ended.err == ""
    assert ended.status == {"warning": 0, "failed": 2 if what == "configuration" else 1}[state]
