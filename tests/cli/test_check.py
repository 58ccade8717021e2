"""`check`: everything that the bridge needs from outside, tried once and changed nowhere."""

from __future__ import annotations

import json

import pytest

from slack_bitrix24.sandbox.workspace.core import SCOPES
from slack_bitrix24.slack.app import SCOPES as NEEDED


@pytest.fixture
def scopes(demo):
    """All that the manifest asks for."""
    demo.workspace.scopes = [*SCOPES.split(), *NEEDED]
    yield demo.workspace.scopes
    demo.workspace.scopes = SCOPES.split()


def findings(ended):
    return {one["what"]: (one["state"], one["text"]) for one in json.loads(ended.out)}


def test_all_is_well(run, configured, scopes):
    ended = run("check")
    assert (ended.status, ended.err) == (0, "")
    assert {line.split()[0] for line in ended.out.splitlines()} == {"ok"}
    found = findings(run("check", "--json"))
    assert {"configuration", "mapping", "database", "slack", "slack socket", "bitrix24 main", "bitrix24 acme"} == set(
        found
    )
    assert "Portal Owner (1)" in found["bitrix24 main"][1]
    assert "time zone: Europe/Minsk" in found["configuration"][1]


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


def test_what_does_nothing_as_it_stands_is_a_warning(run, reconfigure, scopes):
    application = '[portals.cloud]\ndomain = "127.0.0.1:9"\nclient_id = "local.1"\nclient_secret = "acc3ssT0kenW0rd"\n'
    said = "portals.cloud: nothing brings its tokens: set refresh_token, or [web] for POST /bitrix24/install/cloud"
    for more, warned in (("", True), ('refresh_token = "h00kS3cr3tW0rd"\n', False), ("[web]\nport = 0\n", False)):
        reconfigure(application + more)
        assert (f"warning configuration: {said}" in run("check").out) is warned


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
        "mapping", "slack", "slack socket", "bitrix24 main", "bitrix24 acme",
    }  # fmt: skip
    assert "missing scopes: commands" in found["slack"][1]
    assert "invalid_auth" in found["slack socket"][1]


def test_what_can_not_be_reached_is_said_at_once(run, configured, demo, monkeypatch):
    monkeypatch.setenv("TEST_WEBHOOK_URL", "http://127.0.0.1:9/rest/1/5andb0xsecret0001/")
    file = configured / "slack-bitrix24.toml"
    file.write_text(file.read_text().replace(demo.slack_api_url, f"{demo.url}/static/"))
    found = findings(run("check", "--json"))
    assert found["slack"] == ("failed", "Slack refuses: Received a response in a non-JSON format: Method Not Allowed")
    assert found["bitrix24 main"][0] == "failed"


def test_a_wrong_configuration_is_a_finding_too(run, reconfigure):
    reconfigure('[[schedules]]\nname = "s"\nwhen = "every blursday"\nto = ["@oncall"]\ntext = "x"')
    ended = run("check", "--json")
    assert ended.status == 2
    assert [(one["what"], one["state"]) for one in json.loads(ended.out)] == [("configuration", "failed")]
    assert "blursday" in ended.out
