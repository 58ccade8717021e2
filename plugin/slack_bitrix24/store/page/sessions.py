"""Who is signed in at the page. The cookie itself is kept nowhere: a copy of the database signs nobody in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from slack_bitrix24.store.sql.page_tables import SESSIONS
from slack_bitrix24.store.work import Work

LASTS = 12 * 3600.0
"""Seconds: a working day; then one signs in again."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. `who` is a Slack id, empty for the local password; `csrf` is a secret of its forms."""

    who: str
    way: str
    csrf: str
    until: float


class Sessions:
    """Sessions inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def begin(self, who: str, *, way: str) -> str:
        """Sign somebody in; return the cookie."""
        cookie = secrets.token_urlsafe(32)
        values = {
            "digest": _digest(cookie),
            "who": who,
            "way": way,
            "csrf": secrets.token_urlsafe(32),
            "made_at": self._work.now,
            "until": self._work.now + LASTS,
        }
        self._work.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.until < self._work.now))
        self._work.connection.execute(sa.insert(SESSIONS).values(values))
        return cookie

    def get(self, cookie: str) -> Session | None:
        """Return the session of a cookie; None where there is none, or it is over."""
        query = sa.select(SESSIONS).where(SESSIONS.c.digest == _digest(cookie), SESSIONS.c.until > self._work.now)
        row = self._work.connection.execute(query).one_or_none()
        return Session(row.who, row.way, row.csrf, row.until) if row else None

    def end(self, cookie: str) -> None:
        """Sign out."""
        self._work.connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.digest == _digest(cookie)))


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
