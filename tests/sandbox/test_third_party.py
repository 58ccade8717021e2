"""Clients from PyPI work against the portal as they are: they insist on https, so it shows a certificate.

They are the dependency group `peers`; without it these tests are skipped. Each needs one setting: b24pysdk the
variable REQUESTS_CA_BUNDLE, fast_bitrix24 SSL_CERT_FILE.
"""

from __future__ import annotations

import pytest

from slack_bitrix24.sandbox.portal import Portal, app, people
from slack_bitrix24.sandbox.server import Server

# Their own warnings are not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")
WHY = "%s is not installed: pip install --group peers"


@pytest.fixture
def portal() -> Portal:
    return Portal(people=(*people.USERS, *people.crowd(130)))


@pytest.fixture
def url(portal, monkeypatch):
    with Server(app(portal), tls=True) as server:
        for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, server.ca_file)
        yield server.url


def b24(url, token=None):
    sdk = pytest.importorskip("b24pysdk", reason=WHY % "b24pysdk")
    return sdk.Client(token or sdk.BitrixWebhook(domain=url.partition("://")[2], webhook_token="1/5andb0xsecret0001"))


def test_b24pysdk_notifies_lists_and_sends_batches(url, portal):
    client = b24(url)
    attach = {"BLOCKS": [{"MESSAGE": "v1.2"}]}
    number = client.im.notify.personal.add(user_id=10, message="a [b]b[/b] & c", attach=attach).response.result
    [seen] = portal.notifications(10)
    assert (seen["id"], seen["message"], seen["attach"]["BLOCKS"]) == (number, "a [b]b[/b] & c", attach["BLOCKS"])
    assert len(client.user.get().as_list().result) == 136
    sent = client.call_batch(
        {
            "good": client.im.notify.personal.add(user_id=12, message="x & y"),
            "bad": client.im.notify.personal.add(user_id=0, message="x"),
        }
    ).result
    assert sent.result.keys() == {"good"}
    assert sent.result_error["bad"]["error"] == "USER_ID_EMPTY"
    assert portal.notifications(12)[0]["message"] == "x & y"


def test_b24pysdk_names_the_refusal(url):
    errors = pytest.importorskip("b24pysdk.errors", reason=WHY % "b24pysdk")
    with pytest.raises(errors.BitrixAPIBadRequest, match="Message can't be empty"):
        _ = b24(url).im.notify.personal.add(user_id=10, message=" ").response


def test_b24pysdk_signs_in_by_oauth(url, portal):
    sdk = pytest.importorskip("b24pysdk", reason=WHY % "b24pysdk")
    given = portal.oauth.issue(12, base=url, now=portal.clock())
    token = sdk.BitrixToken(
        domain=url.partition("://")[2],
        auth_token=given["access_token"],
        refresh_token=given["refresh_token"],
        bitrix_app=sdk.BitrixApp(client_id=portal.oauth.client_id, client_secret=portal.oauth.client_secret),
    )
    client = b24(url, token)
    assert client.im.notify.personal.add(user_id=10, message="m", tag="t").response.result
    [seen] = portal.notifications(10)
    assert (seen["author"]["name"], seen["tag"]) == ("Bob Smirnov", "t")


def test_fast_bitrix24_lists_calls_and_sends_batches(url, portal):
    fast = pytest.importorskip("fast_bitrix24", reason=WHY % "fast_bitrix24")
    client = fast.Bitrix(portal.webhook_url(url), verbose=False)
    assert len(client.get_all("user.get")) == 136
    items = [{"USER_ID": 1001 + number, "MESSAGE": f"m & {number}"} for number in range(50)]
    assert len(client.call("im.notify.personal.add", items)) == 50
    assert client.call("im.notify.personal.add", {"USER_ID": 10, "MESSAGE": "single"})
    assert portal.notifications(1050)[0]["message"] == "m & 49"
    assert client.get_by_ID("user.get", [10, 12])["12"][0]["NAME"] == "Bob"
    cmd = {"me": "user.current", "dep": "department.get?ID=$result[me][UF_DEPARTMENT][0]"}
    assert client.call_batch({"halt": 0, "cmd": cmd})["dep"][0]["NAME"] == "Sandbox company"
