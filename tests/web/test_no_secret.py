"""No way in tells a secret, right or wrong: not in log, answer, metric or kept request."""

from __future__ import annotations

import base64
import logging

import pytest

from slack_bitrix24 import metrics
from slack_bitrix24.web.senders import SENDERS
from ways import OTHER

WRONG = "wr0ngS3cr3tOfSomebody99"
PATHS = {
    "slack": ("/services/T0/backup/{}", "/services/T0/backup"),
    "slack by hooks": ("/hooks/backup/{}", "/hooks/backup"),
    "slack by token alone": ("/hooks/{}", "/hooks/backup"),
    "slack by parameter": ("/services/hooks/incoming-webhook?token={}", "/services/hooks/incoming-webhook"),
    "alertmanager": ("/alertmanager/backup/{}", "/alertmanager/backup"),
    "json": ("/json/backup/{}", "/json/backup"),
    "apprise": ("/notify/{}", "/notify"),
    "gotify": ("/message?token={}", "/message"),
    "ntfy": ("/alerts?auth={}", "/alerts"),
    "api": ("/api/notifications?token={}", "/api/notifications"),
    "slack's api": ("/api/chat.postMessage?token={}", "/api/chat.postMessage"),
}
BODY = {"text": "disk full", "body": "disk full", "message": "disk full", "channel": "@team"}


BODIES = {OTHER: ({"json": BODY}, {"data": b"\xff no JSON"}), WRONG: ({"json": BODY},)}


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


WAYS = {
    "path": lambda _: {},
    "Bearer": lambda secret: {"Authorization": f"Bearer {secret}"},
    "Basic": lambda secret: basic("anyone", secret),
    "Basic's name": lambda secret: basic(secret, ""),
    "X-Gotify-Key": lambda secret: {"X-Gotify-Key": secret},
    "X-Apprise-Config-ID": lambda secret: {"X-Apprise-Config-ID": secret},
    "Cookie": lambda secret: {"Cookie": f"token={secret}"},
}


def encodings(secret):
    """Return a secret as it is, and as Basic hides it."""
    return [secret, basic("anyone", secret)["Authorization"][6:], basic(secret, "")["Authorization"][6:]]


@pytest.mark.parametrize("secret", [OTHER, WRONG], ids=["right", "wrong"])
@pytest.mark.parametrize("way", WAYS)
def test_no_way_in_tells_its_secret(home, caplog, way, secret):
    caplog.set_level(logging.DEBUG)
    taken = 0
    for with_token, without in PATHS.values():
        for body in BODIES[secret]:
            path = with_token.format(secret) if way == "path" else without
            answer = home.post(path, headers=WAYS[way](secret), **body)
            taken += answer.status_code < 300
            assert_clean(answer.text + str(answer.headers), secret)
    # The Web API answers 200 whatever it says: two of its methods are asked.
    assert (taken > 2) == (secret == OTHER and way != "Cookie")
    for one in home.sent():
        assert_clean(repr(one), secret)
    kept = home.store.read(lambda tx: tx.inbox.posts())
    assert bool(kept) == (secret == OTHER and way != "Cookie")
    assert_clean(repr(kept), secret)
    assert_clean(metrics.expose().decode(), secret)
    for record in caplog.records:
        if record.name.startswith("slack_bitrix24"):
            assert_clean(f"{record.getMessage()} {record.exc_text}", secret)


def assert_clean(text, secret):
    for form in encodings(secret):
        assert form not in text, f"{form} is in: {text[:500]}"


def test_every_sender_is_among_them():
    assert {"slack", "alertmanager", "json", "apprise", "gotify", "ntfy", "api", "slack_api"} == set(SENDERS)
