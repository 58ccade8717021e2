"""`mapping check` and `mapping show`: what is wrong with the mapping file, and what it says."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from slack_bitrix24.app.portals import sign_in
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.cli import tables
from slack_bitrix24.cli.checks.online import Finding, mapped
from slack_bitrix24.cli.ending import DONE, FAILED, fail, one_line
from slack_bitrix24.cli.opening import Opened, database, mapping_of, settings_of, warnings
from slack_bitrix24.config import Settings
from slack_bitrix24.errors import Bitrix24Error, MappingError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.store import new_owner

PATIENCE = 20.0
"""Seconds for which a question to a portal is repeated."""
NO_FILE = "no mapping file: name one under [mapping], or put mapping.yaml beside the configuration"


def check(*, path: Path | None, environ: Mapping[str, str], as_json: bool, ask: bool = False) -> int:
    """Print the faults, or how many users and groups there are; with `ask`, what the portals say of the users."""
    settings = settings_of(path, environ)
    try:
        found = mapping_of(settings)
    except MappingError as error:
        if as_json:
            print(json.dumps({"faults": error.faults}, ensure_ascii=False))  # noqa: T201 – what a command prints
        for fault in error.faults if not as_json else ():
            print(one_line(fault), file=sys.stderr)  # noqa: T201 – the same
        return FAILED
    if found is None:
        fail(NO_FILE)
        return FAILED
    directory = found.directory
    said = warnings(Opened(settings, found))
    status = DONE
    if ask:
        for one in asked(settings, directory, environ):
            said += [f"{one.what}: {one.text}"] if one.state != "ok" else []
            status = FAILED if one.state == "failed" else status
    if as_json:
        facts = {"users": len(directory.users), "groups": len(directory.groups), "faults": [], "warnings": said}
        print(json.dumps(facts, ensure_ascii=False))  # noqa: T201 – the same
        return status
    for warning in said:
        fail(f"warning: {warning}")
    print(f"{found.path}: users: {len(directory.users)}, groups: {len(directory.groups)}")  # noqa: T201 – the same
    return status


def asked(settings: Settings, directory: Directory, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Ask every portal about those who are mapped to it; what can't be asked is told as failed."""
    with closing(database(settings)) as store:
        for portal in settings.portals.values():
            try:
                auth = sign_in(portal, store=store, owner=new_owner(), environ=environ)
                with Bitrix24(auth=auth, plan=portal.plan, retry_for=PATIENCE) as client:
                    yield from mapped(client, directory, portal.name)
            except (Bitrix24Error, ValueError) as error:
                yield Finding(f"mapping {portal.name}", "failed", str(error))


def show(*, path: Path | None, environ: Mapping[str, str], as_json: bool) -> int:
    """Print who is who, and the groups. Raises MappingError with every fault."""
    found = mapping_of(settings_of(path, environ))
    if found is None:
        fail(NO_FILE)
        return FAILED
    directory = found.directory
    groups = {name: [str(member) for member in members] for name, members in directory.groups.items()}
    if as_json:
        users = [
            {"slack_id": slack_id, "portal": one.portal, "user_id": one.user_id, "name": directory.names.get(slack_id)}
            for slack_id, one in directory.users.items()
        ]
        tables.as_json({"users": users, "groups": groups})
        return DONE
    people = [(slack_id, str(one), directory.names.get(slack_id, "")) for slack_id, one in directory.users.items()]
    rows = [*people, *((f"@{name}", ", ".join(members), _names(directory, name)) for name, members in groups.items())]
    tables.show(("who", "is", "name"), rows, empty=f"{found.path}: nobody")
    return DONE


def _names(directory: Directory, group: str) -> str:
    """Return the names of those in a group whom the file names."""
    members = directory.members(group) or ()
    return ", ".join(directory.names[str(one)] for one in members if str(one) in directory.names)
