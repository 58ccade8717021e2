"""Killed between a sender's last byte and our answer: nothing is lost, what is repeated under its key comes once."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from rig import Bridge, sandbox
from waiting import until

TOKEN = "t0kenOfBackup0123456789"
MORE = f"""ntfy = "backup"

[[webhooks]]
name = "backup"
token = "{TOKEN}"
to = ["bitrix24:10"]
"""
ROUNDS, EACH = 4, 6
PATIENCE = 60.0


@dataclass
class Sent:
    """A request as a careful sender makes it: the same bytes again until there is an answer."""

    path: str
    body: object
    headers: dict[str, str] = field(default_factory=dict)
    answers: list[bytes] = field(default_factory=list)

    def post(self, port: int, go: threading.Barrier | None = None) -> None:
        """Send it once, its last byte when all others have got so far; note the answer."""
        raw = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.putrequest("POST", self.path)
            for name, value in {"Content-Length": str(len(raw)), **self.headers}.items():
                connection.putheader(name, value)
            connection.endheaders(raw[:-1])
            if go is not None:
                go.wait(PATIENCE)
            connection.send(raw[-1:])
            answer = connection.getresponse()
            text = answer.read()
            if answer.status < 300:
                self.answers.append(text)
        finally:
            connection.close()

    def repeat(self, port: int) -> None:
        """Send it until there is an answer."""
        end = time.monotonic() + PATIENCE
        while not self.answers and time.monotonic() < end:
            with suppress(OSError, http.client.HTTPException):
                self.post(port)


BEARER = {"Authorization": f"Bearer {TOKEN}"}
KINDS = {
    "api": lambda name: Sent("/api/notifications", {"text": name}, {**BEARER, "Idempotency-Key": name}),
    "slack": lambda name: Sent(f"/services/T0/backup/{TOKEN}", {"text": name}, {"Idempotency-Key": name}),
    "json": lambda name: Sent(f"/json/backup/{TOKEN}", {"said": name}, {"Idempotency-Key": name}),
    "apprise": lambda name: Sent(f"/notify/{TOKEN}", {"body": name}, {"Idempotency-Key": name}),
    # Alertmanager and ntfy know no keys: what names the alert is one, and the repeat stands where the first one does.
    "alertmanager": lambda name: Sent(
        f"/alertmanager/backup/{TOKEN}",
        {"groupKey": name, "status": "firing", "alerts": [{"status": "firing", "labels": {"alertname": name}}]},
    ),
    "ntfy": lambda name: Sent(f"/disks/{name.rstrip('.')}", name.encode(), BEARER),
    # Nothing names it: that it was kept and not worked off tells that the answer may have been lost.
    "unnamed": lambda name: Sent(f"/services/T0/backup/{TOKEN}", {"text": name}),
}


@pytest.fixture(scope="module")
def repeated(tmp_path_factory):
    """All that was sent, by kind and name, after as many kills as rounds; and the portal that it came to."""
    chance = random.Random(24)  # noqa: S311 - the same run each time, no secret
    sent: dict[str, dict[str, Sent]] = {kind: {} for kind in KINDS}
    before: list[float] = []
    with sandbox() as made:
        bridge = Bridge(tmp_path_factory.mktemp("killed"), made, more=MORE).start()
        try:
            # A kill between the authorization server's answer and its commit would cost the portal's tokens.
            KINDS["slack"]("first").repeat(bridge.web)
            until(lambda: made.portal.notifications(10), timeout=60, what="the first")
            for number in range(ROUNDS):
                new = []
                for kind, make in KINDS.items():
                    for each in range(EACH):
                        name = f"{kind}-{number}-{each}."
                        new.append(sent[kind].setdefault(name, make(name)))
                before.append(killed_among(bridge, new, after=chance.randrange(len(new) // 2) if number else 0))
            assert min(before) < 1, "each kill came too late"
            assert max(before) > 0, "each kill came too early"
            yield bridge, sent
            assert bridge.stop() == 0
            assert TOKEN not in bridge.text
        finally:
            bridge.close()


def killed_among(bridge: Bridge, new: list[Sent], *, after: int) -> float:
    """Send all at once; kill the bridge as soon as so many are answered, start it, and repeat those that are not.

    Return which part of them was answered before the kill.
    """
    go = threading.Barrier(len(new) + 1)

    def first(one: Sent) -> None:
        with suppress(OSError, http.client.HTTPException):
            one.post(bridge.web, go)

    with ThreadPoolExecutor(len(new)) as pool:
        made = [pool.submit(first, one) for one in new]
        go.wait(PATIENCE)
        until(lambda: sum(bool(one.answers) for one in new) >= after, what="the first answers")
        bridge.kill()
    for one in made:
        one.result()
    answered = sum(bool(one.answers) for one in new) / len(new)
    bridge.start()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: one.repeat(bridge.web), new))
    return answered


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_repeated_until_it_is_answered_is_seen_once(repeated, kind):
    bridge, sent = repeated
    assert [name for name, one in sent[kind].items() if not one.answers] == []
    seen = until(lambda: _all_seen(bridge, sent[kind]), timeout=60, what=f"all of {kind}")
    counts = {name: sum(name in text for text in seen) for name in sent[kind]}
    assert {name: count for name, count in counts.items() if count != 1} == {}


def _all_seen(bridge: Bridge, wanted: dict[str, Sent]) -> list[str]:
    texts = [one["message"] + json.dumps(one["attach"]) for one in bridge.made.portal.notifications(10)]
    return texts if all(any(name in text for text in texts) for name in wanted) else []


def test_a_key_gets_the_numbers_that_it_got_before(repeated):
    bridge, sent = repeated
    for one in sent["api"].values():
        one.post(bridge.web)
    assert [one.answers for one in sent["api"].values() if len(one.answers) != 2 or len(set(one.answers)) != 1] == []
    made = [json.loads(one.answers[0])["notifications"] for one in sent["api"].values()]
    assert len({note["id"] for notes in made for note in notes}) == ROUNDS * EACH
