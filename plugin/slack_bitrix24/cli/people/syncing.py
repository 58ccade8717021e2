"""`mapping sync`: match Slack users and Bitrix24 users by e-mail, show, and write what is new."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from slack_bitrix24.app.portals import sign_in
from slack_bitrix24.app.slack_side import web_client
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.bitrix24.users import User
from slack_bitrix24.cli import tables
from slack_bitrix24.cli.ending import DONE, UsageFaultError, fail, one_line
from slack_bitrix24.cli.opening import Opened, database, hosts, mapping_of, portal_named, settings_of
from slack_bitrix24.cli.people.lines import with_users
from slack_bitrix24.cli.people.matching import Match, match, people_of
from slack_bitrix24.cli.slack_answers import SlackError, asking
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import Bitrix24Error, MappingError
from slack_bitrix24.mapping import read_mapping
from slack_bitrix24.store import new_owner

PATIENCE = 20.0
"""Seconds for which a read is repeated: somebody waits at the keyboard."""

NEW = {".csv": "slack_id,bitrix24_id,name\n"}
"""How a file of a kind begins that is not there yet."""


def sync(*, path: Path | None, environ: Mapping[str, str], portal: str, write: bool, as_json: bool) -> int:
    """Print who is whom by e-mail; with `write` add the new ones to the mapping file."""
    found = _opened(path, environ)
    chosen = portal_named(found.settings, portal) or found.settings.default_portal
    members = _members(found.settings)
    matches = match(
        people_of(members), _users(found.settings, chosen, environ), directory=found.directory, portal=chosen
    )
    new = [one for one in matches if one.found == "new"]
    file = _file(found.settings)
    if write and new:
        _write(found, file, [_line(one, found.settings, chosen) for one in new])
    _print(matches, chosen, as_json=as_json)
    if new:
        fail(f"{file}: {len(new)} added" if write else f"{len(new)} new; --write adds them to {file}")
    for one in matches:
        if one.found == "differs":
            fail(f"{one.slack_id}: the file says {one.mapped}, the e-mail {one.user_ids[0]}; left as it is")
    return DONE


def _opened(path: Path | None, environ: Mapping[str, str]) -> Opened:
    """Read both; a mapping file that is named and not there yet is one without lines."""
    settings = settings_of(path, environ)
    file = settings.mapping.file
    return Opened(settings, mapping_of(settings) if file is not None and file.exists() else None)


def _members(settings: Settings) -> list[dict[str, Any]]:
    if settings.slack is None:
        raise UsageFaultError("mapping sync: [slack] is not configured; it reads Slack's users")
    members: list[dict[str, Any]] = []
    client = web_client(settings.slack)
    with asking(client):
        for page in client.users_list(limit=200):
            members += page["members"]
    if not any((user.get("profile") or {}).get("email") for user in members):
        raise SlackError("Slack shows no e-mails: give the app the scope users:read.email and install it again")
    return members


def _users(settings: Settings, portal: str, environ: Mapping[str, str]) -> list[User]:
    configured = settings.portals[portal]
    store = None if configured.webhook_url is not None else database(settings)
    try:
        auth = sign_in(configured, store=store, owner=new_owner(), environ=environ)
        with Bitrix24(auth=auth, plan=configured.plan, retry_for=PATIENCE) as client:
            users = list(client.users(ACTIVE=True))
    finally:
        if store is not None:
            store.close()
    if not any(user.email for user in users):
        raise Bitrix24Error(f"portal {portal} shows no e-mails: give the webhook the scope user_basic or user")
    return users


def _print(matches: Sequence[Match], portal: str, *, as_json: bool) -> None:
    if as_json:
        tables.as_json([{**asdict(one), "mapped": str(one.mapped) if one.mapped else None} for one in matches])
        return
    rows = [
        (one.found, one.slack_id, one.name, one.email, ", ".join(f"{portal}/{number}" for number in one.user_ids))
        for one in matches
    ]
    tables.show(("found", "slack", "name", "e-mail", "bitrix24"), rows, empty="Slack knows nobody")


def _file(settings: Settings) -> Path:
    folder = settings.path.parent if settings.path else Path()
    return settings.mapping.file or folder / "mapping.yaml"


def _line(one: Match, settings: Settings, portal: str) -> tuple[str, str, str]:
    number = one.user_ids[0]
    value = str(number) if portal == settings.default_portal else f"{portal}/{number}"
    return one.slack_id, value, one_line(one.name)


def _write(found: Opened, file: Path, lines: Sequence[tuple[str, str, str]]) -> None:
    """Add the lines, once the new text reads as the old one and them; the file is never half written."""
    target = file.resolve()
    text = target.read_bytes().decode("utf-8-sig") if target.exists() else NEW.get(file.suffix.casefold(), "")
    changed = with_users(text, lines, name=file.name)
    after = read_mapping(changed, name=file.name, portals=tuple(found.settings.portals), hosts=hosts(found.settings))
    kept = {slack_id: one for slack_id, one in after.users.items() if slack_id in found.directory.users}
    added = set(after.users) - set(kept)
    if kept != dict(found.directory.users) or added != {slack_id for slack_id, _, _ in lines}:
        raise MappingError([f"{file.name}: the new users can't be added to it safely; add them by hand"])
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            out.write(changed)
        if target.exists():
            shutil.copymode(target, name)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
