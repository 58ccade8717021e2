"""`send --url`: the call of the seed, once for each user, and Bitrix24's answer as it came."""

from __future__ import annotations

import io
import json
import sys

import pytest

from scripted import Reply, Scripted, error


@pytest.fixture
def hook(demo, folder, monkeypatch):
    """The webhook stands in the environment, so that it need not stand on a command line."""
    monkeypatch.setenv("BITRIX24_WEBHOOK_URL", demo.webhook_url)
    return demo.portal


@pytest.fixture
def scripted(folder, monkeypatch):
    server = Scripted()
    monkeypatch.setenv("BITRIX24_WEBHOOK_URL", f"{server.origin}/rest/1/h00kS3cr3tW0rd/")
    yield server
    server.close()


def test_the_answer_is_printed_as_it_came(run, demo):
    ended = run("send", "--url", demo.webhook_url, "--user", "10", "--text", "Hello [b]Anna[/b]")
    assert (ended.status, ended.err) == (0, "")
    answer = json.loads(ended.out)
    assert {"result", "time"} <= answer.keys()
    (seen,) = demo.portal.notifications(10)
    assert (seen["id"], seen["message"]) == (answer["result"], "Hello [b]Anna[/b]")


def test_each_user_has_a_call_and_a_line(run, hook):
    ended = run("send", "--user", "10", "--user", "12", "--user", "10", "--text", "both")
    ids = [json.loads(line)["result"] for line in ended.out.splitlines()]
    assert (ended.status, len(ids), len(set(ids))) == (0, 2, 2)
    assert [len(hook.notifications(user)) for user in (10, 12)] == [1, 1]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [(r"one\ntwo", "one\ntwo"), (r"one\r\ntwo", "one\ntwo"), (r"C:\\new", r"C:\new"), (r"a\tb \\x", r"a\tb \\x")],
)
def test_backslash_n_is_a_line_break(typed, sent, run, hook):
    assert run("send", "--user", "10", "--text", typed).status == 0
    assert hook.notifications(10)[0]["message"] == sent


def test_the_text_may_come_through_standard_input(run, hook, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("as it is: \\n\nэто тоже\n"))
    assert run("send", "--user", "10", "--text", "-").status == 0
    assert hook.notifications(10)[0]["message"] == "as it is: \\n\nэто тоже"


def test_what_is_no_text_is_not_sent(run, hook, monkeypatch):
    assert "not UTF-8" in run("send", "--user", "10", "--text", "\udcff").err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8"))
    assert "not UTF-8" in run("send", "--user", "10", "--text", "-").err
    assert run("send", "--user", "10", "--text", " ").status == 2
    assert hook.notifications(10) == []


def test_a_tag_replaces_where_a_webhook_s_tags_are_kept(run, hook):
    hook.follow("docs")
    for text in ("firing", "resolved"):
        assert run("send", "--user", "10", "--user", "12", "--tag", "cpu", "--text", text).status == 0
    assert [[one["message"] for one in hook.notifications(user)] for user in (10, 12)] == [["resolved"], ["resolved"]]


IMAGE = '[{"IMAGE": {"NAME": "a", "LINK": "https://example.com/a.png"}}]'


@pytest.mark.parametrize(
    "typed",
    [
        IMAGE,
        IMAGE[1:-1],
        f'{{"BLOCKS": {IMAGE}}}',
        IMAGE.replace('"', "'"),
        "blocks.json",
    ],
)
def test_blocks_in_every_form(typed, run, hook, folder):
    (folder / "blocks.json").write_bytes(b"\xef\xbb\xbf" + IMAGE.encode())
    assert run("send", "--user", "10", "--text", "x", "--blocks", typed).status == 0
    assert hook.notifications(10)[0]["attach"]["BLOCKS"][0]["IMAGE"][0]["LINK"] == "https://example.com/a.png"


def test_blocks_by_their_address(run, scripted):
    scripted.answer = lambda r: (
        Reply(raw=IMAGE.encode(), headers={"Content-Type": "application/json"})
        if r.verb == "GET"
        else Reply({"result": 5})
    )
    assert run("send", "--user", "10", "--text", "x", "--blocks", f"{scripted.origin}/blocks.json").status == 0
    assert "a.png" in json.dumps(scripted.requests[-1].json["ATTACH"])
    scripted.answer = lambda _: Reply(raw=b"no", status=404)
    ended = run("send", "--user", "10", "--text", "x", "--blocks", f"{scripted.origin}/none.json")
    assert (ended.status, len(ended.lines)) == (2, 1)
    ended = run("send", "--user", "10", "--text", "x", "--blocks", "http://127.0.0.1:9/none.json")
    assert (ended.status, len(ended.lines)) == (2, 1)


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("['a','b']", 1, "--blocks: BLOCKS[0]: expected an object with one key"),
        ("[{", 2, "--blocks: not JSON: "),
        ("{'a': __import__('os')}", 2, "--blocks: not JSON: "),
        ("[" * 100_000, 2, "--blocks: n"),
        ("nothing", 2, "--blocks: neither JSON nor a readable file"),
        ("binary.json", 2, "--blocks: neither JSON nor a file with UTF-8 text"),
        ("/dev/zero", 2, "holds more than 1,000,000 bytes"),
        ('[{"FILE": {"NAME": "a", "LINK": "javascript:x"}}]', 1, "FILE[0].LINK"),
        ('[{"NONE": {}}]', 1, "expected one of "),
    ],
)
def test_wrong_blocks_are_named_and_nothing_is_sent(typed, status, said, run, hook, folder):
    (folder / "binary.json").write_bytes(b"\xff\xfe")
    ended = run("send", "--user", "10", "--text", "x", "--blocks", typed)
    assert (ended.status, ended.out, len(ended.lines)) == (status, "", 1)
    assert said in ended.err
    assert hook.notifications(10) == []


def test_pictures_and_files_are_shown(run, hook):
    ended = run(
        "send", "--user", "10", "--text", "x", "--picture", "cat=https://example.com/cat.png",
        "--picture", "https://example.com/dog.png?size=2", "--file", "a b.docx=https://example.com/a=b.docx",
    )  # fmt: skip
    assert ended.status == 0
    shown = [next(iter(block.values()))[0] for block in hook.notifications(10)[0]["attach"]["BLOCKS"]]
    assert [(one["NAME"], one["LINK"]) for one in shown] == [
        ("cat", "https://example.com/cat.png"),
        ("dog.png", "https://example.com/dog.png?size=2"),
        ("a b.docx", "https://example.com/a=b.docx"),
    ]
    assert run("send", "--user", "10", "--text", "x", "--file", "a=/etc/hostname").status == 2


def test_a_dry_run_shows_the_very_call_and_sends_nothing(run, hook, scripted, monkeypatch):
    words = ("send", "--user", "10", "--text", "x", "--tag", "t", "--blocks", IMAGE)
    shown = json.loads(run(*words, "--dry-run").out)
    assert scripted.requests == []
    assert shown["url"] == f"{scripted.origin}/rest/1/<secret>/im.notify.personal.add"
    scripted.answer = lambda _: Reply({"result": 5})
    assert run(*words).status == 0
    assert scripted.requests[-1].json == shown["params"]
    monkeypatch.setenv("BITRIX24_TOKEN", "acc3ssT0kenW0rd")
    monkeypatch.setenv("BITRIX24_WEBHOOK_URL", scripted.origin)
    assert json.loads(run(*words, "--dry-run").out)["params"]["auth"] == "<secret>"
    assert run(*words).status == 0
    assert scripted.requests[-1].json["auth"] == "acc3ssT0kenW0rd"


def test_the_answer_goes_to_a_file(run, hook, folder):
    ended = run("send", "--user", "10", "--text", "x", "--output", "answer.json")
    assert (ended.status, ended.out) == (0, "")
    assert "result" in json.loads((folder / "answer.json").read_text())
    assert run("send", "--user", "10", "--text", "x", "--output", ".").status == 2
    assert len(hook.notifications(10)) == 1


REFUSALS = {
    "refused": (
        lambda _: error("ACCESS_DENIED", "Access denied!\nTwice \x1b[31m", 403),
        "ACCESS_DENIED: Access denied! Twice",
    ),
    "page": (lambda _: Reply(raw=b"<html>login</html>", status=200), ""),
    "page 502": (lambda _: Reply(raw=b"<html>", status=502), ""),
    "dropped": (lambda _: Reply(drop=True), ""),
    "busy": (lambda _: error("QUERY_LIMIT_EXCEEDED", "Too many requests", 503), "QUERY_LIMIT_EXCEEDED"),
    "echo": (lambda r: error("E", f"{r.path}", 400), "E: "),
    "false": (lambda _: Reply({"result": False}), ""),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_one_line_and_one_request(case, run, scripted):
    """Its code and description on standard error, exit status 1; nothing is repeated."""
    scripted.answer, said = REFUSALS[case]
    ended = run("send", "--user", "10", "--text", "x")
    assert (ended.status, ended.out, len(ended.lines)) == (1, "", 1)
    assert said in ended.err
    assert "\x1b" not in ended.err
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://127.0.0.1:9/rest/1/h00kS3cr3tW0rd/", 1),
        ("https://nobody.invalid/rest/1/h00kS3cr3tW0rd/", 1),
        ("http://example.com/rest/1/h00kS3cr3tW0rd/", 2),
        ("https://example.com/", 2),
        ("https://[/rest/1/h00kS3cr3tW0rd/", 2),
        ("nonsense h00kS3cr3tW0rd", 2),
    ],
)
def test_an_address_that_leads_nowhere(url, status, run):
    ended = run("send", "--url", url, "--user", "1", "--text", "x")
    assert (ended.status, ended.out, len(ended.lines)) == (status, "", 1)


def test_one_refusal_does_not_keep_the_others_from_theirs(run, scripted):
    scripted.answer = lambda r: error("NOBODY", "gone", 400) if r.json["USER_ID"] == 2 else Reply({"result": 7})
    ended = run("send", "--user", "1", "--user", "2", "--user", "3", "--text", "x")
    assert (ended.status, len(ended.out.splitlines())) == (1, 2)
    assert ended.lines == ["slack-bitrix24: user 2: NOBODY: gone"]


@pytest.mark.parametrize("user", ["0", "-1", "x", "٣", "1.5", "bitrix24:1"])
def test_a_user_is_a_number(user, run, hook):
    assert run("send", f"--user={user}", "--text", "x").lines == [
        f"slack-bitrix24: --user: expected a Bitrix24 user id, got {user!r}"
    ]
