"""The notifications that people have, and every one that was ever executed. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from slack_bitrix24.sandbox.portal.envelope import Json, Reason, iso

PERSONAL, SYSTEM = "personal", "system"
NO_USER = Reason("USER_ID_EMPTY", "User ID can't be empty")
NO_MESSAGE = Reason("MESSAGE_EMPTY", "Message can't be empty")
WRONG_PARAMS = Reason("PARAMS_ERROR", "Incorrect params")
Listener = Callable[[Json], None]


@dataclass
class Notification:
    """One notification; `gone` is "" while its recipient sees it, else "replaced" or "deleted".

    `kept_tags` are tag and sub-tag as im.notify.get shows them.
    """

    id: int
    user_id: int
    kind: str
    message: str
    date: float
    author: Json | None = None
    message_out: str = ""
    attach: Json | None = None
    application: str = ""
    tag: str = ""
    sub_tag: str = ""
    read: bool = False
    gone: str = ""
    kept_tags: tuple[str, str] = ("", "")

    def json(self) -> Json:
        """Return what control and Python callers see."""
        return {
            "id": self.id,
            "user_id": self.user_id,
            "author": self.author,
            "kind": self.kind,
            "message": self.message,
            "message_out": self.message_out,
            "attach": self.attach,
            "tag": self.tag,
            "sub_tag": self.sub_tag,
            "application": self.application,
            "date": iso(int(self.date)),
            "read": self.read,
        }


@dataclass
class Notifications:
    """All of them; whoever calls holds the portal's lock."""

    sent: list[Notification] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    last_id: int = 1000
    newest: dict[tuple[int, str], int] = field(default_factory=dict)
    _seen: dict[int, dict[int, Notification]] = field(default_factory=dict)
    _tagged: dict[tuple[str, str], dict[int, Notification]] = field(default_factory=dict)

    def next_id(self) -> int:
        """Return an id that no notification had."""
        self.last_id += 1
        return self.last_id

    def add(self, new: Notification, *, everyone: bool = False) -> int:
        """Keep `new`, which takes the place of those with the same tag of its application; return how many those were.

        Only its recipient's are replaced, or with `everyone` those of all.
        """
        tagged = list(self._tagged.get((new.application, new.tag), {}).values()) if new.tag else []
        old = [one for one in tagged if everyone or one.user_id == new.user_id]
        for notification in old:
            self._remove(notification, "replaced")
        self.sent.append(new)
        self._seen.setdefault(new.user_id, {})[new.id] = new
        if new.tag:
            self._tagged.setdefault((new.application, new.tag), {})[new.id] = new
        if self.listeners:
            change = "replaced" if old else "added"
            self._tell({"change": change, "notification": new.json(), "replaces": [one.id for one in old]})
        return len(old)

    def lose(self, new: Notification) -> None:
        """Note a notification that was stored and taken away at once by a newer one of its tag."""
        new.gone = "replaced"
        self.sent.append(new)

    def delete(self, gone: Iterable[Notification]) -> int:
        """Take these away from their recipients; return how many."""
        count = 0
        for notification in list(gone):
            self._remove(notification, "deleted")
            self._tell({"change": "deleted", "id": notification.id, "user_id": notification.user_id})
            count += 1
        return count

    def seen_by(self, user_id: int) -> list[Notification]:
        """Return what a person sees, the newest first."""
        return list(reversed(self._seen.get(user_id, {}).values()))

    def visible(self) -> list[Notification]:
        """Return what anyone sees, the newest first."""
        every = [one for seen in self._seen.values() for one in seen.values()]
        return sorted(every, key=lambda one: one.id, reverse=True)

    def counts(self) -> list[dict[str, Any]]:
        """Return for each (user, tag) how many sends were executed, and how many of them are seen."""
        executed = Counter((one.user_id, one.tag) for one in self.sent)
        seen = Counter((one.user_id, one.tag) for one in self.sent if not one.gone)
        return [
            {"user_id": key[0], "tag": key[1], "executed": count, "seen": seen[key]} for key, count in executed.items()
        ]

    def clear(self) -> None:
        """Forget everything; ids go on."""
        self.sent.clear()
        self._seen.clear()
        self._tagged.clear()
        self.newest.clear()

    def _remove(self, notification: Notification, why: str) -> None:
        notification.gone = why
        self._seen.get(notification.user_id, {}).pop(notification.id, None)
        self._tagged.get((notification.application, notification.tag), {}).pop(notification.id, None)

    def _tell(self, change: Json) -> None:
        for listener in self.listeners:
            listener(change)
