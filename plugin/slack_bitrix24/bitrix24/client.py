"""One request to one portal: the only file that knows `requests`.

It neither paces nor repeats, apart from two cases in which nothing was executed: new tokens after `expired_token`, and
a portal that has moved (302). https://apidocs.bitrix24.com/settings/how-to-call-rest-api/general-principles.html
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from slack_bitrix24.bitrix24 import replies, rest
from slack_bitrix24.bitrix24.auth import Auth, Target
from slack_bitrix24.bitrix24.hosts import is_loopback, may_follow
from slack_bitrix24.bitrix24.redaction import hide_secrets
from slack_bitrix24.errors import Bitrix24Error, Verdict

CONNECT_TIMEOUT: Final = 5.0
"""Seconds until a connection is there."""
READ_TIMEOUT: Final = 65.0
"""Seconds: Bitrix24's cloud ends a request after 60. https://apidocs.bitrix24.com/limits.html"""
LARGEST_ANSWER: Final = 64 * 1024 * 1024
"""Bytes: what is longer is no answer of Bitrix24's."""

SHORTEST_SECRET: Final = 6
"""Characters: a shorter one is none of Bitrix24's, and masking it would break words."""

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Client:
    """Sends single calls and batches of one portal over connections that stay open. Threads may share it.

    Timeouts are in seconds; reading an answer as a whole takes no longer than twice the read timeout. `allowed_hosts`
    are those, outside the portal's own domain, to which it may move. Use it in a `with` block, or call `close`.
    """

    def __init__(
        self,
        auth: Auth,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        allowed_hosts: tuple[str, ...] = (),
        connections: int = 10,
    ) -> None:
        self.auth = auth
        self._timeouts = (connect_timeout, read_timeout)
        self._allowed = allowed_hosts
        self._moved: dict[str, str] = {}
        self._adapter = requests.adapters.HTTPAdapter(pool_maxsize=connections, max_retries=0)
        self._session = _session()
        self._settings: dict[str, Mapping[str, Any]] = {}

    def call(self, call: rest.Call) -> rest.Answer:
        """Send one call in one request.

        CLIENT_ID is added beside a tag where the sign-in needs it. Raise `Bitrix24Error` for every failure, also for a
        notification answered with `result: false`.
        """
        known = rest.identified(call, self.auth.application)
        status, body = self._exchange(call.method, lambda target: rest.body_of(known, target.params))
        return self._read(lambda: replies.read(call.method, status, body), more=_secrets((call,)))

    def batch(self, calls: Mapping[str, rest.Call], *, halt: bool = False) -> rest.BatchAnswer:
        """Send up to 50 calls in one request; the answer has a result or an error for each, by its key.

        With `halt` Bitrix24 stops at the first failure. Raise `Bitrix24Error` when the whole request failed.
        https://apidocs.bitrix24.com/settings/how-to-call-rest-api/batch.html
        """
        known = {key: rest.identified(call, self.auth.application) for key, call in calls.items()}
        status, body = self._exchange("batch", lambda target: rest.batch_body(known, halt=halt, extra=target.params))
        own = _secrets(calls.values())
        answer = self._read(lambda: replies.read_batch(known, status, body, halt=halt), more=own)
        secrets = (*self.auth.secrets(), *own)
        results = {
            key: _cleaned(one, secrets) if isinstance(one, Bitrix24Error) else one
            for key, one in answer.results.items()
        }
        return rest.BatchAnswer(results, answer.time)

    def get(self, url: str) -> tuple[int, bytes]:
        """Fetch an address of the authorization server: status and body. For `OAuth.authorize`."""
        status, body, _ = self._request("GET", url, b"")
        return status, body

    def close(self) -> None:
        """Close the connections. May be called twice."""
        adapter = self._adapter
        # urllib3 leaves them to the garbage collector, for which a past error may hold them.
        for manager in (adapter.poolmanager, *adapter.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - this mapping can't be iterated
                pool = manager.pools.get(key)
                if pool is not None:
                    pool.close()
        self._adapter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.auth!r})"

    def _read(self, read: Callable[[], _T], *, more: Sequence[str] = ()) -> _T:
        failure: Bitrix24Error
        try:
            return read()
        except Bitrix24Error as error:
            failure = _cleaned(error, (*self.auth.secrets(), *more))
        raise failure

    def _exchange(self, method: str, body: Callable[[Target], bytes]) -> tuple[int, bytes]:
        """Return the answer's status and body, with new tokens where the old ones had expired."""
        target = self._read(lambda: self.auth.target(method, self.get))
        status, answer = self._post(target.url, body(target))
        # Safe to send again: a call whose token had expired was refused before it was executed.
        if not replies.is_expired(answer) or not self._read(lambda: self.auth.renew(target, self.get)):
            return status, answer
        target = self._read(lambda: self.auth.target(method, self.get))
        return self._post(target.url, body(target))

    def _post(self, url: str, body: bytes) -> tuple[int, bytes]:
        """POST, and once again at the new address where the portal has moved.

        https://apidocs.bitrix24.com/settings/how-to-call-rest-api/change-domen.html
        """
        origin = _origin(url)
        here = self._moved.get(origin, origin) + url[len(origin) :]
        status, answer, location = self._request("POST", here, body)
        if not 300 <= status < 400:
            return status, answer
        there = self._new_origin(here, location)
        status, answer, _ = self._request("POST", there + url[len(origin) :], body)
        if 300 <= status < 400:
            raise _stopped("the portal sends its callers in a circle (HTTP redirects)", status)
        self._moved[origin] = there
        _log.warning("the portal has moved to %s: set its new address", urlsplit(there).hostname)
        return status, answer

    def _new_origin(self, here: str, location: str) -> str:
        try:
            old, new = urlsplit(here), urlsplit(urljoin(here, location))
            host = new.hostname or ""
            safe = new.scheme == "https" or (new.scheme == "http" and is_loopback(host))
            origin = f"{new.scheme}://{new.netloc}"
        except ValueError:
            host, safe, origin = "", False, ""
        if not location or not host or "@" in origin:
            raise _stopped("the portal answers with a redirect to nowhere", 302)
        if not safe or not may_follow(old.hostname or "", host, self._allowed):
            raise _stopped(
                f"the portal has moved to {host}, outside its domain: if that is right, set its address", 302
            )
        return origin

    def _request(self, verb: str, url: str, body: bytes) -> tuple[int, bytes, str]:
        """Make exactly one request. Raise `Bitrix24Error` when no answer came."""
        # requests' and urllib3's exceptions print the address, which is the secret: ours is raised outside of the
        # handler, so that it holds no link to theirs.
        try:
            return self._send(verb, url, body)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            failure = _failure(error, _origin(url))
        raise failure

    def _send(self, verb: str, url: str, body: bytes) -> tuple[int, bytes, str]:
        end = time.monotonic() + self._timeouts[1] * 2
        request = self._session.prepare_request(requests.Request(verb, url, data=body or None))
        # Not Session.send: it reads Location even where redirects are not allowed, and stumbles over odd ones.
        response = self._adapter.send(request, stream=True, timeout=self._timeouts, **self._environment(url))
        try:
            answer = _whole(response, end)
        except BaseException:
            response.close()
            raise
        return response.status_code, answer, response.headers.get("Location", "")

    def _environment(self, url: str) -> Mapping[str, Any]:
        """Return the proxies and certificates that requests reads from the environment, read once for each host."""
        origin = _origin(url)
        if origin not in self._settings:
            # A session of its own, since ours has trust_env off: so requests finds the proxies as it does for
            # everybody.
            with requests.Session() as probe:
                found = probe.merge_environment_settings(origin, {}, verify=True, stream=True, cert=None)
            proxies = {} if is_loopback(urlsplit(origin).hostname or "") else found["proxies"]
            self._settings[origin] = {"proxies": proxies, "verify": found["verify"]}
        return self._settings[origin]


def _whole(response: requests.Response, end: float) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_content(1 << 18):
        size += len(chunk)
        if size > LARGEST_ANSWER or time.monotonic() > end:
            raise requests.ReadTimeout
        chunks.append(chunk)
    return b"".join(chunks)


def _secrets(calls: Iterable[rest.Call]) -> tuple[str, ...]:
    """Return the bots' tokens in these calls: a refusal may repeat what it was sent."""
    return tuple({token for call in calls if isinstance(token := call.params.get("botToken"), str) and token})


def _session() -> requests.Session:
    hide_secrets()
    session = requests.Session()
    # Neither .netrc nor cookies belong into these calls; the environment's proxies are read in _environment.
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"Content-Type": "application/json", "Accept": "application/json", "User-Agent": _agent()})
    return session


def _agent() -> str:
    try:
        return f"slack-bitrix24/{version('slack-bitrix24')}"
    except PackageNotFoundError:
        return "slack-bitrix24/0"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _stopped(text: str, status: int) -> Bitrix24Error:
    return Bitrix24Error(text, status=status, verdict=Verdict.PORTAL)


def _cleaned(error: Bitrix24Error, secrets: tuple[str, ...]) -> Bitrix24Error:
    """Return the error without any secret that Bitrix24 may have echoed."""
    code, description = error.code, error.description
    for secret in secrets:
        if len(secret) < SHORTEST_SECRET:
            continue
        code, description = code.replace(secret, "<secret>"), description.replace(secret, "<secret>")
    return Bitrix24Error(
        description,
        code=code,
        status=error.status,
        verdict=error.verdict,
        retry_after=error.retry_after,
        alone=error.alone,
    )


def _failure(error: BaseException, origin: str) -> Bitrix24Error:
    """Return what a failed request means, in words that hold no address but the host."""
    chain = list(_chain(error))
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in chain):
        return _stopped("the portal's certificate can't be trusted", 0)
    if any(
        isinstance(one, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError) for one in chain
    ):
        where = origin.partition("://")[2].rpartition("@")[2]
        text = f"the portal can't be reached: {where}: {_cause(chain)}"
        return Bitrix24Error(text, verdict=Verdict.AGAIN, retry_after=1.0)
    if any(isinstance(one, urllib3.exceptions.ProxyError) for one in chain):
        return Bitrix24Error("the proxy does not let through to the portal", verdict=Verdict.AGAIN, retry_after=5.0)
    if any(isinstance(one, requests.Timeout | TimeoutError | urllib3.exceptions.TimeoutError) for one in chain):
        return Bitrix24Error("no answer came in time", verdict=Verdict.UNKNOWN)
    return Bitrix24Error("the connection broke before the answer came", verdict=Verdict.UNKNOWN)


def _cause(chain: list[BaseException]) -> str:
    """Return why no connection came about, in the system's own words."""
    for one in chain:
        if isinstance(one, socket.gaierror):
            return "no such host"
        if isinstance(one, OSError) and not isinstance(one, requests.RequestException) and one.errno:
            return os.strerror(one.errno)
    return "no connection in time"


def _chain(error: BaseException) -> list[BaseException]:
    """Return the exceptions behind one: causes, contexts and urllib3's reasons."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return found
