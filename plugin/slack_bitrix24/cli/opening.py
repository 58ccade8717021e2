"""Open what the configuration names: settings, mapping file, database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from slack_bitrix24.cli.ending import UsageFaultError, fail
from slack_bitrix24.config import Settings, checks, find, load
from slack_bitrix24.config.section import Expected
from slack_bitrix24.errors import MappingError
from slack_bitrix24.mapping import Directory, MappingFile, host_of
from slack_bitrix24.store import CALM, PROMPT, Store, open_store


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command works with."""

    settings: Settings
    mapping: MappingFile | None

    @property
    def directory(self) -> Directory:
        """Return what the mapping file says, nothing where there is none."""
        return self.mapping.directory if self.mapping else Directory({}, {})


def settings_of(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the configuration. Raises ConfigurationError with every fault."""
    return load(find(path, environ, Path.cwd()), environ)


def hosts(settings: Settings) -> dict[str, str]:
    """Return the portals by the host that they are at; of several at one host, the first."""
    found: dict[str, str] = {}
    for name, portal in settings.portals.items():
        address = portal.webhook_url.reveal() if portal.webhook_url is not None else portal.domain
        found.setdefault(host_of(address), name)
    return found


def mapping_of(settings: Settings) -> MappingFile | None:
    """Read the mapping file, where there is one. Raises MappingError with every fault."""
    file = settings.mapping.file
    return MappingFile(file, tuple(settings.portals), hosts(settings)) if file else None


def names_of(settings: Settings) -> Mapping[str, str]:
    """Return what the mapping file calls Slack users, by their id; nothing where it can't be read."""
    try:
        found = mapping_of(settings)
    except (MappingError, OSError):
        return {}
    return found.directory.names if found else {}


def opened(path: Path | None, environ: Mapping[str, str], *, warn: bool = True) -> Opened:
    """Read both, and print the warnings."""
    settings = settings_of(path, environ)
    found = Opened(settings, mapping_of(settings))
    if warn:
        for warning in warnings(found):
            fail(f"warning: {warning}")
    return found


def looked_into(path: Path | None, environ: Mapping[str, str]) -> Opened:
    """Read both for a command that only shows what is kept: a mapping file with faults costs the names alone."""
    settings = settings_of(path, environ)
    try:
        return Opened(settings, mapping_of(settings))
    except MappingError as error:
        fail(f"warning: {error.faults[0]}; names are missing")
        return Opened(settings, None)


def warnings(found: Opened) -> list[str]:
    """Return what is no fault and yet worth a word: addresses that name nobody."""
    from slack_bitrix24.app.warnings import nobody  # noqa: PLC0415 – not needed by every command

    return [*found.settings.warnings, *nobody(found.settings, found.directory)]


def database(settings: Settings, *, prompt: bool = False) -> Store:
    """Open the database, bringing it up to date; `prompt` for what must answer Slack in time. Raises StoreError."""
    return open_store(settings.database.reveal(), patience=PROMPT if prompt else CALM)


def portal_named(settings: Settings, name: str) -> str:
    """Return the name of a portal that was typed, or ""; UsageFaultError where the configuration has none of it."""
    if name and name not in settings.portals:
        raise UsageFaultError(f"no portal is called {name}; there is {', '.join(settings.portals)}")
    return name


def duration(text: str, option: str) -> float:
    """Return the seconds of an age such as 30d. Raises UsageFaultError."""
    try:
        return checks.duration(text)
    except Expected as error:
        raise UsageFaultError(f"{option}: expected {error}, got {text!r}") from None
