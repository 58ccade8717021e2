"""`run` where something goes wrong that nobody thought of."""

from __future__ import annotations

import threading

import pytest

from slack_bitrix24.cli import _is_run
from slack_bitrix24.cli.run import _thread_ended


@pytest.mark.parametrize(("name", "ends"), [("slack", True), ("socket-1", True), ("inbox", True), ("people", False)])
def test_a_thread_of_slacks_that_dies_ends_it_with_one_line_without_the_errors_text(name, ends, caplog):
    refused = []
    try:
        int("xoxb-h00kS3cr3t")
    except ValueError as error:
        how = (type(error), error, error.__traceback__, threading.Thread(name=name))
    _thread_ended(refused.append, lambda *_: None, threading.ExceptHookArgs(how))
    said = refused if ends else caplog.messages
    assert len(said) == 1
    assert said[0].startswith(f"{name} ended: unexpected ValueError in test_a_thread_of_slacks_")
    assert "h00kS3cr3t" not in f"{refused} {caplog.text}"
    assert bool(refused) is ends


@pytest.mark.parametrize(
    ("arguments", "is_run"),
    [
        ("run", True),
        ("run --roles slack", True),
        ("--config x.toml run", True),
        ("--config=x.toml run", True),
        ("send --text run", False),
        ("--config run", False),
        ("", False),
    ],
)
def test_run_is_told_from_other_commands_before_the_options_are_read(arguments, is_run):
    """Another command that a signal ends early has failed."""
    assert _is_run(arguments.split()) is is_run
