"""The way in from the clock: one tick job per node; what is due stands in the database.

APScheduler only rings the bell. Its own job store, shared by several nodes, doubled 103 of 130 fires, and its cron
reads `1-5` as Tuesday to Saturday; so the table holds the truth, and `when` computes the times.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

from slack_bitrix24.errors import StoreError
from slack_bitrix24.model import Notification
from slack_bitrix24.store import Schedule, Store, Submission, Transaction
from slack_bitrix24.submit.firing import draft, firing
from slack_bitrix24.submit.resolve import Asked, Resolution
from slack_bitrix24.submit.submitter import Submitter

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds between looks at the table."""
AT_ONCE = 100
PATIENCE = 50.0
"""Seconds for which a schedule waits for Slack to tell who is meant: less than what counts as late."""
SWEEP = 600.0
"""Seconds between steps of the retention."""


class Clock:
    """`read_members` reads a Slack group or channel that an address names; it may raise."""

    def __init__(
        self,
        *,
        store: Store,
        submitter: Submitter,
        now: Callable[[], float],
        read_members: Callable[[str], None],
        sweep: Callable[[], None] | None = None,
    ) -> None:
        self.store, self.submitter, self.now, self.read_members = store, submitter, now, read_members
        self._unread: set[str] = set()
        self._said: set[str] = set()
        self._scheduler = BackgroundScheduler(timezone=UTC)
        options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._scheduler.add_job(self.tick, "interval", seconds=TICK, **options)
        if sweep is not None:
            self._scheduler.add_job(sweep, "interval", seconds=SWEEP, **options)

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the tick in hand and end."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def tick(self) -> None:
        """Put what is due into the outbox. Any number of nodes may tick: each planned time is owed once."""
        try:
            due = self.store.read(lambda tx: tx.schedules.next_wake())
            if due is not None and due <= self.now():
                self._prepare()
                fired = self.store.write(self._fire)
                for name in fired:
                    log.info("schedule %s is due", name)
        except StoreError as error:
            log.warning("schedules wait: %s", error)

    def _prepare(self) -> None:
        """Read the members that due schedules need, outside the transaction."""
        now = self.now()
        due = [one for one in self.store.read(lambda tx: tx.schedules.upcoming(None, limit=AT_ONCE)) if _due(one, now)]
        self._unread = set()
        for wanted in {each for one in due for each in self._resolve(one).unread}:
            try:
                self.read_members(wanted)
            except Exception as error:  # noqa: BLE001 – whatever Slack's client raises, the others are notified
                self._unread.add(wanted)
                if wanted not in self._said:
                    log.warning("the members of %s can't be read now: %s", wanted, str(error).splitlines()[0])
        self._said = set(self._unread)

    def _waits(self, schedule: Schedule, now: float) -> bool:
        """Tell whether a schedule is held back for a while, because Slack can't be asked who is meant."""
        due = schedule.due_at
        return due is not None and now - due < PATIENCE and bool(self._unread & set(self._resolve(schedule).unread))

    def _resolve(self, schedule: Schedule) -> Resolution:
        channel = str((schedule.extra or {}).get("channel") or "")
        asked = Asked(author=schedule.owner, channel=channel)
        return self.submitter.resolve(schedule.addresses, asked=asked, typed=schedule.kind == "reminder")

    def _fire(self, tx: Transaction) -> list[str]:
        now, fired = self.now(), []
        for schedule in tx.schedules.due(now, limit=AT_ONCE):
            if self._waits(schedule, now):
                continue
            try:
                made = self._notifications(schedule, now)
            except Exception:
                # One that can't be written out must not hold up the others: it is passed over, and the log says why.
                log.exception("schedule %s can't be written out", schedule.key)
                made = []
            if made:
                tx.outbox.accept(Submission(made))
            plan = firing(schedule, now=now)
            tx.schedules.move(schedule.id, fired_at=now, next_at=plan.next_at, done=plan.next_at is None)
            fired.append(schedule.key)
        return fired

    def _notifications(self, schedule: Schedule, now: float) -> Sequence[Notification]:
        found = self._resolve(schedule)
        for unread in found.unread:
            log.warning("schedule %s: the members of %s are not known, they are passed over", schedule.key, unread)
        for unknown in found.unknown:
            log.warning("schedule %s: %s gives nobody (%s)", schedule.key, unknown.address, unknown.reason.value)
        times = list(firing(schedule, now=now).times)
        if schedule.snoozed_until is not None and schedule.snoozed_until <= now:
            times.append(schedule.snoozed_until)
        return [
            made
            for planned in times
            for made in self.submitter.compose(draft(schedule, planned, now=now), found.recipients)
        ]


def _due(schedule: Schedule, now: float) -> bool:
    return schedule.due_at is not None and schedule.due_at <= now
