"""What a REST method is to the portal. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from slack_bitrix24.sandbox.portal.access import Caller
from slack_bitrix24.sandbox.portal.envelope import Json, Reason, Refusal
from slack_bitrix24.sandbox.portal.people import User
from slack_bitrix24.sandbox.portal.specification import Found, Specification, specifications
from slack_bitrix24.sandbox.portal.state import Portal


@dataclass(frozen=True)
class Call:
    """One call of a method; names of `params` are in upper case, `base` is the portal's address.

    `exceptions` are what earlier commands of the request left lying about; `number` is what `Method.early` returned;
    `dying`: PHP ends as soon as the call has stored what it stores.
    """

    portal: Portal
    caller: Caller
    params: Mapping[str, Any]
    base: str
    exceptions: list[Reason] = field(default_factory=list)
    number: int = 0
    dying: bool = False

    @cached_property
    def user(self) -> User:
        """Whoever calls."""
        return self.portal.users.get(self.caller.user_id) or User(self.caller.user_id)

    @property
    def author(self) -> Json:
        """Whoever calls, as the author of a notification."""
        return {"id": self.user.id, "name": self.user.full_name, "avatar": self.user.avatar}


@dataclass(frozen=True)
class Method:
    """A method: its documented name, its scope ("" is the base one) and what it does.

    `extra` are parameters that its page names outside the table of parameters; `refusals` what a missing or mistyped
    one is answered. `own` methods judge their parameters themselves. `early` runs before the portal's work begins.
    """

    name: str
    scope: str
    run: Callable[[Call], object]
    batchable: bool = True
    own: bool = False
    extra: frozenset[str] = frozenset()
    refusals: Mapping[str, Reason] = field(default_factory=dict)
    early: Callable[[Call], int] | None = None

    @cached_property
    def specification(self) -> Specification | None:
        """The documentation's specification of it; some methods have none."""
        return specifications().get(self.name.lower())

    def admit(self, call: Call) -> None:
        """Check the parameters: unknown ones are warned of, missing and mistyped ones refused."""
        found = self.check(call.params)
        for name in found.unknown:
            if name not in self.extra:
                call.portal.warn(f"{self.name}: unknown parameter {name}")
        for name in (*found.missing, *found.wrong):
            if not self.own:
                raise Refusal(self.refusals.get(name) or Reason("ERROR_ARGUMENT", f"Invalid value of parameter {name}"))
            if name in found.wrong:
                call.portal.warn(f"{self.name}: {name} has a wrong type")

    def check(self, params: Mapping[str, Any]) -> Found:
        """Compare with the specification; without one, nothing is wrong."""
        specification = self.specification
        return specification.check(params) if specification else Found()
