"""`init`: from a file of answers, and asked in a real terminal, also when that is closed in the middle."""

from __future__ import annotations

import os
import pty
import select
import signal
import stat
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from slack_bitrix24.cli.init import answers as kept
from slack_bitrix24.config import load
from waiting import until

ANSWERS = """\
slack_bot_token = {{ env = "TEST_BOT_TOKEN" }}
slack_app_token = {{ env = "TEST_APP_TOKEN" }}
slack_api_url = "{slack}"
webhook_url = {{ env = "TEST_WEBHOOK_URL" }}
timezone = "Europe/Minsk"
me = "anna@example.com"
channels = ["#alerts"]
to = ["@oncall"]
"""


@pytest.fixture
def write(folder, demo):
    """Write the file of answers; what is given replaces or adds a line."""

    def lines(**given):
        text = ANSWERS.format(slack=demo.slack_api_url).splitlines()
        kept_lines = [line for line in text if line.split(" ")[0] not in given]
        added = [f"{name} = {value}" for name, value in given.items() if value is not None]
        (folder / "answers.toml").write_text("\n".join([*kept_lines, *added]))

    return lines


def test_answers_become_a_bridge_that_has_delivered(folder, demo, run, write):
    write()
    ended = run("init", "--answers", "answers.toml")
    assert ended.status == 0, ended.err
    assert "delivered" in ended.out
    (sent,) = demo.portal.notifications(10)
    assert sent["message"] == "slack-bitrix24 is set up: what is sent from Slack arrives [b]here[/b]."
    assert "U0CAROL03: 14" in (folder / "mapping.yaml").read_text()
    settings = load(folder / "slack-bitrix24.toml", os.environ)
    assert (settings.relays[0].channels, settings.permissions.admin) == (("C0ALERTS",), ("U024BE7LH",))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder / "secrets").iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((folder / "secrets").stat().st_mode) == 0o700
    assert not (folder / kept.PROGRESS).exists()


def test_an_application_is_written_and_the_next_step_named(folder, run, write):
    write(webhook_url=None, domain='"acme.bitrix24.ru"', client_id='"local.1"', client_secret='"s3cretWord9"')
    ended = run("init", "--answers", "answers.toml")
    assert (ended.status, "portal connect main" in ended.out) == (0, True)
    portal = load(folder / "slack-bitrix24.toml", os.environ).portals["main"]
    assert (portal.domain, portal.client_id) == ("acme.bitrix24.ru", "local.1")


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"me": None}, 2, "answers.toml: me: expected an answer, got nothing"),
        ({"slack_bot_token": None}, 2, "answers.toml: slack_bot_token: expected an answer"),
        ({"webhook_url": None}, 2, "answers.toml: webhook_url: expected an answer"),
        ({"webhook_url": None, "domain": '"a.bitrix24.ru"'}, 2, "answers.toml: client_secret: expected an answer"),
        ({"to": None}, 2, "answers.toml: to: expected an answer"),
        ({"webhook_url": '"https://acme.bitrix24.ru/"'}, 2, "answers.toml: webhook_url: expected https://PORTAL/rest/"),
        ({"chanels": '["x"]'}, 2, 'answers.toml: chanels: unknown key (did you mean "channels"?)'),
        ({"people": '"yes"'}, 2, "answers.toml: people: expected true or false"),
        ({"timezone": '"Europe/Minks"'}, 2, "answers.toml: timezone"),
        ({"slack_bot_token": '"xoxb-wrong"'}, 1, "invalid_auth: copy the token once more"),
        ({"slack_bot_token": '"xapp-1-other"'}, 2, "answers.toml: slack_bot_token: expected the bot token (xoxb-…)"),
        ({"slack_app_token": '"xoxb-other"'}, 2, "answers.toml: slack_app_token: expected the app-level token (xapp-"),
        ({"slack_bot_token": "'\"xoxb-other\"'"}, 2, "the bot token (xoxb-…) without quotes around it"),
        ({"slack_app_token": '"xapp-wrong"'}, 1, "Slack refuses: invalid_auth: copy the token"),
        ({"me": '"nobody"'}, 1, "me: nobody in Slack"),
        ({"channels": '["nowhere", "alerts"]'}, 1, "no channel nowhere"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(folder, run, write, given, status, said):
    write(**given)
    before = sorted(path.name for path in folder.iterdir())
    ended = run("init", "--answers", "answers.toml")
    assert ended.status == status
    assert said in ended.err
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_revoked_webhook_is_told_at_once(run, write, demo):
    demo.portal.revoke()
    write()
    ended = run("init", "--answers", "answers.toml")
    assert ended.status == 1
    assert "INVALID_CREDENTIALS" in ended.err


def test_what_is_there_is_not_written_over(configured, run, write):
    write()
    before = (configured / "slack-bitrix24.toml").read_text()
    ended = run("init", "--answers", "answers.toml")
    assert (ended.status, "is there already" in ended.err) == (2, True)
    assert (configured / "slack-bitrix24.toml").read_text() == before


def test_without_a_terminal_it_asks_for_a_file(folder, monkeypatch, run):
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        ended = run("init")
    assert (ended.status, "--answers FILE" in ended.err) == (2, True)


class Terminal:
    """`init` in a pseudo terminal: what it shows, and what is typed."""

    def __init__(self, folder, **environ):
        self.own, other = pty.openpty()

        # getpass reads the controlling terminal: the child takes this one for its own.
        taking = "import fcntl, termios, runpy; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
        starting = "import sys; sys.argv = ['x', 'init']; runpy.run_module('slack_bitrix24', run_name='__main__')"
        self.process = subprocess.Popen(
            [sys.executable, "-c", taking + starting],
            cwd=folder,
            env={**os.environ, **environ},
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
        )
        os.close(other)
        self.shown, self.read = "", 0

    def _more(self):
        ready, _, _ = select.select([self.own], [], [], 0.05)
        if ready:
            try:
                self.shown += os.read(self.own, 65536).decode(errors="replace")
            except OSError:  # the other side is closed
                return

    def answer(self, question, typed, *, hidden=False):
        """Wait for a question that was not asked before, and type; where that is hidden, once the echo is off."""

        def asked():
            self._more()
            return self.shown.find(question, self.read) >= 0

        until(asked, timeout=60, what=f"{question!r} in {self.shown!r}")
        self.read = self.shown.find(question, self.read) + len(question)
        # What is typed before the echo is switched off is thrown away then.
        until(lambda: not hidden or not termios.tcgetattr(self.own)[3] & termios.ECHO)
        os.write(self.own, f"{typed}\n".encode())

    def ended(self):
        def over():
            self._more()
            return self.process.poll() is not None

        until(over, timeout=60, what=self.shown)
        self._more()
        os.close(self.own)
        return self.process.returncode


def test_a_person_is_asked_and_after_a_break_only_for_the_rest(folder, demo):
    first = Terminal(folder, SLACK_API_URL=demo.slack_api_url)
    first.answer("Bot User OAuth Token", "xoxb-mistyped", hidden=True)
    first.answer("Bot User OAuth Token", "xapp-1-of-the-other-kind", hidden=True)
    first.answer("Bot User OAuth Token", demo.bot_token, hidden=True)
    first.answer("App-Level Token (xapp-…)", "", hidden=True)
    first.process.send_signal(signal.SIGKILL)
    first.ended()
    assert "invalid_auth: copy the token once more" in first.shown
    assert "expected the bot token (xoxb-…)" in first.shown
    assert "xapp-1-of" not in first.shown
    assert "xoxb-" not in first.shown.replace("(xoxb-…)", "")
    assert stat.S_IMODE((folder / kept.PROGRESS).stat().st_mode) == 0o600


def test_the_set_up_goes_on_where_it_was(folder, demo):
    kept.keep(
        folder,
        kept.Answers(slack_bot_token=demo.bot_token, slack_app_token=demo.app_token, slack_api_url=demo.slack_api_url),
    )
    terminal = Terminal(folder)
    terminal.answer("Which", "maybe")
    terminal.answer("Which", "webhook")
    terminal.answer("Address of the webhook", "https://acme.bitrix24.ru/", hidden=True)
    terminal.answer("Address of the webhook", demo.webhook_url, hidden=True)
    terminal.answer("You in Slack", "whoever")
    terminal.answer("You in Slack", "@anna")
    terminal.answer("Your Bitrix24 user id", "")
    terminal.answer("Relay from which channels", "#nowhere")
    terminal.answer("Relay from which channels", "alerts")
    terminal.answer("To whom", "")
    terminal.answer("Match everybody", "y")
    terminal.answer("Send you a first notification", "y")
    assert terminal.ended() == 0, terminal.shown
    assert "Going on where it was stopped" in terminal.shown
    assert "Bot User OAuth Token" not in terminal.shown
    assert "delivered" in terminal.shown
    for secret in (demo.bot_token, demo.app_token, "5andb0xsecret0001"):
        assert secret not in terminal.shown
    assert not (folder / kept.PROGRESS).exists()
    assert load(folder / "slack-bitrix24.toml", os.environ).relays[0].to == ("@oncall",)
