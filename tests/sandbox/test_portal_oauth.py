"""OAuth: the round through the browser, tokens that change, an installation without a page."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from slack_bitrix24.sandbox.portal import Portal, app
from slack_bitrix24.sandbox.portal.access import SCOPES
from slack_bitrix24.sandbox.portal.oauth import OAuth
from slack_bitrix24.sandbox.server import Server


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def served():
    portal = Portal(plan="off", clock=Clock())
    portal.oauth.redirect_uri = "http://127.0.0.1:9/back?x=1"
    with Server(app(portal)) as server:
        yield portal, server.url


@pytest.fixture
def portal(served):
    served[0].oauth.forget()
    return served[0]


@pytest.fixture
def url(served):
    return served[1]


def code(portal, url):
    params = {"client_id": portal.oauth.client_id, "state": "st&te"}
    back = requests.get(url + "/oauth/authorize/", params=params, timeout=5, allow_redirects=False)
    assert back.status_code == 302
    told = parse_qs(urlsplit(back.headers["location"]).query)
    assert told["state"] == ["st&te"]
    assert told["domain"] == [urlsplit(url).netloc]
    assert told.keys() == {"x", "code", "state", "domain", "member_id", "scope", "server_domain"}
    return told["code"][0]


def token(portal, url, grant="authorization_code", **params):
    app_of = {"client_id": portal.oauth.client_id, "client_secret": portal.oauth.client_secret}
    return requests.get(url + "/oauth/token/", params={"grant_type": grant, **app_of, **params}, timeout=5)


def test_a_code_gives_tokens_once_and_for_thirty_seconds(portal, url):
    first = code(portal, url)
    given = token(portal, url, code=first).json()
    assert given["expires_in"] == 3600
    assert given["client_endpoint"] == url + "/rest/"
    assert urlsplit(url).netloc != given["domain"]
    assert "user_id" not in given
    again = token(portal, url, code=first)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    late = code(portal, url)
    portal.clock.now += 31
    assert token(portal, url, code=late).json()["error"] == "invalid_grant"


def test_a_refresh_token_changes_each_time(portal, url):
    given = token(portal, url, code=code(portal, url)).json()
    renewed = requests.post(
        url + "/oauth/token/",
        data={
            "grant_type": "refresh_token",
            "client_id": portal.oauth.client_id,
            "client_secret": portal.oauth.client_secret,
            "refresh_token": given["refresh_token"],
        },
        timeout=5,
    ).json()
    assert renewed["refresh_token"] != given["refresh_token"]
    assert renewed["user_id"] == 1
    assert renewed["expires"] == int(portal.clock.now) + 3600
    assert portal.oauth.refreshes >= 1
    old = token(portal, url, "refresh_token", refresh_token=given["refresh_token"])
    assert (old.status_code, old.json()["error"]) == (400, "invalid_grant")
    portal.clock.now += 181 * 86400
    assert token(portal, url, "refresh_token", refresh_token=renewed["refresh_token"]).status_code == 400


@pytest.mark.parametrize(
    ("params", "status", "error"),
    [
        ({"client_secret": "wrong", "code": "x"}, 401, "invalid_client"),
        ({"client_id": "wrong", "code": "x"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "invalid_request"),
        ({}, 400, "invalid_grant"),
    ],
    ids=str,
)
def test_refusals(portal, url, params, status, error):
    answer = token(portal, url, **{"grant": params.pop("grant_type", "authorization_code"), **params})
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_wrong_application_is_shown_to_the_user_not_sent_back(portal, url):
    answer = requests.get(url + "/oauth/authorize/?client_id=x", timeout=5, allow_redirects=False)
    assert (answer.status_code, "location" in answer.headers) == (401, False)
    assert requests.get(url + "/oauth/authorize/", timeout=5).status_code == 401


def test_an_application_without_a_redirect_uri_cannot_be_authorized():
    oauth = OAuth()
    with pytest.raises(Exception, match="invalid_request"):
        oauth.authorize(oauth.client_id, "", host="h", now=0.0)


def test_a_token_calls_in_query_form_and_json_without_client_id_for_tags(portal, url):
    portal.reset()
    auth = portal.oauth.issue(12, base=url, now=portal.clock())["access_token"]
    method, params = url + "/rest/im.notify.personal.add", {"USER_ID": 10, "MESSAGE": "m", "TAG": "t"}
    requests.get(method, params={**params, "auth": auth}, timeout=5)
    requests.post(method, data={**params, "auth": auth}, timeout=5)
    requests.post(method + ".json", json={**params, "auth": auth}, timeout=5)
    requests.post(method, json={**params, "auth": {"access_token": auth}}, timeout=5)
    [seen] = portal.notifications(10)
    assert (seen["author"]["name"], seen["application"]) == ("Bob Smirnov", portal.oauth.client_id)
    assert portal.stats()["replaced"] == 3
    assert portal.stats()["warnings"] == {}
    body = {"auth": auth, "cmd": {"app": "app.info", "st": "disk.storage.getForApp", "me": "profile"}}
    result = requests.post(url + "/rest/batch", json=body, timeout=5).json()["result"]["result"]
    assert result["me"]["ID"] == "12"
    assert result["st"]["ENTITY_TYPE"] == "restapp"
    assert result["app"]["STATUS"] == "L"


def test_wrong_expired_and_missing_tokens(portal, url):
    auth = portal.oauth.issue(1, base=url, now=portal.clock())["access_token"]

    def refused(**params):
        answer = requests.get(url + "/rest/profile", params=params, timeout=5)
        return answer.status_code, answer.json().get("error")

    assert refused() == (401, "NO_AUTH_FOUND")
    assert refused(auth="wrong") == (401, "NO_AUTH_FOUND")
    portal.clock.now += 3601
    assert refused(auth=auth) == (401, "expired_token")
    fresh = requests.post(url + "/sandbox/tokens", json={"user": 10}, timeout=5).json()["access_token"]
    assert refused(auth=fresh) == (200, None)
    requests.post(url + "/sandbox/tokens", json={"expire": True}, timeout=5)
    assert refused(auth=fresh) == (401, "expired_token")
    portal.oauth.scopes = ("user",)
    try:
        narrow = portal.oauth.issue(1, base=url, now=portal.clock())["access_token"]
        told = requests.get(url + "/rest/im.notify", params={"auth": narrow}, timeout=5).json()
        assert "access token" in told["error_description"]
    finally:
        portal.oauth.scopes = SCOPES


def test_an_installation_is_posted_as_a_form_once_asked_for(portal, url):
    posted = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            posted.append(parse_qs(self.rfile.read(int(self.headers["content-length"])).decode()))
            self.send_response(201 if self.path == "/ok" else 403)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        place = f"http://127.0.0.1:{listener.server_port}"
        answers = [
            requests.post(url + "/sandbox/install", json={"url": place + path}, timeout=5).json()
            for path in ("/ok", "/no")
        ]
        listener.shutdown()
        thread.join()
    assert answers == [{"status": 201}, {"status": 403}]
    form = {name: values[0] for name, values in posted[0].items()}
    assert form["event"] == "ONAPPINSTALL"
    assert form["auth[application_token]"] == portal.oauth.application_token
    assert form["auth[scope]"] == "im user disk department imbot"
    auth = {"auth": form["auth[access_token]"]}
    assert requests.get(url + "/rest/profile", params=auth, timeout=5).status_code == 200
    for body, status in [({"url": "http://example.com/"}, 400), ({"url": place}, 502), ([], 400)]:
        assert requests.post(url + "/sandbox/install", json=body, timeout=10).status_code == status
    assert requests.post(url + "/sandbox/install", data="{", timeout=10).status_code == 400
