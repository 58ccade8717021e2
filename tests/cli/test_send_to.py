"""`send --to`: through the outbox, delivered here where no `run` does; whoever has not got it is named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from slack_bitrix24.sandbox.portal import Fault
from slack_bitrix24.sandbox.portal.people import crowd
from slack_bitrix24.sandbox.workspace.core import BOT_TOKEN
from slack_bitrix24.store import open_store
from waiting import until


def send(run, *words, to=("bitrix24:10",)):
    return run("send", *(part for one in to for part in ("--to", one)), *words)


def seen(demo, user=10):
    return [one["message"] for one in demo.portal.notifications(user)]


def test_mrkdwn_arrives_as_bitrix24s_formatting(run, configured, demo):
    ended = send(run, "--text", r"Deploy of *api*\n<https://example.com|log>")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("Anna (bitrix24:main/10): delivered (")
    assert seen(demo) == ["Deploy of [b]api[/b]\n[url=https://example.com]log[/url]"]


def test_those_who_resolve_are_notified_and_the_others_named(run, configured, demo):
    ended = send(
        run, "--text", "x",
        to=("@oncall", "U0UNKNOWN", "nonsense", "@nobody", "bitrix24:none/1", "me", "bitrix24:acme/12", "bitrix24:10"),
    )  # fmt: skip
    assert ended.status == 1
    assert sorted(line.partition(":")[2].split(":")[0].strip() for line in ended.lines) == [
        "@nobody", "U0UNKNOWN", "bitrix24", "me", "nonsense",
    ]  # fmt: skip
    assert [len(seen(demo, user)) for user in (10, 7, 12)] == [1, 1, 1]
    assert len(ended.out.splitlines()) == 3
    assert "Anna Petrova (bitrix24:main/10): delivered" in ended.out


def test_when_nobody_resolves_nothing_is_kept(run, configured):
    assert send(run, "--text", "x", to=("@nobody",)).status == 1
    assert json.loads(run("outbox", "list", "--json").out) == []


def test_members_of_slack_groups_and_channels_are_read_from_slack(run, configured, demo):
    ended = send(run, "--text", "x", "--json", to=("S0614TZR7", "C0GENERAL", "S0NOTHERE"))
    told = json.loads(ended.out)
    assert ended.status == 1
    assert [one["to"] for one in told["notifications"]] == ["bitrix24:main/10"]
    assert {one["address"]: one["reason"] for one in told["unknown"]} == {
        "S0NOTHERE": "Slack refuses: no_such_subteam",
        "U0G9QF9C6": "not in the mapping file",
    }
    assert len(seen(demo)) == 1


def test_without_slack_its_groups_are_said_to_be_unknown(run, folder, demo, monkeypatch):
    monkeypatch.setenv("BITRIX24_WEBHOOK_URL", demo.webhook_url)
    ended = send(run, "--text", "x", to=("S0614TZR7", "C0GENERAL", "bitrix24:10"))
    assert ended.status == 1
    assert [line.count("known to Slack alone") for line in ended.lines] == [1, 1]
    assert len(seen(demo)) == 1


def test_slack_that_is_away_or_answers_a_page_is_named(run, configured, demo):
    file = configured / "slack-bitrix24.toml"
    original = file.read_text()
    for url in ("http://127.0.0.1:9/", f"{demo.url}/static/board.png/"):
        file.write_text(original.replace(demo.slack_api_url, url))
        ended = send(run, "--text", "x", to=("C0GENERAL", "bitrix24:10"))
        assert (ended.status, len(ended.lines)) == (1, 1)
        assert "C0GENERAL: Slack " in ended.err


def test_wait_0_keeps_it_and_leaves_the_rest_to_run(run, configured, demo):
    ended = send(run, "--text", "x", "--wait", "0")
    assert (ended.status, ended.out, len(ended.lines)) == (3, "", 1)
    assert seen(demo) == []
    assert [one["state"] for one in json.loads(run("outbox", "list", "--json").out)] == ["pending"]
    assert send(run, "--text", "y").status == 0
    assert seen(demo) == ["y", "x"]


def test_when_the_time_is_up_the_last_reason_is_told_and_it_stays_queued(run, configured, demo):
    demo.portal.revoke()
    ended = send(run, "--text", "x", "--wait", "1", to=("bitrix24:10", "bitrix24:12"))
    assert (ended.status, ended.out, len(ended.lines)) == (3, "", 1)
    assert (
        "Anna (bitrix24:main/10), bitrix24:main/12 (outbox 1–2): not delivered yet, the portal is stopped: "
        in ended.err
    )
    listed = run("outbox", "list")
    assert "portal main has been stopped for " in listed.err
    demo.portal.revoke(revoked=False)
    assert "portal main: is tried now" in run("outbox", "resume", "main").out
    assert send(run, "--text", "y", "--wait", "10").status == 0
    assert sorted(seen(demo)) == ["x", "y"]
    assert "no portal is stopped" in run("outbox", "resume").out


def test_what_bitrix24_refuses_for_good_is_told_and_kept(run, configured, demo):
    demo.portal.fail(Fault("refuse", code="USER_ID_EMPTY", status=400, times=1))
    ended = send(run, "--text", "x")
    assert (ended.status, ended.out) == (1, "")
    assert "dead: USER_ID_EMPTY" in ended.err
    (dead,) = json.loads(run("outbox", "list", "--state", "dead", "--json").out)
    assert (dead["code"], dead["attempts"]) == ("USER_ID_EMPTY", 1)


def test_a_tag_replaces_and_blocks_pictures_and_files_are_shown(run, configured, demo):
    demo.portal.follow("docs")  # which keep a webhook's tags
    blocks = '[{"MESSAGE": "block"}]'
    words = ("--tag", "cpu", "--blocks", blocks, "--picture", "p=https://example.com/p.png")
    assert send(run, "--text", "first", *words).status == 0
    assert send(run, "--text", "second", *words, "--file", "f=https://example.com/f.txt").status == 0
    (one,) = demo.portal.notifications(10)
    assert (one["message"], one["tag"]) == ("second", "cpu|U10")
    assert [next(iter(block)) for block in one["attach"]["BLOCKS"]][-3:] == ["MESSAGE", "IMAGE", "FILE"]
    assert send(run, "--text", "", "--blocks", blocks).status == 0
    assert seen(demo)[0] == "block"


def test_a_file_of_this_machine_is_uploaded_for_its_readers_and_linked(run, configured, demo):
    (configured / "log.txt").write_text("what happened")
    ended = send(run, "--text", "x", "--file", "build log=log.txt", to=("bitrix24:10", "bitrix24:12"))
    assert (ended.status, ended.err) == (0, "")
    (stored,) = demo.portal.files.by_id.values()
    assert (stored.content, stored.name) == (b"what happened", "build log")
    for user in (10, 12):
        shown = demo.portal.notifications(user)[0]["attach"]["BLOCKS"][-1]["FILE"][0]
        assert shown["NAME"] == "build log"
        assert "download" not in shown["LINK"]


def test_a_dry_run_shows_what_would_be_kept(run, configured, demo):
    ended = send(run, "--text", "*x*", "--dry-run", "--tag", "t", to=("@oncall", "@nobody"))
    assert ended.status == 1
    assert [(one["to"], one["message"], one["tag"]) for one in json.loads(ended.out)] == [
        ("bitrix24:main/10", "[b]x[/b]", "t|U10"),
        ("bitrix24:main/7", "[b]x[/b]", "t|U7"),
    ]
    assert json.loads(run("outbox", "list", "--json").out) == []


def test_the_environment_alone_is_a_configuration(run, folder, demo, monkeypatch):
    monkeypatch.setenv("BITRIX24_WEBHOOK_URL", demo.webhook_url)
    assert send(run, "--text", "x", "--output", "out.json").status == 0
    (told,) = json.loads((folder / "out.json").read_text())["notifications"]
    assert (told["to"], told["state"], told["error"]) == ("bitrix24:main/10", "delivered", None)


def test_without_any_configuration_it_is_said_what_is_missing(run, folder):
    ended = send(run, "--text", "x")
    assert (ended.status, len(ended.lines)) == (2, 1)
    assert "BITRIX24_WEBHOOK_URL" in ended.err


@pytest.fixture
def bridge(configured):
    """`run --roles deliver` as a process beside."""
    process = subprocess.Popen(
        [sys.executable, "-m", "slack_bitrix24", "run", "--roles", "deliver"], stderr=subprocess.PIPE, text=True
    )
    yield process
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


def test_beside_a_run_that_one_delivers(run, bridge, configured, demo):
    """On the same SQLite file; what it takes until it looks is a second at most."""
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")
    until(lambda: [lane for lane in store.read(lambda tx: tx.lanes.states()) if lane.owner], what="a lane", timeout=20)
    store.close()
    ended = send(run, "--text", "x", "--json")
    assert (ended.status, ended.err) == (0, "")
    assert json.loads(ended.out)["notifications"][0]["state"] == "delivered"
    assert seen(demo) == ["x"]
    store = open_store(f"sqlite:///{configured / 'bridge.db'}")
    owners = {lane.owner.split(":")[1] for lane in store.read(lambda tx: tx.lanes.states())}
    store.close()
    assert owners == {str(bridge.pid)} != {str(os.getpid())}


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ("@anna", 10),  # a handle
        ("@Anna", 10),
        ("@Anna Petrova", 10),
        ("@devs", 10),  # a user group of Slack's
        ("@OnCall", 10),
        ("anna@example.com", 10),  # Slack's, through the mapping file
        ("Anna@Example.COM", 10),
        ("carol@example.com", 14),  # not in the mapping file: Bitrix24's
    ],
)
def test_people_are_named_as_people_name_each_other(run, configured, demo, address, user):
    ended = send(run, "--text", "by name", to=(address,))
    assert "by name" in seen(demo, user), ended.err
    assert ended.status == (1 if address == "@devs" else 0)  # Bob of the group is not in the mapping file


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("@ana", "@ana: names nobody; did you mean @anna?"),
        ("@oncal", "@oncal: names nobody; did you mean @oncall?"),
        ("@bob", "Bob Smirnov (U0G9QF9C6): not in the mapping file"),
        ("@zzz", "@zzz: names nobody"),
        ("gone@example.com", "gone@example.com: nobody has this e-mail, in Slack with the mapping file or in Bitrix24"),
        ("anna", "anna: no address; accepted: U024BE7LH, S0614TZR7, @anna, @group, anna@example.com"),
    ],
)
def test_whoever_is_not_found_is_said_with_who_may_be_meant(run, configured, address, said):
    ended = send(run, "--text", "x", to=(address,))
    assert (ended.status, len(ended.lines)) == (1, 1)
    assert said in ended.err


def test_without_slack_a_group_that_may_be_meant_is_named(run, folder, demo, monkeypatch):
    monkeypatch.setenv("BITRIX24_WEBHOOK_URL", demo.webhook_url)
    (folder / "mapping.yaml").write_text("users:\n  U024BE7LH: 10\ngroups:\n  oncall: [U024BE7LH]\n")
    ended = send(run, "--text", "x", to=("@oncal", "carol@example.com"))
    assert "@oncal: names nobody; did you mean @oncall?" in ended.err
    assert seen(demo, 14) == ["x"]


def test_where_slack_refuses_it_is_said_why(run, configured, demo):
    demo.workspace.bot_token = "xoxb-another"
    ended = send(run, "--text", "x", to=("@anna", "bitrix24:10"))
    demo.workspace.bot_token = BOT_TOKEN
    assert "@anna: Slack " in ended.err
    assert seen(demo) == ["x"]


def test_two_hundred_recipients_are_one_line(run, configured, demo):
    for person in crowd(200, first=300):
        demo.portal.users[person.id] = person
    many = [f"bitrix24:{number}" for number in range(300, 500)]
    ended = send(run, "--text", "to all", to=many)
    assert ended.status == 0, ended.err
    (line,) = ended.out.splitlines()
    assert line.startswith("bitrix24:main/300, ")
    assert "and 195 more (outbox 1–200): delivered to 200" in line
