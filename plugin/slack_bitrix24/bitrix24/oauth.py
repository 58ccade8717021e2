"""Sign-in as an OAuth application: start, callback, installation without a page, and renewal on `expired_token` alone.

Renewing earlier or on a schedule may get an application blocked. https://apidocs.bitrix24.com/settings/oauth/index.html
"""

from __future__ import annotations

import contextlib
import hmac
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from slack_bitrix24.bitrix24.auth import Get, Target
from slack_bitrix24.bitrix24.hosts import Place, portal_place
from slack_bitrix24.bitrix24.tokens import MemoryTokens, Seal, Tokens, TokenStore, digest, read_tokens
from slack_bitrix24.bitrix24.values import whole
from slack_bitrix24.errors import Bitrix24Error, Verdict

SERVERS: Final = ("https://oauth.bitrix24.tech", "https://oauth.bitrix.info")
"""Both authorization servers; which one a portal uses, its `server_endpoint` tells."""


class OAuth:
    """An OAuth application at one portal.

    `refresh_token` is the first one, from whoever authorized the application; without it, `install` or
    `authorize` brings the tokens. Later ones are kept in `store`, encrypted with a key made from `key` (by
    default from the client's secret). `oauth_url` is asked until the portal names its own server.
    """

    application = ""

    def __init__(
        self,
        domain: str,
        *,
        client_id: str,
        client_secret: str,
        refresh_token: str = "",
        oauth_url: str = SERVERS[0],
        store: TokenStore | None = None,
        key: str = "",
    ) -> None:
        self._place = portal_place(domain)
        self._server = portal_place(oauth_url).base.removesuffix("/rest/")
        self._client = {"client_id": client_id, "client_secret": client_secret}
        self._first = refresh_token
        self._store = store or MemoryTokens()
        self._seal = Seal(key or client_secret)
        self._lock = threading.Lock()
        self._tokens = Tokens()
        self._opened = ("", Tokens())

    @property
    def user_id(self) -> int:
        """Return who authorized the application, 0 where that is not known."""
        return self._tokens.user_id

    def target(self, method: str, get: Get) -> Target:
        """Return where a call of this method goes; the very first one fetches an access token.

        The store is asked each time: another node may have renewed, or have taken a new installation.
        """
        with self._lock:
            tokens = self._tokens = self._loaded()
        if not tokens.access_token:
            tokens = self._renew("", get)
        base = portal_place(tokens.endpoint).base if tokens.endpoint else self._place.base
        return Target(base + method, {"auth": tokens.access_token})

    def renew(self, used: Target, get: Get) -> bool:
        """Get new tokens, unless another thread or node has got them since `used` was made. Safe to call at once."""
        self._renew(used.params.get("auth", ""), get)
        return True

    def _renew(self, used: str, get: Get) -> Tokens:
        with self._lock, self._store.exclusive():
            kept = self._loaded()
            if kept.access_token in ("", used):
                kept = self._fetched(kept, {"grant_type": "refresh_token", "refresh_token": kept.refresh_token}, get)
            self._tokens = kept
            return kept

    def authorize(self, code: str, get: Get) -> None:
        """Exchange the code of the callback page for tokens. It is good for 30 seconds, once."""
        with self._lock, self._store.exclusive():
            kept = Tokens()
            with contextlib.suppress(Bitrix24Error):  # a lost key: what can't be opened is replaced
                kept = self._loaded()
            self._tokens = self._fetched(kept, {"grant_type": "authorization_code", "code": code}, get)

    def start_url(self, state: str) -> str:
        """Return the page at which a person authorizes the application; the callback carries `state` back."""
        origin = self._place.base.removesuffix("/rest/")
        return f"{origin}/oauth/authorize/?{urlencode({'client_id': self._client['client_id'], 'state': state})}"

    def install(self, form: Mapping[str, str], get: Get) -> None:
        """Take an ONAPPINSTALL post (fields as posted: `auth[access_token]`), once it is proved.

        Anyone may post such a form. So its refresh token is renewed first, with our client secret and at the configured
        authorization server; only if that answer names the same member and host, what it brought is kept. Raise
        `Bitrix24Error` otherwise. Whether one is expected, and that nothing that works is replaced, the caller sees to.
        https://apidocs.bitrix24.com/settings/app-installation/local-apps/installation-callback.html
        """
        fields = {name[5:-1]: value for name, value in form.items() if name.startswith("auth[") and name.endswith("]")}
        if form.get("event", "").upper() != "ONAPPINSTALL" or not all(
            fields.get(name)
            for name in ("access_token", "refresh_token", "application_token", "client_endpoint", "member_id")
        ):
            raise Bitrix24Error("this is no installation of a Bitrix24 application")
        offered = replace(self._read(fields, Tokens()), server="")
        if _place(offered.endpoint).host != self._place.host:
            raise Bitrix24Error("the installation is for another portal than the configured one")
        with self._lock, self._store.exclusive():
            with contextlib.suppress(Bitrix24Error):  # what can't be opened is replaced
                self._loaded()
            grant = {"grant_type": "refresh_token", "refresh_token": offered.refresh_token}
            fresh = self._proved(offered, self._asked(offered, grant, get))
            self._keep(fresh)
            self._tokens = fresh

    def _proved(self, offered: Tokens, answer: Mapping[str, Any]) -> Tokens:
        """Return what the authorization server gave for an offered token; raise where it is another portal's."""
        if str(answer.get("member_id") or "") != offered.member_id:
            raise Bitrix24Error("the installation's tokens belong to another member")
        if _place(str(answer.get("client_endpoint") or "")).host != self._place.host:
            raise Bitrix24Error("the installation's tokens belong to another portal")
        return self._read(answer, offered)

    @property
    def is_connected(self) -> bool:
        """Tell whether there are tokens at all; whether they still work, only a call tells."""
        return bool(self._loaded().refresh_token)

    def is_from_portal(self, application_token: str) -> bool:
        """Return whether a later post of the portal carries the token that it was installed with."""
        known = (self._tokens if self._tokens.application_token else self._loaded()).application_token
        return bool(known) and hmac.compare_digest(known.encode(), application_token.encode())

    def secrets(self) -> tuple[str, ...]:
        """Return the tokens and the client's secret."""
        every = {self._first, self._client["client_secret"]}
        for tokens in (self._tokens, self._opened[1]):
            every |= {tokens.access_token, tokens.refresh_token, tokens.application_token}
        return tuple(every - {""})

    def _loaded(self) -> Tokens:
        text = self._store.load()
        if text != self._opened[0]:
            self._opened = (text, self._seal.open(text) if text else Tokens())
        kept = self._opened[1]
        if self._first and kept.seed != digest(self._first):
            return Tokens(refresh_token=self._first, seed=digest(self._first), application_token=kept.application_token)
        return kept

    def _fetched(self, kept: Tokens, grant: Mapping[str, str], get: Get) -> Tokens:
        if grant.get("refresh_token") == "":
            raise Bitrix24Error("the application is not authorized yet: install it first", verdict=Verdict.PORTAL)
        fresh = self._read(self._asked(kept, grant, get), kept)
        self._keep(fresh)
        return fresh

    def _asked(self, kept: Tokens, grant: Mapping[str, str], get: Get) -> Mapping[str, Any]:
        """Return the authorization server's answer; raise `Bitrix24Error` for a refusal."""
        url = f"{self._server_of(kept)}/oauth/token/?{urlencode({**grant, **self._client})}"
        failure: Bitrix24Error
        try:
            return read_tokens(*get(url))
        except Bitrix24Error as error:
            failure = _unexecuted(error)
        raise failure

    def _server_of(self, kept: Tokens) -> str:
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(kept.server))
        # Only a server that is known may see the client's secret, whatever a form said.
        return origin if origin in SERVERS else self._server

    def _keep(self, tokens: Tokens) -> None:
        self._store.save(self._seal.close(tokens))

    def _read(self, data: Mapping[str, Any], kept: Tokens) -> Tokens:
        endpoint = str(data.get("client_endpoint") or kept.endpoint)
        if endpoint:
            _place(endpoint)
        user_id = str(data.get("user_id") or "")
        return replace(
            kept,
            access_token=str(data["access_token"]),
            refresh_token=str(data["refresh_token"]),
            endpoint=endpoint,
            server=str(data.get("server_endpoint") or kept.server),
            member_id=str(data.get("member_id") or kept.member_id),
            user_id=whole(user_id) or kept.user_id,
            application_token=str(data.get("application_token") or kept.application_token),
            seed=digest(self._first),
        )

    def __repr__(self) -> str:
        return f"OAuth({self._place.host!r}, <secret>)"


def _unexecuted(error: Bitrix24Error) -> Bitrix24Error:
    """Return what a call means for which there was no token: it was not executed, and is not at fault itself."""
    verdict = {Verdict.DEAD: Verdict.PORTAL, Verdict.UNKNOWN: Verdict.AGAIN}.get(error.verdict, error.verdict)
    said = error.description.replace("the portal's", "its").replace("the portal", "it")
    return error.but(f"the authorization server gave no token: {said}", verdict=verdict)


def _place(endpoint: str) -> Place:
    place = None
    with contextlib.suppress(ValueError):
        place = portal_place(endpoint)
    if place is None:
        raise Bitrix24Error(
            "the portal's address in the tokens (client_endpoint) can't be used", verdict=Verdict.PORTAL
        )
    return place
