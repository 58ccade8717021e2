"""Whether a portal keeps tags is found out by trying, and nothing stays behind."""

from __future__ import annotations

import pytest

from scripted import Reply, Scripted, error, result
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.errors import Bitrix24Error

ADD, GET, DELETE = "im.notify.personal.add", "im.notify.get", "im.notify.delete"


class Centre:
    """A notification centre of one user, which keeps tags or not."""

    def __init__(self, server, *, keeps=True):
        self.server, self.keeps, self.rows, self.fails = server, keeps, [], {}
        server.answer = self.answer

    def answer(self, request):
        if request.method in self.fails:
            return self.fails[request.method]
        given = request.json
        match request.method:
            case "profile":
                return result({"ID": "1"})
            case "im.notify.personal.add":
                row = {"id": 41, "text": given["MESSAGE"], "notify_tag": f"MP|{given['TAG']}" if self.keeps else ""}
                self.rows.append(row)
                return result(41)
            case "im.notify.get":
                return result({"total_results": len(self.rows), "notifications": [{"id": 3, "text": "x"}, *self.rows]})
            case _:
                self.rows = [row for row in self.rows if row["id"] != given["ID"]]
                return result(True)

    @property
    def methods(self):
        return [one.method for one in self.server.requests]


@pytest.fixture
def server():
    made = Scripted()
    yield made
    made.close()


def _asked(server):
    with Bitrix24(server.webhook, retry_for=0.0) as portal:
        return portal.probe_tags()


@pytest.mark.parametrize("keeps", [True, False])
def test_the_portal_is_asked_and_nothing_stays(server, keeps):
    centre = Centre(server, keeps=keeps)
    assert _asked(server).kept is keeps
    assert centre.methods == [ADD, GET, DELETE]
    assert centre.rows == []
    sent = server.requests[0].json
    assert (sent["USER_ID"], sent["CLIENT_ID"], sent["MESSAGE_OUT"]) == (1, "slack-bitrix24", "#SKIP#")


@pytest.mark.parametrize(
    ("method", "reply", "words"),
    [
        (ADD, error("insufficient_scope", status=401), "insufficient_scope"),
        (ADD, error("ACCESS_DENIED", "only by subscription", 401), "ACCESS_DENIED"),
        (ADD, result(False), "NOT_CREATED"),
        (ADD, Reply({"result": 1_790_000_000, "time": {"start": 1_790_000_000}}), "NOTIFICATIONS_OFF"),
        (GET, error("ERROR_METHOD_NOT_FOUND", status=404), "ERROR_METHOD_NOT_FOUND"),
        (GET, result({"notifications": []}), "not among"),
        (GET, result([]), "not among"),
    ],
)
def test_a_portal_that_refuses_leaves_it_unknown(server, method, reply, words):
    Centre(server).fails[method] = reply
    found = _asked(server)
    assert found.kept is None
    assert words in found.reason


@pytest.mark.parametrize("method", [ADD, GET])
@pytest.mark.parametrize("reply", [Reply(drop=True), Reply(raw=b"<html>", status=502)])
def test_a_portal_that_could_not_be_asked_says_nothing(server, method, reply):
    Centre(server).fails[method] = reply
    with pytest.raises(Bitrix24Error):
        _asked(server)


def test_what_can_not_be_deleted_does_not_change_the_answer(server):
    Centre(server).fails[DELETE] = error("ERROR_CORE")
    assert _asked(server).kept is True


def test_a_token_that_does_not_tell_its_user_asks_for_it(server):
    centre = Centre(server)
    with Bitrix24(server.origin, token="acc3ssT0kenW0rd") as portal:
        assert portal.probe_tags().kept is True
    assert centre.methods[0] == "profile"


@pytest.mark.parametrize("name", ["tag", "sub_tag"])
def test_a_tag_that_would_not_be_kept_is_refused_before_sending(server, name):
    """246 characters. Bitrix24 server source, main 26.150 (2026-03)."""
    server.answer = lambda _: result(5)
    room = 246 - len("|U10") if name == "tag" else 246
    with Bitrix24(server.webhook, retry_for=0.0) as portal:
        assert portal.notify(10, "text", tag="t", **({name: "x" * room} if name == "sub_tag" else {})) == 5
        assert portal.notify(10, "text", **{name: "я" * room}) == 5
        for length in (room + 1, 300, 5000):
            with pytest.raises(Bitrix24Error, match="246") as caught:
                portal.notify(10, "text", **{name: "x" * length})
            assert caught.value.code == "TAG_TOO_LONG"
            with pytest.raises(Bitrix24Error, match="246"):
                portal.delete(**{name: "x" * (length + 5)})
    assert len(server.requests) == 2
