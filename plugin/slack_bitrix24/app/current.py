"""What the configuration says at the moment: one value that a reload swaps for another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from slack_bitrix24.app import setup
from slack_bitrix24.config import Settings
from slack_bitrix24.submit.permissions import Permissions
from slack_bitrix24.submit.relay import Relay


@dataclass(frozen=True, slots=True)
class _Made:
    settings: Settings
    relays: Sequence[Relay]
    permissions: Permissions


class Current:
    """Whoever needs the relays or rights is given these methods, not what they return; any thread may call them."""

    def __init__(self, settings: Settings) -> None:
        self._made = _made(settings)

    @property
    def settings(self) -> Settings:
        """The whole configuration."""
        return self._made.settings

    def relays(self) -> Sequence[Relay]:
        """Return the relays."""
        return self._made.relays

    def permissions(self) -> Permissions:
        """Return who may do what."""
        return self._made.permissions

    def swap(self, settings: Settings) -> None:
        """Put other settings in the place of those in use, in one step."""
        self._made = _made(settings)


def _made(settings: Settings) -> _Made:
    return _Made(settings, setup.relays(settings), setup.permissions(settings))
