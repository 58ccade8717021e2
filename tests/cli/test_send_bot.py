"""`send --file` where a bot sends: files are messages of the chat, each once; nothing is put on anybody's Drive."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from slack_bitrix24.sandbox.portal import Fault
from waiting import until

UPLOAD = "imbot.v2.File.upload"


@pytest.fixture
def bot(configured, demo):
    """Portal `acme` sends through a bot, `main` as it did."""
    file = configured / "slack-bitrix24.toml"
    # The sandbox keeps its bots from test to test, the database does not keep their tokens.
    kind = f'kind = "bot"\nbot = {{ name = "Alerts", code = "bridge_{configured.name}" }}'
    file.write_text(file.read_text("utf-8").replace('kind = "system"', kind), "utf-8")
    (configured / "log.txt").write_text("what happened")
    return demo.portal


def send(run, *words, to=("bitrix24:acme/10",)):
    return run("send", *(part for one in to for part in ("--to", one)), *words)


def said(portal, user=10):
    return [message for chat in portal.chats(user) for message in chat["messages"]]


def files(portal, user=10):
    return [portal.files.by_id[one["file"]["id"]].content for one in said(portal, user) if one["file"]]


def test_a_file_of_this_machine_comes_after_the_text(run, bot):
    ended = send(run, "--text", "build", "--file", "log=log.txt", to=("bitrix24:acme/10", "bitrix24:acme/12"))
    assert (ended.status, ended.err) == (0, "")
    for user in (10, 12):
        assert said(bot, user)[0]["text"] == "build"
        assert said(bot, user)[0]["attach"] is None
        assert files(bot, user) == [b"what happened"]


def test_each_portal_has_it_in_its_own_way(run, bot):
    ended = send(run, "--text", "x", "--file", "log=log.txt", to=("bitrix24:10", "bitrix24:acme/12"))
    assert (ended.status, ended.err) == (0, "")
    assert [block["FILE"][0]["NAME"] for block in bot.notifications(10)[0]["attach"]["BLOCKS"]] == ["log"]
    assert files(bot, 12) == [b"what happened"]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--text", ""), "log"),
        (("--text", "x", "--blocks", '[{"MESSAGE": "b"}]'), "x"),
        (("--text", "", "--blocks", '[{"MESSAGE": "b"}]'), "b"),
        (("--text", "x", "--picture", "p=https://example.com/p.png"), "x"),
        (("--text", "*x*"), "[b]x[/b]"),
    ],
)
def test_what_stands_above_it(run, bot, words, text):
    assert send(run, *words, "--file", "log=log.txt").status == 0
    assert (said(bot)[0]["text"], files(bot)) == (text, [b"what happened"])


@pytest.mark.parametrize("given", ["log=", "log=empty", "log=nowhere", "log=.", "log"])
def test_what_is_no_file_is_refused_before_anything_is_sent(run, bot, configured, given):
    (configured / "empty").write_bytes(b"")
    ended = send(run, "--text", "x", "--file", given)
    assert (ended.status, "--file" in ended.err, said(bot)) == (2, True, [])


def test_a_dry_run_keeps_nothing(run, bot):
    ended = send(run, "--text", "x", "--file", "log=log.txt", "--file", "u=https://example.com/u.pdf", "--dry-run")
    [shown] = json.loads(ended.out)
    assert (shown["files"], said(bot)) == (["log", "u"], [])


def test_killed_while_its_answer_is_lost_it_arrives_once(run, bot, configured):
    """Another process takes over: it looks for the file before it uploads one."""
    bot.fail(Fault("execute_and_drop", method=UPLOAD))
    words = ["--to", "bitrix24:acme/10", "--text", "x", "--file", "log=log.txt"]
    sending = subprocess.Popen([sys.executable, "-m", "slack_bitrix24", "send", *words], stdout=subprocess.DEVNULL)
    until(lambda: files(bot), timeout=30)
    sending.kill()
    sending.wait()
    until(lambda: send(run, "--text", "y").status == 0 and _all_delivered(run), timeout=30)
    assert files(bot) == [b"what happened"]


def _all_delivered(run):
    return {one["state"] for one in json.loads(run("outbox", "list", "--json").out)} == {"delivered"}
