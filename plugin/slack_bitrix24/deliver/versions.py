"""Which message of the bot a new version takes the place of, where the answers to some got lost. No I/O but by `ask`.

A version whose answer got lost went out under the message that is known, or under a key of its own, or never arrived:
the last messages of the dialog tell. Past its first hour a key no longer keeps a message from being sent again, so from
then on what was tried is looked for first. Bitrix24 server source, main 26.250 (2026-04).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from slack_bitrix24.bitrix24.bot_calls import Bot, message_key
from slack_bitrix24.bitrix24.bot_files import sent
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.model import Delivered, Outcome, Retry, Stored

log = logging.getLogger(__name__)

RUNNING: Final = 60.0
"""Seconds for which a portal may go on working at a request after its connection broke."""
MAY_COME: Final = "what is to be taken back may still be on its way"
PATIENCE: Final = 3_000.0
"""Seconds from which on what may have arrived is looked for before it goes again: the key counts for 3,600."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a version replaces: `before` (without an id where it may yet arrive), and messages that become obsolete."""

    before: Stored | None = None
    obsolete: tuple[int, ...] = ()


def key_of(bot: Bot, one: Stored) -> str:
    """Return the key of one version for one person: what it is made of never changes, nor does this.

    The bot's id tells deployments apart: the server's table of keys is the whole portal's.
    """
    note = one.notification
    return message_key("slack-bitrix24", str(bot.id), note.key, str(note.recipient))


def doubtful(one: Stored, chain: Sequence[Stored], *, in_doubt: bool, now: float) -> list[Stored]:
    """Return those versions that are to be looked for before this one goes out; `chain` as `base` takes it."""
    found = [each for each in chain if not each.bitrix24_id]
    return [*found, one] if in_doubt and now - one.created_at > PATIENCE else found


def base(bot: Bot, chain: Sequence[Stored], lost: Sequence[Stored], *, ask: Callable[[Call], Answer]) -> Base:
    """Return what to replace. Raise `Bitrix24Error`.

    `chain` is what went out under the tag, oldest first, from the last message on whose id is known; `lost` those of
    which it is not.
    """
    known = chain[0] if chain and chain[0].bitrix24_id else None
    if not lost:
        return Base(known)
    numbers = _sent(ask, bot, lost[0].notification.recipient.user_id)
    there = [(each, numbers[key]) for each in lost if (key := key_of(bot, each)) in numbers]
    if not there:
        first = next((each for each in chain if not each.bitrix24_id), None)
        return Base(known or first)
    newest, number = there[-1]
    obsolete = [known.bitrix24_id or 0] if known else []
    return Base(replace(newest, bitrix24_id=number), tuple(obsolete + [each for _, each in there[:-1]]))


def taken_back(one: Stored, base: Base, *, now: float) -> Outcome | None:
    """Return what becomes of a deletion where nothing is there to be deleted; None where it is to be sent."""
    before = base.before
    if one.notification.kind != "delete" or before is None or before.bitrix24_id:
        return None
    # The call whose answer got lost may still be running, and store it behind the deletion's back.
    done_at = (before.sent_at or before.created_at) + RUNNING
    return Delivered(0) if now >= done_at else Retry(at=done_at, error=MAY_COME, code="MAY_COME", counts=False)


def _sent(ask: Callable[[Call], Answer], bot: Bot, user_id: int) -> dict[str, int]:
    try:
        return sent(ask, bot, user_id)
    except Bitrix24Error as error:
        if error.verdict is not Verdict.DEAD:
            raise
        # A dialog that can't be read (a tariff hides its history): the key alone tells then.
        log.info("the dialog with user %s can't be looked through: %s", user_id, error)
        return {}
