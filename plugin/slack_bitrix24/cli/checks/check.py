"""`check`: everything that the bridge needs from outside, tried once."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from slack_bitrix24.app import setup
from slack_bitrix24.app.warnings import nobody
from slack_bitrix24.cli.checks import machine as checks_machine
from slack_bitrix24.cli.checks import online
from slack_bitrix24.cli.checks import portal as checks_portal
from slack_bitrix24.cli.checks import slack as checks_slack
from slack_bitrix24.cli.checks.online import Finding
from slack_bitrix24.cli.checks.portal import Asked
from slack_bitrix24.cli.ending import DONE, FAILED, USAGE, one_line
from slack_bitrix24.cli.opening import mapping_of, settings_of
from slack_bitrix24.cli.send.first import first_notification
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import ConfigurationError, MappingError, StoreError
from slack_bitrix24.mapping import MappingFile
from slack_bitrix24.store import Store, open_store


def check(
    *, path: Path | None, environ: Mapping[str, str], as_json: bool, probe: bool = False, notify: str = ""
) -> int:
    """Try everything and print what came of it; return 1 if something failed, 2 if the configuration is wrong.

    `probe`: ask each portal whether it keeps tags, though that is known. `notify`: an address to send a first
    notification to, or `me`.
    """
    findings: list[Finding] = []
    status = DONE
    for finding in _findings(path, environ, probe=probe, notify=notify):
        findings.append(finding)
        if finding.state == "failed" and status != USAGE:
            status = USAGE if finding.what == CONFIGURATION else FAILED
        if not as_json:
            _print(finding)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))  # noqa: T201 – the same
    else:
        print(online.summary(findings))  # noqa: T201 – the same
    return status


def _print(finding: Finding) -> None:
    """Print a line; on a terminal its state is coloured, unless NO_COLOR is set."""
    state = f"{finding.state:<7}"
    if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
        state = f"\x1b[{COLOURS[finding.state]}m{state}\x1b[0m"
    print(f"{state} {finding.what}: {one_line(finding.text)}", flush=True)  # noqa: T201 – its output


COLOURS = {"ok": 32, "warning": 33, "failed": 31}
CONFIGURATION = "configuration"


def _findings(path: Path | None, environ: Mapping[str, str], *, probe: bool, notify: str) -> Iterator[Finding]:
    try:
        settings = settings_of(path, environ)
        made = setup.schedules(settings, now=time.time())
    except ConfigurationError as error:
        for fault in error.faults:
            yield Finding(CONFIGURATION, "failed", fault)
        return
    where = str(settings.path) if settings.path else "the environment alone"
    counted = f"relays: {len(settings.relays)}, schedules: {len(made)}, webhooks: {len(settings.webhooks)}"
    zone = f"time zone: {settings.timezone} (from {settings.timezone_from})"
    yield Finding(CONFIGURATION, "ok", f"{where}; {counted}; {zone}")
    for warning in settings.warnings:
        yield Finding(CONFIGURATION, "warning", warning)
    found, mapping = _mapping(settings)
    yield from found
    finding, store = _database(settings.database.reveal())
    yield finding
    if (file := _file(settings.database.reveal())) is not None and file.exists():
        yield from checks_machine.file(file)
    if settings.web is not None:
        yield from checks_machine.port(settings.web.host, settings.web.port)
    with closing(store) if store is not None else nullcontext():
        if store is not None:
            yield from _unreached(store)
        directory = mapping.directory if mapping else None
        yield from outside(Asked(settings, directory, store, environ, "probe" if probe else "known"))
    if notify and finding.state == "ok":
        yield first_notification(settings, mapping, environ, address=notify)


def outside(asked: Asked) -> Iterator[Finding]:
    """Ask Slack and the portals; nobody is notified but where tags are asked about (see Asked)."""
    if asked.settings.slack is not None:
        proxy = checks_machine.proxy(asked.environ)
        yield from checks_slack.slack(asked.settings, asked.settings.slack, directory=asked.directory, proxy=proxy)
    for portal in asked.settings.portals.values():
        yield from checks_portal.portal(portal, asked)


def _file(url: str) -> Path | None:
    """Return the file of a SQLite database."""
    return Path(url.removeprefix("sqlite:///").partition("?")[0]) if url.startswith("sqlite:///") else None


def _database(url: str) -> tuple[Finding, Store | None]:
    """Open the database without changing it."""
    file = _file(url)
    if file is not None and not file.exists():
        state: Literal["ok", "failed"] = "ok" if file.parent.is_dir() and os.access(file.parent, os.W_OK) else "failed"
        cure = f"make the folder {file.parent}, writable for this user, or correct database"
        text = "run will make it" if state == "ok" else f"it can't be made there: {cure}"
        return Finding("database", state, f"database {file}: {text}"), None
    try:
        store = open_store(url, upgrade=False)
    except StoreError as error:
        cure = "is database (DATABASE_URL) right, and does the server run?"
        own = url.startswith("sqlite:") or "install" in str(error)
        return Finding("database", "failed", str(error) if own else f"{error}: {cure}"), None
    return Finding("database", "ok", store.where), store


def _unreached(store: Store) -> Iterator[Finding]:
    """Name the schedules and reminders that did not reach everybody the last time."""
    for one in store.read(lambda tx: tx.schedules.troubled()):
        what = f"schedules.{one.title}" if one.kind == "schedule" else f"reminder {one.id} of {one.owner}"
        yield Finding("schedules", "warning", f"{what} did not reach everybody: {one.error}")


def _mapping(settings: Settings) -> tuple[list[Finding], MappingFile | None]:
    try:
        mapping = mapping_of(settings)
    except MappingError as error:
        file = settings.mapping.file
        lost = "" if file is None or file.exists() else ": `slack-bitrix24 mapping sync --write` makes it"
        return [Finding("mapping", "failed", f"{fault}{lost}") for fault in error.faults], None
    if mapping is None:
        text = "no mapping file: only bitrix24:ID addresses reach anybody; `mapping sync --write` makes one"
        found = [Finding("mapping", "warning", text)]
    else:
        directory = mapping.directory
        text = f"{mapping.path.name}: users: {len(directory.users)}, groups: {len(directory.groups)}"
        found = [Finding("mapping", "ok", text)]
    warnings = nobody(settings, mapping.directory if mapping else None)
    return found + [Finding("mapping", "warning", warning) for warning in warnings], mapping
