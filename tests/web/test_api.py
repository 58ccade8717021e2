"""The bridge's own API: notifications made, looked at, taken back."""

from __future__ import annotations

import time

import pytest

from slack_bitrix24.model import Delivered
from ways import OTHER, TOKEN, webhook

PATH = "/api/notifications"
GRAFANA = {"Authorization": f"Bearer {TOKEN}"}
BACKUP = {"Authorization": f"Bearer {OTHER}"}


def make(ways, headers=BACKUP, **body):
    return ways.post(PATH, json={"text": "hello", **body}, headers=headers)


@pytest.fixture
def deliver(ways):
    """Return a function that does as a lane does: everything that is due is claimed, and recorded as delivered."""

    def run():
        lease = ways.store.write(lambda tx: tx.lanes.hold("main", "test"))
        claimed = ways.store.write(lambda tx: tx.lanes.claim(lease, limits="{}"))
        ids = {one.id: Delivered(100 + one.id) for one in claimed}
        ways.store.write(lambda tx: tx.lanes.record(lease, ids, limits="{}"))

    return run


def test_what_was_made_is_told_by_number(ways):
    answer = make(ways, to=["bitrix24:10", "@team", "@nobody"], text="*hello*")
    assert answer.status_code == 202
    body = answer.json()
    assert body["unknown"] == ["@nobody"]
    assert [one["to"] for one in body["notifications"]] == ["bitrix24:main/10", "bitrix24:main/14"]
    assert [one.id for one in ways.sent()] == [one["id"] for one in body["notifications"]]
    shown = ways.post(f"{PATH}/{body['notifications'][0]['id']}", "GET", headers=BACKUP).json()
    assert shown == {
        "id": body["notifications"][0]["id"],
        "to": "bitrix24:main/10",
        "state": "pending",
        "attempts": 0,
        "bitrix24_id": None,
        "error": None,
    }


@pytest.mark.parametrize(
    ("headers", "body", "users"),
    [
        (GRAFANA, {}, [10, 12]),
        (GRAFANA, {"to": []}, [10, 12]),
        (GRAFANA, {"to": None}, [10, 12]),
        (GRAFANA, {"to": ["@team"]}, [14]),
        (GRAFANA, {"to": "@team"}, [14]),
        (GRAFANA, {"to": ["@oncall", "bitrix24:10"]}, [10, 12]),
        (BACKUP, {"to": "bitrix24:10, bitrix24:12"}, [10, 12]),
        (BACKUP, {"to": ["U024BE7LH", "<@U0G9QF9C6>"]}, [10, 12]),
    ],
)
def test_whom_it_reaches(ways, headers, body, users):
    answer = make(ways, headers, **body)
    assert answer.status_code == 202
    assert ways.users() == users


@pytest.mark.parametrize(
    ("to", "unknown"),
    [
        (["@nobody"], ["@nobody"]),
        ("@nobody", ["@nobody"]),
        (["@nobody", "@nobody"], ["@nobody"]),
        (["U0NOBODY1", "<@U0NOBODY2>"], ["U0NOBODY1", "U0NOBODY2"]),
        (["bitrix24:elsewhere/10"], ["bitrix24:elsewhere/10"]),
        (["no address at all"], ["no address at all"]),
        ("@nobody, @none", ["@nobody", "@none"]),
    ],
)
def test_addresses_that_name_nobody_are_told_and_nobody_else_reads_it(ways, to, unknown):
    answer = make(ways, to=to)
    assert (answer.status_code, answer.json()["error"]) == (400, "no_recipients")
    assert (answer.json()["notifications"], answer.json()["unknown"]) == ([], unknown)
    assert ways.sent() == []


def test_a_key_is_not_used_up_by_addresses_that_name_nobody(ways):
    keyed = {**BACKUP, "Idempotency-Key": "k"}
    assert make(ways, keyed, to=["@nobody"]).status_code == 400
    assert make(ways, keyed, to=["@team"]).status_code == 202
    assert ways.users() == [14]


@pytest.mark.parametrize(
    ("headers", "data", "status", "word"),
    [
        ({}, b'{"text": "x"}', 401, "invalid_token"),
        ({"Authorization": "Bearer wrong"}, b'{"text": "x"}', 403, "invalid_token"),
        (GRAFANA, b'{"text": "x", "to": ["bitrix24:99"]}', 403, "action_prohibited"),
        (GRAFANA, b'{"text": "x", "to": ["@team", "bitrix24:99"]}', 403, "action_prohibited"),
        (GRAFANA, b"", 400, "invalid_payload"),
        (GRAFANA, b"[]", 400, "invalid_payload"),
        (GRAFANA, b"text", 400, "invalid_payload"),
        (GRAFANA, b"{}", 400, "no_text"),
        (GRAFANA, b'{"text": " "}', 400, "no_text"),
        (GRAFANA, b'{"text": "x", "at": "soon"}', 400, "invalid_time"),
        (GRAFANA, b'{"text": "' + b"x" * 1_000_000 + b'"}', 413, "too_large"),
    ],
)
def test_what_is_refused_says_why_in_json(ways, headers, data, status, word):
    answer = ways.post(PATH, data=data, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, word)
    assert ways.sent() == []


def test_blocks_and_attachments_are_those_of_slack(ways):
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "from *blocks*"}}
    answer = make(ways, text="", blocks=[section, {"type": "hologram"}], attachments=[{"text": "from an attachment"}])
    made = ways.sent()[0].notification
    assert "from [b]blocks[/b]" in (made.message + made.attach).replace("[B]", "[b]").replace("[/B]", "[/b]")
    assert "from an attachment" in made.message + made.attach
    assert answer.headers["x-unsupported"] == "hologram"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2100-01-01T00:00:00Z", 4102444800.0),
        ("2100-01-01T03:00:00+03:00", 4102444800.0),
        ("2100-01-01T00:00:00", 4102444800.0),
        (4102444800, 4102444800.0),
        ("4102444800", 4102444800.0),
        (4102444800.5, 4102444800.0),
        ("", 0.0),
        (None, 0.0),
    ],
)
def test_it_is_sent_at_its_time(ways, at, expected):
    assert make(ways, at=at).status_code == 202
    assert ways.sent()[0].notification.not_before == expected


def test_the_same_tag_replaces(ways):
    first = make(ways, tag="build-7", text="started").json()["notifications"][0]["id"]
    make(ways, tag="build-8", text="started")
    last = make(ways, tag="build-7", text="finished").json()["notifications"][0]["id"]
    states = {one.id: one.state.value for one in ways.sent()}
    assert (states[first], states[last]) == ("superseded", "pending")
    assert sorted(states.values()) == ["pending", "pending", "superseded"]


@pytest.mark.parametrize("length", [1, 245, 246, 247, 255, 256, 1000, 100_000])
@pytest.mark.parametrize("letter", ["x", "я", "\n", "|"])
def test_a_tag_of_any_length_replaces_only_itself(ways, length, letter):
    """Bitrix24 keeps no more than 246 characters: what goes out is a digest."""
    first, other, last = (
        make(ways, tag=tag).json()["notifications"][0]["id"]
        for tag in (f"a{letter * length}b", f"a{letter * length}c", f"a{letter * length}b")
    )
    sent = {one.id: one for one in ways.sent()}
    assert [sent[id_].state.value for id_ in (first, other, last)] == ["superseded", "pending", "pending"]
    assert len(sent[last].notification.tag) < 246


def test_a_tag_of_the_longest_webhook_goes_out(serve):
    ways = serve([webhook("n" * 128, OTHER, to=("bitrix24:999999999999999999",))])
    assert make(ways, tag="build").status_code == 202
    assert len(ways.sent()[0].notification.tag) < 246


def test_the_same_key_gets_the_same_numbers(ways):
    headers = {**BACKUP, "Idempotency-Key": "k1"}
    first, again = make(ways, headers), make(ways, headers)
    assert (again.status_code, again.json()) == (202, first.json())
    assert len(ways.sent()) == 1
    other = make(ways, headers, text="other")
    assert (other.status_code, other.json()["error"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("id_", ["0", "999999", "x", "-1", "1e3", "٣", "9" * 30, "%00"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_number_of_nothing_is_404(ways, method, id_):
    answer = ways.post(f"{PATH}/{id_}", method, headers=BACKUP)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_anothers_number_is_404(ways, method):
    id_ = make(ways, GRAFANA).json()["notifications"][0]["id"]
    assert ways.post(f"{PATH}/{id_}", method, headers=BACKUP).status_code == 404
    assert ways.post(f"{PATH}/{id_}", "GET", headers=GRAFANA).json()["state"] == "pending"
    assert ways.post(f"{PATH}/{id_}", "GET").status_code == 401


@pytest.mark.parametrize(("path", "method"), [(PATH, "GET"), (PATH, "DELETE"), (f"{PATH}/1", "POST"), (PATH, "PUT")])
def test_another_method_is_refused(ways, path, method):
    assert ways.post(path, method, headers=BACKUP, json={"text": "x"}).status_code == 405


def test_what_is_to_come_is_taken_back_and_never_comes(ways, deliver):
    id_ = make(ways, at=time.time() + 3600).json()["notifications"][0]["id"]
    for _ in range(2):
        answer = ways.post(f"{PATH}/{id_}", "DELETE", headers=BACKUP)
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    deliver()
    assert ways.post(f"{PATH}/{id_}", "GET", headers=BACKUP).json()["state"] == "cancelled"


def test_what_was_delivered_says_so_and_stays_where_the_portal_keeps_no_tags(ways, deliver):
    id_ = make(ways).json()["notifications"][0]["id"]
    deliver()
    shown = ways.post(f"{PATH}/{id_}", "GET", headers=BACKUP).json()
    assert (shown["state"], shown["attempts"], shown["bitrix24_id"]) == ("delivered", 1, 100 + id_)
    answer = ways.post(f"{PATH}/{id_}", "DELETE", headers=BACKUP)
    assert (answer.status_code, answer.json()["error"]) == (409, "not_taken_back")


@pytest.mark.parametrize("tag", ["cpu", ""])
def test_who_took_it_stands_there(ways, deliver, tag):
    id_ = make(ways, **({"tag": tag} if tag else {})).json()["notifications"][0]["id"]
    deliver()
    assert "acknowledged" not in ways.post(f"{PATH}/{id_}", "GET", headers=BACKUP).json()
    one = ways.store.read(lambda tx: tx.outbox.get(id_)).notification
    ways.store.write(lambda tx: tx.taken.take(one.sub_tag, by="Anna"))
    told = ways.post(f"{PATH}/{id_}", "GET", headers=BACKUP).json()["acknowledged"]
    assert (told["by"], abs(told["at"] - time.time()) < 60) == ("Anna", True)


def test_what_was_delivered_is_taken_back_where_it_keeps_them(serve):
    ways = serve(keeps_tags=True)
    id_ = make(ways).json()["notifications"][0]["id"]
    lease = ways.store.write(lambda tx: tx.lanes.hold("main", "test"))
    [claimed] = ways.store.write(lambda tx: tx.lanes.claim(lease, limits="{}"))
    ways.store.write(lambda tx: tx.lanes.record(lease, {claimed.id: Delivered(5)}, limits="{}"))
    for _ in range(2):
        answer = ways.post(f"{PATH}/{id_}", "DELETE", headers=BACKUP)
        assert (answer.status_code, answer.json()["state"]) == (200, "deleted")
    first, last = ways.sent()
    assert (last.notification.kind, last.notification.tag) == ("delete", first.notification.tag)


def test_the_interface_is_described_without_a_token(ways):
    answer = ways.post("/openapi.json", "GET")
    assert answer.status_code == 200
    paths = answer.json()["paths"]
    assert set(paths["/api/notifications"]) == {"post"}
    assert set(paths["/api/notifications/{id}"]) == {"get", "delete"}
    assert {"/services/{any}/{name}/{token}", "/alertmanager/{name}/{token}", "/api/{method}"} <= set(paths)


def test_the_path_has_both_forms(ways):
    assert ways.post(f"{PATH}/", json={"text": "x"}, headers=BACKUP).status_code == 202
