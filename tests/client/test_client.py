"""One request to one portal, over real sockets: what breaks on the way, and what each break means."""

from __future__ import annotations

import socket
import threading

import pytest

from scripted import Reply, batch, error, result
from slack_bitrix24.bitrix24.auth import Token, Webhook
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.oauth import OAuth
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.errors import Bitrix24Error, Verdict
from waiting import until

NOTIFY = Call("im.notify.personal.add", {"USER_ID": 5, "MESSAGE": "a & б", "TAG": "t"})


@pytest.fixture
def client(server):
    with Client(Webhook(server.webhook), connect_timeout=1, read_timeout=5) as client:
        yield client


def _failure(client, call=NOTIFY):
    with pytest.raises(Bitrix24Error) as caught:
        client.call(call)
    return caught.value


def test_call_is_one_post_of_json_on_a_connection_that_stays_open(server, client):
    server.answer = lambda _: result(12)
    for _ in range(3):
        assert client.call(NOTIFY).result == 12
    assert server.connections == 1
    request = server.requests[0]
    assert (request.verb, request.path) == ("POST", "/rest/1/s3cr3tw0rd/im.notify.personal.add")
    assert request.json == {"USER_ID": 5, "MESSAGE": "a & б", "TAG": "t", "CLIENT_ID": "slack-bitrix24"}
    assert request.headers["User-Agent"].startswith("slack-bitrix24/")
    assert request.headers["Content-Type"] == "application/json"


def test_token_goes_in_the_body_and_no_client_id_with_it(server):
    with Client(Token(server.origin, "t0ken")) as client:
        client.call(NOTIFY)
        server.answer = lambda r: batch(r, lambda *_: 1)
        client.batch({"a": NOTIFY})
    single, many = server.requests
    assert (single.path, single.json["auth"], "CLIENT_ID" in single.json) == (
        "/rest/im.notify.personal.add",
        "t0ken",
        False,
    )
    assert (many.json["auth"], "CLIENT_ID" in many.commands["a"][1]) == ("t0ken", False)


def test_batch_reports_one_bad_command_among_good_ones(server, client):
    server.answer = lambda r: batch(r, lambda key, *_: error("USER_ID_EMPTY") if key == "b" else 7)
    answer = client.batch(dict.fromkeys("abc", NOTIFY))
    assert [getattr(one, "result", None) for one in answer.results.values()] == [7, None, 7]
    assert server.requests[0].commands["a"] == (
        "im.notify.personal.add",
        {"USER_ID": "5", "MESSAGE": "a & б", "TAG": "t", "CLIENT_ID": "slack-bitrix24"},
    )


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(drop=True), Verdict.UNKNOWN),
        (Reply({"result": 1}, missing=10), Verdict.UNKNOWN),
        (Reply(raw=b"<html>", status=502), Verdict.UNKNOWN),
        (Reply(raw=b""), Verdict.UNKNOWN),
        (Reply({"result": False}), Verdict.DEAD),
        (error("QUERY_LIMIT_EXCEEDED", status=503), Verdict.AGAIN),
        (error("ERROR_CORE", status=200), Verdict.DEAD),
        (Reply(status=302), Verdict.PORTAL),
        (Reply(status=302, headers={"Location": "http://[x"}), Verdict.PORTAL),
        (Reply(status=302, headers={"Location": "https://evil.example/rest/"}), Verdict.PORTAL),
        (Reply(status=302, headers={"Location": "ftp://127.0.0.1/"}), Verdict.PORTAL),
        (Reply(status=302, headers={"Location": "https://a@127.0.0.1/"}), Verdict.PORTAL),
    ],
)
def test_failure_is_one_request_and_a_verdict(server, client, reply, verdict):
    server.answer = lambda _: reply
    assert _failure(client).verdict is verdict
    assert len(server.requests) == 1


def test_answer_that_does_not_come_in_time_is_unknown(server):
    server.answer = lambda _: Reply({"result": 1}, hold=server.closing)
    with Client(Webhook(server.webhook), read_timeout=0.1) as client:
        failure = _failure(client)
    assert (failure.verdict, failure.status, str(failure)) == (Verdict.UNKNOWN, 0, "no answer came in time")
    assert len(server.requests) == 1


def test_nobody_there_means_not_executed():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with Client(Webhook(f"http://127.0.0.1:{taken.getsockname()[1]}/rest/1/x/")) as client:
            failure = _failure(client)
    assert (failure.verdict, failure.retry_after) == (Verdict.AGAIN, 1.0)


def test_name_that_is_not_known_means_not_executed():
    with Client(Webhook("https://portal.invalid/rest/1/x/")) as client:
        assert _failure(client).verdict is Verdict.AGAIN


def test_portal_that_moved_gets_the_same_post_at_its_new_address(server, other, caplog):
    server.answer = lambda r: Reply(status=302, headers={"Location": f"{other.origin}{r.path}"})
    other.answer = lambda _: result(7)
    with Client(Webhook(server.webhook)) as client:
        assert client.call(NOTIFY).result == 7
        assert client.call(NOTIFY).result == 7
    assert (len(server.requests), len(other.requests)) == (1, 2)
    assert other.requests[0].verb == "POST"
    assert other.requests[0].json == server.requests[0].json
    assert "has moved to 127.0.0.1" in caplog.text


def test_portal_that_moves_in_a_circle_is_left(server, other):
    server.answer = lambda _: Reply(status=302, headers={"Location": other.origin})
    other.answer = lambda _: Reply(status=302, headers={"Location": server.origin})
    with Client(Webhook(server.webhook)) as client:
        assert _failure(client).verdict is Verdict.PORTAL
    assert len(server.requests) + len(other.requests) == 2


def _oauth_answers(expired=("old",), number=0):
    state = {"number": number}

    def answer(request):
        if request.path == "/oauth/token/":
            state["number"] += 1
            token = f"new-{state['number']}"
            return Reply({"access_token": token, "refresh_token": f"r-{token}", "client_endpoint": None})
        if request.json["auth"] in expired:
            return error("expired_token", status=401)
        return result(request.json["auth"])

    return answer


def test_expired_token_is_renewed_once_and_the_call_repeated(server):
    server.answer = _oauth_answers(expired=("new-1",))
    auth = OAuth(server.origin, client_id="a", client_secret="s", refresh_token="r", oauth_url=server.origin)
    with Client(auth) as client:
        assert client.call(Call("profile")).result == "new-2"
    assert [r.path for r in server.requests] == ["/oauth/token/", "/rest/profile", "/oauth/token/", "/rest/profile"]


def test_token_that_expires_at_once_again_is_an_error(server):
    server.answer = _oauth_answers(expired=("new-1", "new-2"))
    auth = OAuth(server.origin, client_id="a", client_secret="s", refresh_token="r", oauth_url=server.origin)
    with Client(auth) as client:
        assert _failure(client, Call("profile")).code == "expired_token"
    assert len(server.requests) == 4


def test_threads_whose_token_expired_together_renew_it_once(server):
    server.answer = _oauth_answers(expired=("new-1",))
    auth = OAuth(server.origin, client_id="a", client_secret="s", refresh_token="r", oauth_url=server.origin)
    got = []
    with Client(auth) as client:
        threads = [threading.Thread(target=lambda: got.append(client.call(Call("profile")).result)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert got == ["new-2"] * 6
    assert sum(r.path == "/oauth/token/" for r in server.requests) == 2


def test_code_is_exchanged_over_the_same_door(server):
    server.answer = _oauth_answers()
    auth = OAuth(server.origin, client_id="a", client_secret="s", oauth_url=server.origin)
    with Client(auth) as client:
        auth.authorize("c0de", client.get)
        assert client.call(Call("profile")).result == "new-1"
    assert server.requests[0].query["code"] == ["c0de"]


def test_expired_webhook_is_no_reason_to_try_again(server, client):
    server.answer = lambda _: error("expired_token", status=401)
    assert _failure(client).verdict is Verdict.PORTAL
    assert len(server.requests) == 1


def test_cookies_are_not_kept(server, client):
    server.answer = lambda _: Reply({"result": 1}, headers={"Set-Cookie": "a=b; Path=/"})
    client.call(NOTIFY)
    client.call(NOTIFY)
    assert "Cookie" not in server.requests[1].headers


def test_connection_that_the_portal_closed_meanwhile_is_not_used_again(server, client):
    server.answer = lambda _: Reply({"result": 1}, headers={"Connection": "close"})
    assert client.call(NOTIFY).result == 1
    until(lambda: server.connections == 1)
    assert client.call(NOTIFY).result == 1
    assert server.connections == 2
