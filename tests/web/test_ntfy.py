"""ntfy's publish over a socket: every way in which its parts are written."""

from __future__ import annotations

import base64
import json
import time

import pytest

from slack_bitrix24.plain import plain
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders.ntfy import read
from ways import OTHER

BEARER = {"Authorization": f"Bearer {OTHER}"}


def published(body=b"", *, query=(), sequence="", method="POST", **headers):
    named = {"topic": "alerts", **({"sequence": sequence} if sequence else {})}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(sender="ntfy", method=method, named=named, query=tuple(query), headers=given, body=body)
    return read(request, Hook("x"))


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_line_of_curl_arrives(home, method, slash):
    answer = home.post(f"/backups{slash}", method, data=b"Backup of db-1 failed", headers=BEARER)
    assert answer.status_code == 200
    assert answer.json()["topic"] == "backups"
    assert answer.json()["event"] == "message"
    (sent,) = home.sent()
    assert (sent.notification.recipient.user_id, sent.notification.message) == (14, "Backup of db-1 failed")


def test_json_on_the_root(home):
    body = {"topic": "backups", "title": "Failed", "message": "db-1", "priority": 5, "tags": ["warning", "nightly"]}
    answer = home.post("/", json=body, headers=BEARER)
    assert (answer.status_code, answer.json()["title"]) == (200, "Failed")
    (sent,) = home.sent()
    assert "Failed" in sent.notification.message_out


@pytest.mark.parametrize(
    "how",
    [
        {"headers": {"Authorization": "Basic " + base64.b64encode(f":{OTHER}".encode()).decode()}},
        {"headers": {"Authorization": "Basic " + base64.b64encode(f"me:{OTHER}".encode()).decode()}},
        {"headers": BEARER},
        {"params": {"auth": OTHER}},
        {"params": {"auth": base64.urlsafe_b64encode(f"Bearer {OTHER}".encode()).decode().rstrip("=")}},
    ],
)
def test_the_secret_is_found_where_ntfys_clients_put_it(home, how):
    assert home.post("/alerts", data=b"x", **how).status_code == 200


@pytest.mark.parametrize(("how", "status"), [({}, 401), ({"headers": {"Authorization": "Bearer wrong"}}, 403)])
def test_nobody_else_publishes(home, how, status):
    answer = home.post("/alerts", data=b"x", **how)
    assert (answer.status_code, answer.json()["http"]) == (status, status)
    assert {"code", "error"} <= set(answer.json())
    assert home.sent() == []


def test_a_sequence_is_replaced_and_taken_back(home):
    for text in ("10 %", "100 %"):
        assert home.post("/alerts/job7", data=text.encode(), headers=BEARER).status_code == 200
    first, second = home.sent()
    assert first.notification.tag == second.notification.tag
    for path, method in (("/alerts/job7/clear", "PUT"), ("/alerts/job7", "DELETE")):
        assert home.post(path, method, headers=BEARER).status_code == 200
    assert [one.notification.kind for one in home.sent()][2:] == ["delete"]


def test_the_same_by_header(home):
    for text in ("10 %", "100 %"):
        home.post("/alerts", data=text.encode(), headers={**BEARER, "X-Sequence-ID": "job7"})
    first, second = home.sent()
    assert first.notification.tag == second.notification.tag


@pytest.mark.parametrize(
    ("path", "key"), [("/v1/health", "healthy"), ("/v1/account", "username"), ("/alerts/auth", "success")]
)
def test_what_is_asked_before_is_answered(home, path, key):
    answer = home.post(path, "GET", headers=BEARER)
    assert (answer.status_code, key in answer.json()) == (200, True)


def test_a_topic_is_not_another_ways_name(home):
    for path in ("/metrics", "/healthz", "/api", "/heartbeat", "/v1"):
        assert home.post(path, data=b"x", headers=BEARER).status_code in (404, 405)
    assert home.sent() == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"title": "Disk full"}, "Disk full"),
        ({"x_title": "Disk full"}, "Disk full"),
        ({"ti": "x", "t": "Disk full"}, "Disk full"),
        ({"title": "=?UTF-8?B?0JTQuNGB0Lo=?="}, "Диск"),
        ({"title": "Диск".encode().decode("latin-1")}, "Диск"),
        ({"tags": "warning,nightly"}, "nightly"),
        ({"tags": "warning,nightly"}, "⚠"),
        ({"click": "https://example.com/x"}, "https://example.com/x"),
        ({"actions": "view, Open the page, https://example.com/y"}, "Open the page"),
        ({"attach": "https://example.com/graph.png"}, "graph.png"),
    ],
)
def test_headers_are_read(given, shown):
    assert shown in plain(published(b"text", **given).document.blocks) + repr(published(b"text", **given).document)


def test_parameters_stand_in_the_address_too():
    incoming = published(b"", query=[("message", "from the address"), ("title", "T"), ("p", "5")])
    assert "from the address" in plain(incoming.document.blocks)
    assert incoming.priority == "high"


@pytest.mark.parametrize(
    ("priority", "level"),
    [("1", "low"), ("min", "low"), ("3", "normal"), ("", "normal"), ("4", "high"), ("urgent", "high"), ("x", "normal")],
)
def test_priorities(priority, level):
    assert published(b"x", priority=priority).priority == level


@pytest.mark.parametrize(
    ("delay", "seconds"), [("30s", 30), ("10 min", 600), ("2h", 7200), ("1 day", 86400), ("90", 90), ("soon", None)]
)
def test_delays(delay, seconds):
    now = time.time()
    at = published(b"x", delay=delay).not_before
    assert at == 0 if seconds is None else abs(at - now - seconds) < 5


def test_a_body_with_a_filename_is_a_file():
    (file,) = published(b"\x89PNG", filename="graph.png").files
    assert (file.name, file.content) == ("graph.png", b"\x89PNG")


@pytest.mark.parametrize("body", [b"", b"   ", b"\n"])
def test_nothing_is_triggered(body):
    assert plain(published(body).document.blocks) == "triggered"


@pytest.mark.parametrize("topic", ["a b", "ünïcode", "x" * 65, "a.b", ""])
def test_an_impossible_topic_is_refused(topic):
    request = Request(sender="ntfy", named={}, body=b'{"topic": "%b", "message": "x"}' % topic.encode())
    with pytest.raises(RefusedError) as caught:
        read(request, Hook("x"))
    assert (caught.value.status, caught.value.word) == (400, "40009")


def test_markdown_is_read_where_it_is_said():
    assert "**" not in plain(published(b"**bold**", markdown="yes").document.blocks)
    assert "**" in plain(published(b"**bold**").document.blocks)


@pytest.mark.parametrize("word", ["publish", "send", "trigger"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_plain_link_publishes(home, word, slash):
    asked = {"message": "the door is open", "title": "Door", "priority": "high", "tags": "warning", "auth": OTHER}
    answer = home.post(f"/alerts/{word}{slash}", "GET", params=asked)
    assert (answer.status_code, answer.json()["topic"], answer.json()["title"]) == (200, "alerts", "Door")
    (sent,) = home.sent()
    assert "the door is open" in sent.notification.message_out


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/alerts/publish", 401),
        ("HEAD", "/alerts/publish", 404),
        ("GET", "/alerts/publishing", 404),
        ("GET", "/alerts/publish/clear", 404),
        ("GET", "/alerts", 404),
        ("GET", "/alerts/json", 404),
        ("GET", "/services/send", 404),
    ],
)
def test_other_links_publish_nothing(home, method, path, status):
    assert home.post(path, method).status_code == status
    assert home.sent() == []


def test_behind_publish_stands_a_sequence_for_whoever_posts(home):
    assert home.post("/alerts/publish", data=b"one", headers=BEARER).status_code == 200
    assert published(b"one", sequence="publish").key
    assert not published(b"", sequence="publish", method="GET").key


PICTURES = [
    (b"\x89PNG\r\n\x1a\n\x00\x00", "attachment.png"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF", "attachment.jpg"),
    (b"GIF89a", "attachment.gif"),
    (b"%PDF-1.7\n", "attachment.pdf"),
    (b"PK\x03\x04", "attachment.zip"),
    (b"\x7fELF\x02\x01\x00", "attachment.bin"),
]


@pytest.mark.parametrize(("body", "name"), PICTURES)
def test_a_file_without_a_name_is_no_text(body, name):
    found = published(body)
    assert [(one.name, one.content) for one in found.files] == [(name, body)]
    assert not found.document.blocks
    assert [one.name for one in published(body, filename="own.name").files] == ["own.name"]


@pytest.mark.parametrize(
    "body",
    [
        b"plain",
        b"",
        "Tür".encode(),
        "Tür".encode("cp1252"),
        "Tür".encode("utf-16"),
        b"\x1b[31mred\x1b[0m",
        b"a\tb\r\n\x0c",
    ],
)
def test_a_text_is_no_file(body):
    assert published(body).files == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"message": "word"}, "word"),
        ({"text": "word"}, "word"),
        ({"body": "word"}, "word"),
        ({"message": {"host": "word"}}, "host: word"),
        ({"message": ["one", "word"]}, "one\nword"),
        ({"message": "", "text": "word"}, "word"),
        ({"message": "word", "text": "its copy"}, "word"),
    ],
)
def test_the_words_of_json_are_found(given, said):
    request = Request(sender="ntfy", named={}, body=json.dumps({"topic": "alerts", **given}).encode())
    assert plain(read(request, Hook("x")).document) == said
