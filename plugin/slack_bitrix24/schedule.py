"""The way in from the clock: one tick job per node; what is due stands in the database.

APScheduler only rings the bell. Its own job store, shared by several nodes, doubled 103 of 130 fires, and its cron
reads `1-5` as Tuesday to Saturday; so the table holds the truth, and `when` computes the times.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from slack_bitrix24 import metrics
from slack_bitrix24.errors import StoreError
from slack_bitrix24.model import Notification
from slack_bitrix24.store import Schedule, Store, Submission, Transaction
from slack_bitrix24.submit.ahead import Watched
from slack_bitrix24.submit.due import Due, broken, due, said
from slack_bitrix24.submit.firing import draft
from slack_bitrix24.submit.permissions import Permissions, members, why_not
from slack_bitrix24.submit.reading import Read, Reading
from slack_bitrix24.submit.resolve import Asked, Resolution
from slack_bitrix24.submit.submitter import Submitter, lacking
from slack_bitrix24.submit.telling import tell

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds between looks at the table."""
AT_ONCE = 100
"""Schedules of one look; what is more is due at the next."""
PATIENCE = 50.0
"""Seconds for which a reminder waits until the people of the workspace are read: less than what counts as late."""
SWEEP = 600.0
"""Seconds between steps of the retention."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A schedule as it was read, and what becomes of it."""

    schedule: Schedule
    due: Due
    notifications: Sequence[Notification]


class Clock:
    """`read` reads a Slack group or channel that an address names. `permissions` None: nobody is told of trouble."""

    def __init__(
        self,
        *,
        store: Store,
        submitter: Submitter,
        now: Callable[[], float],
        read: Read,
        permissions: Callable[[], Permissions] | None = None,
        sweep: Callable[[], None] | None = None,
    ) -> None:
        self.store, self.submitter, self.now, self.permissions = store, submitter, now, permissions
        self.reading = Reading(read)
        self._watched = Watched()
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
        self.reading.close()

    def tick(self) -> None:
        """Put what is due into the outbox. Any number of nodes may tick: each planned time is owed once."""
        try:
            now = self.now()
            self._mend(now)
            wake = self.store.read(lambda tx: tx.schedules.next_wake())
            if wake is None or wake > now:
                return
            with self.store.gathering() as written:  # a hundred of the same minute are one commit, not a hundred
                for schedule in self.store.read(lambda tx: tx.schedules.due(now, limit=AT_ONCE)):
                    self._take(schedule, now)
            for wait in written:
                wait()
        except StoreError as error:
            log.warning("schedules wait: %s", error)

    def _mend(self, now: float) -> None:
        """Reckon anew what waits for a time beyond its rule's: the clock was ahead when that was written."""
        waiting = self.store.read(lambda tx: tx.schedules.ahead(now))
        for schedule, at in self._watched.wrong(waiting, now):
            if self.store.write(partial(_set_back, schedule=schedule, at=at)):
                log.warning("schedule %s waited for a time that the clock had been ahead to: set right", schedule.key)

    def _take(self, schedule: Schedule, now: float) -> None:
        """Work off one schedule that is due; written out before the transaction begins, so that it holds nobody up."""
        try:
            plan = self._plan(schedule, now)
        except StoreError:
            raise
        except Exception as error:
            # One that can't be written out must not hold up the others: it is tried again, and its row says why.
            plan = _Plan(schedule, broken(error, now), ())
            if plan.due.error != schedule.error:
                log.exception("schedule %s can't be written out", schedule.key)
        if plan is not None:
            self.store.write_then(partial(self._fire, plan=plan, now=now), partial(self._say, plan))

    def _plan(self, schedule: Schedule, now: float) -> _Plan | None:
        """Return what becomes of it; None while Slack is being asked who is meant."""
        found = self._resolve(schedule)
        told = self.reading.ask(found.unread)
        refusal = self._refusal(schedule, found)
        if told.asking or (refusal and self._reads(schedule, now)):
            return None
        # Resolved once: between two looks at it, what is known of a channel may be forgotten.
        decided = due(schedule, found, now=now, refusal=refusal, refused=told.refused)
        made = [
            one
            for planned in decided.times
            for one in self.submitter.compose(draft(schedule, planned, now=now), found.recipients)
        ]
        return _Plan(schedule, decided, made)

    def _reads(self, schedule: Schedule, now: float) -> bool:
        """Tell whether a right may still come with a group of Slack's that is not read yet."""
        return self.submitter.people().reading and now - (schedule.due_at or now) < PATIENCE

    def _resolve(self, schedule: Schedule) -> Resolution:
        channel = str((schedule.extra or {}).get("channel") or "")
        asked = Asked(author=schedule.owner, channel=channel)
        return self.submitter.resolve(schedule.addresses, asked=asked, typed=schedule.kind == "reminder")

    def _refusal(self, schedule: Schedule, found: Resolution) -> str:
        """Return why the owner of a reminder may not send it now: rights may have gone since it was made."""
        if schedule.kind != "reminder" or self.permissions is None:
            return ""
        directory, people = self.submitter.directory(), self.submitter.people()
        return why_not(schedule.owner, self.permissions(), broad=found.broad, directory=directory, people=people)

    def _fire(self, tx: Transaction, *, plan: _Plan, now: float) -> bool:
        schedule, decided = plan.schedule, plan.due
        if not tx.schedules.unchanged(schedule):
            return False  # another node was faster, or a person changed it
        tx.unreached.note(lacking(decided.unknown), source=f"{schedule.kind}:{schedule.title}")
        if plan.notifications:
            tx.outbox.accept(Submission(plan.notifications))
        if decided.held_until:
            tx.schedules.hold(schedule.id, until=decided.held_until, error=decided.error)
        else:
            over = decided.next_at is None
            tx.schedules.move(schedule.id, fired_at=now, next_at=decided.next_at, done=over, error=decided.error)
        if self.permissions is not None and decided.error and self._news(plan):
            self._tell(tx, plan)
        return True

    @staticmethod
    def _news(plan: _Plan) -> bool:
        """Tell whether it is another trouble than the last time, or the end of a one-off that reached nobody."""
        gone = not plan.due.held_until and plan.due.next_at is None and not plan.due.reached
        return plan.due.error != plan.schedule.error or (gone and plan.schedule.held_until > 0)

    def _tell(self, tx: Transaction, plan: _Plan) -> None:
        assert self.permissions is not None  # noqa: S101 – see _fire
        people = self.submitter.people()
        admins = members(self.permissions().admin, directory=self.submitter.directory(), people=people)
        users = (plan.schedule.owner,) if plan.schedule.kind == "reminder" else admins
        tell(tx, users, lambda language: said(plan.schedule, plan.due, lang=language), people=people)

    def _say(self, plan: _Plan, fired: bool) -> None:  # noqa: FBT001 – what `write_then` hands on
        if not fired:
            return
        schedule, decided = plan.schedule, plan.due
        if not decided.error:
            log.info("schedule %s is due", schedule.key)
            return
        if decided.error != schedule.error:
            log.warning("schedule %s did not reach everybody: %s", schedule.key, decided.error)
        if not decided.reached and not schedule.held_until:
            metrics.UNREACHED.labels(schedule.kind).inc()


def _set_back(tx: Transaction, *, schedule: Schedule, at: float) -> bool:
    if not tx.schedules.unchanged(schedule):
        return False
    tx.schedules.set_back(schedule.id, next_at=at)
    return True
