"""One request to the page and its answer, as views see them. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from slack_bitrix24.slack.replies.words import Language
from slack_bitrix24.store import Deed, Session
from slack_bitrix24.web.page.desk import Role


@dataclass(frozen=True, slots=True)
class Visit:
    """What is asked, by whom, and how they read. `parts` are those of the path; `partial`: htmx puts it into a page.

    `base` is how the page is reached, without a slash at its end. `now` is Unix seconds by the store's clock.
    """

    method: str
    path: str
    now: float
    zone: ZoneInfo
    language: Language = "en"
    parts: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    peer: str = ""
    secure: bool = False
    base: str = ""
    partial: bool = False
    origin: str = ""
    role: Role = ""
    name: str = ""
    session: Session | None = field(default=None, repr=False)

    @property
    def who(self) -> str:
        """The Slack id of whoever is signed in; empty with the local password."""
        return self.session.who if self.session else ""

    @property
    def admin(self) -> bool:
        """Whether they may see and do all."""
        return self.role == "admin"

    def asked(self, name: str) -> str:
        """Return a parameter of the address without blanks around it."""
        return self.query.get(name, "").strip()

    def number(self, name: str) -> int:
        """Return a whole number from 1 of the address or the path; 0 where it is none that a database holds."""
        text = self.parts.get(name) or self.query.get(name, "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
        return number if number < 2**63 else 0

    def deed(self, action: str, target: str = "", outcome: str = "done") -> Deed:
        """Return what is kept in the audit list of what they do here."""
        return Deed(action, target, outcome, who=self.who, name=self.name, peer=self.peer)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie to be set; `lasts` in seconds, 0 = it goes at once. A secret one is out of reach of scripts."""

    name: str
    value: str = field(repr=False)
    lasts: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: a template with its values, or (`to`) another path of the page to be gone to."""

    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    to: str = ""
    cookies: tuple[Cookie, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def saying(self, status: int, **more: object) -> Reply:
        """Return the same with another status and more values."""
        return replace(self, status=status, values={**self.values, **more})


def gone_to(path: str, *cookies: Cookie) -> Reply:
    """Return the answer after something was done: the page is asked for anew, and reloading it does nothing again."""
    return Reply(to=path, status=303, cookies=cookies)


def refused(status: int, why: str, **headers: str) -> Reply:
    """Return a page that says why not; `why` is the key of the words for it."""
    return Reply("refused.html", {"why": why}, status=status, headers=headers)
