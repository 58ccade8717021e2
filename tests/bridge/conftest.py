"""One sandbox and one bridge for most tests of a folder; own ones for those that kill or break something."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rig import ANNA, BOB, CAROL, CHRIS_O, CHRIS_Y, DEVS, Bridge, Slack, sandbox
from slack_bitrix24.sandbox.demo import Demo
from slack_bitrix24.sandbox.workspace.people import BOT_USER, Channel

SHARED_MAPPING = f"""\
users:
  {ANNA}: 10
  {BOB}: 12
  {CAROL}: 14
  {CHRIS_O}: 16
  {CHRIS_Y}: 17
groups:
  oncall: [{ANNA}, {BOB}]
  staff: [{ANNA}, {BOB}, {CAROL}]
  crowd: [{", ".join(f"bitrix24:{number}" for number in range(100, 121))}]
  nested: ["@oncall", {CAROL}, bitrix24:10]
"""
SHARED_MORE = f"""
[permissions]
notify = ["@staff"]
broadcast = ["{ANNA}"]
admin = ["{ANNA}"]

[[relays]]
name = "alerts"
channels = ["C0ALERTS"]
from = "bots"
to = ["@oncall", "mentioned"]

[[relays]]
name = "mentions"
channels = ["C0GENERAL"]
from = "people"
to = ["mentioned"]

[[relays]]
name = "match"
channels = ["C0MATCH"]
from = "anyone"
match = "(?i)firing|critical"
to = ["{CAROL}"]

[[relays]]
name = "listed"
channels = ["C0LISTED"]
from = ["{BOB}"]
to = ["{CAROL}"]
edits = "ignore"

[[relays]]
name = "group"
channels = ["C0GROUP"]
from = "anyone"
to = ["{DEVS}", "bitrix24:main/10"]

[[relays]]
name = "shared one"
channels = ["C0SHARED"]
from = "anyone"
match = "shared|first"
to = ["{ANNA}", "{BOB}"]

[[relays]]
name = "shared two"
channels = ["C0SHARED"]
from = "anyone"
match = "shared|second"
to = ["{BOB}", "bitrix24:14"]

[[relays]]
name = "only bots"
channels = ["C0BOTS"]
from = "bots"
to = ["{CAROL}"]

[[relays]]
name = "only people"
channels = ["C0BOTS"]
from = "people"
to = ["{ANNA}"]

[[relays]]
name = "slackbot"
channels = ["C0MAIL"]
from = ["USLACKBOT"]
to = ["{BOB}"]

[[schedules]]
name = "soon"
when = "in 2 seconds"
to = ["@oncall"]
text = "A *schedule* with a picture and a file"
pictures = [{{{{ name = "board", url = "{{picture}}" }}}}]
files = [{{{{ name = "agenda.docx", url = "{{file}}" }}}}]

[[schedules]]
name = "daily"
when = "every day at 4:05"
to = ["{DEVS}"]
text = "Every day"
"""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Bridge]]:
    with sandbox() as made:
        for name in ("match", "listed", "group", "shared", "bots", "mail"):
            channel = f"C0{name.upper()}"
            made.workspace.channels[channel] = Channel(channel, name, [ANNA, BOB, CAROL, BOT_USER])
        bridge = Bridge(
            tmp_path_factory.mktemp("bridge"),
            made,
            more=SHARED_MORE,
            mapping=SHARED_MAPPING,
            picture=made.picture_url,
            file=made.file_url,
        )
        try:
            bridge.start()
            yield made, bridge
            metrics = bridge.page("/metrics")
            assert [one for one in ("5andb0x", "xoxb-", "xapp-", "Anna", "U024BE7LH") if one in metrics] == []
            assert bridge.stop() == 0
        finally:
            bridge.close()


@pytest.fixture
def bridge(shared: tuple[Demo, Bridge]) -> Bridge:
    return shared[1]


@pytest.fixture
def slack(shared: tuple[Demo, Bridge]) -> Slack:
    return Slack(shared[0])


@pytest.fixture(scope="module")
def own() -> Iterator[Demo]:
    """A sandbox for bridges that are killed, or that begin in bad weather."""
    with sandbox() as made:
        yield made


@pytest.fixture
def make(own: Demo, tmp_path: Path) -> Iterator[Callable[..., Bridge]]:
    """Make a bridge of one's own to the module's sandbox."""
    made: list[Bridge] = []

    def one(**given: Any) -> Bridge:
        made.append(Bridge(tmp_path / f"bridge{len(made)}", given.pop("demo", own), **given))
        return made[-1]

    own.portal.reset()
    own.portal.revoke(revoked=False)
    own.workspace.faults.clear()
    yield one
    for bridge in made:
        bridge.close()
