"""What the authorization server may answer: the portal waits or tries again, no notification is held guilty."""

from __future__ import annotations

import json
import logging
import traceback

import pytest

from oauth_rig import client
from ports import free_port
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.errors import Bitrix24Error, Verdict

PROFILE = Call("profile")


def said(status, code):
    """An answer that repeats everything that it was sent."""
    return lambda query: (status, json.dumps({"error": code, "error_description": f"{query}"}).encode())


ANSWERS = {
    "invalid_grant": (said(400, "invalid_grant"), Verdict.PORTAL, "must be authorized again"),
    "wrong_client with status 200": (said(200, "wrong_client"), Verdict.PORTAL, "client_id or client_secret is wrong"),
    "a code that nobody knows": (said(400, "something_new"), Verdict.PORTAL, "something_new"),
    "access_denied": (said(403, "ACCESS_DENIED"), Verdict.PORTAL, "ACCESS_DENIED"),
    "an error of its own": (said(500, "INTERNAL_SERVER_ERROR"), Verdict.AGAIN, "INTERNAL_SERVER_ERROR"),
    "a page": (lambda query: (500, f"<html>{query}</html>".encode()), Verdict.AGAIN, "holds no tokens"),
    "a page with status 200": (lambda query: (200, f"<html>{query}".encode()), Verdict.AGAIN, "holds no tokens"),
    "nothing": (lambda _: (502, b""), Verdict.AGAIN, "holds no tokens"),
    "half of it": (lambda _: (200, b'{"access_token": "half-a-token"}'), Verdict.AGAIN, "holds no tokens"),
}


@pytest.fixture(autouse=True)
def everything_is_logged(acme, caplog):
    caplog.set_level(logging.DEBUG)
    yield
    assert [secret for secret in acme.secrets() if secret in caplog.text] == []


def assert_hidden(acme, error):
    text = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    assert [secret for secret in acme.secrets() if secret in text] == []
    assert "\n" not in str(error)


@pytest.mark.parametrize("when", ["at first", "later"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_refusal_is_told_in_one_line_and_loses_nothing(acme, queue, tmp_path, answer, when):
    reply, verdict, words = ANSWERS[answer]
    with client(queue, acme.settings(acme.issue()), tmp_path) as node:
        if when == "later":
            node.call(PROFILE)
            acme.expire()
        acme.answer = reply
        with pytest.raises(Bitrix24Error, match=words) as caught:
            node.call(PROFILE)
        assert caught.value.verdict is verdict
        assert "the authorization server" in str(caught.value)
        assert_hidden(acme, caught.value)
        acme.answer = None
        assert node.call(PROFILE).result["ID"] == "1"


def test_server_that_nobody_reaches_is_asked_again(acme, queue, tmp_path):
    settings = acme.settings(acme.issue()).replace(
        f'oauth_url = "{acme.url}"', f'oauth_url = "http://127.0.0.1:{free_port()}"'
    )
    with client(queue, settings, tmp_path) as node, pytest.raises(Bitrix24Error) as caught:
        node.call(PROFILE)
    assert caught.value.verdict is Verdict.AGAIN
    assert str(caught.value).startswith("the authorization server gave no token: it can't be reached: 127.0.0.1")
    assert_hidden(acme, caught.value)
