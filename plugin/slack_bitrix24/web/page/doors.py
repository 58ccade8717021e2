"""The way in to the page: one table of paths, and what holds for each of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urlsplit
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from starlette.concurrency import run_in_threadpool

from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import within
from slack_bitrix24.web.page import clock, deeds, flow, notifications, people, portals, protection, story
from slack_bitrix24.web.page.desk import Desk, role_of
from slack_bitrix24.web.page.drawing import FILES, KINDS, drawn
from slack_bitrix24.web.page.openid import BACK, WithSlack
from slack_bitrix24.web.page.signing import LANGUAGE, SESSION, THEME, SigningIn, holds, preferences
from slack_bitrix24.web.page.visit import Cookie, Reply, Visit, refused

log = logging.getLogger(__name__)

View = Callable[[Desk, Visit], Reply]
LARGEST = 64_000
"""Bytes of a form."""
MOST_FIELDS = 50
"""Fields of a form; ours have a dozen."""
PATIENCE = 5.0
"""Seconds that a view may wait for the database."""


@dataclass(frozen=True, slots=True)
class Way:
    """One path and its view. `who`: "all" (also whom nobody knows), "own" (whoever is signed in), "admin"."""

    method: str
    path: str
    view: View
    who: str = "admin"


def nowhere(_desk: Desk, _visit: Visit) -> Reply:
    """Say that there is no such part."""
    return refused(404, "no_such_page")


def table() -> tuple[Way, ...]:
    """Return all paths of the page."""
    signing = SigningIn()
    slack = WithSlack(signing)
    return (
        Way("GET", "/page", notifications.listed, "own"),
        Way("GET", "/page/notifications/{id}", story.story, "own"),
        Way("POST", "/page/retry-all", story.retry_all),
        Way("POST", "/page/notifications/{id}/retry", story.retry, "own"),
        Way("POST", "/page/notifications/{id}/cancel", story.cancel, "own"),
        Way("GET", "/page/sign-in", signing.form, "all"),
        Way("POST", "/page/sign-in", signing.enter, "all"),
        Way("GET", "/page/sign-in/slack", slack.go, "all"),
        Way("GET", BACK, slack.back, "all"),
        Way("POST", "/page/sign-out", signing.leave, "own"),
        Way("GET", "/page/look", preferences, "all"),
        Way("GET", "/page/portals", portals.portals),
        Way("POST", "/page/portals/{name}/resume", portals.resume),
        Way("GET", "/page/people", people.people),
        Way("POST", "/page/people/forget", people.forget),
        Way("GET", "/page/schedules", clock.schedules, "own"),
        Way("POST", "/page/schedules/{id}/run", clock.run, "own"),
        Way("POST", "/page/schedules/{id}/pause", clock.pause, "own"),
        Way("POST", "/page/schedules/{id}/go-on", clock.go_on, "own"),
        Way("POST", "/page/schedules/{id}/end", clock.cancel, "own"),
        Way("GET", "/page/flow", flow.flow),
        Way("GET", "/page/audit", deeds.deeds),
        Way("GET", "/page/{rest:path}", nowhere, "own"),
    )


def add(app: FastAPI, desk: Desk) -> None:
    """Serve the page."""

    @app.get("/page/static/{name}", include_in_schema=False)
    async def static(name: str) -> Response:
        content, kind = FILES.get(name), KINDS.get(f".{name.rpartition('.')[2]}", "")
        if content is None:
            return Response(status_code=404, headers=protection.HEADERS)
        lasting = {"Cache-Control": "public, max-age=31536000, immutable", **protection.HEADERS}
        return Response(content, media_type=kind, headers=lasting)

    for way in table():
        app.add_api_route(way.path, _handler(way, desk), methods=[way.method], include_in_schema=False)


def _handler(way: Way, desk: Desk) -> Callable[[Request], object]:
    async def handle(request: Request) -> Response:
        form = await _form(request) if way.method == "POST" else {}
        if form is None:
            return Response("too large", status_code=413, headers=protection.HEADERS)
        return await run_in_threadpool(_answer, way, desk, _visit(request, form, desk))

    return handle


def _answer(way: Way, desk: Desk, visit: Visit) -> Response:
    try:
        with within(PATIENCE):
            visit = _known(desk, visit)
            reply = _refusal(way, visit) or way.view(desk, visit)
    except StoreError as error:
        log.warning("page: %s", error)
        reply = refused(503, "not_now", **{"Retry-After": "5"})
    if reply.status == 401 and not visit.partial and visit.method == "GET":
        reply = Reply(to=f"/page/sign-in?then={quote(visit.path, safe='')}", status=303)
    headers = {**protection.HEADERS, **protection.NEVER_KEPT, **reply.headers}
    if reply.status == 401 and visit.partial:
        # A redirect would be followed into the part that is replaced (https://htmx.org/headers/hx-redirect/).
        headers["HX-Redirect"] = "/page/sign-in"
    if reply.to:
        response: Response = Response(status_code=reply.status, headers={**headers, "Location": reply.to})
    else:
        response = HTMLResponse(drawn(reply.template, reply.values, visit), reply.status, headers)
    for cookie in reply.cookies:
        _set(response, cookie, secure=visit.secure)
    return response


def _refusal(way: Way, visit: Visit) -> Reply | None:
    """Return why somebody may not come in here."""
    if visit.method == "POST" and visit.origin == "elsewhere":
        return refused(403, "from_elsewhere")
    if way.who == "all":
        return None
    if visit.session is None or not visit.role:
        return refused(401, "sign_in_first")
    if way.who == "admin" and not visit.admin:
        return refused(403, "admins_only")
    if visit.method == "POST" and not protection.same(visit.session.csrf, visit.form.get("csrf", "")):
        return refused(403, "form_is_old")
    return None


def _known(desk: Desk, visit: Visit) -> Visit:
    """Return the visit with who it is, by the rights of this moment."""
    cookie = visit.cookies.get(SESSION, "")
    session = desk.store.read(lambda tx: tx.sessions.get(cookie)) if cookie else None
    if session is None or not holds(session, desk):
        return visit
    known = desk.people().users.get(session.who)
    zone = known.zone if known and known.zone else ""
    return replace(
        visit,
        session=session,
        role=role_of(desk, session.who),
        name=known.name if known else session.who,
        zone=_zone(zone) or visit.zone,
        language="ru" if LANGUAGE not in visit.cookies and known and known.language == "ru" else visit.language,
    )


def _visit(request: Request, form: Mapping[str, str], desk: Desk) -> Visit:
    headers = request.headers
    public = urlsplit(desk.public_url)
    hosts = tuple(filter(None, (headers.get("host", "").lower(), public.netloc.lower())))
    elsewhere = protection.from_elsewhere(
        headers.get("origin", ""), site=headers.get("sec-fetch-site", ""), hosts=hosts
    )
    chosen = request.cookies.get(LANGUAGE, "") or _accepted(headers.get("accept-language", ""))
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Visit(
        method=request.method,
        path=path,
        now=desk.store.now(),
        zone=_zone(desk.zone) or ZoneInfo("UTC"),
        language="ru" if chosen == "ru" else "en",
        parts=request.path_params,
        query=dict(request.query_params),
        form=form,
        cookies=request.cookies,
        peer=request.client.host if request.client else "",
        secure=public.scheme == "https" or request.url.scheme == "https",
        base=desk.public_url or f"{request.url.scheme}://{headers.get('host', '')}",
        partial="hx-request" in headers and "hx-boosted" not in headers,
        origin="elsewhere" if elsewhere else "",
    )


def _accepted(text: str) -> str:
    """Return the first language of Accept-Language that the page speaks (RFC 9110 12.5.4), browsers' order."""
    words = [part.split(";")[0].strip().lower().partition("-")[0] for part in text.split(",")]
    return next((word for word in words if word in ("en", "ru")), "en")


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError):  # a zone that this machine does not know
        return None


async def _form(request: Request) -> dict[str, str] | None:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    try:
        text = b"".join(parts).decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None


def _set(response: Response, cookie: Cookie, *, secure: bool) -> None:
    secret = cookie.name not in (LANGUAGE, THEME)
    response.set_cookie(
        cookie.name,
        cookie.value,
        max_age=int(cookie.lasts),
        # So that it does not go along with what is posted at the other doors.
        path="/page",
        secure=secure,
        httponly=secret,
        # Not strict: who comes back from Slack's page comes from another site, and must bring what was noted before.
        samesite="lax",
    )
