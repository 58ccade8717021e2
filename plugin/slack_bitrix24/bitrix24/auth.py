"""The ways to sign in at a portal with something fixed: a webhook's address, or an access token. No I/O.

Renewed tokens are in `oauth`. https://apidocs.bitrix24.com/settings/how-to-call-rest-api/authorization.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from slack_bitrix24.bitrix24.hosts import portal_place, webhook_place

Get = Callable[[str], tuple[int, bytes]]
"""Fetches an address of the authorization server: status and body. Raises `Bitrix24Error` when no answer came."""


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """Where a call goes and what it must carry. Both hold secrets, so it has no repr."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)


class Auth(Protocol):
    """A way to sign in at one portal."""

    @property
    def application(self) -> str:
        """Return CLIENT_ID, to be sent beside tags, or "" where the sign-in itself names the application."""

    @property
    def user_id(self) -> int:
        """Return whose rights calls have, 0 where the sign-in does not tell."""

    def target(self, method: str, get: Get) -> Target:
        """Return where a call of this method goes."""

    def renew(self, used: Target, get: Get) -> bool:
        """Get new tokens after `expired_token`; return False where there is no way to."""

    def secrets(self) -> tuple[str, ...]:
        """Return what must not be seen in any text."""


class Webhook:
    """An incoming webhook: its address is the secret. `application` goes as CLIENT_ID with every tag.

    Raise ValueError, in words and without the address, when it is none.
    https://apidocs.bitrix24.com/local-integrations/local-webhooks.html
    """

    def __init__(self, url: str, application: str = "slack-bitrix24") -> None:
        self._place = webhook_place(url)
        self.application = application

    @property
    def user_id(self) -> int:
        """Return the employee who made the webhook."""
        return self._place.user_id

    def target(self, method: str, get: Get) -> Target:  # noqa: ARG002 - other ways to sign in ask the server first
        """Return the webhook's address for a method."""
        return Target(self._place.base + method)

    def renew(self, used: Target, get: Get) -> bool:  # noqa: ARG002 - the same
        """Return False: a webhook does not expire in a way that could be mended from here."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """Return the secret."""
        return (self._place.secret,)

    def __repr__(self) -> str:
        return f"Webhook({self._place.host!r}, user {self._place.user_id}, <secret>)"


class Token:
    """A portal and an access token that somebody else keeps fresh.

    https://apidocs.bitrix24.com/settings/how-to-call-rest-api/authorization.html
    """

    application = ""
    user_id = 0

    def __init__(self, domain: str, access_token: str) -> None:
        if not access_token.strip():
            raise ValueError("the access token is empty")
        self._place = portal_place(domain)
        self._token = access_token.strip()

    def target(self, method: str, get: Get) -> Target:  # noqa: ARG002 - other ways to sign in ask the server first
        """Return the portal's address for a method, and the token."""
        return Target(self._place.base + method, {"auth": self._token})

    def renew(self, used: Target, get: Get) -> bool:  # noqa: ARG002 - the same
        """Return False: only whoever made the token can renew it."""
        return False

    def secrets(self) -> tuple[str, ...]:
        """Return the token."""
        return (self._token,)

    def __repr__(self) -> str:
        return f"Token({self._place.host!r}, <secret>)"


def sign_in(url: str, token: str = "", *, application: str = "slack-bitrix24") -> Webhook | Token:
    """Tell the two ways apart: with a token `url` is a portal's address, without one it is a webhook.

    Either may lack `https://` and the trailing slash, and may end with a method's name. Plain `http://` is taken for
    this machine's own addresses only. Raise ValueError, in words and without the address.
    """
    return Token(url, token) if token.strip() else Webhook(url, application)
