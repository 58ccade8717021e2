"""Files from this machine: uploaded to the webhook owner's Drive for those who get the notification, and linked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from slack_bitrix24.app.portals import sign_in
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.cli.ending import UsageFaultError
from slack_bitrix24.cli.options import WEB, Wanted, named
from slack_bitrix24.config import Settings
from slack_bitrix24.model import Notification
from slack_bitrix24.store import Store, new_owner

PATIENCE = 20.0
"""Seconds for which an upload is repeated: somebody waits at the keyboard."""


def uploaded(
    settings: Settings, wanted: Wanted, made: Sequence[Notification], *, store: Store, environ: Mapping[str, str]
) -> list[Notification]:
    """Upload the local files of `--file` once for each portal, and return the notifications with them linked.

    Raises UsageFaultError for a file that can't be read, Bitrix24Error when Drive does not take it: nothing is sent
    then.
    """
    local = [(name, Path(path)) for name, path in named(wanted.files, "--file") if not path.startswith(WEB)]
    for name, path in local:
        if not path.is_file():
            raise UsageFaultError(f"--file: {name}: there is no file {path}")
    if not local:
        return list(made)
    links = {
        portal: _links(
            settings,
            portal,
            local=local,
            made=[one for one in made if one.recipient.portal == portal],
            store=store,
            environ=environ,
        )
        for portal in {one.recipient.portal for one in made}
    }
    return [_with(one, links[one.recipient.portal]) for one in made]


def _links(
    settings: Settings,
    portal: str,
    *,
    local: Sequence[tuple[str, Path]],
    made: Sequence[Notification],
    store: Store,
    environ: Mapping[str, str],
) -> list[dict[str, object]]:
    configured = settings.portals[portal]
    auth = sign_in(configured, store=store, owner=new_owner(), environ=environ)
    readers = [one.recipient.user_id for one in made]
    with Bitrix24(auth=auth, plan=configured.plan, retry_for=PATIENCE) as client:
        try:
            kept = [client.upload(path, name, rights_for=readers) for name, path in local]
        except ValueError as error:
            raise UsageFaultError(f"--file: {error}") from None
    return [{"NAME": one.name, "LINK": one.url, "SIZE": one.size} for one in kept]


def _with(one: Notification, files: Sequence[dict[str, object]]) -> Notification:
    own = json.loads(one.attach) if one.attach else {"BLOCKS": []}
    attach = check({**own, "BLOCKS": [*own["BLOCKS"], {"FILE": list(files)}]})
    message = one.message or str(files[0]["NAME"])
    return replace(one, message=message, attach=json.dumps(attach, ensure_ascii=False, separators=(",", ":")))
