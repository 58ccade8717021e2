"""A bridge whose page for operators is served, and somebody who visits it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import requests

from rig import ANNA, Bridge
from waiting import until

PASSWORD = "correct horse battery"
TOKEN = "t0kenOfGrafana0123456789"
MORE = f"""
page = true
page_password = "{{hash}}"

[permissions]
admin = ["{ANNA}"]

[[webhooks]]
name = "grafana"
token = "{TOKEN}"
to = ["@oncall"]
addresses = ["*"]

[[schedules]]
name = "stand-up"
when = "every weekday at 9:45"
to = ["@oncall"]
text = "Stand-up in *15 minutes*"
"""


@dataclass
class Visitor:
    """A browser without scripts: keeps cookies, follows no redirect by itself, sends the forms that it was shown."""

    origin: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **how) -> requests.Response:
        return self.session.get(self.origin + path, timeout=20, allow_redirects=False, **how)

    def post(self, path: str, headers: dict[str, str] | None = None, **form: str) -> requests.Response:
        """Send a form as a browser does: with its origin."""
        sent = {"Origin": self.origin, **(headers or {})}
        return self.session.post(self.origin + path, form, headers=sent, timeout=20, allow_redirects=False)

    def csrf(self, path: str) -> str:
        """Return the token in the first form of a page."""
        return re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)[1]

    def sign_in(self, password: str = PASSWORD) -> requests.Response:
        """Sign in with the local password."""
        return self.post("/page/sign-in", csrf=self.csrf("/page/sign-in"), password=password)


class Operated(Bridge):
    """A bridge whose page is served."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    def visitor(self, *, signed_in: bool = True) -> Visitor:
        visitor = Visitor(self.origin)
        if signed_in:
            assert visitor.sign_in().status_code == 303
        return visitor

    def notify(self, text: str, to: str = "bitrix24:10", **more: object) -> int:
        """Post a notification; return its id."""
        body = {"to": [to], "text": text, **more}
        answer = requests.post(
            f"{self.origin}/api/notifications", json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20
        )
        assert answer.status_code == 202, answer.text
        return answer.json()["notifications"][0]["id"]

    def state(self, id_: int) -> str:
        answer = requests.get(
            f"{self.origin}/api/notifications/{id_}", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20
        )
        return str(answer.json()["state"])

    def reaches(self, id_: int, state: str) -> int:
        until(lambda: self.state(id_) == state, what=f"{id_} to be {state}")
        return id_
