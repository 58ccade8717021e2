"""Sign in with Slack: who comes in, with which rights, and who does not; against the sandbox workspace."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from operated import MORE, Operated
from rig import ANNA, BOB, CAROL, CONFIGURATION
from slack_bitrix24.app.slack_openid import read, why_not
from slack_bitrix24.sandbox.workspace.people import TEAM_ID
from slack_bitrix24.sandbox.workspace.signing_in import CLIENT_ID, CLIENT_SECRET
from waiting import until

WITH_SLACK = CONFIGURATION.replace(
    'api_url = "{slack}"\n',
    f'api_url = "{{slack}}"\nclient_id = "{CLIENT_ID}"\nclient_secret = {{{{ env = "TEST_SLACK_SECRET" }}}}\n',
)
RIGHTS = MORE.replace('page_password = "{hash}"\n', "").replace(
    f'admin = ["{ANNA}"]', f'admin = ["{ANNA}"]\nnotify = ["{ANNA}", "{BOB}"]'
)


@pytest.fixture(scope="module")
def bridge(made, tmp_path_factory):
    bridge = Operated(tmp_path_factory.mktemp("with_slack"), made, configuration=WITH_SLACK, more=RIGHTS)
    bridge.environ["TEST_SLACK_SECRET"] = CLIENT_SECRET
    try:
        bridge.start()
        yield bridge
        assert CLIENT_SECRET not in bridge.text
        assert bridge.stop() == 0
    finally:
        bridge.close()


def away(visitor, then=""):
    """Go to Slack; return its page's address."""
    answer = visitor.get(f"/page/sign-in/slack?then={then}")
    assert answer.status_code == 303
    return answer.headers["location"]


def back(visitor, user, then=""):
    """Say at Slack who one is, and come back; return the page's answer."""
    at_slack = requests.get(f"{away(visitor, then)}&user={user}", timeout=9, allow_redirects=False)
    assert at_slack.status_code == 302
    assert at_slack.headers["location"].startswith(f"{visitor.origin}/page/sign-in/slack/back?")
    return visitor.session.get(at_slack.headers["location"], timeout=20, allow_redirects=False)


def test_slack_is_asked_by_its_rules(stranger):
    assert "/page/sign-in/slack" in stranger.get("/page/sign-in").text
    address = urlsplit(away(stranger))
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.path.endswith("/openid/connect/authorize")
    assert (asked["response_type"], asked["scope"], asked["client_id"]) == ("code", "openid", CLIENT_ID)
    assert asked["redirect_uri"] == f"{stranger.origin}/page/sign-in/slack/back"
    assert len(asked["state"]) > 20
    assert len(asked["nonce"]) > 20
    page = requests.get(address.geturl(), timeout=9).text
    assert "Anna Petrova" in page
    assert "Build Bot" not in page


def test_an_administrator_sees_all(stranger):
    answer = back(stranger, ANNA, then="/page/portals")
    assert answer.status_code == 303, re.findall(r'role="alert">(.*?)<', answer.text)
    assert (answer.status_code, answer.headers["location"]) == (303, "/page/portals")
    text = stranger.get("/page/portals").text
    assert "Anna Petrova" in text
    assert "im.notify" in text or "Requests" in text
    audit = stranger.get("/page/audit").text
    assert ANNA in audit


def test_whoever_may_notify_sees_and_changes_what_is_their_own(bridge, stranger, slack):
    assert back(stranger, BOB).status_code == 303
    other = bridge.notify("of somebody else", at="2030-01-01T00:00:00Z")
    slack.type("remind @carol *tea* tomorrow at 9:00", user=BOB)
    slack.type("<@U024BE7LH|anna> mine", user=BOB, escaped=True)
    until(lambda: "mine" in stranger.get("/page").text)
    text = stranger.get("/page").text
    assert "of somebody else" not in text
    assert stranger.get(f"/page/notifications/{other}").status_code == 404
    token = stranger.csrf("/page")
    assert stranger.post(f"/page/notifications/{other}/cancel", csrf=token).status_code == 404
    assert bridge.state(other) == "pending"
    for path in ("/page/portals", "/page/people", "/page/flow", "/page/audit"):
        assert stranger.get(path).status_code == 403, path
        assert f'href="{path}"' not in text
    assert stranger.post("/page/portals/main/resume", csrf=token).status_code == 403
    schedules = stranger.get("/page/schedules").text
    assert "stand-up" not in schedules


def test_whoever_has_no_right_does_not_come_in(stranger):
    answer = back(stranger, CAROL)
    assert answer.status_code == 403
    assert "[permissions]" in answer.text
    assert stranger.get("/page").status_code == 303


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=x",
        "code=x&state=guessed",
        "error=access_denied&state=guessed",
        "state=&code=",
        "code=x&code=y&state=%00",
    ],
)
def test_who_comes_back_without_having_left_is_not_let_in(stranger, query):
    answer = stranger.get(f"/page/sign-in/slack/back?{query}")
    assert answer.status_code == 403
    assert stranger.get("/page").status_code == 303


@pytest.mark.parametrize("query", ["error=access_denied", "error=%3Cb%3E", "code=guessed", "code="])
def test_what_slack_does_not_vouch_for_is_refused(bridge, query):
    stranger = bridge.visitor(signed_in=False)
    state = parse_qs(urlsplit(away(stranger)).query)["state"][0]
    answer = stranger.get(f"/page/sign-in/slack/back?{query}&state={state}")
    assert answer.status_code == 403
    assert "<b>" not in answer.text.partition("<main")[2].partition("</h1>")[2]
    assert stranger.get("/page").status_code == 303


def test_a_code_is_good_once_and_for_its_own_browser(bridge, stranger):
    at_slack = requests.get(f"{away(stranger)}&user={ANNA}", timeout=9, allow_redirects=False).headers["location"]
    thief = bridge.visitor(signed_in=False)
    assert thief.session.get(at_slack, timeout=9, allow_redirects=False).status_code == 403
    away(thief)
    assert thief.session.get(at_slack, timeout=9, allow_redirects=False).status_code == 403
    first = stranger.session.get(at_slack, timeout=9, allow_redirects=False)
    assert first.status_code == 303


GOOD = {
    "iss": "https://slack.com",
    "aud": "1.2",
    "exp": 1000,
    "nonce": "n",
    "https://slack.com/team_id": TEAM_ID,
    "https://slack.com/user_id": ANNA,
}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, ""),
        ({"iss": "https://slack-gov.com"}, ""),
        ({"exp": 950}, ""),
        ({"iss": "https://evil.example"}, "not from Slack"),
        ({"iss": None}, "not from Slack"),
        ({"aud": "3.4"}, "for another app"),
        ({"aud": ["1.2"]}, "for another app"),
        ({"exp": 900}, "too old"),
        ({"exp": "1000"}, "too old"),
        ({"exp": None}, "too old"),
        ({"nonce": "m"}, "for another sign-in"),
        ({"nonce": ""}, "for another sign-in"),
        ({"https://slack.com/team_id": "T0OTHER01"}, "of another workspace"),
        ({"https://slack.com/team_id": ""}, "of another workspace"),
        ({"https://slack.com/user_id": ""}, "of nobody"),
        ({"https://slack.com/user_id": 7}, "of nobody"),
    ],
)
def test_each_claim_is_looked_at(change, why):
    assert why_not({**GOOD, **change}, client_id="1.2", nonce="n", team=TEAM_ID, now=1000) == why


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "token", ["", "a", "a.b", "a.%.c", f"a.{part([1])}.c", f"a.{part(7)}.c", "a..c", "....", "é.é.é"]
)
def test_what_is_no_token_is_told(token):
    with pytest.raises(ValueError):  # noqa: PT011 – json's and base64's own are as good
        read(token)
    assert read(f"h.{part({'iss': 'ё'})}.s") == {"iss": "ё"}
