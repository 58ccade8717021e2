"""What the page is given: the store, who is who, and what only the floor above knows. Plain values and callables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Notification
from slack_bitrix24.store import Store
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.permissions import Permissions, among
from slack_bitrix24.submit.resolve import Resolution

Role = Literal["admin", "own", ""]
"""May see and do all; may see and do what is about oneself; may nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader sees: nodes of the text and blocks of the card as the centre draws them, push, and mail."""

    drawn: Sequence[Any]
    card: Mapping[str, Any] | None
    push: str
    mail: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """A portal of the configuration. `requests`, `rate` (a second) and `operating` (seconds) are its limits.

    `level` and `spent` are what is used of them, None where nobody has sent yet; `tags` is yes, no, unknown or empty.
    """

    name: str
    host: str
    sign_in: str
    kind: str
    requests: float
    rate: float
    operating: float
    level: float | None
    spent: Mapping[str, float]
    tags: str
    probed_at: float
    tags_reason: str


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """The mapping file: its name, empty where there is none, and what is wrong with it as it stands now."""

    name: str = ""
    faults: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Entered:
    """Who signed in with Slack, a Slack id; or `why` nobody did, in Slack's word or ours."""

    who: str = ""
    why: str = ""


class SignIn(Protocol):
    """Sign in with Slack. `redirect` is where Slack leads back to: the same both times."""

    def address(self, *, state: str, nonce: str, redirect: str) -> str:
        """Return where somebody says who they are."""
        ...

    def who(self, code: str, *, nonce: str, redirect: str) -> Entered:
        """Return who came back with this code."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that views work with. What is callable tells what holds at the moment."""

    store: Store
    directory: Callable[[], Directory]
    people: Callable[[], People]
    permissions: Callable[[], Permissions]
    resolve: Callable[[Sequence[str]], Resolution]
    seen: Callable[[Notification], Seen]
    link: Callable[[Notification], str]
    portals: Callable[[], Sequence[PortalFacts]]
    mapping: Callable[[], MappingFacts]
    sources: Callable[[], Sequence[str]]
    zone: str = "UTC"
    public_url: str = ""
    password: str = field(default="", repr=False)
    slack: SignIn | None = None


def role_of(desk: Desk, who: str) -> Role:
    """Return what somebody may, by the rights of this moment; whoever has the local password (empty) may all."""
    if not who:
        return "admin"
    allowed, directory, people = desk.permissions(), desk.directory(), desk.people()
    known = people.users.get(who)
    if known is not None and not known.active:
        return ""
    if among(who, allowed.admin, directory=directory, people=people):
        return "admin"
    return "own" if among(who, allowed.notify, directory=directory, people=people) else ""
