"""What is known of the Slack workspace: read at the start, kept up to date by events, always answered from memory."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from http.client import HTTPException
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler

from slack_bitrix24.listeners.named import group, ids, person
from slack_bitrix24.submit.people import Group, People, Person
from slack_bitrix24.submit.reading import Known, NotTold

log = logging.getLogger(__name__)

T = TypeVar("T")

PAGE = 200
"""Users in one page of users.list (https://docs.slack.dev/reference/methods/users.list: no more than 200 at a time)."""
UNREACHABLE = (OSError, HTTPException)
"""What slack_sdk raises when no answer came: urllib's errors are OSErrors."""


ASK = 4
"""Seconds that one question may take."""
MEMBERS_KNOWN = 60.0
"""Seconds."""
USERS = "users"
TEMPORARY = ("ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout")
"""Slack's words for "not now"."""


class StillReadingError(OSError):
    """The first reading of the people is not over: the same may be asked again in a second."""


class Workspace:
    """Reads people through the Web API. `people` is a snapshot: replaced, never changed.

    `newest` returns the id that a channel has now, by the one that it had; who is in one is known for `members_known`
    seconds.
    """

    def __init__(
        self, client: WebClient, *, newest: Callable[[str], str] = str, members_known: float = MEMBERS_KNOWN
    ) -> None:
        self.client, self.newest, self.members_known = client, newest, members_known
        self.loaded = threading.Event()
        self._people = People(reading=True)
        self._settled: set[str] = set()
        self._read_at: dict[str, float] = {}
        self._heard: dict[str, float] = {}
        self._lock = threading.Lock()
        # Somebody waits for what this one asks, and what is known already waits with it.
        self._asker = WebClient(token=client.token, base_url=client.base_url, timeout=ASK, retry_handlers=[])
        # Thousands of people are more pages than Slack gives in a minute; this client waits as it is told to.
        patient = [ConnectionErrorRetryHandler(), RateLimitErrorRetryHandler(max_retry_count=5)]
        self._reader = WebClient(
            token=client.token, base_url=client.base_url, timeout=client.timeout, retry_handlers=patient
        )

    @property
    def people(self) -> People:
        """Return who is known at the moment. Who is in a channel is known for a minute: no event tells who joins."""
        if any(time.monotonic() - at > self.members_known for at in list(self._read_at.values())):
            with self._lock:
                now = time.monotonic()
                self._read_at = {one: at for one, at in self._read_at.items() if now - at <= self.members_known}
                kept = {one: who for one, who in self._people.channels.items() if one in self._read_at}
                self._people = replace(self._people, channels=kept)
        return self._people

    def load(self) -> bool:
        """Read all users and groups; tell whether that is done. What Slack refuses (a missing scope) stays unknown."""
        parts: dict[str, Callable[[], None]] = {
            USERS: lambda: self._put(users=self._with_news(self._users, lambda: self._people.users)),
            "user groups": lambda: self._put(groups=self._with_news(self._groups, lambda: self._people.groups)),
        }
        for what, read in parts.items():
            if what not in self._settled and self._try(what, read):
                self._settled.add(what)
        if self._settled.issuperset(parts):
            self._put(reading=False)
            if not self.loaded.is_set():
                log.info("Slack: people: %s, groups: %s", len(self._people.users), len(self._people.groups))
            self.loaded.set()
        return self.loaded.is_set()

    def read(self, wanted: str) -> None:
        """Read the members of a channel or a group (one that an address named), so that it can be resolved; or a user.

        A typed name only waits for `load`. Raises SlackApiError when Slack refuses, OSError when it can't be reached,
        StillReadingError while the people of the workspace are not all read.
        """
        if wanted.startswith("@"):
            if self._people.reading:
                raise StillReadingError("the people of the workspace are not read yet")
            return
        if wanted.startswith(("U", "W")):
            found = person(self._asker.users_info(user=wanted, include_locale=True)["user"])
            if found is None:
                raise ValueError("no user")
            self._put(users={**self.people.users, found.id: found})
            return
        if wanted.startswith("S"):
            answer = self._asker.usergroups_users_list(usergroup=wanted)
            known = self.people.groups.get(wanted, Group(wanted, wanted))
            self._put(groups={**self.people.groups, wanted: replace(known, members=ids(answer["users"]))})
            return
        members: list[str] = []
        # Counted from the question: the first page may be that old when the last one comes.
        self._read_at[wanted] = time.monotonic()
        for page in self._asker.conversations_members(channel=self.newest(wanted), limit=PAGE):
            members += ids(page["members"])
        self._put(channels={**self.people.channels, wanted: tuple(members)})

    def ask(self, wanted: str) -> NotTold | None:
        """Do as `read`; return why Slack did not tell in place of raising."""
        try:
            self.read(wanted)
        except SlackApiError as error:
            return NotTold(word_of(error), lasting=not is_temporary(error))
        except UNREACHABLE as error:
            return NotTold((str(error).splitlines() or [type(error).__name__])[0])
        except (LookupError, TypeError, ValueError, AttributeError):
            return NotTold("an answer that makes no sense")
        return None

    def tell(self, unread: Callable[[People], Iterable[str]]) -> Known:
        """Read what is unread, each once; return who is known then, and what Slack did not tell.

        `unread` says what of the people must still be read. What was known once stays known here, however long it
        takes: members are forgotten after a minute.
        """
        people, tried = self.people, dict[str, NotTold | None]()
        while wanted := sorted(set(unread(people)) - tried.keys()):  # names first: they cost no request
            for one in wanted:
                tried[one] = self.ask(one)
            now = self.people
            people = replace(now, channels={**people.channels, **now.channels})
        refused = {one: why for one, why in tried.items() if why is not None}
        for one, why in refused.items():
            log.warning("Slack does not tell who is in %s: %s", one, why.word)
        return Known(people, refused)

    def note(self, event: Mapping[str, Any]) -> None:
        """Take in an event that says who joined, left or was renamed."""
        kind = event.get("type")
        if kind in ("user_change", "team_join") and (who := person(event.get("user"))):
            if self._is_news(who.id, event, event["user"].get("updated")):
                self._put(users={**self.people.users, who.id: who})
        elif kind in ("subteam_created", "subteam_updated") and (team := group(event.get("subteam"))):
            if self._is_news(team.id, event, event["subteam"].get("date_update")):
                self._put(groups={**self.people.groups, team.id: team})
        elif kind == "subteam_members_changed":
            known = self.people.groups.get(str(event.get("subteam_id", "")))
            if known is not None:
                self._put(groups={**self.people.groups, known.id: replace(known, members=None)})

    def _with_news(self, read: Callable[[], list[tuple[str, T]]], known: Callable[[], Mapping[str, T]]) -> dict[str, T]:
        """Return what Slack lists, and what events told while it was listed: a page may be older than they are."""
        before = dict(self._heard)
        listed = dict(read())
        news = {one for one, at in dict(self._heard).items() if before.get(one) != at}
        return {**listed, **{one: what for one, what in known().items() if one in news}}

    def _is_news(self, one: str, event: Mapping[str, Any], updated: Any) -> bool:
        """Tell whether this is no older than what was heard of the same user or group.

        Slack repeats what was not acknowledged, and two connections overtake each other: the last to come may be the
        first that happened. `event_ts` says when (https://docs.slack.dev/apis/events-api#event-type-structure).
        """
        at = _seconds(event.get("event_ts")) or _seconds(updated)
        with self._lock:
            if at < self._heard.get(one, 0.0):
                return False
            self._heard[one] = at
            return True

    def _put(self, **changed: Any) -> None:
        with self._lock:
            self._people = replace(self._people, **changed)

    def _try(self, what: str, read: Callable[[], None]) -> bool:
        try:
            read()
        except SlackApiError as error:
            log.warning("Slack: %s can't be read: %s", what, word_of(error))
            if what == USERS and not is_temporary(error):
                self._put(withheld=True)
            return not is_temporary(error)
        except UNREACHABLE as error:
            log.warning("Slack: %s not read yet: %s", what, error)
            return False
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            # The reader must outlive it: without the people no typed name would ever be answered.
            log.warning("Slack: %s not read yet: an answer that makes no sense (%s)", what, type(error).__name__)
            return False
        return True

    def _users(self) -> list[tuple[str, Person]]:
        found: list[tuple[str, Person]] = []
        for page in self._reader.users_list(limit=PAGE, include_locale=True):
            found += [(one.id, one) for one in map(person, page["members"]) if one is not None]
            if len(found) % (10 * PAGE) == 0:
                log.info("Slack: %s people read so far", len(found))
        return found

    def _groups(self) -> list[tuple[str, Group]]:
        answer = self._reader.usergroups_list(include_users=True)
        return [(one.id, one) for one in map(group, answer["usergroups"]) if one is not None]


def word_of(error: SlackApiError) -> str:
    """Return Slack's word for a refusal, or the status where it gave none (a page of some proxy's)."""
    word = str(error.response.get("error") or "")
    return f"HTTP {error.response.status_code}, no answer of Slack's" if not word or " " in word else word


def is_temporary(error: SlackApiError) -> bool:
    """Tell whether the same request may succeed later."""
    status, word = error.response.status_code, word_of(error)
    return status == 429 or status >= 500 or " " in word or word in TEMPORARY


def _seconds(value: Any) -> float:
    """Return Unix seconds that Slack gave as a number or a text, 0 where it gave none."""
    try:
        return float(value or 0.0)
    except (TypeError, ValueError):
        return 0.0
