"""/sandbox/…: look into the portal and direct it; JSON, and a live stream of what happens to notifications."""

from __future__ import annotations

import asyncio
import json
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from slack_bitrix24.sandbox.portal import faults
from slack_bitrix24.sandbox.portal.envelope import Json
from slack_bitrix24.sandbox.portal.state import Portal

LOOPBACK = ("127.0.0.1", "localhost", "::1")
KEEP_ALIVE = 15.0
"""Seconds after which an idle stream says that it is alive."""


class Control:
    """The handlers of one portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    async def facts(self, request: Request) -> Response:
        """Tell how to call the portal."""
        base, oauth = _base(request), self.portal.oauth
        told = {"client_id": oauth.client_id, "client_secret": oauth.client_secret, "redirect_uri": oauth.redirect_uri}
        told |= {"application_token": oauth.application_token, "member_id": oauth.member_id}
        urls = {"authorize_url": f"{base}/oauth/authorize/", "token_url": f"{base}/oauth/token/"}
        return JSONResponse({"webhook_url": self.portal.webhook_url(base), "oauth": told | urls})

    async def notifications(self, request: Request) -> Response:
        """Tell what one person has, or everyone."""
        return self._of_user(request, self.portal.notifications)

    async def seen(self, request: Request) -> Response:
        """Tell what one person reads of it, or everyone: in the centre, in the push, in the mail."""
        return self._of_user(request, self.portal.seen)

    def _of_user(self, request: Request, tell: Callable[[int | None], list[Json]]) -> Response:
        user = request.query_params.get("user")
        if user is not None and not user.isdigit():
            return _wrong("user: expected a Bitrix24 user id")
        return _open(request, tell(int(user) if user is not None else None))

    async def chats(self, request: Request) -> Response:
        """Tell the dialogs with bots, as they are drawn."""
        return self._of_user(request, self.portal.chats)

    async def act(self, request: Request) -> Response:
        """Let a person read, click or write in a dialog with a bot."""
        asked, portal = await _json(request), self.portal
        try:
            user = int(asked["user"])
            if request.url.path.endswith("/view"):
                return JSONResponse({"new": portal.view(int(asked["bot"]), user)})
            if request.url.path.endswith("/say"):
                return JSONResponse({"id": portal.say(int(asked["bot"]), user, str(asked["text"]))})
            command, params = str(asked["command"]), str(asked.get("params", ""))
            heard = portal.click(int(asked["message"]), user, command=command, params=params)
        except (KeyError, TypeError, ValueError) as error:
            return _wrong(f"expected user, and bot or message, text or command: {error}")
        return JSONResponse({"heard": heard})

    async def users(self, request: Request) -> Response:
        """Tell who is at the portal."""
        people = self.portal.users.values()
        rows = [
            {"id": one.id, "name": one.full_name, "email": one.email, "active": one.active, "kind": one.kind}
            | {
                "position": one.position,
                "departments": list(one.departments),
                "color": one.colour,
                "avatar": one.avatar,
            }
            for one in people
        ]
        return _open(request, rows)

    async def files(self, request: Request) -> Response:
        """Tell what was uploaded, and for whom."""
        with self.portal.lock:
            rows = [
                {"id": one.id, "name": one.name, "size": len(one.content), "rights": one.rights, "link": one.link}
                for one in self.portal.files.by_id.values()
            ]
        return _open(request, rows)

    async def log(self, request: Request) -> Response:
        """Tell counts of each (user, tag), or with ?sends=1 each executed send."""
        full = request.query_params.get("sends") == "1"
        return _open(request, self.portal.sends() if full else self.portal.log())

    async def stats(self, request: Request) -> Response:
        """Tell counts."""
        return _open(request, self.portal.stats())

    async def fail(self, request: Request) -> Response:
        """Ask for faults."""
        try:
            asked = faults.read(await request.json())
        except (ValueError, TypeError) as error:
            return _wrong(str(error))
        self.portal.fail(*asked)
        return JSONResponse({"faults": [fault.json() for fault in asked]}, 201)

    async def heal(self, _request: Request) -> Response:
        """Take back all faults."""
        with self.portal.lock:
            self.portal.faults.clear()
        return JSONResponse({"faults": []})

    async def reset(self, _request: Request) -> Response:
        """Forget everything but people, webhook and tokens."""
        self.portal.reset()
        return JSONResponse({"reset": True})

    async def rules(self, request: Request) -> Response:
        """Tell which rules are followed, or with {"rules": "docs"} follow others."""
        if request.method == "POST":
            try:
                self.portal.follow(str((await _json(request)).get("rules", "")))
            except ValueError as error:
                return _wrong(str(error))
        return _open(request, {"rules": self.portal.rules})

    async def tokens(self, request: Request) -> Response:
        """Give a pair of OAuth tokens without the round through a browser, or with {"expire": true} end all."""
        asked = await _json(request)
        with self.portal.lock:
            if asked.get("expire"):
                self.portal.oauth.expire()
                return JSONResponse({"expired": True})
            user = asked.get("user", self.portal.oauth.user_id)
            return JSONResponse(self.portal.oauth.issue(user, base=_base(request), now=self.portal.clock()))

    async def install(self, request: Request) -> Response:
        """Post ONAPPINSTALL to {"url": …}, as Bitrix24 does when a local application is saved."""
        url = str((await _json(request)).get("url", ""))
        if urllib.parse.urlsplit(url).hostname not in LOOPBACK:
            return _wrong("url: expected an address on loopback")
        with self.portal.lock:
            form = self.portal.oauth.installation(base=_base(request), now=self.portal.clock())
        try:
            status = await asyncio.to_thread(_post, url, form)
        except OSError as error:
            return JSONResponse({"error": str(error)}, 502)
        return JSONResponse({"status": status})

    async def events(self, request: Request) -> Response:
        """Stream changes as server-sent events called `notification`."""
        return StreamingResponse(self._changes(), media_type="text/event-stream", headers=_headers(request))

    async def _changes(self) -> AsyncIterator[str]:
        loop, waiting = asyncio.get_running_loop(), asyncio.Queue[Json]()

        def listen(change: Json) -> None:
            loop.call_soon_threadsafe(waiting.put_nowait, change)

        with self.portal.lock:
            self.portal.store.listeners.append(listen)
            self.portal.bots.listeners.append(listen)
        try:
            yield ": sandbox\n\n"
            while True:
                try:
                    change = await asyncio.wait_for(waiting.get(), KEEP_ALIVE)
                except TimeoutError:
                    yield ": still here\n\n"
                else:
                    yield f"event: notification\ndata: {json.dumps(change)}\n\n"
        finally:
            with self.portal.lock:
                self.portal.store.listeners.remove(listen)
                self.portal.bots.listeners.remove(listen)


def routes(portal: Portal) -> list[Route]:
    """Return the routes below /sandbox."""
    control = Control(portal)
    return [
        Route("/", control.facts),
        Route("/notifications", control.notifications),
        Route("/seen", control.seen),
        Route("/chats", control.chats),
        *(Route(f"/{what}", control.act, methods=["POST"]) for what in ("click", "say", "view")),
        Route("/users", control.users),
        Route("/files", control.files),
        Route("/log", control.log),
        Route("/stats", control.stats),
        Route("/faults", control.fail, methods=["POST"]),
        Route("/faults", control.heal, methods=["DELETE"]),
        Route("/reset", control.reset, methods=["POST"]),
        Route("/rules", control.rules, methods=["GET", "POST"]),
        Route("/tokens", control.tokens, methods=["POST"]),
        Route("/install", control.install, methods=["POST"]),
        Route("/events", control.events),
    ]


async def _json(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _open(request: Request, body: object) -> Response:
    return JSONResponse(body, headers=_headers(request))


def _headers(request: Request) -> dict[str, str]:
    # A page of this machine on another port may read it; a page from elsewhere may not.
    origin = request.headers.get("origin", "")
    local = urllib.parse.urlsplit(origin).hostname in LOOPBACK
    return (
        {"access-control-allow-origin": origin, "cache-control": "no-store"} if local else {"cache-control": "no-store"}
    )


def _wrong(text: str) -> Response:
    return JSONResponse({"error": text}, 400)


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _post(url: str, form: dict[str, str]) -> int:
    data = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data, method="POST")  # noqa: S310  the host is loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310  the same
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
