"""Files of a bot's message: uploaded after the text, each once, looked for before it goes again, taken away with it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deliver.test_bot import DELETE, SEND, node, put, source, texts  # noqa: F401 - `source` is a fixture
from slack_bitrix24.app.files import Files
from slack_bitrix24.bitrix24.bot_files import marked
from slack_bitrix24.model import Attached
from slack_bitrix24.sandbox.portal.faults import Fault
from slack_bitrix24.sandbox.portal.people import User
from waiting import until

UPLOAD, CONTEXT, CHAT = "imbot.v2.File.upload", "imbot.v2.Chat.Message.getContext", "imbot.v2.Chat.get"


class Pages(BaseHTTPRequestHandler):
    """Files as the web has them."""

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.connection.close()
            return
        kind = "text/html; charset=utf-8" if self.path in ("/sign-in", "/page.html") else "application/pdf"
        body = b"" if self.path == "/empty" else self.path.encode()
        self.send_response(302 if self.path == "/moved" else 404 if self.path == "/none" else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Location", "/found")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def web():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sending(rig, source):  # noqa: F811
    """A rig with a node whose bot uploads."""
    rig.nodes = [node(rig, files=Files(rig.store))]
    return rig


def kept(rig, name="report.pdf", content=b"content"):
    number = f"id{next(rig.numbers)}"
    rig.store.write(lambda tx: tx.uploads.keep(number, name, content))
    return Attached(name, kept=number)


def files(portal, user=10):
    """Return the names and contents of the files that a person sees, in the order in which they do."""
    shown = [message["file"] for chat in portal.chats(user) for message in chat["messages"] if message["file"]]
    return [(file["name"].split("_")[-1], portal.files.by_id[file["id"]].content) for file in shown]


def test_files_come_after_the_text_in_order(sending, source):  # noqa: F811
    one = put(sending, "text", files=(kept(sending, "a.pdf", b"a"), kept(sending, "b.pdf", b"b")))
    sending.all([one])
    assert texts(source) == ["text", f"№ {one}/1", f"№ {one}/2"]
    assert files(source) == [("a.pdf", b"a"), ("b.pdf", b"b")]


@pytest.mark.parametrize("lost", ["execute_and_drop", "execute_and_html", "execute_and_empty", "drop", "html", "empty"])
def test_a_lost_answer_to_an_upload_leaves_one_file(sending, source, lost):  # noqa: F811
    source.fail(Fault(lost, method=UPLOAD, times=2))
    one = put(sending, "text", files=(kept(sending, "a.pdf", b"a"), kept(sending, "b.pdf", b"b")))
    sending.all([one])
    assert files(source) == [("a.pdf", b"a"), ("b.pdf", b"b")]
    assert texts(source) == ["text", f"№ {one}/1", f"№ {one}/2"]


@pytest.mark.parametrize("method", [SEND, CONTEXT, CHAT])
def test_a_lost_answer_to_what_goes_before_it_leaves_one_file(sending, source, method):  # noqa: F811
    source.fail(Fault("execute_and_drop", method=method, times=2))
    sending.all([put(sending, "text", files=(kept(sending, content=b"a"),))])
    assert (texts(source)[0], files(source)) == ("text", [("report.pdf", b"a")])


def test_what_a_killed_node_uploaded_is_not_uploaded_again(rig, source):  # noqa: F811
    """It was killed after the upload and before it could note it: another takes the lane over."""
    one = put(rig, "text", files=(kept(rig),))
    stopped = threading.Event()

    class Dying(Files):
        def __call__(self, file):
            stopped.wait(20)
            return super().__call__(file)

    first = node(rig, files=Dying(rig.store), owner="dead:1:1")
    until(lambda: texts(source) == ["text"])
    first.lanes["main"].lose()  # as one that was killed, it records nothing
    stopped.set()
    until(lambda: files(source))
    node(rig, files=Files(rig.store), gone=lambda _: True, owner="alive:1:1")
    rig.all([one])
    assert files(source) == [("report.pdf", b"content")]
    assert texts(source) == ["text", f"№ {one}/1"]


@pytest.mark.parametrize("between", [0, 1, 49, 50, 51, 120])
def test_it_is_found_behind_newer_messages(sending, source, between):  # noqa: F811
    one = put(sending, "text", files=(kept(sending),))
    sending.all([one, *(put(sending, f"m{number}", tag=f"m{number}") for number in range(between))])
    lane = sending.nodes[0].lanes["main"]
    bot, text = lane.portal.bot.get(lane.ask), sending.get(one).bitrix24_id
    found = marked(lane.ask, bot, 10, after=text)
    assert (f"№ {one}/1" in found, "text" in found) == (True, False)
    assert marked(lane.ask, bot, 10, after=max(found.values())) == {}


def test_two_of_one_name_are_two(sending, source):  # noqa: F811
    ids = [put(sending, f"m{n}", tag=f"t{n}", files=(kept(sending, content=b"%d" % n),)) for n in range(4)]
    sending.all(ids)
    assert sorted(content for _, content in files(source)) == [b"0", b"1", b"2", b"3"]


def test_a_newer_version_takes_the_files_of_the_older_away(sending, source):  # noqa: F811
    sending.all([put(sending, "one", files=(kept(sending, "a.pdf"), kept(sending, "b.pdf")))])
    second = put(sending, "two", files=(kept(sending, "c.pdf"),))
    sending.all([second])
    assert (texts(source), [name for name, _ in files(source)]) == (["two", f"№ {second}/1"], ["c.pdf"])


@pytest.mark.parametrize("lost", ["execute_and_drop", "drop", "html"])
def test_a_deletion_takes_the_files_away(sending, source, lost):  # noqa: F811
    sending.all([put(sending, "one", files=(kept(sending, "a.pdf"), kept(sending, "b.pdf")))])
    source.fail(Fault(lost, method=DELETE, times=2))
    sending.all([put(sending, "", kind="delete")])
    assert (texts(source), files(source)) == ([], [])


@pytest.mark.parametrize("code", ["FILE_TOO_LARGE", "FILE_EMPTY", "FILE_INVALID_CONTENT"])
def test_a_file_refused_for_good_is_dead_with_the_reason(sending, source, code):  # noqa: F811
    source.fail(Fault("refuse", method=UPLOAD, code=code, status=400))
    one = put(sending, "text", files=(kept(sending, "a.pdf"), kept(sending, "b.pdf")))
    sending.all([one], "dead")
    assert "its text arrived, and Bitrix24 refused the file a.pdf" in sending.get(one).error
    assert ([name for name, _ in files(source)], sending.get(one).code) == (["b.pdf"], code)


@pytest.mark.parametrize("code", ["FILE_SEND_FAILED", "FILE_UPLOAD_FAILED", "FILE_FOLDER_ERROR"])
def test_a_file_refused_for_now_goes_again(sending, source, code):  # noqa: F811
    source.fail(Fault("refuse", method=UPLOAD, code=code, status=400))
    sending.all([put(sending, "text", files=(kept(sending),))])
    assert len(files(source)) == 1


@pytest.mark.parametrize(
    ("path", "name", "arrives"),
    [
        ("/a.pdf", "a.pdf", True),
        ("/moved", "a.pdf", True),
        ("/page.html", "page.html", True),
        ("/sign-in", "a.pdf", False),
        ("/none", "a.pdf", False),
        ("/empty", "a.pdf", False),
        ("/slow", "a.pdf", False),
    ],
)
def test_a_file_at_an_address_is_brought_or_linked(sending, source, web, path, name, arrives):  # noqa: F811
    one = put(sending, "text", files=(Attached(name, url=web + path),))
    source.fail(Fault("execute_and_drop", method=SEND, times=3))
    sending.all([one])
    assert [file for file, _ in files(source)] == ([name] if arrives else [])
    assert len(texts(source)) == 2
    if not arrives:
        assert web + path in texts(source)[1]
        sending.all([put(sending, "", kind="delete")])
        assert texts(source) == []


def test_what_is_not_kept_any_more_is_named(sending, source):  # noqa: F811
    sending.all([put(sending, "text", files=(Attached("a[b].pdf", kept="gone"),))])
    assert "a[b].pdf: the file is not kept any more" in source.chats(10)[0]["messages"][1]["text"].replace("\u2060", "")


def test_a_guest_gets_links_and_the_names(sending, source, web):  # noqa: F811
    source.users[40] = User(40, "Gesa", "Guest", kind="extranet")
    given = (Attached("a.pdf", url=f"{web}/a.pdf"), kept(sending, "b.pdf"))
    sending.all([put(sending, "hello", user=40, files=given)])
    [told] = source.notifications(40)
    assert f"{web}/a.pdf" in told["message"]
    assert "b.pdf: a bot's files reach employees alone" in told["message"]
    del source.users[40]


def test_a_text_in_doubt_is_taken_back_with_its_files(sending, source):  # noqa: F811
    sending.all([put(sending, "zero", tag="zero")])
    source.fail(Fault("execute_and_drop", method=SEND))
    first = put(sending, "one", files=(kept(sending),))
    until(lambda: "one" in texts(source) and sending.get(first).error)
    sending.all([put(sending, "", kind="delete")])
    assert texts(source) == ["zero"]
