"""The bridge as a child process between a Slack and a Bitrix24 sandbox, as a user has it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from configurations import APPLICATION, HEAD, MAPPED, WEB
from forks import Forked
from ports import free_port
from slack_bitrix24.sandbox.demo import Demo, build
from slack_bitrix24.sandbox.portal.bucket import Buckets, plan_of
from slack_bitrix24.sandbox.portal.people import crowd
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.sandbox.workspace.core import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from slack_bitrix24.sandbox.workspace.messages import Message
from slack_bitrix24.sandbox.workspace.people import BOT_USER, Channel, User
from waiting import until

ANNA, BOB, CAROL = "U024BE7LH", "U0G9QF9C6", "U0CAROL03"
DAVE, CHRIS_O, CHRIS_Y = "U0DAVE004", "U0CHRIS05", "U0CHRIS06"
B24 = {ANNA: 10, BOB: 12, CAROL: 14, CHRIS_O: 16, CHRIS_Y: 17}
CI_BOT = "U0CIBOT01"
DEVS = "S0614TZR7"
SECRETS = (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET, "5andb0xsecret0001")

CONFIGURATION = HEAD + APPLICATION + MAPPED + WEB
MAPPING = f"""\
users:
  {ANNA}: 10
  {BOB}: 12
  {CAROL}: 14
groups:
  oncall: [{ANNA}, {BOB}]
"""


@contextmanager
def sandbox(port: int = 0) -> Iterator[Demo]:
    """Serve a workspace with three more people in it, and a portal."""
    made = build(port)
    made.portal.buckets = Buckets(plan_of("enterprise"))
    for person in (*crowd(2, first=16), *crowd(21, first=100)):
        made.portal.users[person.id] = person
    for user in (
        User(DAVE, "dave", "Dave Unmapped"),
        User(CHRIS_O, "chris.old", "Chris Old"),
        User(CHRIS_Y, "chris.young", "Chris Young"),
        User(CI_BOT, "ci", "Build Bot", is_bot=True),
    ):
        made.workspace.users[user.id] = user
        made.workspace.channels[f"D{user.id}"] = Channel(f"D{user.id}", "", [user.id, BOT_USER], peer=user.id)
    with Server(made.app, port) as server:
        made.port = server.port
        yield made
        made.workspace.close()


class Bridge:
    """`slack-bitrix24 run` with a folder of its own; every line that it wrote is looked through for secrets."""

    def __init__(self, folder: Path, made: Demo, *, more: str = "", mapping: str = MAPPING, **given: Any) -> None:
        self.folder, self.made, self.web = folder, made, free_port()
        self.mapping = folder / "mapping.yaml"
        self.configuration = folder / "slack-bitrix24.toml"
        self.log = folder / "log"
        self.process: Forked | None = None
        self.environ = {
            "TEST_BOT_TOKEN": made.bot_token,
            "TEST_APP_TOKEN": made.app_token,
            "TEST_WEBHOOK_URL": made.webhook_url,
            "TEST_CLIENT_SECRET": made.client_secret,
            "TEST_REFRESH_TOKEN": made.refresh_token(),
        }
        text = given.pop("configuration", CONFIGURATION)
        values = {
            "slack": made.slack_api_url,
            "portal": made.url,
            "client_id": made.client_id,
            "web": self.web,
            **given,
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.configuration.write_text((text + more).format(**values), encoding="utf-8")
        self.mapping.write_text(mapping, encoding="utf-8")

    def start(self, *, ready: bool = True) -> Bridge:
        """Start it, and wait until it is ready."""
        environ = {key: value for key, value in os.environ.items() if not key.startswith(("SLACK_", "BITRIX24_"))}
        command = ["run", "--config", str(self.configuration)]
        self.process = Forked(command, environ={**environ, **self.environ}, log=self.log)
        if ready:
            until(self.ready, timeout=60, what=f"the bridge; it says: {self.text}")
        return self

    def ready(self) -> bool:
        """Tell whether /readyz says so."""
        assert self.process is None or self.process.poll() is None, self.text
        return self.get("/readyz") == 200

    def get(self, path: str) -> int:
        """Return the status of a request; 0 when nobody answers."""
        try:
            return requests.get(f"http://127.0.0.1:{self.web}{path}", timeout=5).status_code
        except requests.ConnectionError:
            return 0

    def page(self, path: str) -> str:
        """Return what is answered."""
        return requests.get(f"http://127.0.0.1:{self.web}{path}", timeout=5).text

    def kill(self) -> None:
        """Kill it with -9, as a machine does that loses power."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it in order; return its exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.wait()

    def wait(self, timeout: float = 15) -> int:
        """Wait for its end; return its exit status."""
        assert self.process is not None
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # faulthandler says where it hangs
            self.process.wait()
            raise AssertionError(f"still running after {timeout} s: {self.text}") from None

    def close(self) -> None:
        """Make sure that it has ended, and that it has told no secret and shown no traceback."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        text = self.log.read_text("utf-8") if self.log.exists() else ""
        assert [secret for secret in SECRETS if secret in text] == []
        assert "Traceback" not in text, text

    @property
    def text(self) -> str:
        """All that it wrote so far."""
        return self.log.read_text("utf-8")

    def lines(self) -> list[Mapping[str, Any]]:
        """Return its log lines."""
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]

    def said(self, words: str) -> bool:
        """Tell whether a line of its log has these words."""
        return words in self.text


class Slack:
    """What a person does and sees in Slack."""

    def __init__(self, made: Demo) -> None:
        self.workspace, self.portal = made.workspace, made.portal

    def type(self, text: str, *, user: str = ANNA, channel: str = "C0GENERAL", escaped: bool = False) -> Typed:
        """Type `/b24` and this text, `escaped` as Slack would send it."""
        before = {message.ts for message in self.workspace.log.everything(channel)}
        delivery = self.workspace.command(user, text, channel=channel, escaped=escaped)
        assert not delivery.failed, delivery.failed
        return Typed(self, user, channel, before, (delivery.response or {}), delivery.ms or 0.0)

    def seen(self, user_id: int, words: str = "") -> list[dict[str, Any]]:
        """Return the notifications that a Bitrix24 user sees with these words, the newest first."""
        return [one for one in self.portal.notifications(user_id) if words in _all(one)]

    def arrived(self, user_id: int, words: str, *, timeout: float = 10.0) -> dict[str, Any]:
        """Wait until a Bitrix24 user sees a notification with these words; return it."""
        return until(lambda: self.seen(user_id, words), timeout=timeout, what=f"{words!r} for {user_id}")[0]

    def executed(self, words: str) -> int:
        """Return how often something with these words was sent, replaced or not."""
        return sum(1 for one in self.portal.sends() if words in _all(one))

    def form(self, user: str = ANNA) -> Any:
        """Wait for the form that opens; return it."""
        return until(lambda: self.workspace.views.stacks.get(user), what="the form")[-1]

    def direct(self, user: str) -> list[str]:
        """Return what the app says to a user in their direct channel."""
        place = self.workspace.channel(user).id
        return [str(message.body.get("text")) for message in self.workspace.log.everything(place)]


class Typed:
    """A command that was typed, and its answer."""

    def __init__(
        self, slack: Slack, user: str, channel: str, before: set[str], response: dict[str, Any], ms: float
    ) -> None:
        self.slack, self.user, self.channel, self.before, self.response, self.ms = (
            slack,
            user,
            channel,
            before,
            response,
            ms,
        )

    @property
    def first(self) -> str:
        """The first answer."""
        return str(self.response.get("text", ""))

    def message(self) -> Message | None:
        """Return the answer as it stands in the channel now."""
        log = self.slack.workspace.log.everything(self.channel)
        mine = [one for one in log if one.only_for == self.user and one.ts not in self.before]
        return mine[0] if mine else None

    @property
    def now(self) -> str:
        """What the answer says now."""
        message = self.message()
        return str(message.body.get("text", "")) if message else ""

    def final(self, words: str = "", *, timeout: float = 10.0) -> str:
        """Wait until the answer is another than the first (and has these words); return it."""
        until(lambda: self.now != self.first and words in self.now, timeout=timeout, what=f"{words!r} in {self.now!r}")
        return self.now


def _all(notification: dict[str, Any]) -> str:
    return f"{notification['message']} {json.dumps(notification['attach'], ensure_ascii=False)}"
