"""Each way in by the letter: methods, forms of paths, encodings, sizes, and what is wrong, in its sender's words."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from urllib.parse import urlsplit

import pytest

from slack_bitrix24.web.encodings import plain
from slack_bitrix24.web.paths import canonical
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders import bodies
from ways import OTHER, TOKEN

SLACK, BEARER = f"/services/T0/grafana/{TOKEN}", {"Authorization": f"Bearer {OTHER}"}
HELLO = b'{"text": "hello"}'


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (SLACK, "POST"),
        (f"/hooks/{TOKEN}", "POST"),
        (f"/alertmanager/grafana/{TOKEN}", "POST, PUT"),
        (f"/json/grafana/{TOKEN}", "POST, PUT"),
        (f"/notify/{TOKEN}", "POST"),
        ("/message", "POST"),
        ("/api/notifications", "POST"),
        ("/api/notifications/7", "GET, HEAD, DELETE"),
        ("/disks", "POST, PUT"),
        ("/disks/seven", "POST, PUT, DELETE, GET"),
        ("/disks/seven/clear", "PUT"),
    ],
)
def test_a_path_says_which_methods_it_takes(house, path, allowed):
    for method in {"PATCH", "OPTIONS", "DELETE", "POST"} - {one.strip() for one in allowed.split(",")}:
        answer = house.post(path, method, headers=BEARER)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), method


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/v1/health"])
def test_what_can_be_read_can_be_asked_for_without_its_body(house, path):
    assert house.post(path, "GET").status_code == 200
    answer = house.post(path, "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert house.post(path, "PUT").status_code == 405


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("/a/b", "/a/b"),
        ("/a/b/", "/a/b"),
        ("/a/b//", "/a/b"),
        ("/a//b", "/a/b"),
        ("//a/b", "/a/b"),
        ("/", "/"),
        ("//", "/"),
        ("http://bridge.example/a/b", "/a/b"),
        ("https://bridge.example:3000/a/b/", "/a/b"),
        ("http://bridge.example", "/"),
        ("*", "*"),
        ("http://[", "http://["),
    ],
)
def test_a_path_has_one_form(path, plain):
    assert canonical(path) == plain


@pytest.mark.parametrize("target", [SLACK, f"{SLACK}/", f"http://x{SLACK}", SLACK.replace("/grafana", "//grafana")])
def test_every_form_of_a_path_is_answered_and_none_redirects(house, target):
    assert _raw(house, f"POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", HELLO).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/services/T0/grafana", 401, "text/plain"),
        ("/hooks/grafana", 401, "text/plain"),
        ("/alertmanager/grafana", 401, "application/json"),
        ("/json/grafana", 401, "application/json"),
        ("/notify", 401, "application/json"),
        ("/message", 401, "application/json"),
        ("/disks", 401, "application/json"),
        ("/api/notifications", 401, "application/json"),
        ("/services/T0/grafana/wrong", 403, "text/plain"),
        ("/hooks/wrong", 403, "text/plain"),
        ("/alertmanager/nobody/x", 404, "application/json"),
        ("/services/T0/nobody/x", 404, "text/plain"),
    ],
)
def test_whoever_has_no_secret_is_told_so_and_asked_for_one(house, path, status, kind):
    answer = house.post(path, data=HELLO)
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)
    assert ("www-authenticate" in answer.headers) is (status == 401)


def _raw(ways, head, body=b"", length=True):
    lines = f"{head}Content-Length: {len(body)}\r\n\r\n" if length else head
    with socket.create_connection(("127.0.0.1", urlsplit(ways.origin).port), timeout=10) as connection:
        connection.sendall(lines.encode() + body)
        text = b""
        while part := connection.recv(65_536):
            text += part
    return text


PACKED = {
    "gzip": gzip.compress(HELLO, mtime=0),
    "x-gzip": gzip.compress(HELLO, mtime=0),
    "GZIP": gzip.compress(HELLO, mtime=0),
    "deflate": zlib.compress(HELLO),
    "identity": HELLO,
    "": HELLO,
}


@pytest.mark.parametrize("encoding", PACKED)
def test_a_packed_body_is_unpacked(ways, encoding):
    assert ways.post(SLACK, data=PACKED[encoding], headers={"Content-Encoding": encoding}).text == "ok"
    assert ways.sent()[0].notification.message == "hello"


RAW_DEFLATE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"no gzip at all", "gzip", 400),
        (gzip.compress(HELLO, mtime=0)[:-9], "gzip", 400),
        (b"", "gzip", 400),
        (HELLO, "br", 415),
        (gzip.compress(gzip.compress(HELLO, mtime=0), mtime=0), "gzip, gzip", 415),
        (gzip.compress(b" " * 1_000_001, mtime=0), "gzip", 413),
    ],
)
def test_what_cannot_be_unpacked_is_refused_and_no_more_than_the_limit_is_made_of_it(body, encoding, status):
    with pytest.raises(RefusedError) as refused:
        plain(body, encoding, most=1_000_000)
    assert refused.value.status == status


def test_deflate_comes_without_its_head_too():
    assert plain(RAW_DEFLATE.compress(HELLO) + RAW_DEFLATE.flush(), "deflate", most=100) == HELLO


FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        (f"{FORM}; charset=windows-1251", b"text=%EF%F0%E8%E2%E5%F2", "привет"),
        (f"{FORM}; charset=iso-8859-1", b"text=%E9", "é"),
        (FORM, b"text=%E9", "é"),
        (FORM, b"text=%C3%A9", "é"),
        (f"{FORM}; charset=nonsense", b"text=%C3%A9", "é"),
        (f"{FORM}; charset=nonsense", b"text=%E9", "é"),
        (f"{JSON}; charset=windows-1251", '{"text": "привет"}'.encode("cp1251"), "привет"),
        (f'{JSON}; Charset="KOI8-R"', '{"text": "привет"}'.encode("koi8-r"), "привет"),
        (f"{JSON}; charset=windows-1251", '{"text": "привет"}'.encode(), "привет"),
        (JSON, '{"text": "é"}'.encode("cp1252"), "é"),
        (JSON, '{"text": "привет"}'.encode("utf-8-sig"), "привет"),
        (JSON, '{"text": "привет"}'.encode("utf-16"), "привет"),
        ("text/plain; charset=utf-16", b"\xfe\xff" + '{"text": "привет"}'.encode("utf-16-be"), "привет"),
        (f"{JSON}; charset=rot13", b'{"text": "\xe9"}', "é"),
    ],
)
def test_words_come_in_the_characters_that_the_type_names(kind, body, said):
    found = bodies.json_of(Request("slack", headers={"content-type": kind}, body=body), "payload")
    assert found == {"text": said}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\r\n\r\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\n', {"a": 1}),
        ('{"a": "one\ntwo"}', {"a": "one\ntwo"}),
        ('{"n": ' + "9" * 5000 + "}", {"n": "9" * 5000}),
        ("[-" + "9" * 5000 + ", 1]", ["-" + "9" * 5000, "1"]),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": "\\ud800"}', {"a": "\ud800"}),
    ],
)
def test_json_is_read_in_its_forms(text, found):
    assert bodies.parse(text) == found


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}\n{', '{"a": 1} {"a": 2}', "a\nb", "[" * 100_000, "1\n2"])
def test_what_is_no_json_is_none(text):
    with pytest.raises(bodies.NoJSONError):
        bodies.parse(text)


@pytest.mark.parametrize("depth", [5, 31, 32, 33, 60, 300, 900])
@pytest.mark.parametrize("path", [f"/json/grafana/{TOKEN}", "/json/shop/t0kenOfShop0123456789ab", SLACK])
def test_a_word_is_shown_however_deep_it_stands(ways, path, depth):
    assert ways.post(path, data='{"a":' * depth + '"needle"' + "}" * depth).status_code == 200
    made = ways.sent()[0].notification
    assert "needle" in made.message + made.attach


LONG = b"x" * 1_000_001


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        (f"/notify/{TOKEN}", b'{"body": "' + LONG + b'"}', {}),
        (f"/notify/{TOKEN}", b"body=" + LONG, {"Content-Type": FORM}),
        ("/disks", LONG, BEARER),
        ("/", b'{"topic": "disks", "message": "' + LONG + b'"}', BEARER),
        (SLACK, b'{"text": "' + LONG + b'"}', {}),
        ("/message", b'{"message": "' + LONG + b'"}', BEARER),
    ],
)
def test_a_million_bytes_are_the_most_where_no_file_comes_along(house, path, body, headers):
    assert house.post(path, data=body, headers=headers).status_code == 413


def test_a_file_may_be_longer(home):
    assert home.post("/disks", data=LONG, headers={**BEARER, "Filename": "dump.bin"}).status_code == 200
    [made] = home.sent()
    assert "dump.bin" in made.notification.message + made.notification.attach


EXPECT = "Host: x\r\nExpect: 100-continue\r\n"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"POST {SLACK} HTTP/1.1\r\n{EXPECT}Content-Length: 3000000\r\n\r\n", b"413"),
        (f"POST /services/T0/grafana/wrong HTTP/1.1\r\n{EXPECT}Content-Length: 3000\r\n\r\n", b"403"),
        (f"POST /alertmanager/nobody/x HTTP/1.1\r\n{EXPECT}Content-Length: 3000\r\n\r\n", b"404"),
        (f"PATCH {SLACK} HTTP/1.1\r\n{EXPECT}Content-Length: 3000\r\n\r\n", b"405"),
    ],
)
def test_whoever_asks_before_sending_is_refused_before_sending(house, head, status):
    assert _raw(house, head, length=False).startswith(b"HTTP/1.1 " + status)


def test_whoever_asks_before_sending_is_told_to_go_on(house):
    with socket.create_connection(("127.0.0.1", urlsplit(house.origin).port), timeout=10) as connection:
        connection.sendall(f"POST {SLACK} HTTP/1.1\r\n{EXPECT}Connection: close\r\nContent-Length: 17\r\n\r\n".encode())
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(HELLO)
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("chat.postMessage", {"channel": "C1"}),
        ("chat.postMessage", {"channel": "C1", "unfurl_links": False, "metadata": {"event_type": "x"}}),
        ("chat.postMessage", {"channel": "C1", "client_msg_id": "0f1e", "strange": "word"}),
        ("chat.update", {"channel": "C1"}),
        ("chat.update", {"channel": "C1", "text": None, "blocks": []}),
    ],
)
def test_what_is_no_part_of_a_message_is_no_text(house, method, given):
    ts = house.post("/api/chat.postMessage", json={"text": "x"}, headers=BEARER).json()["ts"]
    answer = house.post(f"/api/{method}", json={**given, "ts": ts}, headers=BEARER)
    assert answer.json() == {"ok": False, "error": "no_text"}


@pytest.mark.parametrize(
    ("method", "name"), [("chat.update", "ts"), ("chat.delete", "ts"), ("chat.getPermalink", "message_ts")]
)
def test_a_deleted_message_is_gone_at_once(house, method, name):
    ts = house.post("/api/chat.postMessage", json={"text": "x"}, headers=BEARER).json()["ts"]
    assert house.post("/api/chat.delete", json={"channel": "C1", "ts": ts}, headers=BEARER).json()["ok"]
    answer = house.post(f"/api/{method}", json={"channel": "C1", name: ts, "text": "y"}, headers=BEARER)
    assert answer.json() == {"ok": False, "error": "message_not_found"}


@pytest.mark.parametrize("path", ["/disks/seven/nonsense", "/disks/seven/CLEAR", "/disks/seven/clear/more"])
def test_an_act_that_ntfy_does_not_know_publishes_nothing(house, path):
    assert house.post(path, "PUT", data=b"x", headers=BEARER).status_code == 404


def test_errors_of_gotify_have_the_name_of_their_status(house):
    answer = house.post("/message", "GET", headers=BEARER).json()
    assert (answer["error"], answer["errorCode"]) == ("Method Not Allowed", 405)
    assert json.loads(house.post("/message", data=b"{}", headers=BEARER).text)["error"] == "Bad Request"


def test_head_and_body_of_an_answer_go_out_in_one_packet(house):
    request = f"POST {SLACK} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(HELLO)}\r\n\r\n".encode() + HELLO
    with socket.create_connection(("127.0.0.1", urlsplit(house.origin).port), timeout=10) as connection:
        for _ in range(20):
            connection.sendall(request)
            text = connection.recv(65_536)
            assert text.startswith(b"HTTP/1.1 200")
            assert text.endswith(b"\r\n\r\nok")
