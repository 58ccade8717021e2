"""A sandbox portal that writes down what it is asked, and bridges that sign in at it as an OAuth application."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import requests

from forks import Forked
from ports import free_port
from slack_bitrix24.app.portals import portals
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.config import load
from slack_bitrix24.model import Notification, Recipient
from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.portal.people import USERS, crowd
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.store import Store, Submission, new_owner
from waiting import until

KEY = "k3y-0f-th1s-t3st"


class Acme:
    """The portal. `answer` may stand in for the authorization server's; `grants` are the queries that it was sent."""

    def __init__(self) -> None:
        self.server = Server(self._seen)
        self.begin()

    def begin(self) -> None:
        """Forget everything: a new portal at the same address."""
        self.portal = Portal(plan="off", people=(*USERS, *crowd(65, first=10)))
        self.grants: list[dict[str, str]] = []
        self.calls: list[str] = []
        self.told: set[str] = set()
        self.answer: Callable[[dict[str, str]], tuple[int, bytes]] | None = None
        self._inner = app(self.portal)

    async def _seen(self, scope, receive, send):
        if scope["path"] == "/oauth/token/":
            query = dict(parse_qsl(scope["query_string"].decode()))
            self.grants.append(query)
            self.told |= {query[name] for name in ("client_secret", "refresh_token", "code") if name in query}
            if self.answer is not None:
                status, body = self.answer(query)
                await send({"type": "http.response.start", "status": status, "headers": []})
                await send({"type": "http.response.body", "body": body})
                return
        await self._inner(scope, self._written(scope, receive), send)

    def _written(self, scope, receive):
        async def read():
            message = await receive()
            if scope["path"].startswith("/rest"):
                self.calls.append(message.get("body", b"").decode())
            return message

        return read

    @property
    def url(self) -> str:
        return self.server.url

    def issue(self) -> str:
        """Authorize the application once more; return the refresh token."""
        with self.portal.lock:
            return self.portal.oauth.issue(1, base=self.url, now=self.portal.clock())["refresh_token"]

    def expire(self) -> None:
        with self.portal.lock:
            self.portal.oauth.expire()

    def secrets(self) -> set[str]:
        """Return all that nobody may see: every token there ever was, and the application's own."""
        oauth = self.portal.oauth
        with self.portal.lock:
            return self.told | {*oauth._access, *oauth._refresh, oauth.client_secret, oauth.application_token, KEY}

    def settings(self, refresh_token: str = "", *, more: str = "") -> str:
        oauth = self.portal.oauth
        lines = [
            'database = "sqlite:///bridge.db"',
            "[portals.acme]",
            f'domain = "{self.url}"',
            f'client_id = "{oauth.client_id}"',
            f'client_secret = "{oauth.client_secret}"',
            f'oauth_url = "{self.url}"',
            *([f'refresh_token = "{refresh_token}"'] if refresh_token else []),
            more,
        ]
        return "\n".join(lines)


class Node:
    """A `slack-bitrix24 run` of one's own."""

    def __init__(self, folder: Path, text: str, *, name: str = "one", roles: str = "schedule,deliver,web") -> None:
        self.folder, self.roles, self.port = folder, roles, free_port()
        self.file, self.log = folder / f"{name}.toml", folder / f"{name}.log"
        web = f'\n[web]\nhost = "127.0.0.1"\nport = {self.port}\n' if "web" in roles else ""
        self.file.write_text(text + web, "utf-8")
        self.process: Forked | None = None

    def start(self) -> Node:
        command = ["run", "--config", str(self.file), "--roles", self.roles]
        self.process = Forked(command, environ=environment(), log=self.log)
        return self

    def ready(self) -> Node:
        until(self.is_ready, timeout=60, what=f"the bridge: {self.log.read_text()}")
        return self

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        if "web" not in self.roles:
            return "running" in self.log.read_text()
        try:
            return self.get("/readyz").status_code == 200
        except requests.ConnectionError:
            return False

    def get(self, path: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    def post(self, path: str, form: object) -> int:
        return requests.post(f"http://127.0.0.1:{self.port}{path}", data=form, timeout=10).status_code

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(15) == 0

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def program(*words: str) -> list[str]:
    return [sys.executable, "-m", "slack_bitrix24", *words]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "BITRIX24_"))}
    return {**kept, "SLACK_BITRIX24_KEY": KEY, **more}


def notify(store: Store, text: str, *users: int) -> None:
    """Put a notification for each user into the outbox."""
    store.accept(
        Submission([Notification(f"{text}{user}", Recipient("acme", user), text, f"{text}|U{user}") for user in users])
    )


def arrived(acme: Acme, text: str, *users: int) -> bool:
    """Tell whether each of them has it, sent once."""
    sent = [one["user_id"] for one in acme.portal.sends() if one["message"] == text]
    assert len(sent) == len(set(sent)), f"doubled: {sent}"
    return set(sent) == set(users)


def reason(store: Store) -> str:
    """Return why the portal stands still, or an empty string."""
    lane = store.read(lambda tx: tx.lanes.state("acme"))
    return lane.stopped.reason if lane is not None and lane.stopped is not None else ""


def bodies(acme: Acme) -> str:
    return json.dumps(acme.calls)


@contextmanager
def client(store: Store, text: str, folder: Path, **environ: str) -> Iterator[Client]:
    """The client of a node that holds this configuration."""
    file = folder / "client.toml"
    file.write_text(text, "utf-8")
    made = portals(load(file, {}), store=store, owner=new_owner(), environ={"SLACK_BITRIX24_KEY": KEY} | environ)
    with made["acme"].client as found:
        yield found
