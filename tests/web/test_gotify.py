"""Gotify's message over a socket."""

from __future__ import annotations

import pytest

from ways import OTHER


@pytest.mark.parametrize(
    "how",
    [
        {"params": {"token": OTHER}},
        {"headers": {"X-Gotify-Key": OTHER}},
        {"headers": {"Authorization": f"Bearer {OTHER}"}},
    ],
)
@pytest.mark.parametrize("form", ["json", "data", "files"])
def test_every_client_is_understood(home, how, form):
    body = {"title": "Backup", "message": "VM 100 <done> & well", "priority": 5}
    if form == "files":
        body = {name: (None, str(value)) for name, value in body.items()}
    answer = home.post("/message", **how, **{form: body})
    assert answer.status_code == 200
    assert answer.json()["message"] == "VM 100 <done> & well"
    assert {"id", "appid", "date", "priority", "title"} <= set(answer.json())
    (sent,) = home.sent()
    assert sent.notification.recipient.user_id == 14
    assert "Backup" in sent.notification.message_out


def test_markdown_by_extras(home):
    extras = {
        "client::display": {"contentType": "text/markdown"},
        "client::notification": {"click": {"url": "https://example.com/job"}},
    }
    home.post("/message", params={"token": OTHER}, json={"message": "**done**", "extras": extras})
    (sent,) = home.sent()
    assert "**" not in sent.notification.message
    assert "https://example.com/job" in sent.notification.message + sent.notification.attach


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"json": {"message": ""}}, 400),
        ({"json": {"title": "x"}}, 400),
        ({"json": []}, 400),
        ({"data": b"{"}, 400),
        ({"data": b""}, 400),
    ],
)
def test_what_is_no_message_is_refused_in_its_own_form(home, how, status):
    answer = home.post("/message", params={"token": OTHER}, **how)
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "errorCode", "errorDescription"}


def test_a_wrong_key_is_refused(home):
    answer = home.post("/message", params={"token": "wrong"}, json={"message": "x"})
    assert (answer.status_code, answer.json()["errorCode"]) == (403, 403)
    assert home.sent() == []


def test_a_token_is_never_kept(home):
    home.post("/message", params={"token": OTHER}, json={"message": "x"})
    home.sent()
    kept = home.store.read(lambda tx: tx.connection.exec_driver_sql("SELECT payload FROM inbox").scalars().all())
    assert kept
    assert OTHER not in "".join(map(str, kept))


@pytest.mark.parametrize("slash", ["", "/"])
def test_its_clients_ask_whether_all_is_well_and_which_version_it_is(home, slash):
    assert home.post(f"/health{slash}", "GET").json() == {"health": "green", "database": "green"}
    assert set(home.post(f"/version{slash}", "GET").json()) == {"version", "commit", "buildDate"}
    assert home.post("/health", "HEAD").status_code == 200


@pytest.mark.parametrize("path", ["/health", "/version"])
def test_where_no_webhook_is_served_as_gotify_nobody_is_told(ways, path):
    assert ways.post(path, "GET").status_code == 404


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"a": "word"}, "a: word"),
        (["one", "word"], "one"),
        ([{"a": "word"}], "0.a: word"),
        (7, "7"),
        ({"text": "word"}, "word"),
    ],
)
def test_a_message_that_is_no_text_keeps_its_words(home, message, said):
    assert home.post("/message", params={"token": OTHER}, json={"title": "t", "message": message}).status_code == 200
    assert said in home.sent()[0].notification.message_out
