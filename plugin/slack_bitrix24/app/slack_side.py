"""Everything that talks with Slack: built once auth.test has answered, and tried again until then."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slack_bitrix24.app.current import Current
from slack_bitrix24.config import Slack as SlackSettings
from slack_bitrix24.listeners.connection.bolt import build
from slack_bitrix24.listeners.connection.http import Events
from slack_bitrix24.listeners.connection.socket import Socket
from slack_bitrix24.listeners.dispatch import Dispatch
from slack_bitrix24.listeners.handlers.asker import Ask, Asker
from slack_bitrix24.listeners.handlers.commands import Commands
from slack_bitrix24.listeners.handlers.following import Following
from slack_bitrix24.listeners.handlers.forms import Forms
from slack_bitrix24.listeners.handlers.home import Home
from slack_bitrix24.listeners.handlers.letters import Letters
from slack_bitrix24.listeners.handlers.notify import Notifier
from slack_bitrix24.listeners.handlers.relays import Relays
from slack_bitrix24.listeners.handlers.reminders import Reminders
from slack_bitrix24.listeners.handlers.status import Statuses
from slack_bitrix24.listeners.worker import Workers
from slack_bitrix24.listeners.workspace import Workspace, is_temporary, word_of
from slack_bitrix24.receipts import post
from slack_bitrix24.store import Store
from slack_bitrix24.submit.relay import Own
from slack_bitrix24.submit.submitter import Submitter

log = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0
FIRST_LOOK = 5.0
"""Seconds for which the first commands wait until the people of the workspace are known."""


class SlackSide:
    """`refuse` is called when Slack refuses the tokens for good: nothing can be done without a person."""

    def __init__(  # noqa: PLR0913 – the parts that Slack's side is wired from, all by name
        self,
        current: Current,
        slack: SlackSettings,
        *,
        store: Store,
        submitter: Submitter,
        workspace: Workspace,
        following: Following,
        owner: str,
        now: Callable[[], float],
        refuse: Callable[[str], None],
    ) -> None:
        self.current, self.slack, self.store, self.submitter = current, slack, store, submitter
        self.workspace, self.owner, self.now, self.refuse = workspace, owner, now, refuse
        self.client = workspace.client
        self.following = following
        self.opener = ThreadPoolExecutor(4, "form")
        self.socket: Socket | None = None
        self.worker: Workers | None = None
        self.events: Events | None = None
        self.identity: Mapping[str, str] = {}
        self.own = Own()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="slack", daemon=True)  # what it waits for is the network

    @property
    def workspace_url(self) -> str:
        """The workspace's own address; empty before Slack told it."""
        return str(self.identity.get("url", ""))

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def missing(self) -> str:
        """Return what is still missing, or an empty string when Slack is connected."""
        if self.slack.mode == "http":
            return "" if self.events else "Slack has not answered yet"
        if self.socket is None:
            return "Slack has not answered yet"
        if self.socket.refused:
            return f"Slack refuses the app token: {self.socket.refused}"
        return "" if self.socket.connected else "no connection to Slack"

    def stop(self) -> None:
        """Finish what is in hand, within 4 s."""
        self._ending.set()
        self._thread.join(1.0)
        if self.socket is not None:
            self.socket.stop()
        if self.worker is not None:
            self.worker.stop(timeout=1.0)
        self.opener.shutdown(wait=False, cancel_futures=True)

    def take(self, body: bytes, headers: Mapping[str, str], received: float) -> tuple[int, str, str]:
        """Answer a request of Slack's in HTTP mode; 503 until Slack has been reached once."""
        if self.events is None:
            return 503, "text/plain", "starting"
        return self.events.take(body, headers, received)

    def _run(self) -> None:
        log.info("Slack: signing in")
        pause, said = 1.0, ""
        while not self._ending.is_set():
            problem = self._hello()
            if not problem:
                break
            if problem != said:
                log.warning("Slack can't be reached, trying on: %s", problem)
            said = problem
            self._ending.wait(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
        if self.identity and not self._ending.is_set():
            self._begin()

    def _hello(self) -> str:
        """Ask Slack who we are; return why it has not said yet."""
        try:
            answer = self.client.auth_test()
        except SlackApiError as error:
            word = word_of(error)
            if is_temporary(error):
                return word
            self.refuse(f"Slack refuses the bot token ({word}): check slack.bot_token, and that the app is installed")
            self._ending.set()
            return word
        except (OSError, HTTPException) as error:
            return str(error)
        except (ValueError, TypeError, AttributeError, SlackClientError) as error:
            return f"auth.test: unexpected {type(error).__name__}"  # its text may hold the token
        self.identity = {key: str(value) for key, value in answer.data.items() if value}  # type: ignore[union-attr]
        self.own.user_id, self.own.bot_id = self.identity.get("user_id", ""), self.identity.get("bot_id", "")
        return ""

    def _begin(self) -> None:
        dispatch, self.worker = self._listeners()
        secret = self.slack.signing_secret
        self.worker.start()
        threading.Thread(target=self._load, name="people", daemon=True).start()
        self.workspace.loaded.wait(FIRST_LOOK)
        if self._ending.is_set():
            return
        if self.slack.mode == "http" and secret is not None:
            app = build(self.client, take=dispatch.take, identity=self.identity)
            self.events = Events(app, secret.reveal())
        elif self.slack.app_token is not None:
            app = build(self.client, take=dispatch.take, identity=self.identity)
            token = self.slack.app_token.reveal()
            self.socket = Socket(app, token, refuse=self._refuse_app, know=self.own.learn, respond=respond)
            self.socket.start()
        log.info("Slack: signed in at %s", self.identity.get("team", "the workspace"))

    def _load(self) -> None:
        log.info("Slack: reading the people and groups of the workspace")
        pause = 1.0
        while not self.workspace.load() and not self._ending.wait(pause):
            pause = min(LONGEST_PAUSE, pause * 2)

    def _refuse_app(self, word: str) -> None:
        self.refuse(f"Slack refuses the app token ({word}): check slack.app_token, and its scope connections:write")

    def _listeners(self) -> tuple[Dispatch, Workers]:
        """Wire the listeners together."""
        current, store, submitter = self.current, self.store, self.submitter
        asker = Asker(submitter.people, submitter.directory, current.permissions)
        command = self.slack.command
        workspace_url = self.identity.get("url", "")
        notifier = Notifier(submitter, asker, store, workspace_url, self._wake)
        reminders = Reminders(store, submitter, asker, current.settings.timezone, self.now, command, self._wake)
        statuses = Statuses(store, submitter, asker)
        forms = Forms(self.client, self.opener, notifier, reminders, asker, store)
        commands = Commands(command, notifier, reminders, statuses, forms, asker)
        relays = Relays(
            current.relays,
            submitter,
            store,
            self.own,
            workspace_url,
            following=self.following,
        )
        home = Home(self.client, reminders, statuses, asker, respond)
        letters = Letters(store, self.workspace, relays, notifier, reminders, home, self.following, self._answer)
        worker = Workers(store, letters, owner=self.owner)
        return Dispatch(store, commands, forms, worker.wake), worker

    def _wake(self) -> None:
        if self.worker is not None:
            self.worker.wake()

    def _answer(self, ask: Ask, text: str) -> None:
        """Tell whoever asked: where it was asked, or in the app's direct message."""
        if ask.response_url:
            respond(ask.response_url, {"response_type": "ephemeral", "replace_original": True, "text": text})
        else:
            self.client.chat_postMessage(channel=ask.user, text=text)


def respond(url: str, body: Mapping[str, Any]) -> None:
    """Send a message to a response_url; what Slack no longer takes is let go."""
    took, again = post(url, body)
    if not took and again:
        raise OSError("Slack did not take the answer yet")
    if not took:
        log.warning("an answer came too late for Slack")


def web_client(slack: SlackSettings) -> WebClient:
    """Return the client of the Web API."""
    return WebClient(token=slack.bot_token.reveal(), base_url=slack.api_url, timeout=20)
