"""What became of what `send --to` sent: in words or as JSON, and as an exit status."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_bitrix24.cli.ending import DONE, FAILED, INTERRUPTED, UNFINISHED, fail
from slack_bitrix24.cli.options import Wanted, write
from slack_bitrix24.cli.send.whom import Whom
from slack_bitrix24.model import State, Stored

OVER = (State.DELIVERED, State.DEAD, State.SUPERSEDED, State.CANCELLED)
MOST_LINES = 10
"""People who are told one by one."""
WAITING = (State.PENDING, State.SENDING)


@dataclass(frozen=True, slots=True)
class Sent:
    """The notifications as they are now; `stopped` says for each portal that stands still why."""

    stored: Sequence[Stored]
    stopped: dict[str, str]
    waited: bool = True
    interrupted: bool = False


def reported(sent: Sent, resolved: Whom, wanted: Wanted) -> int:
    """Print who has it and who has not, and return the exit status."""
    if wanted.as_json or wanted.output is not None:
        unknown = [{"address": fault.address, "reason": fault.reason} for fault in resolved.faults]
        found = {"notifications": [_facts(one) for one in sent.stored], "unknown": unknown}
        write(wanted, json.dumps(found, ensure_ascii=False))
    else:
        for line in _delivered([one for one in sent.stored if one.state is State.DELIVERED], resolved):
            print(line)  # noqa: T201 – what a command prints
    for line in _lines(sent, resolved):
        fail(line)
    return _status(sent, resolved)


def _facts(one: Stored) -> dict[str, Any]:
    return {
        "id": one.id,
        "to": str(one.notification.recipient),
        "state": one.state.value,
        "bitrix24_id": one.bitrix24_id,
        "error": one.error or None,
    }


def _delivered(found: Sequence[Stored], resolved: Whom) -> list[str]:
    """Return a line for each who has it; of many, one for all."""
    if len(found) > MOST_LINES:
        return [f"{_named(found, resolved)}: delivered to {len(found)}"]
    names = [resolved.recipients.get(one.notification.recipient, str(one.notification.recipient)) for one in found]
    return [f"{name}: delivered ({one.bitrix24_id})" for name, one in zip(names, found, strict=True)]


def _lines(sent: Sent, resolved: Whom) -> list[str]:
    """Return one line for each reason, with all whom it holds for."""
    groups: dict[str, list[Stored]] = {}
    for one in sent.stored:
        if one.state is not State.DELIVERED:
            groups.setdefault(reason(one, sent), []).append(one)
    return [f"{_named(found, resolved)}: {reason}" for reason, found in groups.items()]


def reason(one: Stored, sent: Sent) -> str:
    """Return in words why it has not arrived."""
    portal = one.notification.recipient.portal
    match one.state:
        case State.DEAD:
            return f"dead: {one.error}"
        case State.SUPERSEDED:
            return "superseded: a newer notification has the same tag"
        case State.CANCELLED:
            return "cancelled"
    if not sent.waited:
        return "queued; run delivers it"
    if portal in sent.stopped:
        return f"not delivered yet, the portal is stopped: {sent.stopped[portal]}"
    return f"not delivered yet: {one.error or 'no answer so far'}"


def _named(found: Sequence[Stored], resolved: Whom) -> str:
    names = [resolved.recipients.get(one.notification.recipient, "") for one in found[:5]]
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    ids = f"{found[0].id}" if len(found) == 1 else f"{found[0].id}–{found[-1].id}"
    return f"{', '.join(names)}{more} (outbox {ids})"


def _status(sent: Sent, resolved: Whom) -> int:
    states = {one.state for one in sent.stored}
    if sent.interrupted and states & set(WAITING):
        return INTERRUPTED
    if states & {State.DEAD, State.CANCELLED} or resolved.faults or not sent.stored:
        return FAILED
    return UNFINISHED if states & set(WAITING) else DONE
