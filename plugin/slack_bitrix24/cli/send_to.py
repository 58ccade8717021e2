"""`send --to`: through the mapping file and the outbox, like everything else, and wait for the outcome."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from slack_bitrix24.app.portals import portals, rules
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.opening import Opened, database, opened
from slack_bitrix24.cli.options import WEB, Wanted, attach_of, named, read, write
from slack_bitrix24.cli.outcome import OVER, Sent, reported
from slack_bitrix24.cli.uploading import uploaded
from slack_bitrix24.cli.whom import Whom, whom
from slack_bitrix24.deliver.node import Node
from slack_bitrix24.document import Document
from slack_bitrix24.model import Notification, Stored
from slack_bitrix24.slack.messages import mrkdwn
from slack_bitrix24.store import Store, is_gone, new_owner
from slack_bitrix24.submit.compose import Draft, notifications
from slack_bitrix24.submit.submitter import Submitter

LOOK = 0.05
"""Seconds between looks at the outbox: another process may be the one that delivers."""


def send(*, path: Path | None, environ: Mapping[str, str], wanted: Wanted, to: Sequence[str], wait: float) -> int:
    """Notify the addresses; return 0 when all have it, 1 if somebody has not, 3 when that is not known yet."""
    if not 0 <= wait < float("inf"):
        raise UsageFaultError("--wait: expected seconds, 0 for not at all")
    wanted = read(wanted)
    found = opened(path, environ, warn=False)
    resolved = whom(found, to)
    for fault in resolved.faults:
        fail(str(fault))
    made = _made(found, resolved, wanted)
    if wanted.dry_run:
        write(wanted, json.dumps([_shown(one) for one in made], ensure_ascii=False, indent=2))
        return FAILED if resolved.faults else DONE
    with closing(database(found.settings)) as store:
        submitter = Submitter(store, lambda: found.directory, lambda: resolved.people, rules(found.settings))
        made = uploaded(found.settings, wanted, made, store=store, environ=environ)
        ids = [accepted.id for accepted in submitter.keep(made)] if made else []
        return reported(_outcome(found, store, environ, ids=ids, wait=wait), resolved, wanted)


def _made(found: Opened, resolved: Whom, wanted: Wanted) -> list[Notification]:
    draft = Draft(
        document=Document(mrkdwn.parse(wanted.text)),
        reference=f"cli:{uuid.uuid4().hex}",
        source="cli",
        tag=wanted.tag,
        priority=wanted.priority,
    )
    attach = attach_of(replace(wanted, files=()), files=_linked(wanted))
    made = notifications(
        draft,
        resolved.recipients,
        rules=rules(found.settings),
        directory=found.directory,
        people=resolved.people,
    )
    limits = {name: portal.attach_limit for name, portal in found.settings.portals.items()}
    return [_with(one, attach, limit=limits[one.recipient.portal]) for one in made] if attach else made


def _linked(wanted: Wanted) -> list[dict[str, Any]]:
    found = named(wanted.files, "--file")
    return [{"FILE": [{"NAME": name, "LINK": url}]} for name, url in found if url.startswith(WEB)]


def _with(one: Notification, attach: Mapping[str, Any], *, limit: int) -> Notification:
    """Return the notification with further blocks after its own."""
    own = json.loads(one.attach) if one.attach else {"BLOCKS": []}
    together = check({**own, **attach, "BLOCKS": [*own["BLOCKS"], *attach["BLOCKS"]]}, limit=limit)
    message = one.message or str(next(iter(_names(attach)), "…"))
    return replace(one, message=message, attach=json.dumps(together, ensure_ascii=False, separators=(",", ":")))


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


def _outcome(found: Opened, store: Store, environ: Mapping[str, str], *, ids: Sequence[int], wait: float) -> Sent:
    """Wait until all is over, delivering where nobody else does."""
    with _delivering(found, store, environ, wanted=bool(ids) and wait > 0):
        interrupted = False
        stored: dict[int, Stored] = {}
        try:
            _wait(store, ids, stored, seconds=wait)
        except KeyboardInterrupt:
            interrupted = True
        _look(store, ids, stored)
    stopped = {lane.portal: lane.stopped.reason for lane in store.read(lambda tx: tx.lanes.states()) if lane.stopped}
    return Sent([stored[one] for one in ids if one in stored], stopped, waited=wait > 0, interrupted=interrupted)


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
        on_stop=lambda _stop: None,
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


def _wait(store: Store, ids: Sequence[int], stored: dict[int, Stored], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and _look(store, ids, stored):
        time.sleep(LOOK)


def _look(store: Store, ids: Sequence[int], stored: dict[int, Stored]) -> bool:
    """Read those that are not over; tell whether there are any left."""
    open_ = [one for one in ids if one not in stored or stored[one].state not in OVER]
    found = store.read(lambda tx: [tx.outbox.get(one) for one in open_]) if open_ else []
    stored.update((one.id, one) for one in found if one is not None)
    return any(one is not None and one.state not in OVER for one in found)
