"""/demo/…: posts a body to the bridge as a monitoring program would, and does to both ends what goes wrong in life."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from slack_bitrix24.sandbox.passing import Time, checked
from slack_bitrix24.sandbox.portal import Fault, Portal
from slack_bitrix24.sandbox.samples import samples

LARGEST = 1_000_000
"""Characters of a body; the bridge takes as many bytes."""
PATIENCE = 15.0
"""Seconds for the bridge to answer."""
STOPS = 20
"""So often time stops on its way for what falls due: enough for a day of reminders, too few for one each minute."""
LONGEST_STOP = 3.0
"""Seconds for the bridge to take what fell due."""
SETTLING = 0.4
"""Seconds for what it took to arrive, so that people see it at the time for which it was meant."""
AWAY = Fault("html", times=0, status=503)
"""What stands before a server that is away says so with a page of its own, to every call."""


@dataclass(frozen=True, slots=True)
class Form:
    """A way in: `label` for people, `path` at the bridge, whose secret is that of the webhook `hook`."""

    label: str
    path: str
    hook: str = "demo"


FORMS: Mapping[str, Form] = {
    "alertmanager": Form("Alertmanager", "/alertmanager/demo"),
    "grafana": Form("Grafana", "/alertmanager/demo"),
    "slack": Form("Slack’s incoming webhook", "/services/T/demo"),
    "apprise": Form("Apprise", "/notify"),
    "ntfy": Form("ntfy", "/"),
    "gotify": Form("Gotify", "/message"),
    "json": Form("Any JSON", "/json/demo"),
    "github": Form("Any JSON, as GitHub sends it", "/json/github", hook="github"),
}


class Bridge(Protocol):
    """The bridge that the demo started. `tokens` are its webhooks' secrets, which no page gets to see."""

    @property
    def port(self) -> int:
        """Where it answers HTTP, on 127.0.0.1."""

    @property
    def tokens(self) -> Mapping[str, str]:
        """Webhook → secret."""

    @property
    def alive(self) -> bool:
        """Whether its process is there."""

    def kill(self) -> None:
        """End it at once, without a chance to finish anything; it is started again after a while."""

    def next_due(self) -> float | None:
        """Return when the next schedule or reminder is due, Unix seconds; None when none is."""


class Posting:
    """The handlers. `bridge` is None while a demo has none of its own."""

    def __init__(self, portal: Portal, passing: Time) -> None:
        self.portal, self.time = portal, passing
        self.bridge: Bridge | None = None

    async def samples(self, _request: Request) -> Response:
        """Tell what can be posted, and in which forms."""
        told = [asdict(one) for one in samples(datetime.fromtimestamp(self.time.now(), UTC))]
        forms = [{"id": name, "label": form.label, "path": form.path} for name, form in FORMS.items()]
        return JSONResponse({"forms": forms, "samples": told})

    async def post(self, request: Request) -> Response:
        """Post `body`, a text, in the form `form`; tell what the bridge answered."""
        asked = await _asked(request)
        form, body = FORMS.get(str(asked.get("form"))), asked.get("body")
        if form is None:
            return _wrong(f"form: expected one of {', '.join(FORMS)}")
        if not isinstance(body, str):
            return _wrong("body: expected a text")
        if len(body) > LARGEST:
            return _wrong(f"body: more than {LARGEST:,} characters", 413)
        if self.bridge is None:
            return _wrong("this demo was started without a bridge", 503)
        try:
            told = await asyncio.to_thread(_post, self.bridge, form, body.encode("utf-8", "replace"))
        except (OSError, http.client.HTTPException):
            return _wrong("the bridge does not answer: it is being started again; post it once more in a moment", 502)
        return JSONResponse({"path": form.path, **told})

    async def switches(self, request: Request) -> Response:
        """Tell how things are, after what was asked.

        {"away": bool} for Bitrix24, {"kill": true} for the bridge, {"pass": seconds} for the time of all three.
        """
        asked = await _asked(request) if request.method == "POST" else {}
        away, bridge = asked.get("away"), self.bridge
        if isinstance(away, bool):
            self._leave() if away else self._return()
        if asked.get("kill") is True:
            if bridge is None:
                return _wrong("this demo was started without a bridge", 503)
            await asyncio.to_thread(bridge.kill)
        if "pass" in asked:
            try:
                await asyncio.to_thread(self._pass, checked(asked["pass"]))
            except (TypeError, ValueError) as error:
                return _wrong(f"pass: {error}")
        alive = bridge is not None and bridge.alive
        page = f"http://127.0.0.1:{bridge.port}/page" if bridge is not None else ""
        told = {"away": self._is_away(), "bridge": bridge is not None, "alive": alive, "page": page}
        return JSONResponse({**told, "now": self.time.now(), "passed": self.time.passed})

    def _pass(self, seconds: float) -> None:
        """Let time pass, with a stop at whatever falls due: nothing comes late, as if nobody had hurried."""
        until, clock = self.time.now() + seconds, self.time
        for _ in range(STOPS):
            due = self._next_due()
            if due is None or due >= until:
                break
            if due > clock.now():
                clock.let_pass(due - clock.now())
            end = time.monotonic() + LONGEST_STOP
            while self._next_due() == due and time.monotonic() < end:
                time.sleep(0.05)
            time.sleep(SETTLING)
        if until > clock.now():
            clock.let_pass(until - clock.now())

    def _next_due(self) -> float | None:
        return self.bridge.next_due() if self.bridge is not None and self.bridge.alive else None

    def _is_away(self) -> bool:
        with self.portal.lock:
            return AWAY in self.portal.faults.waiting

    def _leave(self) -> None:
        if not self._is_away():
            self.portal.fail(AWAY)

    def _return(self) -> None:
        with self.portal.lock:
            self.portal.faults.waiting[:] = [fault for fault in self.portal.faults.waiting if fault != AWAY]


def routes(posting: Posting) -> list[Route]:
    """Return the routes below /demo."""
    return [
        Route("/samples", posting.samples),
        Route("/post", posting.post, methods=["POST"]),
        Route("/switches", posting.switches, methods=["GET", "POST"]),
    ]


def _post(bridge: Bridge, form: Form, body: bytes) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", bridge.port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {bridge.tokens[form.hook]}"}
    try:
        connection.request("POST", form.path, body, headers)
        answer = connection.getresponse()
        return {"status": answer.status, "answer": answer.read(LARGEST).decode("utf-8", "replace")}
    finally:
        connection.close()


async def _asked(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _wrong(text: str, status: int = 400) -> Response:
    return JSONResponse({"error": text}, status)
