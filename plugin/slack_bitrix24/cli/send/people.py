"""`send --to`: through the mapping file and the outbox, like everything else, and wait for the outcome."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from slack_bitrix24.app.portals import rules
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.opening import Opened, database, opened
from slack_bitrix24.cli.options import WEB, Wanted, attach_of, named, read, write
from slack_bitrix24.cli.send.delivering import outcome
from slack_bitrix24.cli.send.outcome import reported
from slack_bitrix24.cli.send.uploading import uploaded
from slack_bitrix24.cli.send.whom import Whom, whom
from slack_bitrix24.document import Document
from slack_bitrix24.model import Notification
from slack_bitrix24.slack.messages import mrkdwn
from slack_bitrix24.submit.compose import Draft, notifications
from slack_bitrix24.submit.submitter import Submitter


def send(*, path: Path | None, environ: Mapping[str, str], wanted: Wanted, to: Sequence[str], wait: float) -> int:
    """Notify the addresses; return 0 when all have it, 1 if somebody has not, 3 when that is not known yet."""
    if not 0 <= wait < float("inf"):
        raise UsageFaultError("--wait: expected seconds, 0 for not at all")
    wanted = read(wanted)
    found = opened(path, environ, warn=False)
    resolved = whom(found, to, environ)
    for fault in resolved.faults:
        fail(str(fault))
    made = _made(found, resolved, wanted)
    if wanted.dry_run:
        files = [name for name, _ in named(wanted.files, "--file")]
        write(wanted, json.dumps([_shown(one, files) for one in made], ensure_ascii=False, indent=2))
        return FAILED if resolved.faults else DONE
    with closing(database(found.settings)) as store:
        submitter = Submitter(store, lambda: found.directory, lambda: resolved.people, rules(found.settings))
        made = uploaded(found.settings, wanted, made, store=store, environ=environ)
        ids = [accepted.id for accepted in submitter.keep(made)] if made else []
        return reported(outcome(found, store, environ, ids=ids, wait=wait), resolved, wanted)


def _made(found: Opened, resolved: Whom, wanted: Wanted) -> list[Notification]:
    draft = Draft(
        document=Document(mrkdwn.parse(wanted.text)),
        reference=f"cli:{uuid.uuid4().hex}",
        source="cli",
        tag=wanted.tag,
        priority=wanted.priority,
    )
    # A bot uploads the files after its message: they stand in no ATTACH.
    linked = _linked(wanted)
    made = notifications(
        draft,
        resolved.recipients,
        rules=rules(found.settings),
        directory=found.directory,
        people=resolved.people,
    )
    limits = {name: portal.attach_limit for name, portal in found.settings.portals.items()}
    kinds = {one.kind == "bot" for one in made} or {False}
    attach = {bot: attach_of(replace(wanted, files=()), files=[] if bot else linked) for bot in kinds}
    return [_with(one, attach[one.kind == "bot"], limit=limits[one.recipient.portal]) for one in made]


def _linked(wanted: Wanted) -> list[dict[str, Any]]:
    found = named(wanted.files, "--file")
    return [{"FILE": [{"NAME": name, "LINK": url}]} for name, url in found if url.startswith(WEB)]


def _with(one: Notification, attach: Mapping[str, Any] | None, *, limit: int) -> Notification:
    """Return the notification with further blocks after its own."""
    if not attach:
        return one
    own = json.loads(one.attach) if one.attach else {"BLOCKS": []}
    together = check({**own, **attach, "BLOCKS": [*own["BLOCKS"], *attach["BLOCKS"]]}, limit=limit)
    message = one.message or str(next(iter(_names(attach)), "…"))
    return replace(one, message=message, attach=json.dumps(together, ensure_ascii=False, separators=(",", ":")))


def _names(attach: Mapping[str, Any]) -> Iterator[str]:
    for block in attach["BLOCKS"]:
        for kind in ("IMAGE", "FILE"):
            yield from (str(item.get("NAME")) for item in block.get(kind, ()) if item.get("NAME"))
        yield from (str(block[kind]) for kind in ("MESSAGE",) if block.get(kind))


def _shown(one: Notification, files: Sequence[str]) -> dict[str, Any]:
    return {
        "to": str(one.recipient),
        "message": one.message,
        "tag": one.tag,
        "attach": json.loads(one.attach) if one.attach else None,
        **({"files": files} if files and one.kind == "bot" else {}),
    }
