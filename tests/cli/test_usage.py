"""Help, versions, wrong usage and everything that is wrong with a machine: one line, the right status, no traceback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from typer.main import get_command

from slack_bitrix24.cli.boxes.outbox_command import StateName
from slack_bitrix24.cli.commands import application
from slack_bitrix24.model import State
from slack_bitrix24.store.sql.engine import sqlite_module
from waiting import until

HEAVY = ("slack_bolt", "slack_sdk", "sqlalchemy", "alembic", "fastapi", "pydantic", "requests", "yaml", "rich")


def paths(command=None, prefix=()):
    """Every command and sub-command, as words."""
    command = command or get_command(application)
    yield prefix
    for name, inner in getattr(command, "commands", {}).items():
        yield from paths(inner, (*prefix, name))


ALL = list(paths())
# The program's own: two copies of SQLite in one process undo each other's locks (https://sqlite.org/howtocorrupt.html).
SQLITE = sqlite_module()

LOADER = f"""
import json, sys
from slack_bitrix24.cli.commands import program
for words in json.loads(sys.argv[1]):
    assert program([*words, "--help"]) == 0, words
print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)
"""


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_help_loads_none_of_the_heavy_libraries():
    ended = python("-c", LOADER, json.dumps(ALL))
    assert (ended.returncode, ended.stderr) == (0, "[]\n")


def test_help_and_version_answer_in_no_time():
    """Beyond what the interpreter itself takes, in processor time, for the machine may be busy; the best of four."""

    def seconds(*arguments):
        before = os.times()
        assert python(*arguments).returncode == 0
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    bare = min(seconds("-c", "pass") for _ in range(4))
    for words in (["--help"], ["--version"], ["outbox", "list", "--help"]):
        assert min(seconds("-m", "slack_bitrix24", *words) for _ in range(4)) - bare < 0.3


@pytest.mark.parametrize("words", ALL, ids=lambda words: " ".join(words) or "the program")
def test_every_command_explains_itself(words, run):
    ended = run(*words, "-h")
    assert ended.status == 0
    assert ended.out.startswith(f"Usage: slack-bitrix24 {' '.join(words)}".rstrip())


@pytest.mark.parametrize("words", [(), ("mapping",), ("outbox",), ("schedule",), ("database",)])
def test_without_a_command_help_is_shown_and_the_usage_is_wrong(words, run):
    ended = run(*words)
    assert (ended.status, ended.out) == (2, "")
    assert "Commands:" in ended.err


@pytest.mark.parametrize(
    "words",
    [
        "sned",
        "outbox lst",
        "outbox show",
        "outbox show x",
        "outbox list --state lost",
        "outbox list --limit 0",
        "outbox list --older-than soon",
        "outbox list --portal nobody",
        "outbox list --person @nobody",
        "outbox list --person C0GENERAL,",
        "outbox retry",
        "outbox retry 1 --dead",
        "outbox retry 1 --portal main",
        "outbox cancel",
        "outbox purge",
        "outbox purge --older-than 30",
        "outbox purge --older-than 1h",
        "outbox resume nobody",
        "mapping sync --portal nobody",
        "schedule next -n 0",
        "schedule list --lots",
        "run --roles cook",
        "send",
        "send --text hello",
        "send --text hello --user 1",
        "send --text hello --to bitrix24:1 --user 1",
        "send --text hello --to bitrix24:1 --url https://example.com/rest/1/secret/",
        "send --text hello --to bitrix24:1 --token x",
        "send --text hello --to bitrix24:1 --wait -1",
        "send --text hello --to bitrix24:1 --wait nan",
        "send --text hello --to bitrix24:1 --wait inf",
        "send --text hello --to bitrix24:1 --picture nothing",
        "send --text hello --to bitrix24:1 --file nothing=none.txt",
        "send --text hello --to bitrix24:1 --output none/out.json",
        "send --text hello --to bitrix24:1 --blocks none.json",
        "send --text  --to bitrix24:1",
        "--config",
    ],
)
def test_wrong_usage_is_told_in_one_line(words, run, configured):
    ended = run(*words.split(" "))
    assert (ended.status, ended.out, len(ended.lines)) == (2, "", 1), ended
    assert ended.err.startswith("slack-bitrix24: ")


def test_config_stands_before_between_or_after(run, configured):
    (configured / "slack-bitrix24.toml").rename(configured / "other.toml")
    for words in (
        "--config other.toml outbox list",
        "outbox --config other.toml list",
        "outbox list --config other.toml",
    ):
        assert run(*words.split()).status == 0
    assert run("outbox", "list").status == 2
    assert run("outbox", "list", "--config", "none.toml").lines == [
        "none.toml: can't be read: No such file or directory"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00", "slack-bitrix24.toml: line 1: not UTF-8 text, but UTF-16; save the file as UTF-8"),
        (b"\x00", "slack-bitrix24.toml: line 1, column 1: not TOML: "),
        (b"portals = [", "slack-bitrix24.toml: "),
        (b'[portals.main]\nwebhook_url = { env = "TEST_NONE" }\n', "slack-bitrix24.toml: portals.main.webhook_url: "),
        (b"", "slack-bitrix24.toml: portals"),
    ],
)
@pytest.mark.parametrize("words", ["check", "outbox list", "run", "send --to bitrix24:1 --text x"])
def test_a_broken_configuration_is_wrong_usage(content, said, words, run, configured):
    (configured / "slack-bitrix24.toml").write_bytes(content)
    ended = run(*words.split())
    first, *counted = (ended.out + ended.err).splitlines()
    assert (ended.status, len(counted)) == (2, 1 if words == "check" else 0), ended
    assert said in first


def test_all_faults_of_a_configuration_are_told_one_in_a_line(run, reconfigure):
    reconfigure('[[relays]]\nname = "a"\nto = 5\n[nonsense]\n[[schedules]]\nname = "s"\nwhen = 1\n')
    ended = run("outbox", "list")
    assert ended.status == 2
    assert "slack-bitrix24.toml: relays[0].to: expected a list of addresses, got 5" in ended.lines
    assert len(ended.lines) > 3
    assert all(line.startswith("slack-bitrix24.toml: ") for line in ended.lines)


def test_a_folder_is_no_configuration(run, folder):
    (folder / "slack-bitrix24.toml").mkdir()
    ended = run("check")
    assert ended.status == 2
    assert "Is a directory" in ended.out


def test_a_database_of_a_newer_version_is_left_alone(run, configured):
    with SQLITE.connect(configured / "bridge.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for words in ("outbox list", "database upgrade", "schedule list", "send --to bitrix24:10 --text x", "run"):
        ended = run(*words.split())
        assert (ended.status, len(ended.lines)) == (1, 1), ended
        assert "written by a newer version" in ended.err


@pytest.mark.parametrize("make", [lambda file: file.mkdir(), lambda file: file.write_bytes(b"no database" * 500)])
def test_a_database_that_is_none_is_told_in_one_line(make, run, configured):
    (configured / "bridge.db").unlink()
    make(configured / "bridge.db")
    for words in ("outbox list", "database upgrade", "send --to bitrix24:10 --text x"):
        ended = run(*words.split())
        assert (ended.status, len(ended.lines)) == (1, 1), ended
        assert "bridge.db" in ended.err


def test_a_database_whose_folder_is_missing_is_told_in_one_line(run, configured):
    file = configured / "slack-bitrix24.toml"
    file.write_text(file.read_text().replace("bridge.db", "none/bridge.db"))
    ended = run("outbox", "list")
    assert (ended.status, len(ended.lines)) == (1, 1)
    assert "can't be opened" in ended.err
    assert run("check").status == 1


def test_an_upgrade_says_from_where_to_where(run, configured):
    (configured / "bridge.db").unlink()
    first, again = run("database", "upgrade"), run("database", "upgrade")
    assert (first.status, again.status) == (0, 0)
    assert "upgraded from nothing to " in first.out
    assert "is up to date" in again.out


def test_a_closed_pipe_and_an_interrupt_end_it_quietly(configured):
    program = [sys.executable, "-m", "slack_bitrix24"]
    piped = f"{' '.join(program)} outbox list --json | true"
    listed = subprocess.run(["sh", "-c", piped], capture_output=True, text=True, timeout=60, check=False)
    assert listed.stderr == ""
    sending = subprocess.Popen(
        [*program, "send", "--to", "bitrix24:10", "--text", "x", "--wait", "60"],
        env={**os.environ, "TEST_WEBHOOK_URL": "http://127.0.0.1:9/rest/1/5andb0xsecret0001/"},
        stderr=subprocess.PIPE,
        text=True,
    )
    with SQLITE.connect(configured / "bridge.db", timeout=10) as connection:
        until(lambda: connection.execute("SELECT count(*) FROM queue WHERE error <> ''").fetchone()[0])
    connection.close()
    sending.send_signal(signal.SIGINT)
    _, err = sending.communicate(timeout=30)
    assert (sending.returncode, len(err.splitlines())) == (130, 1), err
    assert "not delivered yet: " in err


def test_the_states_are_those_of_the_outbox():
    assert [state.value for state in StateName] == [state.value for state in State]


COMPLETED = """
eval "$(slack-bitrix24 --show-completion)"
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_slack_bitrix24_completion slack-bitrix24
echo "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("slack-bitrix24 ou", "outbox"),
        ("slack-bitrix24 outbox re", "retry resume"),
        ("slack-bitrix24 mapping ''", "check show sync"),
        ("slack-bitrix24 send --pic", "--picture"),
        ("slack-bitrix24 database b", "backup"),
        ("slack-bitrix24 nothing x", ""),
    ],
)
def test_the_shell_completes_commands_and_options(words, offered, tmp_path):
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no bash on this machine")
    command = tmp_path / "slack-bitrix24"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m slack_bitrix24 "$@"\n')
    command.chmod(0o755)
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "SHELL": shell}
    script = COMPLETED.format(words=words)
    done = subprocess.run([shell, "-c", script], capture_output=True, text=True, env=environ, timeout=60, check=False)
    assert done.stdout.strip() == offered, done.stderr
