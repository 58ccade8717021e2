"""The door: signatures, keys of idempotency, wrong secrets, a queue that can't be written, and what is kept."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time

import pytest
import requests

from slack_bitrix24 import metrics
from slack_bitrix24.web.slowdown import FREE, KNOWN, LONGEST, Slowdown
from ways import OTHER, SECRET, SIGNED, TOKEN

HOOK = f"/services/T0/grafana/{TOKEN}"
BODY = json.dumps({"text": "hello"}).encode()


def digest(key: str, text: bytes) -> str:
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def slack(key: str, body: bytes, at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": "v0=" + digest(key, f"v0:{stamp}:".encode() + body),
    }


GOOD = {
    "slack": (f"/services/T0/slacksigned/{SIGNED}", lambda: slack(SIGNED, BODY)),
    "github": (
        "/services/T0/github/t0kenOfGithub0123456789",
        lambda: {"X-Hub-Signature-256": "sha256=" + digest(SECRET, BODY)},
    ),
    "grafana": (
        "/services/T0/grafanasigned/t0kenOfGrafanaSigned01",
        lambda: {"X-Grafana-Alerting-Signature": digest(SECRET, BODY)},
    ),
}


@pytest.mark.parametrize(("path", "headers"), GOOD.values(), ids=GOOD)
def test_a_right_signature_opens(ways, path, headers):
    assert ways.post(path, data=BODY, headers=headers()).text == "ok"


BAD = {
    "none": lambda _: {},
    "another key": lambda _: {
        **slack("another", BODY),
        "X-Hub-Signature-256": "sha256=" + digest("another", BODY),
        "X-Grafana-Alerting-Signature": digest("another", BODY),
    },
    "another body": lambda _: {
        **slack(SIGNED, b"{}"),
        "X-Hub-Signature-256": "sha256=" + digest(SECRET, b"{}"),
        "X-Grafana-Alerting-Signature": digest(SECRET, b"{}"),
    },
    "no hexadecimal": lambda good: dict.fromkeys(good, "v0=жж".encode()),
    "empty": lambda good: dict.fromkeys(good, ""),
    "cut short": lambda good: {name: value[:-1] for name, value in good.items()},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.parametrize(("path", "good"), GOOD.values(), ids=GOOD)
def test_a_wrong_signature_does_not_though_the_token_is_right(ways, path, good, bad):
    answer = ways.post(path, data=BODY, headers=bad(good()))
    assert (answer.status_code, answer.text) == (403, "invalid_token")
    assert ways.sent() == []


# What lies ahead comes nearer while the request is on its way.
@pytest.mark.parametrize("seconds", [-301, -100_000, 320, 100_000])
def test_slacks_signature_is_good_for_five_minutes(ways, seconds):
    path, _ = GOOD["slack"]
    headers = slack(SIGNED, BODY, at=time.time() + seconds)
    assert ways.post(path, data=BODY, headers=headers).status_code == 403
    assert ways.post(path, data=BODY, headers=slack(SIGNED, BODY, at=time.time() - 290)).status_code == 200


@pytest.mark.parametrize("path", [GOOD["slack"][0][:-1] + "x", "/services/T0/slacksigned"])
def test_a_right_signature_does_not_stand_for_the_token(ways, path):
    assert ways.post(path, data=BODY, headers=slack(SIGNED, BODY)).status_code in (401, 403)


def test_the_same_key_gets_the_same_answer_and_owes_nothing_new(ways):
    answers = [ways.post(HOOK, data=BODY, headers={"Idempotency-Key": "k1"}) for _ in range(3)]
    assert [(one.status_code, one.text) for one in answers] == [(200, "ok")] * 3
    assert ways.users() == [10, 12]


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        (HOOK, b'{"text": "other"}', {}),
        (HOOK, BODY + b" ", {}),
        (f"{HOOK}?to=@team", BODY, {}),
        (f"{HOOK}?x=1", BODY, {}),
        ("/services/T0/grafana?to=@oncall", BODY, {"Authorization": f"Bearer {TOKEN}"}),
    ],
)
def test_the_same_key_with_another_request_is_refused(ways, path, body, headers):
    assert ways.post(HOOK, data=BODY, headers={"Idempotency-Key": "k1"}).status_code == 200
    answer = ways.post(path, data=body, headers={"Idempotency-Key": "k1", **headers})
    assert (answer.status_code, answer.text) == (422, "idempotency_key_reused")
    assert ways.users() == [10, 12]


def test_where_the_secret_stands_makes_no_other_request(ways):
    keyed = {"Idempotency-Key": "k1"}
    assert ways.post(HOOK, data=BODY, headers=keyed).status_code == 200
    header = {"Authorization": f"Bearer {TOKEN}", **keyed}
    assert ways.post("/services/T0/grafana", data=BODY, headers=header).status_code == 200
    assert ways.post(f"/hooks/{TOKEN}/", data=BODY, headers=keyed).status_code == 200
    assert ways.users() == [10, 12]


def test_a_key_is_its_webhooks_own(ways):
    keyed = {"Idempotency-Key": "k1"}
    assert ways.post(HOOK, data=BODY, headers=keyed).status_code == 200
    assert ways.post(f"/hooks/backup/{OTHER}", data=b'{"text": "x"}', headers=keyed).status_code == 200
    assert ways.users() == [10, 12, 14]


def test_a_refused_request_does_not_use_up_its_key(ways):
    keyed = {"Idempotency-Key": "k1"}
    assert ways.post(HOOK, data=b"{}", headers=keyed).status_code == 400
    assert ways.post(HOOK, data=BODY, headers=keyed).status_code == 200
    assert ways.post(HOOK, data=BODY, headers={"Idempotency-Key": "k" * 256}).status_code == 400


@pytest.mark.postgres
@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_many_with_one_key_at_once_owe_once(serve, request, where):
    ways = serve(url="" if where == "sqlite" else request.getfixturevalue("postgres_url"))
    answers = []

    def post():
        answer = requests.post(ways.origin + HOOK, data=BODY, headers={"Idempotency-Key": "k1"}, timeout=10)
        answers.append((answer.status_code, answer.text))

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(200, "ok")] * 20
    assert ways.users() == [10, 12]


def test_a_queue_that_cannot_be_written_is_503_and_nothing_is_half_taken(ways):
    ways.store.close()
    answer = ways.post(HOOK, data=BODY)
    assert (answer.status_code, answer.text, answer.headers["retry-after"]) == (503, "service_unavailable", "5")


def test_what_is_kept_holds_no_secret(ways):
    ways.post(f"/services/hooks/incoming-webhook?token={TOKEN}", data=BODY, headers={"Cookie": f"t={TOKEN}"})
    ways.post(HOOK, data=BODY, headers={"X-Gotify-Key": TOKEN, "Authorization": f"Bearer {TOKEN}"})
    ways.sent()
    letters = ways.store.read(lambda tx: tx.connection.exec_driver_sql("SELECT payload, key FROM inbox").all())
    assert len(letters) == 2
    assert TOKEN not in str(letters)
    assert json.loads(letters[0][0])["body"] == BODY.decode()


def test_wrong_secrets_are_counted_and_right_ones_never_wait(ways):
    before = metrics.WRONG_SECRETS.labels("slack")._value.get()
    for _ in range(FREE):
        assert ways.post("/services/T0/grafana/wrong", data=BODY).status_code == 403
    started = time.monotonic()
    assert ways.post("/services/T0/grafana/wrong", data=BODY).status_code == 403
    assert time.monotonic() - started >= 0.2
    started = time.monotonic()
    assert ways.post(HOOK, data=BODY).status_code == 200
    assert time.monotonic() - started < 0.2
    assert metrics.WRONG_SECRETS.labels("slack")._value.get() == before + FREE + 1


def test_the_slowdown_grows_has_an_end_and_is_forgotten():
    slow = Slowdown()
    waits = [slow.wrong("a", now=0.0) for _ in range(30)]
    assert waits[:FREE] == [0.0] * FREE
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST
    assert slow.wrong("b", now=0.0) == 0.0
    assert slow.wrong("a", now=1000.0) == 0.0


def test_the_slowdown_remembers_a_bounded_number():
    slow = Slowdown()
    for number in range(KNOWN + 500):
        slow.wrong(f"peer-{number}", now=0.0)
    assert len(slow._levels) == KNOWN


@pytest.mark.parametrize("path", ["/", "/nothing", "/services", "/services/T0", "/hooks", "/services/a/b/c/d"])
def test_what_nobody_serves_is_404_and_no_redirect(ways, path):
    assert ways.post(path, data=BODY).status_code == 404


@pytest.mark.parametrize("path", ["/healthz/", "/readyz/", "/healthz", "/metrics/"])
def test_a_slash_at_the_end_means_nothing(ways, path):
    assert ways.post(path, "GET").status_code == 200


def test_a_database_that_says_nothing_is_503_in_time(ways):
    """Everything that is to be written waits behind one operation that does not end."""
    going = threading.Event()
    holding = threading.Thread(target=lambda: ways.store.write(lambda _: going.wait(30)))
    holding.start()
    try:
        answer = ways.post(f"/services/x/grafana/{TOKEN}", json={"text": "hello"})
    finally:
        going.set()
        holding.join()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    # What was on its way to the database was taken after all: its sender, who repeats it, has said it once.
    assert ways.post(f"/services/x/grafana/{TOKEN}", json={"text": "hello"}).status_code == 200
    assert ways.users() == [10, 12]
    assert ways.post(f"/services/x/grafana/{TOKEN}", json={"text": "again"}).status_code == 200
    assert ways.users() == [10, 12, 10, 12]
