"""Who is calling: the owner of a webhook, or the user of an OAuth token. No I/O.

https://apidocs.bitrix24.com/settings/how-to-call-rest-api/authorization.html
"""

from __future__ import annotations

from dataclasses import dataclass

from slack_bitrix24.sandbox.portal.envelope import Reason, missing_scope

SCOPES = ("im", "user", "disk", "department", "imbot")
"""What a webhook of the sandbox may, unless told otherwise; `user_basic` and `user_brief` show fewer fields."""


@dataclass
class Webhook:
    """An incoming webhook; `secret` is part of its URL."""

    user_id: int
    secret: str
    scopes: frozenset[str] = frozenset(SCOPES)
    revoked: bool = False

    @property
    def path(self) -> str:
        """The path of its URL."""
        return f"/rest/{self.user_id}/{self.secret}/"


@dataclass(frozen=True)
class Caller:
    """Whoever calls; `client_id` is "" for a webhook, `key` tells applications and webhooks apart."""

    user_id: int
    scopes: frozenset[str]
    key: str
    client_id: str = ""

    def lacks(self, scope: str) -> Reason | None:
        """Return why a method with `scope` is refused, None when it is not."""
        if scope == "" or scope in self.scopes or (scope == "user" and self.scopes & {"user_basic", "user_brief"}):
            return None
        return missing_scope("application" if self.client_id else "webhook")
