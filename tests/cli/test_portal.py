"""`portal list`, `portal probe`, and what `check` says of tags."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from slack_bitrix24.cli.portal.connect import code_of
from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.store import Probed, open_store


def probed(configured, portal="main"):
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")
    found = store.read(lambda tx: tx.portals.probed(portal))
    store.close()
    return found


def rows(ended):
    return {row["name"]: row for row in json.loads(ended.out)}


def test_portals_are_listed_with_what_is_known(run, configured, demo):
    found = rows(run("portal", "list", "--json"))
    main = found["main"]
    assert (main["sign_in"], main["user_id"], main["user"], main["state"]) == ("webhook", 1, "Portal Owner", "ok")
    assert "im" in main["scopes"]
    assert (main["tags"], main["probed_at"]) == ("not asked yet", 0.0)
    assert main["limits"] == {"requests": 50, "per_second": 2, "operating_seconds": 420.0}
    assert found["acme"]["kind"] == "system"
    demo.portal.revoke()
    ended = run("portal", "list")
    assert ended.status == 0
    assert "INVALID_CREDENTIALS" in ended.out
    assert demo.portal.sends() == []


def test_a_stopped_portal_says_so(run, configured):
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")

    def stop(tx):
        lease = tx.lanes.hold("main", "somebody")
        tx.lanes.stop(lease, "OVERLOAD_LIMIT", reason="blocked", probe_at=tx.now + 60)

    store.write(stop)
    store.close()
    assert rows(run("portal", "list", "--json"))["main"]["state"] == "stopped: blocked"


def test_a_probe_is_kept_shown_and_leaves_nothing(run, configured, demo):
    ended = run("portal", "probe", "main")
    kept = probed(configured)
    assert (ended.status, kept.tags in ("yes", "no")) == (0, True)
    assert ("are kept" if kept.tags == "yes" else "not kept") in ended.out
    assert demo.portal.notifications(1) == []
    assert rows(run("portal", "list", "--json"))["main"]["tags"] == kept.tags
    assert probed(configured, "acme") is None


def test_check_asks_once_and_with_probe_again(run, configured, demo):
    def asked():
        return len([one for one in demo.portal.sends() if "keeps tags" in one["message"]])

    ended = run("check", "--json")
    first = probed(configured)
    assert asked() == 2
    said = {one["what"]: one for one in json.loads(ended.out)}["bitrix24 main tags"]
    assert said["state"] == ("ok" if first.tags == "yes" else "warning")
    run("check")
    assert (asked(), probed(configured)) == (2, first)
    run("check", "--probe")
    assert asked() == 4
    assert probed(configured).probed_at > first.probed_at


@pytest.mark.parametrize("change", ["sign_in", "old"])
def test_another_sign_in_or_thirty_days_ask_anew(run, configured, change):
    run("portal", "probe", "main")
    before = probed(configured)
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")
    stale = Probed("main", "unknown", before.probed_at, "another", "x")
    if change == "old":
        stale = Probed("main", "unknown", before.probed_at - 31 * 86_400, before.sign_in, "x")
    store.write(lambda tx: tx.portals.keep(stale))
    store.close()
    run("check")
    assert (probed(configured).tags, probed(configured).sign_in) == (before.tags, before.sign_in)


def test_a_portal_that_refuses_the_probe_is_unknown_and_taken_as_not_kept(run, configured, demo):
    demo.portal.fail(Fault("refuse", method="im.notify.personal.add", code="ACCESS_DENIED", status=403, times=9))
    ended = run("check", "--json")
    said = {one["what"]: one for one in json.loads(ended.out)}["bitrix24 main tags"]
    assert (said["state"], probed(configured).tags) == ("warning", "unknown")
    assert said["text"].startswith("unknown, taken as not kept (ACCESS_DENIED")


@pytest.mark.parametrize("command", ["probe", "connect"])
def test_a_portal_that_is_not_there_is_wrong_usage(run, configured, command):
    ended = run("portal", command, "gone")
    assert (ended.status, ended.lines) == (2, ["slack-bitrix24: no portal is called gone; there is main, acme"])


def test_a_webhook_is_told_how_to_become_an_application(run, configured):
    ended = run("portal", "connect", "main")
    assert ended.status == 1
    assert "Local application" in ended.out
    assert "client_secret" in ended.out


STATE = "st4te"


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        (f"/?code=c0de1234&state={STATE}", "c0de1234", ""),
        (f"https://localhost/?code=c0de1234&domain=acme.bitrix24.ru&state={STATE}&scope=im", "c0de1234", ""),
        (f"localhost:8025/?state={STATE}&code=c0de1234", "c0de1234", ""),
        ("c0de1234", "c0de1234", ""),
        ("/?code=c0de1234&state=another", "", "another attempt"),
        ("/?code=c0de1234", "", "another attempt"),
        (f"/?state={STATE}", "", "no code"),
        ("/?error=access_denied&error_description=not+you", "", "not you"),
        ("yes", "", "neither"),
        ("what shall I do", "", "neither"),
        ("http://[", "", "neither"),
    ],
)
def test_the_code_is_read_from_whatever_comes_back(text, code, reason):
    found, why = code_of(text, STATE)
    assert found == code
    assert reason in why


def test_a_bot_is_registered_once_and_shown_then(run, configured, reconfigure, demo):
    ended = run("portal", "bot", "main")
    assert (ended.status, ended.err) == (0, "")
    assert "the bot Slack (slack_bridge) was registered: user" in ended.out
    assert 'set kind = "bot" in [portals.main]' in ended.out
    again = run("portal", "bot", "main")
    assert "is there" in again.out
    number = ended.out.split("user ")[1].split()[0]
    assert f"user {number}" in again.out
    # An administrator of the portal has deleted it there.
    del demo.portal.bots.bots[int(number)]
    anew = run("portal", "bot", "main")
    assert "was registered" in anew.out
    assert f"user {number}" not in anew.out


@pytest.mark.parametrize(
    ("scopes", "revision", "state"), [(True, 36, "ok"), (True, 32, "failed"), (False, 36, "failed")]
)
def test_check_says_whether_a_bot_will_do(run, configured, demo, scopes, revision, state):
    file = configured / "slack-bitrix24.toml"
    file.write_text(file.read_text("utf-8").replace('kind = "system"', 'kind = "bot"'), "utf-8")
    portal, key = demo.portal, demo.portal.webhook
    before = portal.webhooks[key], portal.revision
    portal.revision = revision
    if not scopes:
        portal.webhooks[key] = replace(before[0], scopes=before[0].scopes - {"imbot"})
    try:
        found = {one["what"]: one for one in json.loads(run("check", "--json").out)}["bitrix24 acme bot"]
    finally:
        portal.webhooks[key], portal.revision = before
    assert found["state"] == state
    assert state == "ok" or ("imbot" in found["text"] if not scopes else "stay with" in found["text"])
