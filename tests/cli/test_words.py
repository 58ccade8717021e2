"""What a command says: hosts and causes, missing scopes, options that do not apply, lists with nothing in them."""

from __future__ import annotations

import json
import threading
import time

import pytest

from scripted import Reply, Scripted, error
from slack_bitrix24.sandbox.portal import Fault
from slack_bitrix24.sandbox.workspace.faults import Fault as SlackFault

HOOK = "/rest/1/h00kS3cr3tW0rd/"


@pytest.fixture
def scripted(folder, monkeypatch):
    server = Scripted()
    monkeypatch.setenv("BITRIX24_WEBHOOK_URL", f"{server.origin}{HOOK}")
    yield server
    server.close()


def test_wait_holds_a_call_to_a_portal_that_hangs_no_longer(run, scripted):
    scripted.answer = lambda _: Reply({"result": 1}, hold=threading.Event())
    began = time.monotonic()
    ended = run("send", "--user", "10", "--user", "12", "--text", "x", "--wait", "0.5")
    assert time.monotonic() - began < 10
    assert ended.status == 3
    assert ended.lines == [
        "slack-bitrix24: user 10: no answer within 0.5 s; it may have arrived",
        "slack-bitrix24: user 12: not sent, --wait ran out",
    ]


def test_wait_does_nothing_to_a_call_that_is_answered(run, scripted):
    scripted.answer = lambda _: Reply({"result": 5})
    assert run("send", "--user", "10", "--text", "x", "--wait", "5").status == 0
    scripted.answer = lambda _: error("ERROR_ARGUMENT", "wrong")
    assert run("send", "--user", "10", "--text", "x", "--wait", "5").status == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--user 10 --wait 0", "--wait: expected seconds"),
        ("--user 10 --wait -1", "--wait: expected seconds"),
        ("--user 10 --wait nan", "--wait: expected seconds"),
        ("--user 10 --dry-run --wait 5", "--wait: with --dry-run nothing is sent"),
        ("--to bitrix24:10 --dry-run --wait 5", "--wait: with --dry-run nothing is sent"),
        ("--user 10 --config slack-bitrix24.toml", "--config: with --url no configuration is read"),
        ("--to bitrix24:10 --user 10", "--user"),
    ],
)
def test_an_option_that_does_not_apply_is_refused(run, scripted, configured, arguments, said):
    ended = run("send", "--text", "x", *arguments.split())
    assert (ended.status, len(ended.lines)) == (2, 1)
    assert said in ended.err
    assert scripted.requests == []


@pytest.mark.parametrize("result", [False, "false"])
def test_what_was_not_created_names_the_user(run, scripted, result):
    scripted.answer = lambda _: Reply({"result": result if result is False else False})
    ended = run("send", "--user", "4242", "--text", "x")
    assert ended.status == 1
    assert "user 4242: NOT_CREATED" in ended.err


@pytest.mark.parametrize(
    ("url", "host", "cause"),
    [
        ("http://127.0.0.1:9", "127.0.0.1:9", "Connection refused"),
        ("http://localhost:9", "localhost:9", "Connection refused"),
        ("https://127.0.0.1:9", "127.0.0.1:9", "Connection refused"),
        ("https://no-such-portal.invalid", "no-such-portal.invalid", "no such host"),
        ("https://no-such-portal.invalid:8443", "no-such-portal.invalid:8443", "no such host"),
    ],
)
def test_what_can_not_be_reached_is_named_with_the_cause(run, folder, url, host, cause):
    ended = run("send", "--url", f"{url}{HOOK}", "--user", "10", "--text", "x")
    assert ended.status == 1
    assert ended.lines == [f"slack-bitrix24: user 10: the portal can't be reached: {host}: {cause}"]


def test_slack_that_can_not_be_reached_is_named_with_the_cause(run, configured, demo):
    file = configured / "slack-bitrix24.toml"
    file.write_text(file.read_text().replace(demo.slack_api_url, "http://127.0.0.1:9/api/"))
    said = "Slack can't be reached: 127.0.0.1:9: Connection refused"
    assert said in run("check").out
    assert said in run("mapping", "sync").err
    assert said in run("send", "--to", "C0GENERAL", "--text", "x").err


@pytest.mark.parametrize("arguments", ["send --to bitrix24:10 --text x", "send --url {hook} --user 10 --text x"])
def test_a_missing_scope_of_bitrix24_is_named(run, configured, demo, arguments):
    demo.portal.fail(Fault("missing_scope", times=9))
    ended = run(*arguments.format(hook=demo.webhook_url).split())
    assert "lacks the scope im" in ended.err


def test_mapping_sync_names_a_missing_scope_of_either_side(run, configured, demo):
    demo.workspace.faults.add(SlackFault("error", method="users.list", error="missing_scope"))
    assert "missing_scope" in run("mapping", "sync").err
    demo.portal.fail(Fault("missing_scope", times=9))
    assert "lacks the scope user_basic" in run("mapping", "sync").err


@pytest.mark.parametrize("address", ["anna", "@", "U1", "http://x", "bitrix24", "C#"])
def test_the_addresses_that_are_listed_are_taken(run, configured, address):
    ended = run("send", "--to", address, "--text", "x")
    assert ended.status == 1
    listed = ended.err.partition("accepted: ")[2]
    assert listed
    for word in ("me", "here", "channel", "mentioned"):
        assert word not in listed.replace(",", " ").split()
    for one in listed.strip().replace(" or ", ", ").split(", "):
        ended = run("send", "--to", one, "--text", "x", "--dry-run")
        assert "no address" not in ended.err, one


@pytest.mark.parametrize("key", ["relays", "webhooks", "schedules", "permissions"])
def test_the_addresses_that_a_fault_of_the_configuration_lists_are_taken_there(run, reconfigure, key):
    sections = {
        "relays": '[[relays]]\nname = "a"\nchannels = ["C0ALERTS"]\nto = ["{}"]',
        "webhooks": '[[webhooks]]\nname = "a"\ntoken = "h00kS3cr3tW0rd-long"\nto = ["{}"]',
        "schedules": '[[schedules]]\nname = "a"\nwhen = "every day at 9"\ntext = "x"\nto = ["{}"]',
        "permissions": '[permissions]\nnotify = ["{}"]',
    }
    reconfigure(sections[key].format("anna"))
    (fault,) = [line for line in run("mapping", "show").lines if "anna" in line]
    listed = fault.partition("accepted: ")[2].replace(" or ", ", ").split(", ")
    assert len(listed) > 2, fault
    for one in listed:
        address = one.replace("portal/", "main/")
        reconfigure(sections[key].format(address))
        assert f'"{address}"' not in run("mapping", "show").err, one


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("outbox list", "no notifications"),
        ("outbox list --state dead", "no notifications"),
        ("schedule list", "no schedules and no reminders"),
        ("schedule next", "nothing is planned"),
        ("schedule next -n 3", "nothing is planned"),
        ("mapping show", "nobody"),
    ],
)
def test_a_list_with_nothing_in_it_says_so(run, configured, arguments, said):
    (configured / "mapping.yaml").write_text("users:\ngroups:\n")
    ended = run(*arguments.split())
    assert ended.status == 0
    assert ended.out.splitlines()[0].endswith(said)
    if arguments != "mapping show":
        assert json.loads(run(*arguments.split(), "--json").out) == []


@pytest.mark.parametrize(
    "arguments",
    ["outbox list --state frob", "schedule next -n x", "schedule next -n 0", "demo --port 99999999", "demo --port x",
     "send --to bitrix24:1 --text x --wait soon", "outbox show x"],
)  # fmt: skip
def test_a_wrong_value_is_told_in_plain_words(run, arguments):
    ended = run(*arguments.split())
    assert (ended.status, len(ended.lines)) == (2, 1)
    assert "Value error" not in ended.err


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("oracle://host/name", "oracle://host/name"),
        ("oracle://user@host/name", "oracle://user@host/name"),
        ("oracle://user:s3cr3tW0rd@host/name", "oracle://user:<secret>@host/name"),
        ("mysql://user:s3cr3tW0rd@host", "mysql://user:<secret>@host"),
        ("sqlite://", "sqlite://"),
        ("postgresql://", "postgresql://"),
        ("just words", "just words"),
    ],
)
def test_only_a_password_is_hidden_in_the_address_of_a_database(run, configured, url, shown):
    file = configured / "slack-bitrix24.toml"
    file.write_text(file.read_text().replace("sqlite:///bridge.db", url))
    ended = run("schedule", "list")
    assert ended.status == 2
    assert f'got "{shown}"' in ended.err
    assert "s3cr3tW0rd" not in ended.err
