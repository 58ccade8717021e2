"""All ways in over real sockets, onto a real store: what a sender posts, and what the outbox then holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests

from slack_bitrix24.config import Secret, Webhook
from slack_bitrix24.model import Stored
from slack_bitrix24.store import Store
from waiting import until

TOKEN, OTHER, SIGNED = "t0kenOfGrafana0123456789", "t0kenOfBackup0123456789", "t0kenOfSigned0123456789"
SECRET = "s1gningSecret0123456789"
MAPPING = """\
users:
  U024BE7LH: 10
  U0G9QF9C6: 12
  U0CAROL03: 14
groups:
  oncall: [U024BE7LH, U0G9QF9C6]
  team: [U0CAROL03]
  carol: [U0CAROL03]
"""


def webhook(name: str, *tokens: str, **more: Any) -> Webhook:
    """Return a webhook as the configuration gives it."""
    given = {
        "to": ("@oncall",),
        "to_field": "",
        "addresses": (),
        "signature": "",
        "secret": None,
        "fields": {},
        "priority": "normal",
        "kind": None,
        "acknowledge": False,
        **more,
    }
    return Webhook(name=name, token=tuple(map(Secret, tokens)), **given)


WEBHOOKS = (
    webhook("grafana", TOKEN, "an0therTokenWhileRotating", addresses=("@team", "bitrix24:10")),
    webhook("backup", OTHER, addresses=("*",), to=("bitrix24:14",)),
    webhook("owners", "t0kenOfOwners0123456789", to_field="labels.owner"),
    webhook(
        "shop",
        "t0kenOfShop0123456789ab",
        addresses=("@team",),
        fields={
            "title": "$.order.name",
            "text": "$..note",
            "link": "$.order.url",
            "to": "$.who",
            "key": "$.order.id",
            "state": "$.state",
        },
    ),
    webhook("slacksigned", SIGNED, signature="slack"),
    webhook("github", "t0kenOfGithub0123456789", signature="github", secret=Secret(SECRET)),
    webhook("grafanasigned", "t0kenOfGrafanaSigned01", signature="grafana", secret=Secret(SECRET)),
)


@dataclass
class Ways:
    """The served ways in. `post` is a request; `sent` waits until all that was taken is in the outbox."""

    origin: str
    store: Store
    session: requests.Session = field(default_factory=requests.Session)

    def post(self, path: str, method: str = "POST", **how: Any) -> requests.Response:
        """Make one request, never following a redirect."""
        return self.session.request(method, self.origin + path, timeout=10, allow_redirects=False, **how)

    def sent(self) -> list[Stored]:
        """Return all notifications, oldest first, once the inbox is empty."""
        until(lambda: not self.store.read(lambda tx: tx.inbox.has_open(posts=True)), what="the inbox to be empty")
        return self.store.read(lambda tx: tx.outbox.find(limit=1000))

    def users(self) -> list[int]:
        """Return to whom they go."""
        return [one.notification.recipient.user_id for one in self.sent()]
