"""Messages of the bridge's bot in place of notifications: sent once, replaced, taken back. No I/O but by `ask`.

Each version of a notification has a key of its own (`templateId`), made of what is stored, so that a repetition returns
the first one's id. Bitrix24 server source, main 26.250 (2026-04); docs/explanation/delivery.md.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from slack_bitrix24.bitrix24 import bot_calls
from slack_bitrix24.bitrix24.bot_calls import Bot
from slack_bitrix24.bitrix24.bot_files import sent
from slack_bitrix24.bitrix24.bots import GONE, message_id
from slack_bitrix24.bitrix24.codes import not_created
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.bitrix24.users import IDS_AT_ONCE, User, people, read_people
from slack_bitrix24.deliver import calls, files, reasons, versions
from slack_bitrix24.deliver.buttons import Buttons, is_shown_again
from slack_bitrix24.deliver.versions import Base
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.model import Dead, Outcome, Stored, is_over
from slack_bitrix24.store import Taking

log = logging.getLogger(__name__)

Ask = Callable[[Call], Answer]
AskAll = Callable[[Sequence[Call]], Sequence[Answer]]
AHEAD: Final = 50
"""Calls of one request, each for a hundred people."""
Result = Answer | Bitrix24Error
Bases = dict[int, Base]

LOST: Final = frozenset({"MESSAGE_NOT_FOUND", "MESSAGE_ACCESS_DENIED"})
"""What an update of a message that is not there is refused with: the next generation is sent."""
LOOK_FROM: Final = 4
"""Attempts from which on SENDING_FAILED is looked into: the first call may still be running before."""
LOOKS: Final = 3
"""Dialogs that are looked through after one request: each costs up to three, and where a whole batch still runs, the
key tells of all of it a few seconds later."""
TAKEN: Final = "it went to a guest as a notification, and can't be taken back"


@dataclass(frozen=True, slots=True)
class Post:
    """What goes out of one claim through the bot.

    `bases` are what each takes the place of, `taken` who took it, by sub-tag; `loud` are the sources
    whose newer versions are new messages, which ring. An ATTACH larger than `most` (`size.longest`) is cut.
    """

    bot: Bot
    bases: Mapping[int, Base] = field(default_factory=dict)
    taken: Mapping[str, Taking] = field(default_factory=dict)
    buttons: Buttons = field(default_factory=Buttons)
    read: files.Read = files.nothing
    loud: frozenset[str] = frozenset()
    most: float = inf

    def call(self, one: Stored) -> Call:
        """Return the call for a notification. Raise ValueError or `Bitrix24Error` where none can be made of it."""
        note, before = one.notification, self._before(one)
        if note.kind == "delete" and before is not None:
            return bot_calls.delete(self.bot, before.bitrix24_id or 0)
        if note.kind != "bot":
            return calls.call(one, most=self.most)
        if before is not None and before.bitrix24_id:
            return self._send(one, self.key_of(one)) if self._rings(one) else self._update(one, before.bitrix24_id)
        # Of one whose answer got lost the id is not known: under its key it is found, or sent with what is new.
        return self._send(one, self.key_of(before or one))

    def key_of(self, one: Stored) -> str:
        """Return the key of one version for one person."""
        return versions.key_of(self.bot, one)

    def looked_for(self, going: Sequence[Stored], results: Mapping[int, Result]) -> frozenset[int]:
        """Return those that are looked for, because their key is taken and they were tried often enough."""
        failed = [one for one in going if one.attempts >= LOOK_FROM and _is_taken(results[one.id])]
        return frozenset(one.id for one in failed[:LOOKS])

    def settled(self, one: Stored, result: Result, ask: Ask, *, look: bool = False) -> Result:
        """Return what the answer means, as the id of a message; what it takes is asked. Raise `Bitrix24Error`."""
        note, before = one.notification, self._before(one)
        if note.kind == "delete":
            return self._taken_back(one, result, ask) if before is not None else result
        if note.kind != "bot":
            return result
        known = before.bitrix24_id if before is not None and not self._rings(one) else None
        mended = result
        if isinstance(result, Bitrix24Error):
            mended = self._found(one, result, ask) if look else self._mended(one, result, ask, known=bool(known))
        if isinstance(mended, Bitrix24Error):
            return mended
        number = known if known and mended is result else message_id(mended.result)
        if before is not None and not before.bitrix24_id:
            # The portal may have answered the first one's id for its key, with the old text.
            ask(self._update(one, number))
        return self._accompanied(one, replace(mended, result=number), ask)

    def _before(self, one: Stored) -> Stored | None:
        return self.bases.get(one.id, Base()).before

    def _rings(self, one: Stored) -> bool:
        """Tell whether it comes as a new message in place of the one that is there."""
        before, note = self._before(one), one.notification
        if before is None or before.id == one.id or not before.bitrix24_id or is_shown_again(note):
            return False
        # What fires after its end is no news of the old message, which may be days above.
        return note.source in self.loud or (is_over(before.notification) and not is_over(note))

    def _taken_back(self, one: Stored, result: Result, ask: Ask) -> Result:
        if isinstance(result, Bitrix24Error) and result.code.upper() not in GONE:
            return result
        self._clear(one, self.bases[one.id].obsolete, ask)
        return Answer(1)

    def _clear(self, one: Stored, obsolete: Iterable[int], ask: Ask) -> None:
        """Take away what a version leaves behind: older messages, and the files of the one before."""
        before = self._before(one)
        if before is not None and before.id != one.id:
            files.remove(before, self.bot, ask=ask)
        for number in obsolete:
            files.gone(self.bot, number, ask=ask)

    def _accompanied(self, one: Stored, answer: Answer, ask: Ask) -> Result:
        base, number = self.bases.get(one.id, Base()), int(answer.result)
        rung = [base.before.bitrix24_id or 0] if base.before is not None and self._rings(one) else []
        self._clear(one, [each for each in (*rung, *base.obsolete) if each != number], ask)
        refused = files.bring(one, self.bot, after=number, key=self.key_of(one), read=self.read, ask=ask)
        return refused or answer

    def _mended(self, one: Stored, error: Bitrix24Error, ask: Ask, *, known: bool) -> Result:
        if error.code.upper() == "PARAM_KEYBOARD_ERROR":
            # An alert without its buttons is better than none.
            return ask(replace(self, buttons=Buttons()).call(one))
        if known and error.code.upper() in LOST:
            return ask(self._send(one, self.key_of(one)))
        return error

    def _found(self, one: Stored, error: Bitrix24Error, ask: Ask) -> Result:
        before = self._before(one)
        sent_as = one if before is None or before.bitrix24_id else before
        number = sent(ask, self.bot, one.notification.recipient.user_id).get(self.key_of(sent_as), 0)
        return Answer({"id": number}) if number else error

    def _send(self, one: Stored, key: str) -> Call:
        note, keyboard = one.notification, self._buttons(one)
        user, text, attach = note.recipient.user_id, self._text(one), calls.card(note.attach, self.most)
        return bot_calls.send(self.bot, user, text, key=key, attach=attach or "", keyboard=keyboard)

    def _update(self, one: Stored, number: int) -> Call:
        text, attach = self._text(one), calls.card(one.notification.attach, self.most)
        return bot_calls.update(self.bot, number, text, attach=attach or "", keyboard=self._buttons(one))

    def _buttons(self, one: Stored) -> list[dict[str, str]]:
        return self.buttons.of(self.bot, one, taken=one.notification.sub_tag in self.taken)

    def _text(self, one: Stored) -> str:
        # First, because the portal cuts a long text at its end.
        note = one.notification
        taking = self.taken.get(note.sub_tag)
        return "\n".join(filter(None, (self.buttons.told(note, taking) if taking else "", note.message)))


def _is_taken(result: Result) -> bool:
    return isinstance(result, Bitrix24Error) and result.code.upper() == "SENDING_FAILED"


def is_bots(one: Stored, earlier: Mapping[int, Stored]) -> bool:
    """Tell whether a notification goes through the bot, or takes back what did."""
    before = earlier.get(one.id)
    return one.notification.kind == "bot" or (
        one.notification.kind == "delete" and before is not None and before.notification.kind == "bot"
    )


class Readers:
    """Who a bot reaches: the dismissed are answered with an id like all others, and a guest can't open the chat."""

    def __init__(self, lasts: float = 86_400.0) -> None:
        self._known: dict[int, tuple[User | None, float]] = {}
        self._lasts = lasts
        self._lock = threading.Lock()

    def learn(self, users: Sequence[int], more: Callable[[], Sequence[int]], ask: AskAll, *, now: float) -> None:
        """Ask for those that were not asked for within a day, and in the same request for `more` who will be needed.

        A broadcast would else cost two requests for every fifty. Raise `Bitrix24Error`, StoreError.
        """
        with self._lock:
            wanted = self._unknown(users, now=now)
            if not wanted:
                return
            wanted = list(dict.fromkeys([*wanted, *self._unknown(more(), now=now)]))[: AHEAD * IDS_AT_ONCE]
            parts = [wanted[begin : begin + IDS_AT_ONCE] for begin in range(0, len(wanted), IDS_AT_ONCE)]
            found: dict[int, User]
            try:
                answers = ask([people(part) for part in parts])
                found = {id_: user for answer in answers for id_, user in read_people(answer).items()}
            except Bitrix24Error as error:
                if error.verdict is not Verdict.DEAD:
                    raise
                # A portal that does not tell is no reason to keep an alert back: it goes out, as if all were employees.
                log.warning("who the bot's readers are is not known, so the dismissed are not told apart: %s", error)
                found = {user: User(user) for user in wanted}
            self._known.update((user, (found.get(user), now)) for user in wanted)

    def _unknown(self, users: Sequence[int], *, now: float) -> list[int]:
        return sorted({user for user in users if now - self._known.get(user, (None, -1e18))[1] > self._lasts})

    def check(self, one: Stored) -> tuple[Stored, Outcome | None]:
        """Return how a notification goes out, or what becomes of it without going out."""
        user_id = one.notification.recipient.user_id
        user = self._known.get(user_id, (None, 0.0))[0]
        if user is not None and user.extranet:
            if one.notification.kind == "delete":
                return one, Dead(TAKEN, "CANT_BE_TAKEN_BACK")
            return replace(one, notification=files.linked(replace(one.notification, kind="personal"))), None
        if one.notification.kind == "bot" and (user is None or not user.active or user.bot):
            error = reasons.why(not_created(), user_id, user)
            return one, Dead(error.description.removesuffix(" (result: false)"), error.code)
        return one, None


def unposted(error: Bitrix24Error) -> Bitrix24Error:
    """Return what it means for a message that its last step could not be asked for: it goes again, under its key."""
    return error.but(verdict=Verdict.UNKNOWN if error.verdict is Verdict.DEAD else error.verdict)
