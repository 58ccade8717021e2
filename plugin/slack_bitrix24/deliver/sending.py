"""How one lane sends what it claimed: as notifications, or through the bridge's bot; and what is known beforehand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import inf

from slack_bitrix24.bitrix24.bot_calls import Bot
from slack_bitrix24.deliver import bots, doubt, flight, versions
from slack_bitrix24.deliver.asking import Asking
from slack_bitrix24.deliver.judge import judge
from slack_bitrix24.deliver.keeping import Keeping
from slack_bitrix24.deliver.setup import Portal
from slack_bitrix24.errors import Bitrix24Error, StoreError, Verdict
from slack_bitrix24.model import Outcome, Stored


class Sending:
    """Sends for one portal; `waiting` tells the users who are owed something next. Threads may share it."""

    def __init__(self, portal: Portal, asking: Asking, waiting: Callable[[], Sequence[int]]) -> None:
        self._portal, self._asking, self._waiting = portal, asking, waiting
        self.keeping = Keeping(portal, asking)
        self._readers = bots.Readers()
        self._lock = threading.Lock()
        self._most = inf  # how large an ATTACH may be, learned from what the portal refuses

    @property
    def needs_no_past(self) -> bool:
        """Tell whether what went out before under a tag does not matter. Raise StoreError."""
        return self._portal.bot is None and bool(self.keeping.known())

    def send(self, claim: doubt.Claim, *, now: float) -> tuple[doubt.Plan, flight.Landed]:
        """Send what is to go out of this; return what that was, and what came back."""
        try:
            plan, post = self._planned(claim, now=now)
        except (Bitrix24Error, StoreError) as error:
            return doubt.Plan(claim, claim.rows), flight.unasked(claim.rows, error)
        if not plan.going:
            return plan, flight.Landed({})
        landed = flight.send(self._portal.client, plan.going, most=self._most, call=post.call if post else None)
        with self._lock:
            # Half, because the portal says that it was too large, and not what would fit.
            self._most = min(self._most, landed.too_large / 2)
        if post is None:
            return plan, landed
        return plan, replace(landed, results=self._finished(post, plan.going, landed))

    def _planned(self, claim: doubt.Claim, *, now: float) -> tuple[doubt.Plan, bots.Post | None]:
        through = [one for one in claim.rows if bots.is_bots(one, claim.known.earlier)]
        if self._portal.bot is None or not through:
            return self.keeping.plan(claim, now=now), None
        rest = tuple(one for one in claim.rows if one not in through)
        plan = self.keeping.plan(replace(claim, rows=rest), now=now)
        users = [one.notification.recipient.user_id for one in through]
        self._readers.learn(users, self._waiting, self._asking.ask_all, now=now)
        settled: dict[int, Outcome] = dict(plan.settled)
        going: list[Stored] = list(plan.going)
        for one in through:
            goes, outcome = self._readers.check(one)
            if outcome is None:
                going.append(goes)
            else:
                settled[one.id] = outcome
        bot = self._portal.bot.get(self._asking.ask)
        bases, waiting = self._bases(bot, [one for one in going if one not in plan.going], claim.known, now=now)
        going = [one for one in going if one.id not in waiting]
        settled.update(waiting)
        buttons = self._portal.buttons
        post = bots.Post(bot, bases, claim.known.taken, buttons, self._portal.files, buttons.loud(), self._most)
        return doubt.Plan(claim, going, settled, frozenset(one.id for one in through)), post

    def _bases(
        self, bot: Bot, through: Sequence[Stored], known: doubt.Known, *, now: float
    ) -> tuple[bots.Bases, dict[int, Outcome]]:
        """Return what each takes the place of; and what waits, because nothing can be found out about it now."""
        found: bots.Bases = {}
        waiting: dict[int, Outcome] = {}
        for one in through:
            if one.notification.kind not in ("bot", "delete"):
                continue  # a guest's
            chain = known.chains.get(one.id, ())
            lost = versions.doubtful(one, chain, in_doubt=one.id in known.doubts, now=now)
            try:
                found[one.id] = base = versions.base(bot, chain, lost, ask=self._asking.ask)
                if (early := versions.taken_back(one, base, now=now)) is not None:
                    waiting[one.id] = early
            except Bitrix24Error as error:
                if error.verdict is Verdict.PORTAL:
                    raise
                # One dialog that gives no answer must not keep the others waiting.
                waiting[one.id] = judge(error, one, now=now)
        return found, waiting

    def _finished(self, post: bots.Post, going: Sequence[Stored], landed: flight.Landed) -> Mapping[int, flight.Result]:
        finished: dict[int, flight.Result] = {}
        looked_for = post.looked_for(going, landed.results)
        for one in going:
            result = landed.results[one.id]
            try:
                whole = landed.whole is not None and result is landed.whole
                finished[one.id] = (
                    result if whole else post.settled(one, result, self._asking.ask, look=one.id in looked_for)
                )
            except Bitrix24Error as error:
                finished[one.id] = bots.unposted(error)
        return finished
