"""The webhooks of the configuration as the ways in know them. No I/O."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass, field
from typing import Literal

from slack_bitrix24.model import Priority, SentAs
from slack_bitrix24.submit.compose import digest

Signature = Literal["", "slack", "github", "grafana"]


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook. `addresses` is whom a caller may name besides `to`; "*" in it is anyone.

    `secret` is the key of the signature; where it is empty, each of the tokens is. `fields` are
    the paths by which any JSON is read. `zone` is that of times without one. `sent_as` None is the portal's way.
    """

    name: str
    tokens: tuple[str, ...] = field(default=(), repr=False)
    to: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    to_field: str = ""
    signature: Signature = ""
    secret: str = field(default="", repr=False)
    fields: Mapping[str, str] = field(default_factory=dict)
    priority: Priority = "normal"
    sent_as: SentAs | None = None
    zone: str = "UTC"

    def tag(self, key: str) -> str:
        """Return the tag of what replaces each other under a key; empty where there is none."""
        return f"webhook:{self.name}:{digest(key)}" if key else ""

    def opens(self, offered: Iterable[str]) -> bool:
        """Tell whether one of these secrets is one of its tokens; always compares all, in constant time each."""
        return any([_same(token, one) for one in offered for token in self.tokens])  # noqa: C419 - never ends early


class Hooks(Mapping[str, Hook]):
    """The hooks by name as they are at the moment: a reload swaps them all in one step."""

    def __init__(self, hooks: Mapping[str, Hook]) -> None:
        self._hooks = hooks

    def swap(self, hooks: Mapping[str, Hook]) -> None:
        """Put others in the place of those in use."""
        self._hooks = hooks

    def __getitem__(self, name: str) -> Hook:
        return self._hooks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._hooks)

    def __len__(self) -> int:
        return len(self._hooks)

    def values(self) -> ValuesView[Hook]:
        """Return the hooks of one moment."""
        return self._hooks.values()


def by_token(hooks: Mapping[str, Hook], offered: Sequence[str]) -> Hook | None:
    """Return the webhook that one of these secrets opens; compares all."""
    found = [hook for hook in hooks.values() if hook.opens(offered)]
    return found[0] if found else None


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
