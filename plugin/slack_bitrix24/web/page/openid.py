"""Sign in with Slack: off to Slack, and back with who it is."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlencode

from slack_bitrix24.store import Transaction
from slack_bitrix24.store.page.sessions import LASTS
from slack_bitrix24.web.page import protection, shown
from slack_bitrix24.web.page.desk import Desk, role_of
from slack_bitrix24.web.page.signing import FORM, SESSION, SigningIn
from slack_bitrix24.web.page.visit import Cookie, Reply, Visit, gone_to, refused

AWAY = "b24_page_slack"
"""A cookie that lasts while somebody is at Slack."""
AWAY_LASTS = 600.0
"""Seconds that somebody may be away at Slack's page."""
BACK = "/page/sign-in/slack/back"


class WithSlack:
    """The two views; what goes wrong counts as a wrong password does."""

    def __init__(self, signing: SigningIn) -> None:
        self.signing = signing

    @staticmethod
    def go(desk: Desk, visit: Visit) -> Reply:
        """Lead to Slack."""
        if desk.slack is None:
            return refused(404, "no_such_page")
        state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        kept = urlencode({"state": state, "nonce": nonce, "then": protection.own_path(visit.asked("then"))})
        address = desk.slack.address(state=state, nonce=nonce, redirect=visit.base + BACK)
        return Reply(to=address, status=303, cookies=(Cookie(AWAY, kept, AWAY_LASTS),))

    def back(self, desk: Desk, visit: Visit) -> Reply:
        """Take whoever comes back."""
        kept = {name: values[0] for name, values in parse_qs(visit.cookies.get(AWAY, "")).items()}
        then = protection.own_path(kept.get("then", ""))
        if desk.slack is None:
            return refused(404, "no_such_page")
        if self.signing.tries.wait(visit.peer, now=visit.now):
            return self.signing.shown(desk, visit, then=then, why="too_many_tries", status=429)
        if not protection.same(kept.get("state", ""), visit.asked("state")):
            return self.signing.shown(desk, visit, then=then, why="form_is_old", status=403)
        # Noted before Slack is asked: tries that come at the same time count as well.
        self.signing.tries.wrong(visit.peer, now=visit.now)
        code = visit.asked("code")
        entered = desk.slack.who(code, nonce=kept.get("nonce", ""), redirect=visit.base + BACK) if code else None
        why = (visit.asked("error")[:100] or "no code") if entered is None else entered.why
        who = entered.who if entered else ""
        role = role_of(desk, who) if who else ""
        deed = visit.deed("sign_in", "Slack", "done" if role else why or "not among [permissions]")
        name = shown.person(who, desk.people()).name if who else ""

        def write(tx: Transaction) -> str:
            tx.audit.add(deed.by(who, name))
            return tx.sessions.begin(who, way="slack") if role else ""

        cookie = desk.store.write(write)
        if not role:
            reply = self.signing.shown(desk, visit, then=then, why="slack_refused" if why else "slack_not_allowed")
            return reply.saying(403, reason=why)
        self.signing.tries.right(visit.peer)
        return gone_to(then, Cookie(SESSION, cookie, LASTS), Cookie(AWAY, ""), Cookie(FORM, ""))
