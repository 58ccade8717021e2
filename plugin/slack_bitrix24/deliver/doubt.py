"""Where a portal keeps no tags: what may go out, what is in doubt, and what is said of it. No I/O.

Nothing replaces there, so a repetition is a second notification, an edit a new one, and a deletion nothing. Bitrix24
server source, main 26.150 (2026-03); what holds on which portal stands in docs/explanation/delivery.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from slack_bitrix24.bitrix24.rest import Answer
from slack_bitrix24.errors import Bitrix24Error
from slack_bitrix24.model import Dead, Delivered, Outcome, Retry, Stored
from slack_bitrix24.store import Taking

InDoubt = Literal["repeat", "leave"]

LOST: Final = "Bitrix24's answer got lost, and the portal keeps no tags: it may have arrived"
TAKEN: Final = "it was delivered, and the portal keeps no tags: it can't be taken back"
SOON: Final = "an update of this message went out a moment ago"
UPDATE: Final = {"en": "Update:", "ru": "Обновление:"}
_RUSSIAN: Final = re.compile("[а-яё]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of what was claimed.

    `doubts`: those of which an attempt may have arrived, True where a person has asked for them again since. `earlier`
    is what went out before under the same tag to the same person, for those that have such. `taken` says by sub-tag
    who took a bot's message. `chains` are all that went out before, from the
    last one on that was delivered.
    """

    doubts: Mapping[int, bool] = field(default_factory=dict)
    earlier: Mapping[int, Stored] = field(default_factory=dict)
    taken: Mapping[str, Taking] = field(default_factory=dict)
    chains: Mapping[int, Sequence[Stored]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says: a lost answer, and the seconds between two updates of one message."""

    in_doubt: InDoubt = "repeat"
    edits_every: float = 60.0


@dataclass(frozen=True, slots=True)
class Claim:
    """What was claimed, with what is known of it."""

    rows: Sequence[Stored]
    known: Known = field(default_factory=Known)

    def asks(self) -> bool:
        """Tell whether it matters for any of it whether the portal keeps tags."""
        doubts, earlier = self.known.doubts, self.known.earlier
        return any(one.notification.kind == "delete" or one.id in doubts or one.id in earlier for one in self.rows)


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes out of a claim, as it goes, and what is settled without a request."""

    claim: Claim
    going: Sequence[Stored]
    settled: Mapping[int, Outcome] = field(default_factory=dict)
    bots: frozenset[int] = frozenset()
    """Those that go through the bridge's bot, where a repetition is known for one."""


def plan(claim: Claim, rules: Rules, *, now: float) -> Plan:
    """Return what is sent of this to a portal that keeps no tags."""
    going, settled = [], dict[int, Outcome]()
    for one in claim.rows:
        outcome = _settled(one, claim.known, rules, now=now)
        if outcome is not None:
            settled[one.id] = outcome
        else:
            going.append(_updating(one) if one.id in claim.known.earlier else one)
    return Plan(claim, going, settled)


def _settled(one: Stored, known: Known, rules: Rules, *, now: float) -> Outcome | None:
    earlier = known.earlier.get(one.id)
    if one.notification.kind == "delete":
        return Dead(TAKEN, "CANT_BE_TAKEN_BACK") if earlier else Delivered(0)
    asked = known.doubts.get(one.id)
    if asked is False and rules.in_doubt == "leave":
        return Dead(LOST, "MAY_HAVE_ARRIVED")
    if earlier is None or asked is not None:
        return None
    # A second notification that says the same would ring for nothing.
    if _seen(earlier) == _seen(one):
        return Delivered(earlier.bitrix24_id or 0)
    next_at = (earlier.sent_at or earlier.finished_at or 0.0) + rules.edits_every
    return Retry(at=next_at, error=SOON, code="UPDATE_SOON", counts=False) if next_at > now else None


def _seen(one: Stored) -> tuple[str, str]:
    """Return what a reader sees."""
    return one.notification.message, one.notification.attach


def _updating(one: Stored) -> Stored:
    """Return it marked as an update of what went out before, in the language of its own words."""
    note = one.notification
    word = UPDATE["ru" if _RUSSIAN.search(note.message) else "en"]
    out = f"{word}\n{note.message_out}" if note.message_out else ""
    return replace(one, notification=replace(note, message=f"{word}\n{note.message}", message_out=out))


def lost(results: Mapping[int, Answer | Bitrix24Error]) -> set[int]:
    """Return those that went out and of which nothing tells whether they arrived."""
    return {one for one, result in results.items() if isinstance(result, Bitrix24Error) and result.in_doubt}


def left(outcomes: Mapping[int, Outcome], gone: Collection[int]) -> dict[int, Outcome]:
    """Return the outcomes where a lost answer is left at that (`in_doubt = "leave"`)."""
    return {
        one: Dead(LOST, "MAY_HAVE_ARRIVED") if one in gone and isinstance(outcome, Retry) else outcome
        for one, outcome in outcomes.items()
    }
