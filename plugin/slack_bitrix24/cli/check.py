"""`check`: everything that the bridge needs from outside, tried once."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from slack_sdk import WebClient

from slack_bitrix24.app import setup
from slack_bitrix24.app.portals import sign_in
from slack_bitrix24.app.slack_side import web_client
from slack_bitrix24.app.warnings import nobody
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.bitrix24.bot_calls import REVISION
from slack_bitrix24.bitrix24.bots import revision
from slack_bitrix24.cli import online
from slack_bitrix24.cli.ending import DONE, FAILED, USAGE, one_line
from slack_bitrix24.cli.online import Finding
from slack_bitrix24.cli.opening import mapping_of, settings_of
from slack_bitrix24.cli.portal_tags import known_tags
from slack_bitrix24.cli.slack_answers import SlackError, asking
from slack_bitrix24.config import Portal, Settings, Slack
from slack_bitrix24.errors import Bitrix24Error, ConfigurationError, MappingError, StoreError
from slack_bitrix24.store import Store, new_owner, open_store

PATIENCE = 1.0
"""Seconds for which a refused or lost call is repeated: what is tried here is whether it goes at once."""


def check(*, path: Path | None, environ: Mapping[str, str], as_json: bool, probe: bool = False) -> int:
    """Try everything and print what came of it; return 1 if something failed, 2 if the configuration is wrong.

    `probe`: ask each portal whether it keeps tags, though that is known.
    """
    findings: list[Finding] = []
    status = DONE
    for finding in _findings(path, environ, probe=probe):
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


def _findings(path: Path | None, environ: Mapping[str, str], *, probe: bool) -> Iterator[Finding]:
    try:
        settings = settings_of(path, environ)
        made = setup.schedules(settings, now=time.time())
    except ConfigurationError as error:
        for fault in error.faults:
            yield Finding(CONFIGURATION, "failed", fault)
        return
    where = str(settings.path) if settings.path else "the environment alone"
    counted = f"relays: {len(settings.relays)}, schedules: {len(made)}, webhooks: {len(settings.webhooks)}"
    yield Finding(CONFIGURATION, "ok", f"{where}; {counted}; time zone: {settings.timezone}")
    for warning in settings.warnings:
        yield Finding(CONFIGURATION, "warning", warning)
    yield from _mapping(settings)
    finding, store = _database(settings.database.reveal())
    yield finding
    with closing(store) if store is not None else nullcontext():
        if store is not None:
            yield from _unreached(store)
        if settings.slack is not None:
            yield from _slack(settings, settings.slack)
        for portal in settings.portals.values():
            found = list(_portal(portal, settings, store=store, environ=environ, probe=probe))
            yield from found
            if found[0].state == "ok":
                yield from _mapped(settings, portal, store=store, environ=environ)


def _database(url: str) -> tuple[Finding, Store | None]:
    """Open the database without changing it."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        state: Literal["ok", "failed"] = "ok" if file.parent.is_dir() and os.access(file.parent, os.W_OK) else "failed"
        text = "run will make it" if state == "ok" else "it can't be made there"
        return Finding("database", state, f"database {file}: {text}"), None
    try:
        store = open_store(url, upgrade=False)
    except StoreError as error:
        return Finding("database", "failed", str(error)), None
    return Finding("database", "ok", store.where), store


def _unreached(store: Store) -> Iterator[Finding]:
    """Name the schedules and reminders that did not reach everybody the last time."""
    for one in store.read(lambda tx: tx.schedules.troubled()):
        what = f"schedules.{one.title}" if one.kind == "schedule" else f"reminder {one.id} of {one.owner}"
        yield Finding("schedules", "warning", f"{what} did not reach everybody: {one.error}")


def _mapping(settings: Settings) -> Iterator[Finding]:
    try:
        mapping = mapping_of(settings)
    except MappingError as error:
        for fault in error.faults:
            yield Finding("mapping", "failed", fault)
        return
    if mapping is None:
        yield Finding("mapping", "warning", "no mapping file: only bitrix24:ID addresses reach anybody")
    else:
        directory = mapping.directory
        text = f"{mapping.path.name}: users: {len(directory.users)}, groups: {len(directory.groups)}"
        yield Finding("mapping", "ok", text)
    for warning in nobody(settings, mapping.directory if mapping else None):
        yield Finding("mapping", "warning", warning)


def _slack(settings: Settings, slack: Slack) -> Iterator[Finding]:
    client = web_client(slack)
    try:
        with asking(client):
            answer = client.auth_test()
    except SlackError as error:
        yield Finding("slack", "failed", str(error))
    else:
        headers = {str(name).lower(): value for name, value in answer.headers.items()}
        granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes") or "").split(",") if scope.strip()}
        bot = str(answer.get("user", "the bot"))
        yield from online.scopes(granted, f"{bot} at {answer.get('team', 'the workspace')}")
        yield from online.channels(client, settings, bot=bot)
    if slack.mode == "socket" and slack.app_token is not None:
        token = slack.app_token.reveal()
        yield _tried("slack socket", client, lambda: _socket(client, token))


def _socket(client: WebClient, token: str) -> Finding:
    client.apps_connections_open(app_token=token)
    return Finding("slack socket", "ok", "the app token opens connections")


def _tried(what: str, client: WebClient, check: Callable[[], Finding]) -> Finding:
    try:
        with asking(client):
            return check()
    except SlackError as error:
        return Finding(what, "failed", str(error))


def _mapped(
    settings: Settings, portal: Portal, *, store: Store | None, environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Ask the portal who the people are that the mapping file takes for its users."""
    try:
        mapping = mapping_of(settings)
        if mapping is None:
            return
        auth = sign_in(portal, store=store, owner=new_owner(), environ=environ)
        with Bitrix24(auth=auth, plan=portal.plan, retry_for=PATIENCE) as client:
            yield from online.mapped(client, mapping.directory, portal.name)
    except MappingError:
        return  # said before
    except (Bitrix24Error, StoreError, ValueError) as error:
        yield Finding(f"mapping {portal.name}", "warning", f"who is mapped could not be asked: {error}")


def _portal(
    portal: Portal, settings: Settings, *, store: Store | None, environ: Mapping[str, str], probe: bool
) -> Iterator[Finding]:
    what = f"bitrix24 {portal.name}"
    try:
        auth = sign_in(portal, store=store, owner=new_owner(), environ=environ)
        with Bitrix24(auth=auth, plan=portal.plan, retry_for=PATIENCE) as client:
            health = client.check()
            if health.faults:
                yield Finding(what, "failed", "; ".join(health.faults))
                return
            scopes = ", ".join(health.scopes)
            yield Finding(what, "ok", f"{health.name or 'user'} ({health.user_id}); scopes: {scopes}")
            if settings.uses_bot(portal.name):
                yield _bot(portal, client, health.scopes)
            if portal.kind != "bot":
                yield _tags(portal, client, store, probe=probe)
    except (Bitrix24Error, StoreError, ValueError) as error:
        yield Finding(what, "failed", str(error))


def _bot(portal: Portal, client: Bitrix24, scopes: Sequence[str]) -> Finding:
    """Tell whether the portal is new enough for a bot, and the sign-in may drive one."""
    what = f"bitrix24 {portal.name} bot"
    if "imbot" not in scopes:
        return Finding(what, "failed", "the scope imbot is missing: a bot needs it")
    try:
        found = revision(lambda call: client.call(call.method, call.params, repeatable=True))
    except Bitrix24Error as error:
        return Finding(what, "failed", str(error))
    if found < REVISION:
        said = f'REST revision {found or "older"}: bots need {REVISION}; stay with kind = "personal"'
        return Finding(what, "failed", said)
    return Finding(
        what, "ok", f"{portal.bot.name} ({portal.bot.code}), REST revision {found}: sent once, replaced, taken back"
    )


def _tags(portal: Portal, client: Bitrix24, store: Store | None, *, probe: bool) -> Finding:
    what = f"bitrix24 {portal.name} tags"
    try:
        said = known_tags(portal, client, store, probe=probe)
    except Bitrix24Error as error:
        return Finding(what, "warning", f"not found out: {error}")
    return Finding(what, "ok" if said.kept else "warning", said.text)
