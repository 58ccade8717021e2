"""`send --to`: through the mapping file and the outbox, like everything else, and wait for the outcome."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from slack_bitrix24.app.portals import portals, rules
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.cli.ending import DONE, FAILED, UNFINISHED, UsageFaultError, fail
from slack_bitrix24.cli.opening import Opened, database, opened
from slack_bitrix24.cli.options import WEB, Wanted, attach_of, named, text_of, write
from slack_bitrix24.cli.uploading import uploaded
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.document import Document
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Notification, Recipient, State, Stored
from slack_bitrix24.slack import mrkdwn
from slack_bitrix24.store import Store, is_gone, new_owner
from slack_bitrix24.submit.compose import Draft
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.resolve import Resolution, Unknown
from slack_bitrix24.submit.submitter import Submitter

REASONS = {
    "unmapped": "not in the mapping file",
    "no_group": "no such group in the mapping file",
    "nobody": "names nobody",
    "several": "names several people",
    "empty": "there is nobody in it",
    "not_here": "means nobody on the command line",
    "no_portal": "no such portal in the configuration",
}
OVER = (State.DELIVERED, State.DEAD, State.SUPERSEDED, State.CANCELLED)
LOOK = 0.05


def send(*, path: Path | None, environ: Mapping[str, str], wanted: Wanted, to: Sequence[str], wait: float) -> int:
    """Notify the addresses; return 0 when all have it, 1 if somebody has not, 3 when that is not known yet."""
    found = opened(path, environ)
    text = text_of(wanted.text)
    if not text.strip() and not (wanted.blocks or wanted.pictures or wanted.files):
        raise UsageFaultError("--text: there is nothing to send")
    store = database(found.settings)
    try:
        return _send(found, store, environ, wanted=replace(wanted, text=text), to=to, wait=wait)
    finally:
        store.close()


def _send(
    found: Opened,
    store: Store,
    environ: Mapping[str, str],
    *,
    wanted: Wanted,
    to: Sequence[str],
    wait: float,
) -> int:
    directory = found.mapping.directory if found.mapping else Directory({}, {})
    submitter = Submitter(store, lambda: directory, People, rules(found.settings))
    resolution = submitter.resolve(to)
    for unknown in _nobody(resolution):
        fail(f"{unknown.address}: {REASONS[unknown.reason.value]}")
    made = _made(submitter, resolution, wanted)
    if wanted.dry_run:
        write(wanted, json.dumps([_shown(one) for one in made], ensure_ascii=False, indent=2))
        return FAILED if resolution.unknown else DONE
    made = uploaded(found.settings, wanted, made, store=store, environ=environ)
    ids = [accepted.id for accepted in submitter.keep(made)]
    with _delivering(found, store, environ, wanted=bool(ids) and wait > 0):
        stored = _wait(store, ids, wait)
    return _report(stored, resolution, wanted)


def _nobody(resolution: Resolution) -> tuple[Unknown, ...]:
    from slack_bitrix24.submit.resolve import Reason  # noqa: PLC0415 – one use

    unread = tuple(Unknown(one, Reason.NOT_HERE) for one in resolution.unread)
    return (*resolution.unknown, *unread)


def _made(submitter: Submitter, resolution: Resolution, wanted: Wanted) -> list[Notification]:
    draft = Draft(
        document=Document(mrkdwn.parse(wanted.text)), reference=f"cli:{uuid.uuid4().hex}", source="cli", tag=wanted.tag
    )
    attach = attach_of(replace(wanted, files=()), files=_linked(wanted))
    made = submitter.compose(draft, resolution.recipients)
    return [_with(one, attach) for one in made] if attach else made


def _linked(wanted: Wanted) -> list[dict[str, Any]]:
    found = named(wanted.files, "--file")
    return [{"FILE": [{"NAME": name, "LINK": url}]} for name, url in found if url.startswith(WEB)]


def _with(one: Notification, attach: Mapping[str, Any]) -> Notification:
    """Return the notification with further blocks after its own."""
    own = json.loads(one.attach) if one.attach else {"BLOCKS": []}
    together = {**own, **attach, "BLOCKS": [*own["BLOCKS"], *attach["BLOCKS"]]}
    message = one.message or str(next(iter(_names(attach)), "…"))
    return replace(one, message=message, attach=json.dumps(check(together), ensure_ascii=False, separators=(",", ":")))


def _names(attach: Mapping[str, Any]) -> Iterator[str]:
    for block in attach["BLOCKS"]:
        for kind in ("IMAGE", "FILE"):
            yield from (str(item.get("NAME")) for item in block.get(kind, ()) if item.get("NAME"))
        yield from (str(block[kind]) for kind in ("MESSAGE",) if block.get(kind))


def _shown(one: Notification) -> dict[str, Any]:
    return {
        "to": str(one.recipient),
        "message": one.message,
        "tag": one.tag,
        "attach": json.loads(one.attach) if one.attach else None,
    }


@contextmanager
def _delivering(found: Opened, store: Store, environ: Mapping[str, str], *, wanted: bool) -> Iterator[None]:
    """Deliver in this process what nobody else delivers."""
    if not wanted:
        yield
        return
    owner = new_owner()
    made = portals(found.settings, store=store, owner=owner, environ=environ)
    node = Node(
        made,
        store=store,
        owner=owner,
        gone=is_gone,
        on_stop=lambda stop: fail(f"portal {stop.portal}: {stop.reason}"),
        on_record=lambda: None,
        guest=True,
    )
    node.start()
    try:
        yield
    finally:
        node.stop()
        for portal in made.values():
            portal.client.close()


def _wait(store: Store, ids: Sequence[int], seconds: float) -> list[Stored]:
    end = time.monotonic() + seconds
    while True:
        stored = store.read(lambda tx: [one for one in map(tx.outbox.get, ids) if one is not None])
        if all(one.state in OVER for one in stored) or time.monotonic() >= end:
            return stored
        time.sleep(LOOK)


def _report(stored: Sequence[Stored], resolution: Resolution, wanted: Wanted) -> int:
    names = resolution.recipients
    if wanted.as_json or wanted.output is not None:
        write(wanted, json.dumps([_outcome(one) for one in stored], ensure_ascii=False))
    for one in stored:
        who = _called(one.notification.recipient, names)
        if one.state is State.DELIVERED and not wanted.as_json and wanted.output is None:
            print(f"{who}: delivered ({one.bitrix24_id})")  # noqa: T201 – what a command prints
        elif one.state is not State.DELIVERED:
            fail(f"{who}: {one.state.value}{': ' + one.error if one.error else ''}")
    states = {one.state for one in stored}
    if states & {State.DEAD, State.CANCELLED} or resolution.unknown or resolution.unread or not stored:
        return FAILED
    return UNFINISHED if states & {State.PENDING, State.SENDING} else DONE


def _called(recipient: Recipient, names: Mapping[Recipient, str]) -> str:
    name = names.get(recipient, str(recipient))
    return str(recipient) if name.startswith("<@") else name


def _outcome(one: Stored) -> dict[str, Any]:
    return {
        "id": one.id,
        "to": str(one.notification.recipient),
        "state": one.state.value,
        "bitrix24_id": one.bitrix24_id,
        "error": one.error or None,
    }
