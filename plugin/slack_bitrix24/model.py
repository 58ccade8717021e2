"""What the program speaks of: recipients, notifications, outcomes, receipts. Frozen values, no I/O.

Times are Unix seconds (float, UTC) in stored values and aware `datetime`s where a person's clock matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal


@dataclass(frozen=True, slots=True, order=True)
class Recipient:
    """A user of a portal. `portal` is a name of the configuration, `user_id` Bitrix24's, from 1."""

    portal: str
    user_id: int

    def __str__(self) -> str:
        """Return the address that names this recipient: `bitrix24:acme/10`."""
        return f"bitrix24:{self.portal}/{self.user_id}"


class State(StrEnum):
    """The states of a notification: who sets each, who clears it, how long it stays."""

    PENDING = "pending"
    """Set when accepted, after a failed attempt that may be repeated, by a retry by hand. A lane's claim clears it."""
    SENDING = "sending"
    """Set by a claim, before the request. Cleared with the outcome, or by the lane's next holder after a crash."""
    DELIVERED = "delivered"
    """Bitrix24 has it. Final; purged after the retention time."""
    DEAD = "dead"
    """Refused for good, or given up after 24 hours. Stays until it is retried by hand or purged."""
    SUPERSEDED = "superseded"
    """A newer version of the same tag was made before this one went out. Final."""
    CANCELLED = "cancelled"
    """Taken back by a person before it went out. Final."""


SentAs = Literal["personal", "system", "bot"]
"""How it is sent: in the webhook owner's name, in nobody's, or as a message of the bridge's own bot."""
Kind = Literal["personal", "system", "bot", "delete"]
"""Which call: im.notify.personal.add, im.notify.system.add, a message of the bridge's bot, or a deletion of either."""

Priority = Literal["high", "normal", "low"]
"""Which share of a portal's requests: eight times as many as the next."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a notification: at an address, or `kept` in the database under an id."""

    name: str
    url: str = ""
    kept: str = ""


OVER_KEY = "over:"
"""How the keys begin of what says that an alert is over: what fires after it is a new message of the bot, and rings."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for one recipient, as it is stored and sent.

    `key` is unique: accepting the same key again owes nothing new. `tag` is the whole tag on the wire (it ends
    with `|U<user id>`); a newer notification with the same portal and tag supersedes and replaces an older one.
    `sub_tag` is the tag without the recipient: what all recipients of one event share. `attach` is the ATTACH as JSON
    text, or empty. `author` is who asked for it: a Slack id, a webhook's or a schedule's name. `source` names the way
    in and what came in, for people: `command`, `relay:alerts`, `schedule:stand-up`, `cli`. `priority` is for all of
    one submission alike. `files` are uploaded after the text by the bot that sends it.
    """

    key: str
    recipient: Recipient
    message: str
    tag: str
    sub_tag: str = ""
    message_out: str = ""
    attach: str = ""
    kind: Kind = "personal"
    source: str = ""
    author: str = ""
    not_before: float = 0.0
    priority: Priority = "normal"
    files: tuple[Attached, ...] = ()


def is_over(note: Notification) -> bool:
    """Tell whether a notification says that its alert is over."""
    return note.key.startswith(OVER_KEY)


@dataclass(frozen=True, slots=True)
class Stored:
    """A notification as the outbox holds it. `error` is the last refusal, in words; `code` Bitrix24's code of it.

    `perhaps_twice`: an earlier attempt may have arrived too, and no tag made the last one replace it.
    """

    id: int
    notification: Notification
    state: State
    attempts: int
    created_at: float
    due_at: float
    sent_at: float | None = None
    finished_at: float | None = None
    bitrix24_id: int | None = None
    code: str = ""
    error: str = ""
    receipt_id: int | None = None
    perhaps_twice: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """Outcome: Bitrix24 has it under this id (0 for a deletion)."""

    bitrix24_id: int


@dataclass(frozen=True, slots=True)
class Retry:
    """Outcome: it goes out again, not before `at` (Unix seconds).

    `ambiguous` when it may have been executed. `counts` is False where the refusal says nothing about the notification
    (the portal is stopped, the bucket was full): such an attempt does not age it. `alone`: in a request of its own.
    """

    at: float
    error: str
    code: str = ""
    ambiguous: bool = False
    counts: bool = True
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """Outcome: refused for good."""

    error: str
    code: str = ""


Outcome = Delivered | Retry | Dead


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where the answer goes when the outcome is known.

    `kind` response_url: `target` = {"url": …}; chat: {"channel": …, "ts": …}. `language` is en or ru. `names` maps each
    recipient's address (`str(Recipient)`) to what its people call it. `notes` are lines that stand in the first answer
    and stay in the last (who could not be resolved).
    """

    kind: Literal["response_url", "chat"]
    target: dict[str, str]
    language: str = "en"
    names: dict[str, str] | None = None
    notes: tuple[str, ...] = ()


JSON = dict[str, Any]
"""A JSON object as it came from outside: unchecked."""
