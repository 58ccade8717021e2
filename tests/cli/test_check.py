"""`check`: everything that the bridge needs from outside, tried once."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from slack_bitrix24.bitrix24.users import User
from slack_bitrix24.cli.checks.online import _standing
from slack_bitrix24.cli.checks.portal import plan
from slack_bitrix24.cli.opening import settings_of
from slack_bitrix24.sandbox.workspace.core import SCOPES
from slack_bitrix24.sandbox.workspace.people import BOT_USER, Channel
from slack_bitrix24.slack.app import SCOPES as NEEDED


@pytest.fixture
def scopes(demo):
    """All that the manifest asks for."""
    demo.workspace.scopes = [*SCOPES.split(), *NEEDED]
    yield demo.workspace.scopes
    demo.workspace.scopes = SCOPES.split()


def findings(ended):
    return {one["what"]: (one["state"], one["text"]) for one in json.loads(ended.out)}


def test_all_is_well(run, configured, scopes, demo, request):
    request.addfinalizer(lambda rules=demo.portal.rules: demo.portal.follow(rules))
    demo.portal.follow("docs")  # where a webhook keeps tags; else that it does not is a warning
    ended = run("check")
    assert (ended.status, ended.err) == (0, "")
    *lines, last = ended.out.splitlines()
    assert [line for line in lines if not line.startswith("ok ")] == []
    assert last == f"{len(lines)} ok – now `run`"
    found = findings(run("check", "--json"))
    assert set(found) == {
        "configuration", "mapping", "mapping main", "database", "slack", "slack socket",
        "bitrix24 main", "bitrix24 main plan", "bitrix24 main tags",
        "bitrix24 acme", "bitrix24 acme plan", "bitrix24 acme tags",
    }  # fmt: skip
    assert found["mapping main"] == ("ok", "1 of 1 people are active users of the portal")
    assert "Portal Owner (1)" in found["bitrix24 main"][1]
    assert "time zone: Europe/Minsk (from the configuration)" in found["configuration"][1]


def test_nothing_is_made_or_changed(run, configured, scopes):
    (configured / "bridge.db").unlink()
    ended = run("check", "--json")
    assert (ended.status, findings(ended)["database"][0]) == (0, "ok")
    assert not (configured / "bridge.db").exists()


def test_addresses_that_name_nobody_are_warnings(run, reconfigure, scopes):
    reconfigure('[[relays]]\nname = "a"\nchannels = ["C0ALERTS"]\nfrom = "bots"\nto = ["@gone"]')
    ended = run("check")
    assert (ended.status, ended.err) == (0, "")
    assert "warning mapping: relays.a.to: @gone names nobody: the mapping file has no such group" in ended.out


def test_everything_that_fails_is_named(run, configured, demo, scopes, monkeypatch):
    """Slack refuses, the portal too: the rest is tried all the same."""
    monkeypatch.setenv("TEST_APP_TOKEN", "xapp-wrong")
    demo.workspace.scopes = [scope for scope in scopes if scope != "commands"]
    demo.portal.revoke()
    (configured / "mapping.yaml").write_text("users: {U024BE7LH: x, U024BE7LH: 2}\n")
    ended = run("check", "--json")
    found = findings(ended)
    assert ended.status == 1
    assert {what for what, (state, _) in found.items() if state == "failed"} == {
        "mapping", "slack", "scope commands", "slack socket", "bitrix24 main", "bitrix24 acme",
    }  # fmt: skip
    assert "missing scopes: commands" in found["slack"][1]
    assert "invalid_auth" in found["slack socket"][1]


def test_what_can_not_be_reached_is_said_at_once(run, configured, demo, monkeypatch):
    monkeypatch.setenv("TEST_WEBHOOK_URL", "http://127.0.0.1:9/rest/1/5andb0xsecret0001/")
    file = configured / "slack-bitrix24.toml"
    file.write_text(file.read_text().replace(demo.slack_api_url, f"{demo.url}/static/"))
    found = findings(run("check", "--json"))
    said = "Slack refuses: Received a response in a non-JSON format: Method Not Allowed: is slack.api_url right"
    assert found["slack"][0] == "failed"
    assert found["slack"][1].startswith(said)
    assert found["bitrix24 main"][0] == "failed"


def test_a_wrong_configuration_is_a_finding_too(run, reconfigure):
    reconfigure('[[schedules]]\nname = "s"\nwhen = "every blursday"\nto = ["@oncall"]\ntext = "x"')
    ended = run("check", "--json")
    assert ended.status == 2
    assert [(one["what"], one["state"]) for one in json.loads(ended.out)] == [("configuration", "failed")]
    assert "blursday" in ended.out


CHANNELS = """
[[relays]]
name = "a"
channels = ["C0ALERTS", "{channel}"]
from = "bots"
to = ["@oncall"]

[[schedules]]
name = "s"
when = "every day at 9"
text = "x"
to = ["C0GENERAL"]
"""


@pytest.mark.parametrize(
    ("channel", "state", "said"),
    [
        ("C0GENERAL", "ok", "#general (relays.a, schedules.s.to)"),
        ("C0NOWHERE", "failed", "relays.a: no such channel, or a private one that the app is not in: /invite @"),
        ("C0WITHOUT", "failed", "relays.a: the app is not in #without: /invite @"),
        ("C0ARCHIVE", "failed", "relays.a: #archive is archived"),
        ("C0PRIVATE", "ok", "#private (relays.a)"),
    ],
)
def test_slack_is_asked_about_each_channel(run, reconfigure, demo, scopes, channel, state, said):
    made = {"C0WITHOUT": [], "C0ARCHIVE": [BOT_USER], "C0PRIVATE": [BOT_USER]}
    for name, members in made.items():
        kind = Archived if name == "C0ARCHIVE" else Channel
        demo.workspace.channels[name] = kind(name, name[2:].lower(), members, is_private=name == "C0PRIVATE")
    reconfigure(CHANNELS.format(channel=channel))
    ended = run("check", "--json")
    found = findings(ended)
    assert found[f"channel {channel}"][0] == state
    assert said in found[f"channel {channel}"][1]
    assert found["channel C0ALERTS"] == ("ok", "#alerts (relays.a)")
    assert ended.status == (0 if state == "ok" else 1)


class Archived(Channel):
    """A channel that was archived."""

    def as_json(self):
        return {**super().as_json(), "is_archived": True}


@pytest.mark.parametrize("scope", ["channels:history", "chat:write", "groups:read", "usergroups:read", "users:read"])
def test_what_is_lost_without_a_scope_is_said(run, configured, demo, scopes, scope):
    demo.workspace.scopes = [one for one in scopes if one != scope]
    ended = run("check")
    assert ended.status == 1
    assert f"failed  scope {scope}: missing, and with it " in ended.out
    assert ended.out.splitlines()[-1].endswith("mend what failed, then check again")


def test_a_scope_that_only_a_command_needs_is_a_warning(run, configured, demo, scopes, request):
    request.addfinalizer(lambda rules=demo.portal.rules: demo.portal.follow(rules))
    demo.portal.follow("docs")  # else that a webhook keeps no tags is a warning too
    demo.workspace.scopes = [one for one in scopes if one != "users:read.email"]
    ended = run("check")
    assert ended.status == 0
    assert "warning scope users:read.email: missing, and with it `mapping sync`" in ended.out
    assert "1 warning – now `run`" in ended.out


def test_the_portal_is_asked_about_everybody_who_is_mapped(run, configured, demo, scopes):
    (configured / "mapping.yaml").write_text("users:\n  U024BE7LH: 10\n  U0G9QF9C6: 987654\n  U0CAROL03: acme/12\n")
    ended = run("check")
    assert ended.status == 1
    assert "failed  mapping main: U0G9QF9C6: user 987654 is not known there" in ended.out
    checked = run("mapping", "check", "--online")
    assert checked.status == 1
    assert "U0G9QF9C6: user 987654 is not known there" in checked.err
    assert run("mapping", "check").status == 0
    (configured / "mapping.yaml").write_text("users:\n  U024BE7LH: 10\n")
    assert run("mapping", "check", "--online").status == 0


@pytest.mark.parametrize(
    ("user", "said"),
    [
        (None, "is not known there"),
        (User(5, "Ann", active=False), "(Ann) is dismissed"),
        (User(5, "Robot", bot=True), "(Robot) is a bot"),
        (User(5, "Robot", kind="bot"), "(Robot) is a bot"),
        (User(5, "Mail", kind="email"), "(Mail) is no employee (email)"),
        (User(5, "Ann", kind="default"), ""),
        (User(5, "Ann", kind="socservices"), ""),
        (User(5, "Guest", extranet=True), "(Guest) is a guest from outside (extranet)"),
        (User(5, "Ann"), ""),
    ],
)
def test_who_can_not_be_notified_is_said_to_be_so(user, said):
    assert _standing(user, bot=False)[1] == said
    instead = ", whom a bot does not reach: what is for them goes as a notification"
    assert _standing(user, bot=True)[1] == said + (instead if user is not None and user.extranet else "")


@pytest.mark.parametrize(
    ("configured_as", "family", "state", "said"),
    [
        ("standard", "pro", "ok", "standard, by the configuration and at the portal (pro)"),
        ("standard", "std", "ok", "standard, by"),
        ("enterprise", "ent250", "ok", "enterprise, by"),
        ("enterprise", "pro", "warning", 'set plan = "standard"'),
        ("standard", "ent10000", "warning", 'set plan = "enterprise"'),
        ("standard", "", "ok", "standard by the configuration; the portal's own is unknown"),
        ("enterprise", "selfhosted", "ok", "the portal's own is unknown (selfhosted)"),
    ],
)
def test_the_plan_is_compared_with_the_portals(run, configured, configured_as, family, state, said):
    portal = replace(settings_of(None, os.environ).portals["main"], plan=configured_as)
    found = plan(portal, family)
    assert (found.what, found.state) == ("bitrix24 main plan", state)
    assert said in found.text


def test_a_webhook_is_not_told_the_plan(run, configured, scopes):
    state, text = findings(run("check", "--json"))["bitrix24 main plan"]
    assert (state, text.partition(";")[0]) == ("ok", "standard by the configuration")
    assert "unknown: the portal tells it to applications alone" in text


@pytest.mark.parametrize(
    ("more", "mapped", "address", "user", "said"),
    [
        ("", "", "me", 1, "bitrix24:main/1: delivered ("),
        ("", "users:\n  U024BE7LH: 10\n", "me", 1, "bitrix24:main/1: delivered ("),
        ('admin = ["U0NOBODY1", "U024BE7LH"]', "users:\n  U024BE7LH: 10\n", "me", 10, "bitrix24:main/10): delivered ("),
        ('admin = ["@o"]', "users:\n  U024BE7LH: 12\ngroups:\n  o: [U024BE7LH]\n", "me", 12, "main/12): delivered ("),
        ("", "", "bitrix24:7", 7, "bitrix24:main/7: delivered ("),
        ("", "groups:\n  oncall: [bitrix24:7]\n", "@oncall", 7, "bitrix24:main/7: delivered ("),
    ],
)
def test_a_first_notification_on_demand(run, reconfigure, configured, demo, more, mapped, address, user, said):
    reconfigure(f"[permissions]\n{more}\n")
    (configured / "mapping.yaml").write_text(mapped)
    run("check")  # which asks about tags, by a notification that goes again
    before = len(demo.portal.notifications(user))
    state, text = findings(run("check", "--json", "--notify", address))["notification"]
    assert (state, said in text) == ("ok", True), text
    assert len(demo.portal.notifications(user)) == before + 1
    assert "this bridge reaches you" in demo.portal.notifications(user)[0]["message"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("@gone", "@gone: "),
        ("nonsense", "nonsense: no address"),
        ("U0NOBODY1", "U0NOBODY1: not in the mapping file"),
        ("bitrix24:none/1", "no such portal"),
        ("bitrix24:20", "dead: "),
    ],
)
def test_a_first_notification_that_does_not_arrive_is_a_failure(run, configured, scopes, address, said):
    ended = run("check", "--json", "--notify", address)
    state, text = findings(ended)["notification"]
    assert (ended.status, state) == (1, "failed")
    assert said in text
