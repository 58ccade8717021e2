"""`check`: everything that the bridge needs from outside, tried once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slack_bitrix24.app import setup
from slack_bitrix24.app.portals import sign_in
from slack_bitrix24.app.slack_side import web_client
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.cli.ending import DONE, FAILED
from slack_bitrix24.cli.opening import Opened, database, mapping_of, settings_of, warnings
from slack_bitrix24.config import Portal, Settings, Slack
from slack_bitrix24.errors import Bitrix24Error, ConfigurationError, MappingError, SlackBitrix24Error
from slack_bitrix24.slack.names import SCOPES
from slack_bitrix24.store import Store, new_owner


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried. `state` is ok, warning or failed."""

    what: str
    state: str
    text: str


def check(*, path: Path | None, environ: Mapping[str, str], as_json: bool) -> int:
    """Try everything and print what came of it; return 1 if something failed."""
    settings = settings_of(path, environ)
    findings: list[Finding] = []
    for finding in _findings(settings, environ):
        findings.append(finding)
        if not as_json:
            print(f"{_MARK[finding.state]} {finding.what}: {finding.text}", flush=True)  # noqa: T201 – its output
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))  # noqa: T201 – the same
    return FAILED if any(finding.state == "failed" for finding in findings) else DONE


_MARK = {"ok": "ok     ", "warning": "warning", "failed": "FAILED "}


def _findings(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    yield from _configuration(settings)
    yield from _mapping(settings)
    store: Store | None = None
    try:
        store = database(settings)
        yield Finding("database", "ok", store.where)
    except SlackBitrix24Error as error:
        yield Finding("database", "failed", str(error))
    if settings.slack is not None:
        yield from _slack(settings.slack)
    for portal in settings.portals.values():
        yield _portal(portal, store=store, environ=environ)
    if store is not None:
        store.close()


def _configuration(settings: Settings) -> Iterator[Finding]:
    where = str(settings.path) if settings.path else "the environment alone"
    try:
        made = setup.schedules(settings, now=time.time())
    except ConfigurationError as error:
        for fault in error.faults:
            yield Finding("configuration", "failed", fault)
        return
    counted = f"relays: {len(settings.relays)}, schedules: {len(made)}, webhooks: {len(settings.webhooks)}"
    yield Finding("configuration", "ok", f"{where}; {counted}")


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
    for warning in warnings(Opened(settings, mapping)):
        yield Finding("mapping", "warning", warning)


def _slack(slack: Slack) -> Iterator[Finding]:
    client = web_client(slack)
    yield _tried("slack", lambda: _identity(client))
    if slack.mode == "socket" and slack.app_token is not None:
        token = slack.app_token.reveal()
        yield _tried("slack socket", lambda: _socket(client, token))


def _identity(client: WebClient) -> Finding:
    answer = client.auth_test()
    headers = {str(name).lower(): value for name, value in answer.headers.items()}
    granted = {scope.strip() for scope in str(headers.get("x-oauth-scopes") or "").split(",") if scope.strip()}
    missing = sorted(set(SCOPES) - granted) if granted else []
    who = f"{answer.get('user', 'the bot')} at {answer.get('team', 'the workspace')}"
    if missing:
        return Finding(
            "slack", "failed", f"{who}; missing scopes: {', '.join(missing)} (add them and reinstall the app)"
        )
    return Finding("slack", "ok", who)


def _socket(client: WebClient, token: str) -> Finding:
    client.apps_connections_open(app_token=token)
    return Finding("slack socket", "ok", "the app token opens connections")


def _tried(what: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except SlackApiError as error:
        return Finding(what, "failed", f"Slack refuses: {error.response.get('error') or error.response.status_code}")
    except (OSError, HTTPException) as error:
        return Finding(what, "failed", f"Slack can't be reached: {error}")


def _portal(portal: Portal, *, store: Store | None, environ: Mapping[str, str]) -> Finding:
    what = f"bitrix24 {portal.name}"
    try:
        auth = sign_in(portal, store=store, owner=new_owner(), environ=environ)
        with Bitrix24(auth=auth, plan=portal.plan) as client:
            health = client.check()
    except (Bitrix24Error, ValueError) as error:
        return Finding(what, "failed", str(error))
    if health.faults:
        return Finding(what, "failed", "; ".join(health.faults))
    return Finding(what, "ok", f"{health.name or 'user'} ({health.user_id}); scopes: {', '.join(health.scopes)}")
