"""No secret leaves: every error path of client and sign-in is driven, and the secret looked for where people look."""

from __future__ import annotations

import json
import logging
import socket
import traceback

import pytest

from deliver.test_bot import configured
from scripted import Reply, Scripted, error
from slack_bitrix24.app.bots import OwnBot
from slack_bitrix24.bitrix24 import bot_calls, bot_files
from slack_bitrix24.bitrix24.auth import Token, Webhook, sign_in
from slack_bitrix24.bitrix24.bot_calls import Bot
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.notify import Message
from slack_bitrix24.bitrix24.oauth import OAuth
from slack_bitrix24.bitrix24.personal import create_personal_notification
from slack_bitrix24.bitrix24.portal import Bitrix24
from slack_bitrix24.bitrix24.redaction import hide_secrets, masked
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.deliver.bots import Post
from slack_bitrix24.errors import Bitrix24Error, SlackBitrix24Error
from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.server import Server

HOOK, TOKEN, CLIENT, REFRESH = "h00kS3cr3tW0rd", "acc3ssT0kenW0rd", "cl13ntS3cr3tW0rd", "r3fr3shT0kenW0rd"
BOT = "b0tT0kenW0rd"
SECRETS = (HOOK, TOKEN, CLIENT, REFRESH, BOT)
WHOLE = Call("im.notify.personal.add", {"USER_ID": 5, "MESSAGE": "x", "TAG": "t"})

REPLIES = {
    "dropped": lambda _: Reply(drop=True),
    "cut short": lambda _: Reply({"result": 1}, missing=5),
    "page": lambda _: Reply(raw=b"<html>", status=500),
    "page that echoes the address": lambda r: Reply(raw=r.path.encode(), status=404),
    "refusal that echoes all": lambda r: error(f"E {r.path}", f"{r.path} {r.body.decode()} {r.query}", 400),
    "revoked": lambda r: error("INVALID_CREDENTIALS", r.path, 401),
    "expired": lambda _: error("expired_token", "expired", 401),
    "redirect elsewhere": lambda r: Reply(status=302, headers={"Location": f"https://evil.example{r.path}"}),
    "redirect nowhere": lambda r: Reply(status=302, headers={"Location": f"http://[{r.path}"}),
    "redirect in a circle": lambda r: Reply(status=302, headers={"Location": r.path}),
    "result false": lambda _: Reply({"result": False}),
    "broken header": lambda _: Reply({"result": 1}, headers={"Content-Encoding": "gzip"}),
}


@pytest.fixture
def server():
    scripted = Scripted()
    yield scripted
    scripted.close()


@pytest.fixture(autouse=True)
def everything_is_logged(caplog):
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.records:
        assert_clean(record.getMessage())
        assert_clean(str(record.exc_text or ""))


def assert_clean(text):
    for secret in SECRETS:
        assert secret not in text, f"{secret} is in: {text[:500]}"


def _auths(origin):
    return {
        "webhook": Webhook(f"{origin}/rest/1/{HOOK}/"),
        "token": Token(origin, TOKEN),
        "oauth": OAuth(origin, client_id="app", client_secret=CLIENT, refresh_token=REFRESH, oauth_url=origin),
    }


def assert_hidden(failure):
    """Look where people look: text, repr, arguments, attributes, the traceback, and what is linked from it."""
    seen = failure
    while seen is not None:
        assert_clean(str(seen))
        assert_clean(repr(seen))
        assert_clean(repr(seen.args))
        assert_clean(repr(vars(seen)))
        seen = seen.__cause__ or seen.__context__
    assert_clean("".join(traceback.format_exception(failure)))
    assert failure.__cause__ is None
    assert failure.__context__ is None


def _caught(do):
    with pytest.raises((SlackBitrix24Error, ValueError)) as caught:
        do()
    return caught.value


@pytest.mark.parametrize("way", ["webhook", "token", "oauth"])
@pytest.mark.parametrize("reply", REPLIES)
def test_failed_requests_show_no_secret(server, way, reply):
    server.answer = REPLIES[reply]
    auth = _auths(server.origin)[way]
    with Client(auth, read_timeout=2) as client:
        assert_hidden(_caught(lambda: client.call(WHOLE)))
        assert_hidden(_caught(lambda: client.batch({"a": WHOLE})))
        assert_clean(f"{client!r} {client} {auth!r} {auth}")


@pytest.mark.parametrize("way", ["webhook", "token", "oauth"])
def test_requests_that_never_arrive_show_no_secret(way):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        for origin in (nobody, "https://portal.invalid"):
            with Client(_auths(origin)[way], connect_timeout=1) as client:
                assert_hidden(_caught(lambda: client.call(WHOLE)))


def test_answer_that_is_late_shows_no_secret(server):
    server.answer = lambda _: Reply(hold=server.closing)
    with Client(_auths(server.origin)["webhook"], read_timeout=0.1) as client:
        assert_hidden(_caught(lambda: client.call(WHOLE)))


def test_certificate_that_is_not_trusted_shows_no_secret():
    portal = Portal(webhook=(1, HOOK))
    with Server(app(portal), tls=True) as server, Client(Webhook(portal.webhook_url(server.url))) as client:
        failure = _caught(lambda: client.call(WHOLE))
    assert "certificate" in str(failure)
    assert_hidden(failure)


def test_what_goes_well_is_logged_without_a_secret(server, caplog):
    with Client(_auths(server.origin)["webhook"]) as client:
        client.call(Call("profile"))
    assert "/rest/1/<secret>/profile" in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        f"https://portal.example/{HOOK}",
        f"http://portal.example/rest/1/{HOOK}/",
        f"https://u:{HOOK}@portal.example/rest/1/{HOOK}/",
        f"https://portal.example/rest/1/{HOOK}/no-method",
        f"https://[portal/rest/1/{HOOK}/",
        f"https://portal.example:x/rest/1/{HOOK}/",
    ],
)
def test_addresses_that_are_refused_are_not_repeated(url):
    for do in (lambda: sign_in(url), lambda: create_personal_notification(url, 1, "x"), lambda: Bitrix24(url)):
        assert_hidden(_caught(do))


def test_objects_of_the_portal_show_no_secret(server):
    server.answer = REPLIES["refusal that echoes all"]
    with Bitrix24(f"{server.origin}/rest/1/{HOOK}/", retry_for=0) as portal:
        assert_clean(repr(portal))
        assert_hidden(_caught(lambda: portal.call("profile")))
        for result in portal.notify_many([Message(1, "x"), Message(2, "y")]):
            assert_clean(repr(result))
        failure = portal.submit(1, "x").exception(5)
        assert isinstance(failure, Bitrix24Error)
        assert_clean("".join(traceback.format_exception(failure)))


def test_batch_error_that_echoes_a_secret_is_cleaned(server):
    refusal = {"error": "E", "error_description": f"no {HOOK} here"}
    server.answer = lambda _: Reply({"result": {"result": [], "result_error": {"a": refusal}}})
    with Client(_auths(server.origin)["webhook"]) as client:
        assert_clean(repr(client.batch({"a": WHOLE}).results["a"]))


@pytest.mark.parametrize("reply", [name for name in REPLIES if name != "result false"])
def test_what_a_bot_is_driven_with_is_shown_by_nothing(server, reply):
    server.answer = REPLIES[reply]
    bot = Bot(7, BOT)
    calls = [bot_calls.send(bot, 10, "x", key="k"), bot_calls.update(bot, 1, "x"), bot_calls.delete(bot, 1)]
    calls += [bot_files.upload(bot, 10, b"x", name="x"), bot.call("imbot.v2.Event.get")]
    with Client(_auths(server.origin)["webhook"], read_timeout=2) as client:
        for call in calls:
            assert_hidden(_caught(lambda call=call: client.call(call)))
        assert_hidden(_caught(lambda: client.batch({f"c{number}": call for number, call in enumerate(calls)})))
        refusal = {"error": "E", "error_description": f"no {BOT} here"}
        server.answer = lambda _: Reply({"result": {"result": [], "result_error": {"a": refusal}}})
        assert_clean(repr(client.batch({"a": calls[0]}).results["a"]))
    assert_clean(f"{bot} {bot!r} {Post(bot)!r} {OwnBot(configured(), None, key=CLIENT)!r}")


def test_installation_and_kept_tokens_show_no_secret(server):
    oauth = _auths(server.origin)["oauth"]
    form = {
        "event": "ONAPPINSTALL",
        "auth[access_token]": TOKEN,
        "auth[refresh_token]": REFRESH,
        "auth[application_token]": CLIENT,
        "auth[client_endpoint]": f"https://evil.example/rest/1/{HOOK}/",
        "auth[member_id]": "m1",
    }
    echo = lambda url: (400, json.dumps({"error": "invalid_grant", "error_description": url}).encode())  # noqa: E731
    assert_hidden(_caught(lambda: oauth.install(form, echo)))
    assert_hidden(_caught(lambda: oauth.install(form | {"auth[client_endpoint]": f"http://evil/{HOOK}"}, echo)))


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f'POST /rest/1/{HOOK}/profile HTTP/1.1" 200', 'POST /rest/1/<secret>/profile HTTP/1.1" 200'),
        (f"/rest/api/1/{HOOK}/m", "/rest/api/1/<secret>/m"),
        (f"/rest/m?auth={TOKEN}&x=1", "/rest/m?auth=<secret>&x=1"),
        (
            f"GET /oauth/token/?client_secret={CLIENT}&refresh_token={REFRESH}",
            "GET /oauth/token/?client_secret=<secret>&refresh_token=<secret>",
        ),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_urllib3s_own_log_is_masked(text, clean):
    assert masked(text) == clean


def test_shield_is_put_up_once():
    hide_secrets()
    hide_secrets()
    assert len([f for f in logging.getLogger("urllib3.connectionpool").filters if type(f).__name__ == "_Shield"]) == 1
