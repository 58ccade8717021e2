"""The configuration, read again while the bridge runs: what of it takes effect at once, and what after a restart."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

from slack_bitrix24 import metrics
from slack_bitrix24.app import logs
from slack_bitrix24.app.current import Current
from slack_bitrix24.app.repeated import ALWAYS
from slack_bitrix24.app.warnings import nobody
from slack_bitrix24.config import Settings, secrets_of
from slack_bitrix24.errors import ConfigurationError, StoreError
from slack_bitrix24.mapping import Directory

log = logging.getLogger(__name__)

AT_ONCE = ("relays", "webhooks", "heartbeats", "schedules", "permissions")
"""Sections that take effect as soon as they are read again."""
_NOT_COMPARED = (*AT_ONCE, "path", "warnings")

State = tuple[int, int, int] | None
"""A file's inode, time of change and size, None where it is not there: a swapped symbolic link is seen as well."""


class Reloading:
    """Looks at the file, which `read` reads, and gives what to go over to to `apply`; each raises an error if it can't.

    `told` is called after each time that it was read, whatever came of it.
    """

    def __init__(
        self,
        current: Current,
        *,
        read: Callable[[], Settings],
        directory: Callable[[], Directory],
        apply: Callable[[Settings], None],
    ) -> None:
        self.current, self.read, self.directory, self.apply = current, read, directory, apply
        self.told: Callable[[], None] = lambda: None
        self.path = current.settings.path
        # Not an Event: a signal that comes while its own thread holds an Event's lock would wait for itself.
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._due = False
        self._read = self._seen = state(self.path)
        metrics.reloaded(is_good=True)

    def ask(self) -> None:
        """Have it read at once, changed or not; a signal's handler may call this."""
        self._asked.put(None)

    def wait(self, seconds: float) -> None:
        """Wait until the next look: so many seconds, or until it is asked for."""
        with suppress(queue.Empty):
            self._asked.get(timeout=seconds)
            self._due = True
            while True:
                self._asked.get_nowait()

    def look(self) -> None:
        """Read it again where that was asked for, or where it is another file than before."""
        asked, self._due = self._due, False
        seen, self._seen = self._seen, state(self.path)
        # A file that is just being written has fewer sections than it will have: it is read once it stands still.
        if asked or (self._seen != self._read and self._seen == seen):
            self._read = self._seen
            is_good = False
            try:
                is_good = self._reload()
            finally:
                metrics.reloaded(is_good=is_good)
                self.told()

    def _reload(self) -> bool:
        name = self.path.name if self.path else "environment"
        try:
            new = self.read()
            # Before anything is said of them: a secret that is new is one already.
            logs.hide(secrets_of(new))
            merged = taken(self.current.settings, new, name=name)
            self.apply(merged)
        except ConfigurationError as error:
            for fault in error.faults:
                log.warning("%s", fault, extra=ALWAYS)
            log.warning("%s: faults: %s; the last good version stays in use", name, len(error.faults), extra=ALWAYS)
            return False
        except StoreError as error:
            log.warning("%s: not taken over yet, the database: %s", name, error)
            self._due = True
            return False
        for section in waiting(merged, new):
            log.warning("%s: %s: the change takes effect after a restart", name, section, extra=ALWAYS)
        for line in (*new.warnings, *nobody(merged, self.directory())):
            log.warning("%s", line, extra=ALWAYS)
        log.info("%s: read again: %s", name, ", ".join(f"{each}: {_count(merged, each)}" for each in AT_ONCE[:-1]))
        return True


def state(path: Path | None) -> State:
    """Return what tells the file from another one."""
    try:
        stat = path.stat() if path else None
    except OSError:
        return None
    return (stat.st_ino, stat.st_mtime_ns, stat.st_size) if stat else None


def taken(old: Settings, new: Settings, *, name: str) -> Settings:
    """Return the old settings with those of the new that take effect at once.

    Raises ConfigurationError where the portals are others than before, which say what the new addresses mean, and where
    something is to go through a bot for the first time: the bot's sign-in is made at the start.
    """
    if tuple(old.portals) != tuple(new.portals):
        raise ConfigurationError([f"{name}: portals: others than at the start, which takes a restart"])
    merged = replace(old, **{section: getattr(new, section) for section in AT_ONCE})
    if any(merged.uses_bot(portal) and not old.uses_bot(portal) for portal in old.portals):
        raise ConfigurationError([f'{name}: the first kind = "bot" takes a restart'])
    return merged


def waiting(merged: Settings, new: Settings) -> list[str]:
    """Return the sections that take effect after a restart and are others than those in use."""
    names = [each.name for each in fields(Settings) if each.name not in _NOT_COMPARED]
    return [name for name in names if getattr(merged, name) != getattr(new, name)]


def _count(settings: Settings, section: str) -> int:
    return len(getattr(settings, section))
