"""Schedules and reminders: what is due when, and that each planned time fires once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from slack_bitrix24.model import JSON
from slack_bitrix24.store.sql.cleaning import clean
from slack_bitrix24.store.sql.schema import SCHEDULES
from slack_bitrix24.store.work import Work

CatchUp = Literal["latest", "all", "skip"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is to be sent when. Times are Unix seconds; `next_at` None: the series is over.

    `id` is 0 until it is put. `snoozed_until` is one more time beside the series. `error` says why the last fire did
    not reach everybody; while it is held, what is due is tried again at `held_until`.
    """

    key: str
    rule: str
    next_at: float | None
    kind: Literal["schedule", "reminder"] = "schedule"
    owner: str = ""
    title: str = ""
    text: str = ""
    addresses: tuple[str, ...] = ()
    zone: str = "UTC"
    phrase: str = ""
    catch_up: CatchUp = "latest"
    catch_up_within: float = 12 * 3600.0
    extra: JSON = field(default_factory=dict)
    state: Literal["active", "paused", "done", "cancelled"] = "active"
    snoozed_until: float | None = None
    fired_at: float | None = None
    created_at: float = 0.0
    id: int = 0
    held_until: float = 0.0
    error: str = ""

    @property
    def due_at(self) -> float | None:
        """Return the next time of the two."""
        return min((at for at in (self.next_at, self.snoozed_until) if at is not None), default=None)


class Schedules:
    """Schedules inside a transaction."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def put(self, schedule: Schedule) -> int:
        """Add it, or change the one with this key; return its id.

        While rule and zone are the same, `next_at` and state stay as they are: a restart neither skips nor repeats.
        """
        known = self._by_key(schedule.key)
        values = _values(schedule)
        if known is None:
            statement = self._work.insert(SCHEDULES).values(**values, created_at=schedule.created_at or self._work.now)
            added = self._work.connection.execute(statement.on_conflict_do_nothing().returning(SCHEDULES.c.id)).scalar()
            # None: another node has added it since it was looked for.
            return added if added is not None else self.put(schedule)
        if (known.rule, known.zone) == (schedule.rule, schedule.zone):
            values = {name: value for name, value in values.items() if name not in ("next_at", "state")}
        else:
            values |= {"held_until": 0.0, "error": ""}
            if known.state == "paused":  # by a person, who wants it so whatever the configuration says of its times
                values["state"] = "paused"
        self._work.connection.execute(sa.update(SCHEDULES).where(SCHEDULES.c.id == known.id).values(values))
        return int(known.id)

    def get(self, id_: int) -> Schedule | None:
        """Return one."""
        row = self._work.connection.execute(sa.select(SCHEDULES).where(SCHEDULES.c.id == id_)).one_or_none()
        return _schedule(row) if row else None

    def find(self, key: str) -> Schedule | None:
        """Return the one with this key."""
        row = self._work.connection.execute(sa.select(SCHEDULES).where(SCHEDULES.c.key == key)).one_or_none()
        return _schedule(row) if row else None

    def remove_missing(self, prefix: str, keys: Iterable[str]) -> int:
        """Delete those whose key begins so and is not among these; return how many."""
        mine = SCHEDULES.c.key.startswith(prefix, autoescape=True)
        change = sa.delete(SCHEDULES).where(mine, SCHEDULES.c.key.not_in(list(keys)))
        return self._work.connection.execute(change).rowcount

    def due(self, now: float, *, limit: int = 50) -> list[Schedule]:
        """Return those that are due; who takes one asks `unchanged` first, lest two nodes do."""
        query = (
            sa.select(SCHEDULES)
            .where(
                SCHEDULES.c.state == "active",
                sa.or_(SCHEDULES.c.next_at <= now, SCHEDULES.c.snoozed_until <= now),
                SCHEDULES.c.held_until <= now,
            )
            .order_by(SCHEDULES.c.id)
            .limit(limit)
        )
        return [_schedule(row) for row in self._work.connection.execute(query)]

    def ahead(self, now: float) -> list[Schedule]:
        """Return those whose next regular time lies ahead."""
        query = sa.select(SCHEDULES).where(SCHEDULES.c.state == "active", SCHEDULES.c.next_at > now)
        return [_schedule(row) for row in self._work.connection.execute(query.order_by(SCHEDULES.c.id))]

    def set_back(self, id_: int, *, next_at: float) -> None:
        """Let it fire at this time; all else stays as it is."""
        change = sa.update(SCHEDULES).where(SCHEDULES.c.id == id_, SCHEDULES.c.state == "active")
        self._work.connection.execute(change.values(next_at=next_at))

    def unchanged(self, schedule: Schedule) -> bool:
        """Tell whether it still is as it was read, and keep other nodes off it until the transaction ends."""
        # One that another node has in hand is skipped, and so is as good as changed.
        query = sa.select(SCHEDULES).where(SCHEDULES.c.id == schedule.id).with_for_update(skip_locked=True)
        row = self._work.connection.execute(query).one_or_none()
        return row is not None and _schedule(row) == schedule

    def hold(self, id_: int, *, until: float, error: str) -> None:
        """Leave it due, to be tried again at this time."""
        values = {"held_until": until, "error": clean(error)}
        self._work.connection.execute(sa.update(SCHEDULES).where(SCHEDULES.c.id == id_).values(values))

    def troubled(self) -> list[Schedule]:
        """Return those that did not reach everybody the last time, the latest first."""
        query = sa.select(SCHEDULES).where(SCHEDULES.c.error != "", SCHEDULES.c.state != "cancelled")
        return [_schedule(row) for row in self._work.connection.execute(query.order_by(SCHEDULES.c.id.desc()))]

    def move(self, id_: int, *, fired_at: float, next_at: float | None, done: bool = False, error: str = "") -> None:
        """Say what fired and when it is due again; a snooze that was due by then is over."""
        over = SCHEDULES.c.snoozed_until <= fired_at
        values = {
            "fired_at": fired_at,
            "next_at": next_at,
            "snoozed_until": sa.case((over, None), else_=SCHEDULES.c.snoozed_until),
            "state": "done" if done else "active",
            "held_until": 0.0,
            "error": clean(error),
        }
        self._work.connection.execute(sa.update(SCHEDULES).where(SCHEDULES.c.id == id_).values(values))

    def standing(self, owner: str | None = None, *, limit: int = 1000) -> list[Schedule]:
        """Return those that will fire or are paused, of one owner or of all: the next first, the paused ones last."""
        order = (SCHEDULES.c.state == "paused", _NEXT, SCHEDULES.c.id)
        query = sa.select(SCHEDULES).where(*_standing(owner)).order_by(*order).limit(limit)
        return [_schedule(row) for row in self._work.connection.execute(query)]

    def count(self, owner: str) -> int:
        """Return how many of one owner will fire or are paused."""
        return int(self._work.connection.execute(sa.select(sa.func.count()).where(*_standing(owner))).scalar_one())

    def cancel(self, id_: int, owner: str | None = None) -> Schedule | None:
        """End it; None when there is no such one (of this owner) that is not cancelled."""
        return self._change(id_, owner, state="cancelled", next_at=None, snoozed_until=None)

    def snooze(self, id_: int, until: float, *, owner: str | None = None) -> Schedule | None:
        """Let it fire once more at this time; the series goes on as it was. One that is done wakes up for it.

        None for a paused one: what it should have sent meanwhile would go out at once.
        """
        paused = SCHEDULES.c.state == "paused"
        return self._change(id_, owner, sa.not_(paused), state="active", snoozed_until=until, held_until=0.0)

    def pause(self, id_: int) -> Schedule | None:
        """Let an active one rest; None where it is none. What it should have sent meanwhile is never sent."""
        return self._turned(id_, "active", state="paused", snoozed_until=None, held_until=0.0)

    def go_on(self, id_: int, *, next_at: float | None) -> Schedule | None:
        """Let a paused one fire again, at this time next (None: its series is over); None where it is not paused."""
        return self._turned(id_, "paused", state="done" if next_at is None else "active", next_at=next_at)

    def postpone(self, id_: int, next_at: float | None) -> None:
        """Move the series on to this time (None: it has no more times of its own)."""
        change = sa.update(SCHEDULES).where(SCHEDULES.c.id == id_, SCHEDULES.c.state == "active")
        self._work.connection.execute(change.values(next_at=next_at))

    def next_wake(self) -> float | None:
        """Return when the next one is due; None when none is."""
        active = SCHEDULES.c.state == "active"
        earliest = [
            sa.select(sa.func.min(at)).where(at.isnot(None), active, SCHEDULES.c.held_until == 0).scalar_subquery()
            for at in (SCHEDULES.c.next_at, SCHEDULES.c.snoozed_until)
        ]
        held = sa.select(sa.func.min(SCHEDULES.c.held_until)).where(_NEXT.isnot(None), active)
        earliest.append(held.where(SCHEDULES.c.held_until > 0).scalar_subquery())
        times = self._work.connection.execute(sa.select(*earliest)).one()
        return min((at for at in times if at is not None), default=None)

    def purge(self, older_than: float, *, limit: int = 500) -> int:
        """Delete reminders that are over and were made before this time; return how many."""
        over = sa.and_(SCHEDULES.c.state.in_(["done", "cancelled"]), SCHEDULES.c.kind == "reminder")
        last = sa.func.coalesce(SCHEDULES.c.fired_at, SCHEDULES.c.created_at)
        ids = sa.select(SCHEDULES.c.id).where(over, last < older_than).limit(limit)
        return self._work.connection.execute(sa.delete(SCHEDULES).where(SCHEDULES.c.id.in_(ids))).rowcount

    def _by_key(self, key: str) -> Any:
        query = sa.select(SCHEDULES).where(SCHEDULES.c.key == key).with_for_update()
        return self._work.connection.execute(query).one_or_none()

    def _turned(self, id_: int, before: str, **values: object) -> Schedule | None:
        change = sa.update(SCHEDULES).where(SCHEDULES.c.id == id_, SCHEDULES.c.state == before)
        row = self._work.connection.execute(change.values(values).returning(*SCHEDULES.c)).one_or_none()
        return _schedule(row) if row else None

    def _change(self, id_: int, owner: str | None, *where: Any, **values: object) -> Schedule | None:
        mine = [SCHEDULES.c.owner == owner] if owner is not None else []
        change = sa.update(SCHEDULES).where(SCHEDULES.c.id == id_, SCHEDULES.c.state != "cancelled", *mine, *where)
        row = self._work.connection.execute(change.values(values).returning(*SCHEDULES.c)).one_or_none()
        return _schedule(row) if row else None


# Spelled out, because of a NULL PostgreSQL's least() makes nothing, and SQLite's min() makes the whole NULL.
_NEXT = sa.case(
    (SCHEDULES.c.snoozed_until.is_(None), SCHEDULES.c.next_at),
    (SCHEDULES.c.next_at.is_(None), SCHEDULES.c.snoozed_until),
    (SCHEDULES.c.next_at < SCHEDULES.c.snoozed_until, SCHEDULES.c.next_at),
    else_=SCHEDULES.c.snoozed_until,
)


def _standing(owner: str | None) -> tuple[Any, ...]:
    stands = sa.or_(SCHEDULES.c.state == "paused", sa.and_(SCHEDULES.c.state == "active", _NEXT.isnot(None)))
    return (stands, SCHEDULES.c.owner == owner) if owner is not None else (stands,)


_TEXTS = ("key", "kind", "owner", "title", "text", "rule", "zone", "phrase", "state", "catch_up")


def _values(schedule: Schedule) -> dict[str, object]:
    values: dict[str, object] = {name: clean(getattr(schedule, name)) for name in _TEXTS}
    return values | {
        "next_at": schedule.next_at,
        "catch_up_within": schedule.catch_up_within,
        "addresses": json.dumps(schedule.addresses),
        "extra": json.dumps(schedule.extra),
    }


def _schedule(row: Any) -> Schedule:
    same = {name: getattr(row, name) for name in (*_TEXTS, "next_at", "catch_up_within")}
    return Schedule(
        **same,
        id=row.id,
        addresses=tuple(json.loads(row.addresses)),
        extra=json.loads(row.extra),
        snoozed_until=row.snoozed_until,
        fired_at=row.fired_at,
        created_at=row.created_at,
        held_until=row.held_until,
        error=row.error,
    )
