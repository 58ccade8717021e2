"""Who is in the Slack workspace, as last seen: a snapshot that is read from memory. No I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user. `name` is the full one, `display` the one of their choice, perhaps empty.

    `language` is "ru" or "en"; `zone` an IANA name, empty where Slack gave none. `email` is empty without the scope
    `users:read.email`.
    """

    id: str
    handle: str
    name: str
    display: str = ""
    language: str = "en"
    zone: str = ""
    active: bool = True
    bot: bool = False
    email: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A Slack user group; `members` is None until it has been read."""

    id: str
    handle: str
    members: tuple[str, ...] | None = None


@dataclass(frozen=True)
class People:
    """Users and groups by id, and the members of those channels that have been read.

    While `reading`, users and groups are not all known yet: a name that nobody has may still turn up. `withheld` when
    Slack does not tell who the users are.
    """

    users: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reading: bool = False
    withheld: bool = False

    def name(self, slack_id: str) -> str:
        """Return what people call a user; where nobody is known by that id, the mention that Slack itself will draw."""
        person = self.users.get(slack_id)
        return person.name if person else f"<@{slack_id}>"

    def language(self, slack_id: str) -> str:
        """Return the language of a user's Slack: "ru" or "en"."""
        person = self.users.get(slack_id)
        return person.language if person else "en"

    def zone(self, slack_id: str) -> str:
        """Return the IANA time zone of a user, or an empty string."""
        person = self.users.get(slack_id)
        return person.zone if person else ""

    def with_email(self, text: str) -> tuple[Person, ...]:
        """Return who has this e-mail, whatever the case."""
        return self._emails.get(text.casefold(), ())

    def with_handle(self, text: str) -> tuple[Person | Group, ...]:
        """Return who has this handle, whatever the case."""
        return self._handles.get(text.casefold(), ())

    def called(self, text: str) -> tuple[Person | Group, ...]:
        """Return who answers to a typed name: by handle first, else by display name, whatever the case."""
        return self.with_handle(text) or self._names.get(text.casefold(), ())

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """The address (@handle) by each word of a name that may be typed for it, in lower case."""
        found: dict[str, str] = {}
        for person in self._active():
            for name in (person.handle, person.display, person.name, *person.name.split()):
                found.setdefault(name.casefold(), f"@{person.handle}")
        for group in self.groups.values():
            found.setdefault(group.handle.casefold(), f"@{group.handle}")
        return found

    # A command may hold hundreds of names and a workspace tens of thousands of people: each is looked at once.
    @cached_property
    def _handles(self) -> dict[str, tuple[Person | Group, ...]]:
        found: dict[str, list[Person | Group]] = {}
        owners: list[Person | Group] = [*self._active(), *self.groups.values()]
        for one in owners:
            found.setdefault(one.handle.casefold(), []).append(one)
        return {handle: tuple(several) for handle, several in found.items()}

    @cached_property
    def _names(self) -> dict[str, tuple[Person, ...]]:
        found: dict[str, list[Person]] = {}
        for person in self._active():
            name = person.name.casefold()
            for called in {person.display.casefold(), name, *name.split()[:1]}:
                found.setdefault(called, []).append(person)
        return {called: tuple(people) for called, people in found.items()}

    @cached_property
    def _emails(self) -> dict[str, tuple[Person, ...]]:
        found: dict[str, list[Person]] = {}
        for person in self._active():
            found.setdefault(person.email.casefold(), []).append(person)
        return {email: tuple(people) for email, people in found.items() if email}

    def _active(self) -> Iterator[Person]:
        return (person for person in self.users.values() if person.active)
