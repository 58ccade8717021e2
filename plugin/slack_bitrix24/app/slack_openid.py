"""Sign in with Slack (OpenID Connect): who somebody is, as Slack says.

https://docs.slack.dev/authentication/sign-in-with-slack. The ID token comes from Slack itself, over TLS and for our
client secret: its signature need not be looked at (OpenID Connect Core 1.0, 3.1.3.7, point 6), its claims must.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urljoin

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slack_bitrix24.config import Slack
from slack_bitrix24.web.page.desk import Entered

TEAM, USER = "https://slack.com/team_id", "https://slack.com/user_id"
LEEWAY = 60.0
"""Seconds that two clocks may differ."""


class SlackSignIn:
    """`client` is the workspace's: only its own people come in. `now` gives Unix seconds."""

    def __init__(self, slack: Slack, client: WebClient, now: Callable[[], float]) -> None:
        self._slack, self._client, self._now = slack, client, now

    def address(self, *, state: str, nonce: str, redirect: str) -> str:
        """Return where somebody says who they are."""
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._slack.client_id,
            "state": state,
            "nonce": nonce,
            "redirect_uri": redirect,
        }
        return f"{urljoin(self._slack.api_url, '../openid/connect/authorize')}?{urlencode(asked)}"

    def who(self, code: str, *, nonce: str, redirect: str) -> Entered:
        """Return who came back with this code, or why it is not known."""
        secret = self._slack.client_secret
        try:
            answer = self._client.openid_connect_token(
                client_id=self._slack.client_id,
                client_secret=secret.reveal() if secret else "",
                code=code,
                redirect_uri=redirect,
            )
            team = str(self._client.auth_test().get("team_id", ""))
            claims = read(str(answer.get("id_token", "")))
        except SlackApiError as error:
            return Entered(why=str(error.response.get("error", "refused")))
        except (OSError, HTTPException, SlackClientError, ValueError, TypeError) as error:
            return Entered(why=type(error).__name__)  # its text may hold what was sent
        why = why_not(claims, client_id=self._slack.client_id, nonce=nonce, team=team, now=self._now())
        return Entered(why=why) if why else Entered(str(claims[USER]))


def read(token: str) -> Mapping[str, Any]:
    """Return the claims of a JSON web token. Raises ValueError for what is none."""
    part = [*token.split("."), "", ""][1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("no JSON web token") from error
    if not isinstance(claims, dict):
        raise ValueError("no JSON web token")  # noqa: TRY004 – it is a text from outside
    return claims


def why_not(claims: Mapping[str, Any], *, client_id: str, nonce: str, team: str, now: float) -> str:
    """Return why claims say nothing to us, empty where they do."""
    expires = claims.get("exp")
    if claims.get("iss") not in ("https://slack.com", "https://slack-gov.com"):
        return "not from Slack"
    if claims.get("aud") != client_id:
        return "for another app"
    if not isinstance(expires, int | float) or expires + LEEWAY < now:
        return "too old"
    if not nonce or claims.get("nonce") != nonce:
        return "for another sign-in"
    if not team or claims.get(TEAM) != team:
        return "of another workspace"
    return "" if isinstance(claims.get(USER), str) and claims[USER] else "of nobody"
