"""Sign in with Slack (OpenID Connect): an app asks who somebody is, and they say so on a page of Slack's.

https://docs.slack.dev/authentication/sign-in-with-slack. Everybody here may be anybody: the page asks who you are. The
signature of the ID token is none: whoever took it from Slack itself need not look at it (OpenID Connect Core 1.0,
3.1.3.7).
"""

from __future__ import annotations

import base64
import html
import json
import secrets
import time
import urllib.parse
from dataclasses import dataclass

from slack_bitrix24.sandbox.visitors import is_local
from slack_bitrix24.sandbox.workspace.core import Core
from slack_bitrix24.sandbox.workspace.people import JSON, TEAM_ID, TEAM_NAME

CLIENT_ID = "1111111111.2222222222"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105 - opens nothing but this sandbox
LASTS = 300.0
"""Seconds that a token is good; Slack's own value."""
_PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in to {team}</title><h1>Sign in to {team}</h1><p>An app would like to know who you are. Who are you?</p>
<ul>{people}</ul><p><a href="{refuse}">Cancel</a></p>"""


@dataclass(frozen=True, slots=True)
class Grant:
    """Who said yes to what: a code is good once, for the address that it was made for."""

    user: str
    nonce: str
    redirect: str


class SigningIn:
    """The sign-in of one workspace."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._grants: dict[str, Grant] = {}

    def page(self, query: dict[str, str]) -> tuple[int, str]:
        """Return status and page, or 302 and where to go: back to the app once somebody said who they are."""
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code":
            return 400, "invalid client_id or response_type"
        if "openid" not in query.get("scope", "").split() or not is_local(urllib.parse.urlsplit(redirect).netloc):
            return 400, "invalid_scope, or redirect_uri did not match any configured URIs"
        state = {"state": query.get("state", "")}
        user = query.get("user", "")
        if user in self.core.users:
            code = secrets.token_urlsafe(16)
            self._grants[code] = Grant(user, query.get("nonce", ""), redirect)
            return 302, f"{redirect}?{urllib.parse.urlencode({'code': code, **state})}"
        here = {name: value for name, value in query.items() if name != "user"}
        people = [one for one in self.core.users.values() if not one.is_bot]
        lines = [
            f'<li><a href="?{html.escape(urllib.parse.urlencode({**here, "user": one.id}))}">'
            f"{html.escape(one.real_name)}</a></li>"
            for one in people
        ]
        refuse = html.escape(f"{redirect}?{urllib.parse.urlencode({'error': 'access_denied', **state})}")
        return 200, _PAGE.format(team=TEAM_NAME, people="".join(lines), refuse=refuse)

    def token(self, args: JSON, authorization: str = "") -> JSON:
        """https://docs.slack.dev/reference/methods/openid.connect.token; the app's secret also as HTTP Basic."""
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        as_fields = args.get("client_id") == CLIENT_ID and args.get("client_secret") == CLIENT_SECRET
        if authorization != f"Basic {basic}" and not as_fields:
            return {"ok": False, "error": "bad_client_secret"}
        grant = self._grants.pop(str(args.get("code", "")), None)
        if grant is None:
            return {"ok": False, "error": "invalid_code"}
        if grant.redirect != args.get("redirect_uri"):
            return {"ok": False, "error": "bad_redirect_uri"}
        now = int(time.time())
        claims = {
            "iss": "https://slack.com",
            "sub": grant.user,
            "aud": CLIENT_ID,
            "exp": now + int(LASTS),
            "iat": now,
            "nonce": grant.nonce,
            "https://slack.com/team_id": TEAM_ID,
            "https://slack.com/user_id": grant.user,
        }
        token = ".".join((_part({"typ": "JWT", "alg": "RS256"}), _part(claims), "c2FuZGJveA"))
        return {"ok": True, "access_token": f"xoxp-sandbox-{grant.user}", "token_type": "Bearer", "id_token": token}


def _part(value: JSON) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
