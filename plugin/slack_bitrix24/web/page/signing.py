"""Signing in with the local password, signing out, and how one reads the page."""

from __future__ import annotations

import hashlib
import secrets

from slack_bitrix24.store import Session, Transaction
from slack_bitrix24.store.page.sessions import LASTS
from slack_bitrix24.web.page import protection
from slack_bitrix24.web.page.desk import Desk
from slack_bitrix24.web.page.passwords import is_right
from slack_bitrix24.web.page.tries import Tries
from slack_bitrix24.web.page.visit import Cookie, Reply, Visit, gone_to, refused

SESSION, FORM, LANGUAGE, THEME = "b24_page", "b24_page_form", "b24_page_lang", "b24_page_theme"
"""Cookies."""
YEAR = 365 * 86_400.0
"""Seconds that a choice (language, theme) is kept in a cookie."""
FORM_LASTS = 3600.0
"""Seconds for which the form of the sign-in can be sent."""
LONGEST = 1000
"""Characters of a password."""


class SigningIn:
    """The views of the sign-in; wrong passwords are counted here."""

    def __init__(self) -> None:
        self.tries = Tries()

    def form(self, desk: Desk, visit: Visit) -> Reply:
        """Show how one may sign in."""
        then = protection.own_path(visit.asked("then"))
        return gone_to(then) if visit.role else self.shown(desk, visit, then=then)

    def enter(self, desk: Desk, visit: Visit) -> Reply:
        """Sign in with the password."""
        then = protection.own_path(visit.form.get("then", ""))
        if not protection.same(visit.cookies.get(FORM, ""), visit.form.get("csrf", "")):
            return self.shown(desk, visit, then=then, why="form_is_old", status=403)
        wait = self.tries.wait(visit.peer, now=visit.now)
        if wait:
            reply = self.shown(desk, visit, then=then, why="too_many_tries", status=429)
            return Reply(reply.template, reply.values, 429, "", reply.cookies, {"Retry-After": str(int(wait) + 1)})
        given = visit.form.get("password", "")[:LONGEST]
        # Noted before it is checked: tries that come at the same time count as well.
        self.tries.wrong(visit.peer, now=visit.now)
        if not desk.password or not is_right(given, desk.password):
            desk.store.write(lambda tx: tx.audit.add(visit.deed("sign_in", "", "wrong password")))
            return self.shown(desk, visit, then=then, why="wrong_password", status=403)
        self.tries.right(visit.peer)

        def write(tx: Transaction) -> str:
            tx.audit.add(visit.deed("sign_in"))
            return tx.sessions.begin("", way=way_of(desk.password))

        return gone_to(then, Cookie(SESSION, desk.store.write(write), LASTS), Cookie(FORM, ""))

    @staticmethod
    def leave(desk: Desk, visit: Visit) -> Reply:
        """Sign out."""

        def write(tx: Transaction) -> None:
            tx.sessions.end(visit.cookies.get(SESSION, ""))
            tx.audit.add(visit.deed("sign_out"))

        desk.store.write(write)
        return gone_to("/page/sign-in", Cookie(SESSION, ""))

    @staticmethod
    def shown(desk: Desk, visit: Visit, *, then: str, why: str = "", status: int = 200) -> Reply:
        """Show the form, and why somebody is not signed in (a key of the words)."""
        token = visit.cookies.get(FORM, "") or secrets.token_urlsafe(24)
        ways = {"password": bool(desk.password), "slack": desk.slack is not None}
        values = {"token": token, "then": then, "why": why, "reason": "", **ways}
        return Reply("sign_in.html", values, status=status, cookies=(Cookie(FORM, token, FORM_LASTS),))


def way_of(password: str) -> str:
    """Return how a session was begun with this hash: with another one it is over."""
    return "password:" + hashlib.sha256(password.encode()).hexdigest()[:16]


def holds(session: Session, desk: Desk) -> bool:
    """Tell whether a session is still what it was begun with."""
    if session.way == "slack":
        return desk.slack is not None
    return bool(desk.password) and session.way == way_of(desk.password)


def preferences(_desk: Desk, visit: Visit) -> Reply:
    """Take how one reads: language, light or dark. Kept in the browser alone, so that it needs no sign-in."""
    cookies = []
    for name, cookie, words in (("lang", LANGUAGE, ("en", "ru")), ("theme", THEME, ("auto", "light", "dark"))):
        value = visit.asked(name)
        if value and value not in words:
            return refused(400, "bad_request")
        if value:
            cookies.append(Cookie(cookie, value, YEAR))
    return gone_to(protection.own_path(visit.asked("then")), *cookies)
