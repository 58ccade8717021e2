"""The portal: its people, what they were sent, who may call, and how much. No I/O.

What answers a request holds `lock`; the methods here take it themselves, from any thread.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from slack_bitrix24.sandbox.portal.access import SCOPES, Caller, Webhook
from slack_bitrix24.sandbox.portal.bots import people
from slack_bitrix24.sandbox.portal.bots.store import Bots
from slack_bitrix24.sandbox.portal.bucket import Buckets, plan_of
from slack_bitrix24.sandbox.portal.envelope import BAD_CREDENTIALS, EXPIRED_TOKEN, NO_AUTH, Json, Reason, Refusal
from slack_bitrix24.sandbox.portal.faults import Fault, Faults
from slack_bitrix24.sandbox.portal.files import Files
from slack_bitrix24.sandbox.portal.notifications import Notification, Notifications
from slack_bitrix24.sandbox.portal.oauth import OAuth
from slack_bitrix24.sandbox.portal.operating import Operating
from slack_bitrix24.sandbox.portal.people import DEPARTMENTS, USERS, Department, User
from slack_bitrix24.sandbox.portal.rules import OPERATING_LIMIT, SOURCE, UNCOUNTED, checked, told
from slack_bitrix24.sandbox.portal.seen import delivered
from slack_bitrix24.sandbox.portal.seen.reader import reader

COUNTED = (
    *("requests", "commands", "executed", "replaced", "deleted", "raced", "unanswered"),
    *("bot_sent", "bot_updated", "bot_deleted", "deduplicated"),
)
WEBHOOK = (1, "5andb0xsecret0001")


@dataclass
class Portal:
    """A Bitrix24 portal in memory.

    plan                "standard", "enterprise", "off", or "CAPACITY,RATE": requests at once, and a second
    operating_limit     seconds of a method's work in `operating_window` seconds, None: by the rules; 0: no limit
    attach_limit        characters of an ATTACH; 30,000 on older portals
    work                seconds that each command really takes, one after the other within a batch
    charge              seconds that each command is counted as operating time on top of that
    unknown_users       "accept" or "false": what notifying nobody is answered (not documented)
    https_required      refuse plain http, as Bitrix24 does
    revision            of its REST; imbot.v2 is there from 33 on
    rules               "source": as Bitrix24's server is; "docs": as its documentation has it
    """

    plan: str = "standard"
    operating_limit: float | None = None
    operating_window: float = 600.0
    attach_limit: int = 60_000
    work: float = 0.0
    charge: float = 0.0
    unknown_users: str = "accept"
    https_required: bool = False
    rules: str = SOURCE
    webhook: tuple[int, str] = field(default=WEBHOOK, repr=False)
    scopes: Sequence[str] = SCOPES
    people: Sequence[User] = USERS
    departments: Sequence[Department] = DEPARTMENTS
    clock: Callable[[], float] = time.time
    seed: int = 0
    revision: int = 36

    users: dict[int, User] = field(init=False)
    webhooks: dict[tuple[int, str], Webhook] = field(init=False, repr=False)
    oauth: OAuth = field(init=False, repr=False)
    store: Notifications = field(init=False, repr=False)
    bots: Bots = field(init=False, repr=False)
    files: Files = field(init=False, repr=False)
    faults: Faults = field(init=False)
    counts: Counter[str] = field(init=False, default_factory=Counter)
    refused: Counter[str] = field(init=False, default_factory=Counter)
    warnings: Counter[str] = field(init=False, default_factory=Counter)

    def __post_init__(self) -> None:
        self.lock, self.attach_seconds = threading.RLock(), 0.0
        self.users = {user.id: user for user in self.people}
        self.webhooks = {self.webhook: Webhook(*self.webhook, frozenset(self.scopes))}
        self.oauth = OAuth(user_id=self.webhook[0], scopes=tuple(self.scopes))
        self.store, self.files, self.faults = Notifications(), Files(), Faults(self.seed)
        self.bots = Bots()
        self.buckets = Buckets(plan_of(self.plan))
        self.follow(self.rules)

    def follow(self, rules: str) -> None:
        """Follow these rules from now on; ValueError when there are no such ones."""
        self.rules = checked(rules)
        limit = OPERATING_LIMIT[rules] if self.operating_limit is None else self.operating_limit
        self.operating = Operating(limit, self.operating_window, least=UNCOUNTED[rules])

    def webhook_url(self, base: str) -> str:
        """Return the webhook's URL at the server's address `base`."""
        return base.rstrip("/") + self.webhooks[self.webhook].path

    def revoke(self, *, revoked: bool = True) -> None:
        """Revoke the webhook, as its owner does at the portal, or bring it back."""
        self.webhooks[self.webhook].revoked = revoked

    def notifications(self, user_id: int | None = None) -> list[Json]:
        """Return what one person sees, or everyone, the newest first."""
        with self.lock:
            seen = self.store.visible() if user_id is None else self.store.seen_by(user_id)
            return [one.json() for one in seen]

    def seen(self, user_id: int | None = None) -> list[Json]:
        """Return what one person reads of each, or everyone: the words in the centre, in the push and in the mail."""
        with self.lock:
            visible = self.store.visible() if user_id is None else self.store.seen_by(user_id)
            return [one.json() | self.reader(one) for one in visible]

    def chats(self, user_id: int | None = None) -> list[Json]:
        """Return the dialogs with bots of one person, or of everyone, as they are drawn."""
        with self.lock:
            return people.chats(self.bots, self.users, user_id)

    def click(self, message: int, user: int, *, command: str, params: str = "") -> bool:
        """Let a person run a command below a bot's message; return whether the bot hears of it."""
        with self.lock:
            return people.click(self.bots, self.users, people.Clicked(message, user, command, params), now=self.clock())

    def say(self, bot: int, user: int, text: str) -> int:
        """Let a person write to a bot; return the message's id."""
        with self.lock:
            return people.say(self.bots, self.users, bot=bot, user=user, text=text, now=self.clock())

    def view(self, bot: int, user: int) -> int:
        """Let a person read a dialog with a bot; return how many messages were new."""
        with self.lock:
            return people.view(self.bots, bot=bot, user=user)

    def reader(self, one: Notification) -> Json:
        """Return how one notification reaches its reader."""
        text = delivered(one.message) if self.rules == SOURCE else one.message
        return reader(text, kept=one.message, message_out=one.message_out, attach=one.attach)

    def log(self) -> list[Json]:
        """Return for each (user_id, tag) how many sends were `executed`, and how many of them are `seen`."""
        with self.lock:
            return self.store.counts()

    def sends(self) -> list[Json]:
        """Return every send that was executed, in order; `gone` says how it went: "", replaced or deleted."""
        with self.lock:
            return [one.json() | {"gone": one.gone} for one in self.store.sent]

    def stats(self) -> Json:
        """Return counts: requests, commands, executed notifications, replaced ones, refusals, warnings."""
        with self.lock:
            counted: Json = {name: self.counts[name] for name in COUNTED}
            counted["attach_seconds"] = round(self.attach_seconds, 6)
            faults = {"waiting": [fault.json() for fault in self.faults.waiting], "happened": self.faults.happened}
            return counted | {"refused": dict(self.refused), "warnings": dict(self.warnings), "faults": faults}

    def fail(self, *faults: Fault) -> None:
        """Ask for faults."""
        with self.lock:
            self.faults.add(*faults)

    def reset(self) -> None:
        """Forget notifications, files, faults, limits and counts; people, webhook and tokens stay."""
        with self.lock:
            self.store.clear()
            self.bots.clear()
            self.files.clear()
            self.faults.reset()
            self.buckets.clear()
            self.operating.clear()
            self.attach_seconds = 0.0
            for counter in (self.counts, self.refused, self.warnings):
                counter.clear()

    def warn(self, text: str) -> None:
        """Count something that the documents don't allow but no error is documented for."""
        self.warnings[text] += 1

    def refuse(self, reason: Reason) -> Reason:
        """Count a refusal, and return it as the rules word it."""
        with self.lock:
            self.refused[reason.code] += 1
        return told(reason, self.rules)

    def caller(self, credentials: tuple[int, str] | str) -> Caller:
        """Return who calls with a webhook's (user id, secret) or an access token; Refusal when nobody does."""
        if isinstance(credentials, str):
            return self._bearer(credentials)
        webhook = self.webhooks.get(credentials)
        if webhook is None or webhook.revoked:
            raise Refusal(BAD_CREDENTIALS)
        return Caller(webhook.user_id, webhook.scopes, key=f"webhook {webhook.user_id}/{webhook.secret}")

    def _bearer(self, token: str) -> Caller:
        found = self.oauth.user_of(token, self.clock())
        if found is None:
            raise Refusal(NO_AUTH)
        user_id, holds = found
        if not holds:
            raise Refusal(EXPIRED_TOKEN)
        client = self.oauth.client_id
        return Caller(user_id, frozenset(self.oauth.scopes), key=client, client_id=client)
