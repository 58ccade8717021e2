"""What waits to be notified: messages, their order, who goes together, and what a failure means for each. No I/O.

Two rules hold throughout: never two with one tag at once, and never a newer before an older one.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from slack_bitrix24.bitrix24.calls import Attach, notification, own_tag, wire_tag
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.bitrix24.rest import BATCH_LENGTH, Call, alone
from slack_bitrix24.errors import Bitrix24Error, SlackBitrix24Error, Verdict

LONGEST_PAUSE: Final = 30.0
"""Seconds between two attempts at one notification, at most."""


@dataclass(frozen=True, slots=True)
class Message:
    """One notification for one user. The fields are those of `Bitrix24.notify`."""

    user_id: int
    text: str
    tag: str = ""
    sub_tag: str = ""
    attach: Attach = ""
    text_out: str = ""
    system: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a message: the notification's id, or why there is none (id 0).

    An error with `Verdict.UNKNOWN` leaves open whether the user has it.
    """

    message: Message
    notification_id: int = 0
    error: SlackBitrix24Error | None = None


@dataclass(slots=True, eq=False)
class Item:
    """A call on its way.

    `together` is how many may go in one batch with it, `unknown` that an attempt may have been executed; times are the
    clock's.
    """

    call: Call
    since: float
    tag: str = ""
    repeatable: bool = True
    future: Future[Any] = field(default_factory=Future)
    attempts: int = 0
    unknown: bool = False
    together: int = BATCH_LENGTH
    not_before: float = 0.0
    give_up_at: float = 0.0


def item_of(message: Message, *, now: float, attach_limit: int, at_most_once: bool = False) -> Item:
    """Return what is sent for a message; raise `AttachError` for blocks that Bitrix24 would refuse.

    Without a tag it gets one of its own, so that it can be repeated after a lost answer, unless `at_most_once`.
    """
    tag = wire_tag(message.tag, message.user_id) if message.tag else ""
    if not tag and not at_most_once:
        tag = own_tag(message.user_id)
    call = notification(
        message.user_id,
        message.text,
        tag=tag,
        sub_tag=message.sub_tag or message.tag.removesuffix(f"|U{message.user_id}"),
        message_out=message.text_out,
        attach=attach_of(message.attach, limit=attach_limit),
        kind="system" if message.system else "personal",
    )
    return Item(call, since=now, tag=tag, repeatable=not at_most_once, together=1 if alone(call) else BATCH_LENGTH)


def attach_of(attach: Attach, *, limit: int) -> Mapping[str, object] | None:
    """Return ATTACH in full form, checked, None for none; raise `AttachError` for what Bitrix24 would drop."""
    if not attach:
        return None
    blocks = list(attach) if isinstance(attach, tuple) else attach
    try:
        text = blocks if isinstance(blocks, str) else json.dumps(blocks)
    except (TypeError, ValueError, RecursionError):
        return check(blocks, limit=limit)  # which says what is wrong
    return _checked(text, limit)


@lru_cache(maxsize=32)
def _checked(text: str, limit: int) -> Mapping[str, object]:
    """Return the text's full form, checked. Kept, for one ATTACH often goes to many; nobody changes it."""
    return check(text, limit=limit)


def choose(queue: Iterable[Item], *, busy: AbstractSet[str], now: float) -> tuple[list[Item], float]:
    """Return who goes in the next batch, and when somebody else may who can't yet (infinity: after an answer).

    Those that failed together before go by themselves, in smaller company, so that one that breaks every batch is
    found; a tag that is under way, or that stands before in the queue, keeps its later notifications waiting.
    """
    chosen: list[Item] = []
    seen = set(busy)
    wake = float("inf")
    most = BATCH_LENGTH
    for item in queue:
        free = not item.tag or item.tag not in seen
        if item.tag:
            seen.add(item.tag)
        if not free:
            continue
        if item.not_before > now:
            wake = min(wake, item.not_before)
        elif not chosen or item.together == most:
            most = item.together
            chosen.append(item)
            if len(chosen) >= most:
                break
    return chosen, wake


def without(queue: deque[Item], chosen: list[Item]) -> deque[Item]:
    """Return the queue without those chosen, which stand near its beginning."""
    gone = set(map(id, chosen))
    kept: list[Item] = []
    while gone:
        item = queue.popleft()
        if id(item) in gone:
            gone.discard(id(item))
        else:
            kept.append(item)
    queue.extendleft(reversed(kept))
    return queue


def again(item: Item, error: Bitrix24Error, *, company: int, now: float, jitter: float) -> bool:
    """Return whether a failed item goes out again, and set when and in which company.

    `company` is how many went in the same request, `jitter` a random number from 0 to 1. What may have been executed is
    repeated only where the tag makes the repetition replace the first.
    """
    item.attempts += 1
    item.unknown = item.unknown or error.verdict is Verdict.UNKNOWN
    if error.verdict in (Verdict.DEAD, Verdict.PORTAL) or now >= item.give_up_at:
        return False
    pause = min(LONGEST_PAUSE, 2.0 ** min(item.attempts - 1, 10)) * (0.75 + jitter / 2)
    if error.alone:
        item.together = 1
        return True
    if error.verdict is Verdict.AGAIN:
        # A method over its operating time is held by the limits themselves, which know until when.
        item.not_before = now if error.code.upper() == "OPERATION_TIME_LIMIT" else now + max(error.retry_after, pause)
        return True
    if not item.repeatable:
        return False
    # Once is the day's weather, and halves would cost places in the bucket. Twice may be the notification's own doing.
    if item.attempts > 1:
        item.together = max(1, min(item.together, company) // 2)
    item.not_before = now + pause
    return True
