"""OAuth: codes, access tokens for an hour, refresh tokens that change each time. No I/O.

https://apidocs.bitrix24.com/settings/oauth/index.html
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from slack_bitrix24.sandbox.portal.access import SCOPES
from slack_bitrix24.sandbox.portal.envelope import Json, Reason, Refusal

CODE_LIFE = 30.0
"""Seconds in which a code can be exchanged."""
ACCESS_LIFE = 3600
"""Seconds of an access token."""
REFRESH_LIFE = 180 * 86400
"""Seconds of a refresh token."""
WRONG_CLIENT = Reason("invalid_client", "Invalid client credentials", 401)
WRONG_GRANT = Reason("invalid_grant", "Invalid grant", 400)
WRONG_REQUEST = Reason("invalid_request", "Invalid request", 400)


@dataclass(frozen=True)
class Grant:
    """What a code or a token stands for; times are Unix seconds."""

    user_id: int
    until: float


@dataclass
class OAuth:
    """The one application that is installed at the portal, and what it was given."""

    client_id: str = "local.5fc7a4d1sandbox.00000001"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20))
    name: str = "Sandbox application"
    redirect_uri: str = ""
    user_id: int = 1
    scopes: tuple[str, ...] = SCOPES
    member_id: str = field(default_factory=lambda: secrets.token_hex(16))
    application_token: str = field(default_factory=lambda: secrets.token_hex(16))
    refreshes: int = 0
    _codes: dict[str, Grant] = field(default_factory=dict)
    _access: dict[str, Grant] = field(default_factory=dict)
    _refresh: dict[str, Grant] = field(default_factory=dict)

    def authorize(self, client_id: str, state: str, *, host: str, now: float) -> str:
        """Return where the browser goes after the user agreed; Refusal for another application."""
        if client_id != self.client_id:
            raise Refusal(WRONG_CLIENT)
        if not self.redirect_uri:
            raise Refusal(Reason("invalid_request", "The application has no redirect URI: set one", 400))
        code = secrets.token_hex(20)
        self._codes[code] = Grant(self.user_id, now + CODE_LIFE)
        told = {"code": code, "state": state, "domain": host, "member_id": self.member_id}
        told |= {"scope": ",".join(self.scopes), "server_domain": host}
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{urlencode(told)}"

    def token(self, params: dict[str, str], *, base: str, now: float) -> Json:
        """Answer /oauth/token/ for either grant; `base` is the portal's address."""
        grant = params.get("grant_type")
        if grant not in ("authorization_code", "refresh_token"):
            raise Refusal(WRONG_REQUEST)
        if (params.get("client_id"), params.get("client_secret")) != (self.client_id, self.client_secret):
            raise Refusal(WRONG_CLIENT)
        kept, name = (self._refresh, "refresh_token") if grant == "refresh_token" else (self._codes, "code")
        given = kept.pop(params.get(name, ""), None)
        if given is None or given.until < now:
            raise Refusal(WRONG_GRANT)
        answer = self.issue(given.user_id, base=base, now=now)
        if grant == "refresh_token":
            self.refreshes += 1
            answer |= {"expires": int(now) + ACCESS_LIFE, "user_id": given.user_id}
        return answer

    def issue(self, user_id: int, *, base: str, now: float) -> Json:
        """Give a new pair of tokens."""
        access, refresh = secrets.token_hex(20), secrets.token_hex(20)
        self._access[access] = Grant(user_id, now + ACCESS_LIFE)
        self._refresh[refresh] = Grant(user_id, now + REFRESH_LIFE)
        host = base.partition("://")[2]
        return {
            "access_token": access,
            "client_endpoint": f"{base}/rest/",
            # Not the portal: the authorization server (settings/oauth/index.html).
            "domain": f"oauth.{host}",
            "expires_in": ACCESS_LIFE,
            "member_id": self.member_id,
            "refresh_token": refresh,
            "scope": ",".join(self.scopes),
            "server_endpoint": f"{base}/rest/",
            "status": "L",
        }

    def user_of(self, access_token: str, now: float) -> tuple[int, bool] | None:
        """Return the token's user and whether it still holds; None when nobody gave it."""
        grant = self._access.get(access_token)
        return (grant.user_id, now < grant.until) if grant else None

    def expire(self) -> None:
        """End the life of every access token; refresh tokens still hold."""
        self._access = {token: Grant(grant.user_id, 0.0) for token, grant in self._access.items()}

    def forget(self) -> None:
        """Make every code and token unknown, as when the application is uninstalled."""
        for kept in (self._codes, self._access, self._refresh):
            kept.clear()

    def installation(self, *, base: str, now: float) -> dict[str, str]:
        """Return the form of ONAPPINSTALL, in PHP's brackets.

        https://apidocs.bitrix24.com/api-reference/common/events/on-app-install.html
        """
        given = self.issue(self.user_id, base=base, now=now)
        auth = {
            "domain": base.partition("://")[2],
            "scope": " ".join(self.scopes),
            "application_token": self.application_token,
            **{key: str(given[key]) for key in ("access_token", "refresh_token", "expires_in", "server_endpoint")},
            **{key: str(given[key]) for key in ("status", "client_endpoint", "member_id")},
        }
        data = {"VERSION": "1", "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "en"}
        return {
            "event": "ONAPPINSTALL",
            **{f"data[{key}]": value for key, value in data.items()},
            "ts": str(int(now)),
            **{f"auth[{key}]": value for key, value in auth.items()},
        }
