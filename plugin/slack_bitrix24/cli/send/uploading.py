"""Files of `--file`: linked, those of this machine from the webhook owner's Drive; or kept for the bot to upload."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from slack_bitrix24.app.portals import sign_in
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.bitrix24.bot_files import LARGEST
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.cli.ending import UsageFaultError
from slack_bitrix24.cli.options import WEB, Wanted, named
from slack_bitrix24.config import Settings
from slack_bitrix24.model import Attached, Notification
from slack_bitrix24.store import Store, new_owner

PATIENCE = 20.0
"""Seconds for which an upload is repeated: somebody waits at the keyboard."""


def uploaded(
    settings: Settings, wanted: Wanted, made: Sequence[Notification], *, store: Store, environ: Mapping[str, str]
) -> list[Notification]:
    """Return the notifications with all files of `--file`.

    Those of this machine are uploaded to Drive once for each portal, and kept in the database where a bot sends. Raises
    UsageFaultError for a file that can't be read, Bitrix24Error when Drive does not take it: nothing is sent then.
    """
    files = named(wanted.files, "--file")
    local = [(name, Path(path)) for name, path in files if not path.startswith(WEB)]
    for name, path in local:
        if not path.is_file():
            raise UsageFaultError(f"--file: {name}: there is no file {path}")
    if bots := [one for one in made if one.kind == "bot"]:
        attached = tuple(_kept(name, value, store) for name, value in files)
        sent = [_with_files(one, attached) for one in bots]
        others = [one for one in made if one.kind != "bot"]
        return [*sent, *(_with_links(settings, local, others, store=store, environ=environ))]
    return _with_links(settings, local, made, store=store, environ=environ)


def _kept(name: str, value: str, store: Store) -> Attached:
    if value.startswith(WEB):
        return Attached(name, url=value)
    path = Path(value)
    if not 0 < path.stat().st_size <= LARGEST:
        raise UsageFaultError(f"--file: {name} is empty, or larger than {LARGEST // 1024 // 1024} MB")
    id_, content = uuid.uuid4().hex, path.read_bytes()
    store.write(lambda tx: tx.uploads.keep(id_, name, content))
    return Attached(name, kept=id_)


def _with_files(one: Notification, files: tuple[Attached, ...]) -> Notification:
    message = one.message or ("" if one.attach else ", ".join(file.name for file in files))
    return replace(one, message=message, files=files)


def _with_links(
    settings: Settings,
    local: Sequence[tuple[str, Path]],
    made: Sequence[Notification],
    *,
    store: Store,
    environ: Mapping[str, str],
) -> list[Notification]:
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
