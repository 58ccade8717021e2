"""A portal that listens, one for a whole module: tests reset it, they don't start it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.server import Server


@dataclass
class Rest:
    """A webhook of a portal, called as a script would call it."""

    portal: Portal
    url: str
    session: requests.Session

    @property
    def webhook(self) -> str:
        return self.portal.webhook_url(self.url)

    def post(self, method: str, **params: object) -> requests.Response:
        return self.session.post(self.webhook + method, json=params, timeout=10, allow_redirects=False)

    def call(self, method: str, **params: object) -> object:
        """Return the result; the call must succeed."""
        answer = self.post(method, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def refused(self, method: str, **params: object) -> tuple[int, str]:
        """Return status and code; the call must be refused."""
        answer = self.post(method, **params)
        assert "result" not in answer.json(), answer.text
        return answer.status_code, answer.json()["error"]

    def batch(self, cmd: object, **params: object) -> dict[str, object]:
        return self.call("batch", cmd=cmd, **params)

    def notify(self, user: int = 10, message: str = "hello", **params: object) -> object:
        return self.call("im.notify.personal.add", USER_ID=user, MESSAGE=message, **params)

    def sandbox(self, path: str, **given: object) -> object:
        """Return what control says; `json` posts."""
        way = self.session.post if "json" in given else self.session.get
        return way(f"{self.url}/sandbox/{path}", timeout=10, **given).json()


@pytest.fixture(scope="module")
def served() -> Iterator[Rest]:
    portal = Portal(plan="off", rules="docs")
    with Server(app(portal)) as server, requests.Session() as session:
        yield Rest(portal, server.url, session)


@pytest.fixture
def rest(served: Rest) -> Rest:
    served.portal.reset()
    served.portal.revoke(revoked=False)
    return served


@pytest.fixture
def portal(rest: Rest) -> Portal:
    return rest.portal
