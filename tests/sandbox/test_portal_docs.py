"""Every command of docs/reference/sandbox-portal.md does what the page says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.portal.__main__ import _parser
from slack_bitrix24.sandbox.portal.faults import KINDS
from slack_bitrix24.sandbox.portal.methods import METHODS
from slack_bitrix24.sandbox.server import Server

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "sandbox-portal.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```sh\n(.+?)\n```", PAGE, re.DOTALL)
STARTS = [command for command in COMMANDS if command.startswith("python -m")]
CALLS = [command for command in COMMANDS if command.startswith("curl")]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "plugin")}


def test_all_commands_are_tried():
    assert len(COMMANDS) == len(STARTS) + len(CALLS)
    assert STARTS
    assert CALLS


def test_the_portal_starts_as_shown():
    running = []
    for command in STARTS:
        words = command.replace("--port 8025", "--port 0").split()
        assert words[0] == "python"
        arguments = [sys.executable, *words[1:]]
        running.append(subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT))
    for process in running:
        with process:
            told = "".join(iter(process.stdout.readline, "Ctrl-C ends it; nothing is kept.\n"))
            process.terminate()
            assert "webhook" in told
            assert process.wait(10) == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's calls are made with curl, which is not here")
def test_calls_and_faults_are_answered_as_shown():
    portal = Portal()
    with Server(app(portal)) as server:
        answers = []
        for command in CALLS:
            shell = ["bash", "-c", command.replace("http://127.0.0.1:8025", server.url)]
            done = subprocess.run(shell, capture_output=True, text=True, check=True, timeout=20)
            answers.append(json.loads(done.stdout))
    sent, batch, seen, lost, several, well = answers
    assert sent["result"] == seen[0]["id"]
    assert batch["result"]["result"]["who"][0]["NAME"] == "Portal"
    assert seen[0]["message"] == "[b]Deploy[/b] finished"
    assert lost["faults"][0]["kind"] == "execute_and_drop"
    assert [fault["times"] for fault in several["faults"]] == [2, 0]
    assert well == {"faults": []}


def test_the_python_examples_run():
    examples = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, "sandbox-portal.md", "exec"), {})  # noqa: S102  it is our own page


def test_the_page_names_every_option_method_and_fault():
    options = {option for action in _parser()._actions for option in action.option_strings if len(option) > 2}
    missing = {name for name in (*options - {"--help"}, *KINDS) if f"`{name}" not in PAGE}
    assert not missing
    assert {method.name for method in METHODS.values() if f"`{method.name}`" not in PAGE} == set()
