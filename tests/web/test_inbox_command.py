"""`inbox list | show | replay` over what a served bridge took in."""

from __future__ import annotations

import json

import pytest

from slack_bitrix24.app.portals import fingerprint, keeps_tags
from slack_bitrix24.cli.commands import program
from slack_bitrix24.config import load
from slack_bitrix24.model import Delivered
from slack_bitrix24.store import Probed
from waiting import until
from ways import OTHER, webhook

CONFIGURATION = """\
database = "sqlite:///ways.db"
timezone = "Europe/Minsk"

[portals.main]
{sign_in}

[[webhooks]]
name = "backup"
token = "t0kenOfBackup0123456789"
to = ["bitrix24:14"]
"""
WEBHOOK = 'webhook_url = "https://acme.bitrix24.ru/rest/1/0123456789abcdef/"'
APPLICATION = 'domain = "acme.bitrix24.ru"\nclient_id = "local.1"\nclient_secret = "s3cretWord9"'


@pytest.fixture
def inbox(ways, tmp_path, monkeypatch, capsys):
    """Run `inbox …` on the database of the ways in; return status, output and errors."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments, sign_in=WEBHOOK):
        (tmp_path / "slack-bitrix24.toml").write_text(CONFIGURATION.format(sign_in=sign_in))
        capsys.readouterr()
        status = program(["inbox", *arguments])
        return (status, *capsys.readouterr())

    return command


@pytest.fixture
def deliver(ways):
    """Record everything that is pending as delivered."""

    def all_of_it():
        lease = ways.store.write(lambda tx: tx.lanes.hold("main", "test"))
        claimed = ways.store.write(lambda tx: tx.lanes.claim(lease, limits="{}"))
        done = {one.id: Delivered(1000 + one.id) for one in claimed}
        ways.store.write(lambda tx: tx.lanes.record(lease, done, limits="{}"))

    return all_of_it


def post(ways, text="Backup of db-1"):
    assert ways.post(f"/services/x/backup/{OTHER}", json={"text": text}).status_code == 200
    ways.sent()


def listed(inbox):
    return json.loads(inbox("list", "--json")[1])


def test_what_came_in_is_listed_and_shown(ways, inbox):
    post(ways)
    (one,) = listed(inbox)
    assert {"id", "webhook", "received_at", "state"} <= set(one)
    assert (one["webhook"], one["state"]) == ("backup", "done")
    shown = json.loads(inbox("show", str(one["id"]), "--json")[1])
    assert "Backup of db-1" in shown["request"]["body"]
    assert [(each["to"], each["state"]) for each in shown["notifications"]] == [("bitrix24:main/14", "pending")]
    assert OTHER not in inbox("show", str(one["id"]))[1] + json.dumps(shown)


def test_nothing_says_so(inbox):
    assert inbox("list")[:2] == (0, "Nothing has come in.\n")


def test_what_reached_nobody_is_replayed_when_somebody_is_mapped(serve, tmp_path, monkeypatch):
    ways = serve([webhook("backup", OTHER, to=("@nobody",))])
    post(ways)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slack-bitrix24.toml").write_text(CONFIGURATION.format(sign_in=WEBHOOK))
    assert ways.sent() == []
    assert ways.store.read(lambda tx: tx.inbox.posts())[0].state == "failed"
    assert program(["inbox", "replay", "1"]) == 0
    until(lambda: len(ways.store.read(lambda tx: tx.inbox.posts())) == 2)


def test_delivered_is_not_doubled_by_accident(ways, inbox, deliver):
    post(ways)
    deliver()
    status, _, said = inbox("replay", "1")
    assert (status, "keeps no tags" in said, "--again" in said) == (1, True, True)
    assert len(ways.sent()) == 1
    assert inbox("replay", "1", "--again")[0] == 0
    assert len(ways.sent()) == 2


def test_where_tags_are_kept_it_goes_under_the_same_tag(ways, inbox, deliver):
    post(ways)
    deliver()
    assert inbox("replay", "1", sign_in=APPLICATION)[0] == 0
    first, second = ways.sent()
    assert first.notification.tag == second.notification.tag
    assert inbox("replay", "2", sign_in=APPLICATION)[0] == 0
    assert {one.notification.tag for one in ways.sent()} == {first.notification.tag}


@pytest.mark.parametrize(
    ("sign_in", "tags", "status"),
    [
        (WEBHOOK, "yes", 0),
        (WEBHOOK, "no", 1),
        (WEBHOOK, "unknown", 1),
        (WEBHOOK, "", 1),
        (APPLICATION, "yes", 0),
        (APPLICATION, "no", 1),
        (APPLICATION, "unknown", 1),
        (APPLICATION, "", 0),
    ],
)
def test_what_a_probe_found_goes_before_the_sign_in(ways, inbox, deliver, tmp_path, sign_in, tags, status):
    post(ways)
    deliver()
    inbox("list", sign_in=sign_in)
    portal = load(tmp_path / "slack-bitrix24.toml", {}).portals["main"]
    if tags:
        found = Probed("main", tags, ways.store.now(), fingerprint(portal))
        ways.store.write(lambda tx: tx.portals.keep(found))
    assert inbox("replay", "1", sign_in=sign_in)[0] == status
    assert keeps_tags(portal, ways.store, "personal") == (status == 0)
    assert keeps_tags(portal, ways.store, "bot")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["replay"], 2, "give ids, or --since"),
        (["replay", "1", "--since", "1h"], 2, "give ids, or --since"),
        (["replay", "77"], 1, "there is no request 77"),
        (["show", "77"], 1, "there is no request 77"),
        (["list", "--since", "yesterdayish"], 2, "--since"),
        (["replay", "--since", "2030-01-01T10:00"], 0, ""),
    ],
)
def test_what_does_not_go_is_said(inbox, arguments, status, said):
    ended = inbox(*arguments)
    assert ended[0] == status
    assert said in ended[2]


@pytest.mark.parametrize(("since", "found"), [("1h", 1), ("2020-01-01", 1), ("2030-01-01T00:00+03:00", 0)])
def test_since_is_an_age_or_a_moment(ways, inbox, since, found):
    post(ways)
    assert len(json.loads(inbox("list", "--since", since, "--json")[1])) == found
