"""Heartbeats, uploads and the door itself tell no secret: not in an answer, a log line, a metric or what is kept."""

from __future__ import annotations

import base64
import logging

import pytest
import requests

from slack_bitrix24 import metrics
from slack_bitrix24.errors import StoreError
from slack_bitrix24.store import Uploaded, open_store
from slack_bitrix24.web.admission import Admission
from slack_bitrix24.web.door import Door
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.intake import Intake
from slack_bitrix24.web.routes import Routes
from slack_bitrix24.web.senders import SENDERS
from slack_bitrix24.web.server import WebServer
from slack_bitrix24.web.site import Doors, Pulses, Ways, site
from slack_bitrix24.web.slack_api import SlackApi
from slack_bitrix24.web.uploading import Uploading

HELLO = b'{"text": "hello"}'
RIGHT, WRONG = "r1ghtS3cr3tOfTheJob0123", "wr0ngS3cr3tOfSomebody99"


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


PLACES = {
    "path": lambda secret: (f"/{secret}", {}),
    "path with a slash": lambda secret: (f"/{secret}/", {}),
    "query": lambda secret: (f"?token={secret}", {}),
    "Bearer": lambda secret: ("", {"Authorization": f"Bearer {secret}"}),
    "Basic": lambda secret: ("", basic("anyone", secret)),
    "X-Gotify-Key": lambda secret: ("", {"X-Gotify-Key": secret}),
    "Cookie": lambda secret: ("", {"Cookie": f"token={secret}"}),
    "a header of nobody": lambda secret: ("", {"X-Token": secret}),
}


def assert_clean(*texts):
    for secret in (RIGHT, WRONG):
        for form in (secret, basic("anyone", secret)["Authorization"][6:]):
            assert [text[:300] for text in texts if form in text] == []


@pytest.fixture(autouse=True)
def everything_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    yield
    ours = [one for one in caplog.records if one.name.startswith(("slack_bitrix24", "uvicorn"))]
    assert_clean(*(f"{one.getMessage()} {one.exc_text}" for one in ours), metrics.expose().decode())


@pytest.fixture
def store(sqlite_url):
    opened = open_store(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def served(store):
    """Heartbeats (one of which cannot be kept) and all ways in, on a store."""
    hooks = {name: Hook(name, (RIGHT,), to=("bitrix24:10",)) for name in ("job", "full")}

    def beat(name):
        if name == "full":
            raise StoreError("the disk is full")

    intake = Intake(store, lambda: None)
    slack = SlackApi(store, intake, lambda *_: True)
    door = Door(Admission(hooks), intake=intake, allows=lambda *_: True, takes={"slack_api": slack.take})
    ways = Ways(Routes(SENDERS.values()), door, Uploading(slack))
    server = WebServer(
        site(Doors(ready=dict, metrics=bytes, ways=ways, pulses=Pulses(hooks, beat))), host="127.0.0.1", port=0
    )
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def asked(served, path, method="POST", **how):
    answer = requests.request(method, served + path, timeout=10, allow_redirects=False, **how)
    assert_clean(answer.text, str(answer.headers))
    return answer.status_code


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_heartbeat_tells_none(served, place, method):
    for name in ("job", "full", "nobody"):
        for secret in (RIGHT, WRONG):
            end, headers = PLACES[place](secret)
            status = asked(served, f"/heartbeat/{name}{end}", method, headers=headers)
            right = secret == RIGHT and place not in ("Cookie", "a header of nobody", "query")
            if method != "PUT" and name != "nobody":
                assert (status in (200, 503)) is right
            else:
                assert status in (404, 405)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", ["services/T0", "hooks", "alertmanager", "json"])
def test_the_door_tells_none_whatever_it_answers(served, store, place, way):
    end, headers = PLACES[place](WRONG)
    assert asked(served, f"/{way}/job{end}", data=HELLO, headers=headers) in (401, 403)
    end, headers = PLACES[place](RIGHT)
    for body in (HELLO, b"\xff no JSON", b"x" * 1_000_001):
        asked(served, f"/{way}/job{end}", data=body, headers=headers)
    for more in ({"Content-Encoding": "br"}, {"Content-Encoding": "gzip"}, {"Idempotency-Key": "k" * 300}):
        assert asked(served, f"/{way}/job{end}", data=HELLO, headers={**headers, **more}) >= 400
    assert_clean(repr(store.read(lambda tx: tx.inbox.posts())))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("end", ["", "/", "/more", "?x=1"])
def test_a_ticket_of_an_upload_is_told_to_nobody(served, store, method, end):
    store.write(lambda tx: tx.uploads.begin(Uploaded("F1", "job", "plot.png"), ticket=RIGHT))
    for ticket in (RIGHT, WRONG):
        for body in (b"bytes", b""):
            asked(served, f"/upload/{ticket}{end}", method, data=body)
        asked(served, f"/upload/{ticket}{end}", method, files={"file": ("plot.png", b"bytes")})
    assert_clean(repr(store.read(lambda tx: tx.uploads.of("job", ["F1"]))))


def test_the_methods_of_slack_tell_none(served):
    for method in ("auth.test", "chat.postMessage", "chat.update", "files.getUploadURLExternal", "users.list"):
        for secret in (RIGHT, WRONG) if method == "auth.test" else (RIGHT,):
            given = {"token": secret, "text": "x", "ts": "1.2", "filename": "a", "length": "5"}
            for how in ({"data": given}, {"json": given}, {"params": given}):
                assert asked(served, f"/api/{method}", **how) == 200
