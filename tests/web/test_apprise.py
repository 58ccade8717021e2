"""The Apprise API over a socket, with Apprise's own client where it is installed."""

from __future__ import annotations

import base64
import json
import warnings

import pytest

from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders.apprise import read
from ways import OTHER, TOKEN

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what apprise imports
    import apprise

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def posted(body, kind="application/json"):
    return read(Request(sender="apprise", headers={"content-type": kind}, body=body), Hook("x"))


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("method", ["json", "form"])
def test_apprise_delivers(ways, method, version):
    """Version 2, the default of 2.3.0, sends the token as a header."""
    host = ways.origin.removeprefix("http://")
    sender = apprise.Apprise()
    assert sender.add(f"apprise://{host}/{OTHER}/?method={method}&version={version}&tags=@oncall")
    assert sender.notify(title="Backup of <db-1>", body="took 5 > 4 minutes & failed", notify_type="failure")
    sent = ways.sent()
    assert [one.notification.recipient.user_id for one in sent] == [10, 12]
    message = sent[0].notification.message_out
    assert "Backup of" in message
    assert sent[0].notification.source == "webhook:backup"


def test_apprise_hears_of_a_wrong_token(ways):
    sender = apprise.Apprise()
    sender.add(f"apprise://{ways.origin.removeprefix('http://')}/{'0' * 32}")
    assert not sender.notify(body="x")
    assert ways.sent() == []


def test_a_file_comes_along(ways, tmp_path):
    (tmp_path / "report.txt").write_text("all is well")
    sender = apprise.Apprise()
    sender.add(f"apprise://{ways.origin.removeprefix('http://')}/{OTHER}")
    assert sender.notify(body="see the report", attach=str(tmp_path / "report.txt"))
    assert len(ways.sent()) == 1


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        ("anna", ("@anna",)),
        ("anna, oncall", ("@anna", "@oncall")),
        (["anna", "bitrix24:7"], ("@anna", "bitrix24:7")),
        ("U024BE7LH;@team", ("U024BE7LH", "@team")),
        ("all", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_a_tag_is_an_address_or_a_name_of_the_mapping_file(tag, wanted):
    assert posted(json.dumps({"body": "x", "tag": tag}).encode()).wanted == wanted


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"title": ""}', "application/json", 400),
        (b'{"body": "  "}', "application/json", 400),
        (b"body=", "application/x-www-form-urlencoded", 400),
        (b'{"body": "x", "attachments": [{"base64": "???"}]}', "application/json", 400),
    ],
)
def test_what_is_no_notification_is_refused(body, kind, status):
    with pytest.raises(RefusedError) as caught:
        posted(body, kind)
    assert caught.value.status == status


def test_files_are_found_in_every_form():
    encoded = base64.b64encode(b"abc").decode()
    body = (
        f'{{"body": "x", "attachments": [{{"filename": "a.txt", "base64": "{encoded}"}}, '
        f'{{"filename": "b.txt", "base64": "data:text/plain;base64,{encoded}"}}], '
        '"attach": "https://example.com/c.png?x=1", "attachment": null}'
    )
    files = posted(body.encode()).files
    assert [(one.name, one.content, one.url) for one in files] == [
        ("a.txt", b"abc", ""),
        ("b.txt", b"abc", ""),
        ("c.png", b"", "https://example.com/c.png?x=1"),
    ]


def test_another_webhooks_token_is_that_webhook(ways):
    answer = ways.post(f"/notify/{TOKEN}", json={"body": "x"})
    assert (answer.status_code, answer.json()) == (200, {"error": None, "details": []})
    assert {one.notification.source for one in ways.sent()} == {"webhook:grafana"}


LOOSE = [
    ({"data": '{"body": "the word"}'}, "the word"),
    ({"data": b' {"body": "the word"}', "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, "the word"),
    ({"json": {"title": "t", "message": "the word"}}, "the word"),
    ({"json": {"text": "the word"}}, "the word"),
    ({"json": {"title": "t", "body": {"host": "the word"}}}, "host: the word"),
    ({"json": {"body": [{"a": "the word"}]}}, "0.a: the word"),
    ({"json": {"title": ["the", "word"], "body": 5}}, "the word"),
    ({"data": {"body": "the word", "title": "{x}"}}, "the word"),
]


@pytest.mark.parametrize(("how", "said"), LOOSE)
def test_no_word_is_lost_in_a_loose_body(ways, how, said):
    assert ways.post(f"/notify/{OTHER}", **how).status_code == 200
    assert said in ways.sent()[0].notification.message_out
