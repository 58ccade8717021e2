"""Who has an e-mail address: by Slack and the mapping file, else by Bitrix24."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable

from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.errors import AddressError, Bitrix24Error, Verdict
from slack_bitrix24.mapping import Directory
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.people import People
from slack_bitrix24.web.posting import NotYetError

log = logging.getLogger(__name__)

KNOWN = 3600.0
"""Seconds for which it is known who has an e-mail, or that nobody has."""
UNANSWERED = 30.0
"""Seconds for which a portal that did not answer is left in peace: everything behind would wait as well."""
MOST = 10_000
"""E-mails that are remembered; beyond that all are asked for anew."""


class Emails:
    """`client` gives a portal's client; the first of `portals` that knows the e-mail counts."""

    def __init__(
        self,
        portals: Iterable[str],
        *,
        client: Callable[[str], Bitrix24],
        directory: Callable[[], Directory],
        people: Callable[[], People],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.portals, self.client, self.now = tuple(portals), client, now
        self.directory, self.people = directory, people
        self._known: dict[tuple[str, str], tuple[float, Recipient | None]] = {}
        self._silent: dict[str, float] = {}

    def find(self, email: str) -> Recipient | None:
        """Return who has it, None for nobody; NotYetError where that can't be told at the moment."""
        people, directory = self.people(), self.directory()
        for person in people.with_email(email):
            if (recipient := directory.recipient(person.id)) is not None:
                return recipient
        for portal in self.portals:
            if (found := self._at(portal, email)) is not None:
                return found
        if people.reading:
            raise NotYetError("the people of the Slack workspace are not read yet")
        return None

    def _at(self, portal: str, email: str) -> Recipient | None:
        key, now = (portal, email.casefold()), self.now()
        until, found = self._known.get(key, (0.0, None))
        if now < until:
            return found
        if now < self._silent.get(portal, now):
            raise NotYetError(f"portal {portal} does not say who has an e-mail: it gave no answer")
        found = self._ask(portal, email)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = (now + KNOWN, found)
        return found

    def _ask(self, portal: str, email: str) -> Recipient | None:
        try:
            return Recipient(portal, self.client(portal).user_by_email(email).id)
        except AddressError:
            return None
        except Bitrix24Error as error:
            if error.verdict in (Verdict.AGAIN, Verdict.UNKNOWN):
                self._silent[portal] = self.now() + UNANSWERED
                raise NotYetError(f"portal {portal} does not say who has an e-mail: {error}") from error
            # Without the scope `user_basic` it never will; the webhook's `to` hears of it all the same.
            log.warning("portal %s does not say who has an e-mail: %s", portal, error)
            return None
