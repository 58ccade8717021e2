"""How a command ends: the status and the one line for everything that can be raised."""

from __future__ import annotations

import pytest

from slack_bitrix24.cli.ending import TRACEBACK, UsageFaultError, ended
from slack_bitrix24.cli.options import Wanted
from slack_bitrix24.cli.send.outcome import Sent, reported
from slack_bitrix24.cli.send.whom import Whom
from slack_bitrix24.errors import ConfigurationError, MappingError, StoreError
from slack_bitrix24.model import Notification, Recipient, State, Stored
from slack_bitrix24.submit.people import People

SECRET = "h00kS3cr3tW0rd"


def raising(error):
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (UsageFaultError("no\nsuch \x1b[1moption"), 2, "slack-bitrix24: no such [1moption\n"),
        (ConfigurationError(["a: wrong", "b: wrong"]), 2, "a: wrong\nb: wrong\n"),
        (MappingError(["m.yaml:1:1: wrong"]), 1, "m.yaml:1:1: wrong\n"),
        (StoreError("database x: full"), 1, "slack-bitrix24: database x: full\n"),
        (PermissionError(13, "Permission denied", "/x/y"), 1, "slack-bitrix24: /x/y: Permission denied\n"),
        (KeyboardInterrupt(), 130, "slack-bitrix24: interrupted\n"),
    ],
)
def test_what_is_raised_on_purpose_is_told_in_words(error, status, said, capsys):
    assert ended(raising(error)) == status
    assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize("error", [ValueError(SECRET), OSError(SECRET)])
def test_what_is_not_is_told_without_its_text(error, capsys):
    """The text of a foreign error may hold a secret; whoever wants it asks for it."""
    assert ended(raising(error)) == 1
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert f"unexpected {type(error).__name__} in command (test_ending.py:" in said
    assert SECRET not in said


def test_the_whole_of_it_is_shown_on_demand(monkeypatch):
    monkeypatch.setenv(TRACEBACK, "1")
    with pytest.raises(ValueError, match=SECRET):
        ended(raising(ValueError(SECRET)))


def test_a_closed_pipe_is_the_business_of_the_top():
    with pytest.raises(BrokenPipeError):
        ended(raising(BrokenPipeError()))


@pytest.mark.parametrize(
    ("state", "error", "stopped", "status", "said"),
    [
        (State.DEAD, "gone", {}, 1, "dead: gone"),
        (State.CANCELLED, "", {}, 1, "cancelled"),
        (State.SUPERSEDED, "", {}, 0, "superseded: a newer notification has the same tag"),
        (State.PENDING, "busy", {}, 3, "not delivered yet: busy"),
        (State.SENDING, "", {}, 3, "not delivered yet: no answer so far"),
        (State.PENDING, "busy", {"main": "revoked"}, 3, "not delivered yet, the portal is stopped: revoked"),
    ],
)
def test_the_outcome_in_words_and_as_a_status(state, error, stopped, status, said, capsys):
    """Whoever shares a reason stands in one line."""
    people = [Recipient("main", number) for number in range(1, 8)]
    stored = [
        Stored(n, Notification(f"{n}", one, "x", f"t|U{n}"), state, 1, 0.0, 0.0, error=error)
        for n, one in enumerate(people)
    ]
    resolved = Whom({one: f"P{one.user_id}" for one in people}, (), People())
    assert reported(Sent(stored, stopped), resolved, Wanted("x")) == status
    assert capsys.readouterr() == ("", f"slack-bitrix24: P1, P2, P3, P4, P5 and 2 more (outbox 0–6): {said}\n")
