"""The views that people have open, and the triggers that open them.

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from slack_bitrix24.sandbox.workspace.forms import complete, fault, too_large
from slack_bitrix24.sandbox.workspace.people import JSON

TRIGGER_LIFETIME = 3.0  # seconds: https://docs.slack.dev/interactivity/handling-user-interaction
MAX_STACK = 3
"""Modals on top of each other."""


class ApiError(Exception):
    """Slack's refusal of a Web API call: its error word, and what else the answer holds."""

    def __init__(self, error: str, **extra: object) -> None:
        super().__init__(error)
        self.body: JSON = {"ok": False, "error": error, **extra}


@dataclass(slots=True)
class View:
    """A view that `user` sees. `errors` are shown beside its inputs, by block id."""

    user: str
    body: JSON
    errors: JSON = field(default_factory=dict)


class Views:
    """Each user's stack of modals, and each user's App Home. `clock` is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._triggers: dict[str, tuple[str, float]] = {}
        self._used: set[str] = set()
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def trigger(self, user: str) -> str:
        """Return a trigger id that opens one view for the user within three seconds."""
        trigger_id = f"{next(self._numbers)}.{int(time.time())}.{secrets.token_hex(8)}"
        with self._lock:
            self._triggers[trigger_id] = (user, self._clock())
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """Return whose trigger it is; raise ApiError when it was used, is too old, or never was one."""
        with self._lock:
            if trigger_id in self._used:
                raise ApiError("exchanged_trigger_id")
            user, made = self._triggers.get(trigger_id, ("", 0.0))
            if not user:
                raise ApiError("invalid_trigger_id")
            if self._clock() - made > TRIGGER_LIFETIME:
                raise ApiError("expired_trigger_id")
            self._used.add(trigger_id)
            return user

    def open(self, user: str, view: JSON, *, push: bool = False) -> View:
        """Show a modal, on top of the one that is open when it is pushed."""
        self._check(view, "modal")
        with self._lock:
            stack = self.stacks.setdefault(user, [])
            if not push:
                stack.clear()
            if len(stack) >= MAX_STACK:
                raise ApiError("push_limit_reached")
            view_id = f"V0VIEW{next(self._numbers):04d}"
            root, previous = (stack[0].body["id"], stack[-1].body["id"]) if stack else (view_id, None)
            opened = View(user, complete(view, view_id=view_id, mark=self._mark(), root=root, previous=previous))
            stack.append(opened)
            return opened

    def update(self, found: View, view: JSON, *, mark: str = "") -> View:
        """Show something else in an open view; `mark` is the hash of the version that the app knows."""
        self._check(view, found.body["type"])
        if mark and mark != found.body["hash"]:
            raise ApiError("hash_conflict")
        body = found.body
        found.body = complete(
            view, view_id=body["id"], mark=self._mark(), root=body["root_view_id"], previous=body["previous_view_id"]
        )
        found.errors = {}
        return found

    def publish(self, user: str, view: JSON, *, mark: str = "") -> View:
        """Show the App Home of a user."""
        if user in self.homes:
            return self.update(self.homes[user], view, mark=mark)
        self._check(view, "home")
        view_id = f"V0HOME{next(self._numbers):04d}"
        body = complete(view, view_id=view_id, mark=self._mark(), root=view_id, previous=None)
        self.homes[user] = View(user, body)
        return self.homes[user]

    def find(self, *, view_id: str = "", external_id: str = "") -> View:
        """Return an open view; raise ApiError when there is none."""
        everything = itertools.chain(self.homes.values(), *self.stacks.values())
        for view in list(everything):
            if view_id == view.body["id"] or (external_id and external_id == view.body["external_id"]):
                return view
        raise ApiError("not_found")

    def close(self, view: View, *, all_of_them: bool = False) -> None:
        """Take a modal away, or the whole stack."""
        with self._lock:
            stack = self.stacks.get(view.user, [])
            if all_of_them:
                stack.clear()
            elif view in stack:
                stack.remove(view)

    def _mark(self) -> str:
        return f"{int(time.time())}.{secrets.token_hex(4)}"

    @staticmethod
    def _check(view: JSON, kind: str) -> None:
        if problem := fault(view, kind=kind):
            raise ApiError("invalid_arguments", response_metadata={"messages": [problem]})
        if too_large(view):
            raise ApiError("view_too_large")
