"""Who took an alert: each portal's bot is asked for clicks, by one node at a time, and all readers are shown it.

Events live 24 hours at the portal and are deleted by the next call's offset, which is kept after the work is done: a
click may be heard twice, and counts once. What readers are shown goes through the outbox like any edit.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from slack_bitrix24.bitrix24.bot_calls import Bot
from slack_bitrix24.bitrix24.bots import EVENTS, command, events
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.config import Settings
from slack_bitrix24.deliver import buttons
from slack_bitrix24.deliver.setup import BotOf
from slack_bitrix24.errors import Bitrix24Error, StoreError
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient, Stored, is_over
from slack_bitrix24.slack.replies.answers import taken_by
from slack_bitrix24.slack.replies.words import escape, say
from slack_bitrix24.store import Store, Submission, Transaction, is_gone
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.permissions import members
from slack_bitrix24.submit.telling import tell

log = logging.getLogger(__name__)

POLL: Final = 5.0
"""Seconds between questions to a bot."""
DEAF: Final = 12 * 3600.0
"""Seconds without an answer after which administrators are told: half of what events live."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How one portal is asked."""

    bot: BotOf
    ask: Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of people, and what the configuration says, at the moment."""

    directory: Callable[[], Directory]
    people: Callable[[], People]
    settings: Callable[[], Settings]


class Clicks:
    """A thread for each bot; `poll` seconds pass between two questions."""

    def __init__(
        self, portals: Mapping[str, Heard], *, store: Store, owner: str, around: Around, poll: float = POLL
    ) -> None:
        self._portals, self._store, self._owner, self._around, self._poll = portals, store, owner, around, poll
        self._ending = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(name,), name=f"clicks-{name}", daemon=True) for name in portals
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, and let another node ask."""
        self._ending.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(2.0)

    def _run(self, portal: str) -> None:
        ready, said = 0, ""
        while not self._ending.is_set():
            more = False
            if not self._around.settings().acknowledged:
                self._ending.wait(self._poll)
                continue
            try:
                bot = self._portals[portal].bot.get(self._portals[portal].ask)
                if ready != bot.id:
                    # A button whose command is not registered is swallowed without a word.
                    command(self._portals[portal].ask, bot, buttons.COMMAND)
                    ready = bot.id
                more, said = self.look(portal, bot), ""
            except (Bitrix24Error, StoreError) as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("portal %s: its bot was not asked for clicks: %s", portal, error)
                self._deaf(portal, said)
            except Exception:
                # A thread that ends would leave every later click unheard.
                log.exception("portal %s: clicks could not be worked off", portal)
            if not more:
                self._ending.wait(self._poll)

    def look(self, portal: str, bot: Bot) -> bool:
        """Ask once, where no other node does; tell whether there is more at once. Raise Bitrix24Error, StoreError."""
        offset = self._store.write(lambda tx: tx.bots.hold(portal, self._owner, gone=is_gone))
        if offset is None:
            return False
        found, following = events(self._portals[portal].ask, bot, offset)
        for event in found:
            if (click := buttons.read(event)) is not None:
                self._take(portal, bot, click)
        self._store.write(lambda tx: tx.bots.heard(portal, self._owner, offset=following))
        return len(found) >= EVENTS

    def _take(self, portal: str, bot: Bot, click: buttons.Click) -> None:
        one = self._store.read(lambda tx: tx.outbox.get(click.notification))
        if why := buttons.refusal(click, one, bot, portal=portal):
            log.info("portal %s: a click of user %s does not count: %s", portal, click.user, why)
        elif one is not None:
            self._store.write(lambda tx: self._taken(tx, one, click))

    def _taken(self, tx: Transaction, one: Stored, click: buttons.Click) -> None:
        note, people = one.notification, self._around.people()
        known = self._around.directory().slack_ids(Recipient(note.recipient.portal, click.user))
        person = people.users.get(known[0]) if known else None
        name = person.name if person else click.name or str(note.recipient)
        newest = tx.taken.newest(note.sub_tag)
        if any(is_over(each.notification) for each in newest):
            log.info("%s is over: a click of user %s comes too late", note.sub_tag, click.user)
            return
        if not tx.taken.take(note.sub_tag, by=name):
            return
        log.info("%s was taken by %s", note.sub_tag, name)
        tx.outbox.accept(Submission(buttons.shown_again(newest)))
        if place := place_of(note.sub_tag):
            channel, ts = place
            languages = sorted({self._language(each.notification.recipient) for each in newest})
            zone = self._around.settings().timezone
            said = [taken_by(name, tx.now, lang=each, zone=zone) for each in languages]
            tx.receipts.say(channel, "\n".join(said), language=languages[0], thread=ts)

    def _language(self, recipient: Recipient) -> str:
        known = self._around.directory().slack_ids(recipient)
        return self._around.people().language(known[0]) if known else "en"

    def _deaf(self, portal: str, reason: str) -> None:
        """Tell administrators, once, where the bot was not heard for too long."""
        around = self._around

        def write(tx: Transaction) -> None:
            if tx.bots.deaf(portal, longer=DEAF):
                people = around.people()
                admins = members(around.settings().permissions.admin, directory=around.directory(), people=people)
                values = {"portal": escape(portal), "reason": escape(reason)}
                tell(tx, admins, lambda language: say(language, "bot_deaf", **values), people=people)

        try:
            self._store.write(write)
        except StoreError as error:
            log.warning("portal %s: nobody could be told that its bot is not heard: %s", portal, error)


def place_of(tag: str) -> tuple[str, str] | None:
    """Return the channel and the time stamp of the message that a relay's tag names; None for another's."""
    kind, _, rest = tag.partition(":")
    parts = rest.rsplit(":", 2)
    return (parts[1], parts[2]) if kind == "relay" and len(parts) == 3 else None
