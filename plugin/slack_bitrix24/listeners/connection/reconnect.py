"""One connection to Slack, kept up: opened, watched, and replaced at the pace that Slack can take."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from slack_bitrix24.listeners.connection.backoff import STEADY, Pace
from slack_bitrix24.listeners.connection.websocket import Link

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between looks at a connection: the floor under what it tells itself."""
LEAVING = 15.0
"""Seconds for which a connection that Slack asked us to leave may still finish what it has."""
SHORT = 3
"""Connections in a row that may end early before it is worth a word."""


class Unopened(Exception):  # noqa: N818 – it never leaves the listeners
    """No connection can be asked for; `again` is Slack's word of how many seconds to wait, 0 where it has none."""

    def __init__(self, text: str, *, again: float = 0.0) -> None:
        super().__init__(text)
        self.again = again


class Reconnecting:
    """The thread that keeps up a connection. `open_link` asks Slack for one, or raises Unopened.

    `others` tells how many further connections are up; one that `follows` waits for the first of them.
    """

    def __init__(
        self,
        number: int,
        *,
        open_link: Callable[[Callable[[], None]], Link],
        others: Callable[[], int],
        ending: threading.Event,
    ) -> None:
        self.follows = number > 0
        self.link: Link | None = None
        self._old: Link | None = None
        self._open, self._others, self._ending = open_link, others, ending
        self._changed = threading.Event()
        self._pace = Pace()
        self._said = ""
        # A daemon, because what it waits for is the network.
        self.thread = threading.Thread(target=self._run, name=f"socket-{number}", daemon=True)

    @property
    def up(self) -> bool:
        """Tell whether the connection is there."""
        return self.link is not None and self.link.up

    def wake(self) -> None:
        """Look again now."""
        self._changed.set()

    def links(self) -> list[Link]:
        """Return the connections that may still be open."""
        return [link for link in (self.link, self._old) if link is not None]

    def _run(self) -> None:
        while not self._ending.wait(self._pace.pause * random.uniform(0.8, 1.2)):  # noqa: S311 – it hides nothing
            if self.follows and not self._others():
                self._pace = Pace(pause=LOOK / 2)  # while Slack is away, one of us asks
                continue
            try:
                self.link = self._open(self.wake)
            except Unopened as error:
                self._failed(str(error), again=error.again)
                continue
            self._watch(self.link)
            if not self._ending.is_set():
                self._judge(self.link)

    def _watch(self, link: Link) -> None:
        """Wait until the connection needs a successor."""
        link.start()
        while link.wanted and not self._ending.is_set():
            self._changed.wait(LOOK)
            self._changed.clear()
            if link.lasted >= STEADY and self._said:
                log.info("Slack: connected again")
                self._said = ""
            if link.lasted >= LEAVING and self._old is not None:
                self._old.close()
                self._old = None

    def _judge(self, link: Link) -> None:
        """Say what its end means for the next one."""
        if link.leaving:
            if self._old is not None:
                self._old.close()
            self._old = link
        else:
            link.close()
        if not link.opened:
            self._failed(link.problem or "the WebSocket is not answered", refused=link.refused)
        elif link.refused or link.leaving == "link_disabled":
            self._failed(f"Slack says {link.leaving}", refused=link.refused)
        else:
            self._pace = self._pace.ended(link.lasted)
            if self._pace.failures > SHORT:
                self._tell("connections end as soon as they are open")

    def _failed(self, problem: str, *, refused: bool = False, again: float = 0.0) -> None:
        self._pace = self._pace.failed(refused=refused, alone=not self._others(), at_least=again)
        self._tell(problem)

    def _tell(self, problem: str) -> None:
        """Say a problem once, until it is another one; where nothing is up, the first of us does."""
        others = self._others()
        if self.follows and not others:
            return
        what = f"keeps up {others} connection only" if others else "can't be reached, trying on"
        line = f"Slack {what}: {problem}"
        if line != self._said:
            log.warning("%s", line)
        self._said = line
