"""Bodies of real senders, bent out of shape: each is read or refused, whatever it is taken for, and never raises.

`SOAK=1` tries a million, or as many as fit into SOAK_SECONDS, others with another SOAK_SEED; else a few hundred.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from real_payloads import CORPUS, payloads
from slack_bitrix24.render.attach import compose
from slack_bitrix24.sandbox.samples import samples
from slack_bitrix24.submit.times import local_times
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.posting import owners
from slack_bitrix24.web.request import RefusedError, Request, from_json, to_json
from slack_bitrix24.web.senders import SENDERS
from web.test_chats import CASES

LONG = bool(os.environ.get("SOAK"))
MOST = 1_000_000 if LONG else 400
SECONDS = float(os.environ.get("SOAK_SECONDS", "3600"))
SEED = int(os.environ.get("SOAK_SEED", "10"))
LARGEST = 20_000
"""Bytes of a body that is bent: time goes into many, not into long ones."""
FIELDS = {"title": "$.title", "text": "$..text", "link": "$.url", "to": "$.to", "key": "$.id", "state": "$.status"}
HOOK = Hook("x", to_field="labels.owner", addresses=("*",), fields=FIELDS, zone="Europe/Minsk")
KINDS = (
    *("",) * 4, "application/json", "application/json", "text/plain; charset=windows-1251",
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=B",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**40, 1.5, 1e300, "", " ", "null", "x" * 300, "\ud800", "\x00", "<@U1|", "<!date^1^",
    "[b]", "https://", "<https://x.example|", "\n\n\n", "`" * 9, "1795968000", [], {}, [[]], [None], [{}], {"": None},
    {"text": {"text": {"text": 5}}}, {"type": "section"}, [{"type": "rich_text", "elements": None}],
)  # fmt: skip


def originals() -> list[bytes]:
    """Return the bodies that are bent: of the corpus, where it is there, our own samples, and those of other chats."""
    own = [
        json.dumps(one).encode() for each in samples(dt.datetime.now(dt.UTC)) for one in (each.body, each.over) if one
    ]
    own += [json.dumps(body).encode() for body, _ in CASES]
    found = [json.dumps(body).encode() for _, body in payloads()] if CORPUS else []
    return [body for body in (*own, *found) if len(body) <= LARGEST]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything in it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*path, key)
        yield from places(inner, (*path, key))


def bent(body: bytes, chance: random.Random) -> bytes:
    """Return the body with a few of its values replaced, moved, doubled or gone."""
    made = json.loads(body)
    for _ in range(chance.randint(1, 4)):
        ways = list(places(made))
        if not ways:
            break
        *path, last = chance.choice(ways)
        holder = made
        for step in path:
            holder = holder[step]
        odd = copy.deepcopy(chance.choice(ODD))
        match chance.randrange(5):
            case 0:
                del holder[last]
            case 1:
                holder[last] = [copy.deepcopy(holder[last])] * chance.randint(1, 3)
            case 2:
                holder[last] = {"text": copy.deepcopy(holder[last]), "value": odd}
            case 3:
                holder[last] = str(holder[last])
            case _:
                holder[last] = odd
    return json.dumps(made).encode()


def torn(body: bytes, chance: random.Random) -> bytes:
    """Return the body with a few bytes changed, missing or said twice."""
    made = bytearray(body)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(made) + 1)
        match chance.randrange(4):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del made[at : at + chance.randint(1, 40)]
            case 2:
                made[at:at] = chance.choice([b'"', b"{", b"\\", b"\xff", b"&", b"payload=", b"\r\n--B\r\n", b"<", b"%"])
            case _:
                del made[at:]
    return bytes(made)


def test_a_bent_body_is_read_or_refused_and_never_raises():
    chance = random.Random(SEED)  # noqa: S311 - the same run each time, no secret
    found, senders = originals(), list(SENDERS.values())
    ways: tuple[Callable[[bytes, random.Random], bytes], ...] = (bent, bent, torn)
    began, tried, refused, failed = time.monotonic(), 0, 0, []
    while tried < MOST and time.monotonic() - began < SECONDS:
        body, sender = chance.choice(ways)(chance.choice(found), chance), chance.choice(senders)
        named = {"topic": "t", "method": "chat.postMessage", "ts": "1.000001"}
        headers = {"content-type": chance.choice(KINDS)}
        request = Request(sender.name, hook="x", named=named, headers=headers, body=body)
        tried += 1
        if LONG and not tried % 10_000:
            print(f"{tried:,} bodies in {time.monotonic() - began:.0f} s, {refused:,} refused", flush=True)
        try:
            incoming = sender.read(from_json(to_json(request)), HOOK)
            owners(HOOK, incoming)
            compose(local_times(incoming.document, HOOK.zone), link=incoming.link)
            if sender.glance:
                sender.glance(request, HOOK)
        except RefusedError:
            refused += 1
        except Exception as error:  # noqa: BLE001 - which one is what is looked for
            failed.append((sender.name, headers, body, repr(error)))
            if len(failed) > 5:
                break
    print(f"\n{tried:,} bodies in {time.monotonic() - began:.0f} s, {refused:,} refused, {len(failed)} exceptions")
    assert failed == []
