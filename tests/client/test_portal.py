"""Bitrix24 as one object, against the sandbox portal and against scripted answers."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripted import Reply, batch, error, result
from slack_bitrix24.bitrix24.drive import LARGEST
from slack_bitrix24.bitrix24.notify import Message
from slack_bitrix24.bitrix24.oauth import OAuth
from slack_bitrix24.bitrix24.pacing import Clock
from slack_bitrix24.bitrix24.personal import create_personal_notification
from slack_bitrix24.bitrix24.portal import Bitrix24
from slack_bitrix24.bitrix24.rest import Answer, Call
from slack_bitrix24.bitrix24.tokens import MemoryTokens
from slack_bitrix24.errors import AddressError, AttachError, Bitrix24Error, Verdict
from slack_bitrix24.sandbox.portal import Fault, Portal, app
from slack_bitrix24.sandbox.server import Server
from waiting import until

FAST = Clock(speed=50)
"""Pauses between repeats pass fifty times faster."""


def test_call_of_the_seed_returns_the_answer_whole(sandbox):
    answer = create_personal_notification(sandbox.url, "10", "[b]Hi[/b] A & Б", "New", [{"MESSAGE": "x"}])
    assert set(answer) == {"result", "time"}
    seen = sandbox.notifications(10)
    assert [one["id"] for one in seen] == [answer["result"]]


def test_call_of_the_seed_sends_what_it_was_given_once(server):
    server.answer = lambda _: result(5)
    create_personal_notification(server.webhook, 5, "[b]Hi[/b]", "New")
    create_personal_notification(server.origin, 5, "Hi", "New", token="t")
    first, second = (request.json for request in server.requests)
    assert first == {
        "USER_ID": 5,
        "MESSAGE": "[b]Hi[/b]",
        "MESSAGE_OUT": "Hi",
        "TAG": "New",
        "CLIENT_ID": "slack-bitrix24",
    }
    assert second == {"USER_ID": 5, "MESSAGE": "Hi", "MESSAGE_OUT": "Hi", "TAG": "New", "auth": "t"}
    server.answer = lambda _: Reply(drop=True)
    with pytest.raises(Bitrix24Error) as caught:
        create_personal_notification(server.webhook, 5, "Hi", "New")
    assert (caught.value.verdict, len(server.requests)) == (Verdict.UNKNOWN, 3)


def test_bad_block_or_address_is_refused_before_anything_is_sent(server):
    with pytest.raises(AttachError):
        create_personal_notification(server.webhook, 5, "Hi", "", "[garbage")
    with pytest.raises(ValueError, match="plain http"):
        create_personal_notification("http://portal.example/rest/1/x/", 5, "Hi")
    assert server.requests == []


def test_lone_notification_is_a_single_call(server, connect):
    server.answer = lambda _: result("12")
    assert connect(server.webhook).notify(5, "x", tag="t", text_out="plain", attach=[{"MESSAGE": "m"}]) == 12
    (request,) = server.requests
    assert request.method == "im.notify.personal.add"
    assert request.json["MESSAGE_OUT"] == "plain"
    assert (request.json["TAG"], request.json["SUB_TAG"]) == ("t|U5", "t")


def test_replaced_and_deleted_by_tag_sub_tag_and_id(sandbox, connect):
    sandbox.follow("docs")  # by which a webhook's tags are kept, as an application's are
    portal = connect(sandbox.url)
    portal.notify(10, "old", tag="t")
    portal.notify(10, "new", tag="t")
    portal.notify(12, "other", tag="t")
    assert [one["message"] for one in sandbox.notifications(10)] == ["new"]
    assert portal.delete(tag="t", user_id=10)
    assert sandbox.notifications(10) == []
    portal.delete(sub_tag="t")
    assert sandbox.notifications(12) == []
    assert portal.delete(id=portal.notify(10, "x", system=True))


def test_users_in_every_way(sandbox, connect):
    portal = connect(sandbox.url)
    every = list(portal.users())
    assert {user.id for user in every} >= {1, 7, 10}
    assert portal.user_by_email(every[0].email.upper()).id == every[0].id
    assert portal.users_by_id([7, 424242])[7].name
    assert 424242 not in portal.users_by_id([7, 424242])
    assert 10 in portal.department_members([1, 999])[1]
    assert portal.department_members([1, 999])[999] == ()
    for nobody in ("nobody@example.com", " "):
        with pytest.raises(AddressError):
            portal.user_by_email(nobody)


def _page(request):
    start = request.json["start"]
    numbers = range(start + 1, start + 51)
    rows = [{"ID": str(n), "NAME": "N", "LAST_NAME": str(n), "EMAIL": "Same@x"} for n in numbers]
    return result(rows, total=190, next=start + 50)


def test_pages_after_the_first_come_in_one_request_and_two_of_one_name_are_nobody(server, connect):
    def answer(request):
        if request.method != "batch":
            return _page(request)
        rows = [{"ID": 500, "ACTIVE": False, "EMAIL": "same@x"}]
        return batch(request, lambda *_: rows)

    server.answer = answer
    portal = connect(server.webhook)
    users = list(portal.users({"NAME": "N"}, ACTIVE=True))
    assert (len(users), users[1].name, users[-1].active) == (53, "N 2", False)
    assert len(server.requests) == 2
    assert server.requests[0].json["FILTER"] == {"NAME": "N", "ACTIVE": True}
    with pytest.raises(AddressError, match="50 active"):
        portal.user_by_email("same@X")
    server.answer = lambda r: _page(r) if r.method != "batch" else batch(r, lambda *_: error("ERROR_CORE"))
    with pytest.raises(Bitrix24Error):
        list(portal.users())


def test_upload_gives_rights_and_a_page_to_link(sandbox, connect, tmp_path):
    portal = connect(sandbox.url)
    done = portal.upload(b"hello", "a.txt", rights_for=[10, 10])
    assert (done.name, done.size) == ("a.txt", 5)
    assert "auth=" not in done.url
    path = tmp_path / "b.txt"
    path.write_bytes(b"x")
    assert portal.upload(path).name == portal.upload(str(path)).name.replace(" (1)", "").replace("(1)", "")
    with pytest.raises(ValueError, match="name"):
        portal.upload(b"x")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"disk.storage.getList": []}, "no storage"),
        ({"disk.storage.uploadFile": None}, "did not keep"),
        ({"disk.rights.getTasks": [{"ID": 1, "NAME": "odd"}]}, "right to read"),
    ],
)
def test_upload_that_the_portal_does_not_take(server, connect, answers, words):
    usual = {
        "profile": {"ID": "1"},
        "disk.storage.getList": [{"ID": "3", "ENTITY_TYPE": "user", "ENTITY_ID": "1"}],
        "disk.rights.getTasks": [{"ID": "71", "NAME": "disk_access_read"}],
        "disk.storage.uploadFile": {"ID": 9},
        "disk.file.get": {"ID": "9", "DETAIL_URL": "https://p/9", "SIZE": "1"},
    }
    server.answer = lambda r: result({**usual, **answers}[r.method])
    with pytest.raises(Bitrix24Error, match=words):
        connect(server.webhook).upload(b"x", "a", rights_for=[5])
    server.answer = lambda r: result(usual[r.method])
    done = connect(server.origin, token="t").upload(b"x", "a", rights_for=[5])
    assert (done.url, done.size) == ("https://p/9", 1)
    sent = next(r.json for r in reversed(server.requests) if r.method == "disk.storage.uploadFile")
    assert sent["rights"] == [{"TASK_ID": 71, "ACCESS_CODE": "U5"}]


def test_check_tells_who_and_what_is_missing(sandbox, connect):
    assert connect(sandbox.url).check().can_notify
    sandbox.revoke()
    with pytest.raises(Bitrix24Error, match="revoked"):
        connect(sandbox.url, retry_for=0).check()


def test_check_names_each_fault(server, connect):
    answers = {"profile": {}, "scope": ["disk"], "method.get": {"isExisting": True, "isAvailable": False}}
    server.answer = lambda r: batch(r, lambda _, method, __: answers[method])
    health = connect(server.webhook).check()
    assert (health.can_notify, len(health.faults), health.scopes) == (False, 3, ("disk",))
    answers |= {"method.get": {}, "scope": error("insufficient_scope")}
    health = connect(server.webhook).check()
    assert "does not know" in " ".join(health.faults)
    assert "insufficient_scope" in " ".join(health.faults)


def test_thousand_submitted_from_many_threads_become_a_few_batches(sandbox, connect):
    portal = connect(sandbox.url)
    with ThreadPoolExecutor(16) as pool:
        futures = list(pool.map(lambda n: portal.submit(n + 1, f"m{n}"), range(1000)))
    assert len({future.result(10) for future in futures}) == 1000
    stats = sandbox.stats()
    assert stats["requests"] <= 45
    assert stats["refused"] == {}


def test_waiting_calls_of_many_threads_share_requests(sandbox, connect):
    portal = connect(sandbox.url)
    with ThreadPoolExecutor(16) as pool:
        ids = list(pool.map(lambda n: portal.notify(n + 1, "x"), range(300)))
    assert len(set(ids)) == 300
    assert sandbox.stats()["requests"] <= 45


def test_many_with_one_bad_tells_each(sandbox, connect):
    messages = [Message(n, "x") for n in range(1, 121)]
    messages[60] = Message(0, "nobody")
    messages[70] = Message(5, "x", attach=[{"ODD": 1}])
    results = list(connect(sandbox.url).notify_many(messages))
    assert [r.message for r in results] == messages
    assert [n for n, r in enumerate(results) if r.error] == [60, 70]
    assert results[60].error.code == "USER_ID_EMPTY"
    assert isinstance(results[70].error, AttachError)
    assert sum(r.notification_id > 0 for r in results) == 118


def test_bad_day_is_seen_once_and_reported_whole(sandbox, connect):
    sandbox.follow("docs")  # where tags are kept, what is sent again replaces what was
    for kind in ("execute_and_drop", "execute_and_html", "drop", "query_limit", "execute_and_empty"):
        sandbox.fail(Fault(kind, times=2))
    results = list(
        connect(sandbox.url, clock=FAST, plan=(10_000, 1000)).notify_many(Message(n, "x") for n in range(1, 1001))
    )
    assert all(r.error is None for r in results)
    assert {entry["seen"] for entry in sandbox.log()} == {1}
    assert len(sandbox.log()) == 1000


def test_at_most_once_leaves_unknown_what_is_unknown(server, connect):
    server.answer = lambda _: Reply(drop=True)
    portal = connect(server.webhook)
    with pytest.raises(Bitrix24Error) as caught:
        portal.notify(5, "x", at_most_once=True)
    assert (caught.value.verdict, len(server.requests)) == (Verdict.UNKNOWN, 1)
    assert "TAG" not in server.requests[0].json


def test_one_that_breaks_every_batch_is_found_and_holds_nobody_else(server, connect):
    def answer(request):
        if request.method != "batch":
            return Reply(raw=b"<html>", status=500) if request.json["MESSAGE"] == "poison" else result(1)
        poisoned = any(params["MESSAGE"] == "poison" for _, params in request.commands.values())
        return Reply(raw=b"<html>", status=500) if poisoned else batch(request, lambda *_: 1)

    server.answer = answer
    messages = [Message(n, "poison" if n == 7 else "x") for n in range(1, 51)]
    fast = Clock(speed=500)
    portal = connect(server.webhook, clock=fast, plan=(10_000, 1000), retry_for=180)
    results = list(portal.notify_many(messages))
    assert [r.message.user_id for r in results if r.error] == [7]
    assert results[6].error.verdict is Verdict.UNKNOWN


def test_portal_that_refuses_everything_is_left_alone(server, connect):
    server.answer = lambda _: error("INVALID_CREDENTIALS", status=401)
    results = list(connect(server.webhook).notify_many(Message(1, "x") for _ in range(5000)))
    assert len(results) == 5000
    assert {r.error.verdict for r in results} == {Verdict.PORTAL}
    assert len(server.requests) <= 24


def test_one_tag_is_never_in_flight_twice_and_keeps_its_order(server, connect):
    flying, most, texts = [], [], []
    lock = threading.Lock()

    def answer(request):
        calls = [params for _, params in request.commands.values()] if request.method == "batch" else [request.json]
        with lock:
            flying.extend(params["TAG"] for params in calls)
            most.append(max(flying.count(tag) for tag in flying))
            texts.extend(params["MESSAGE"] for params in calls if params["TAG"] == "t|U1")
            lost = len(texts) == 3
        reply = Reply(drop=True) if lost else result(1)
        if request.method == "batch" and not lost:
            reply = batch(request, lambda *_: 1)
        with lock:
            for params in calls:
                flying.remove(params["TAG"])
        return reply

    server.answer = answer
    portal = connect(server.webhook, clock=FAST, plan=(10_000, 1000))
    futures = [portal.submit(1, str(n), tag="t") for n in range(6)] + [portal.submit(n, "x") for n in range(2, 80)]
    assert all(future.result(10) == 1 for future in futures)
    assert max(most) == 1
    assert texts == sorted(texts)
    assert set(texts) == set("012345")


def test_limits_are_kept_not_run_into(sandbox, connect):
    sandbox.buckets.plan = (10, 100.0)
    portal = connect(sandbox.url, plan=(10, 100.0))
    for _ in range(60):
        portal.call("profile")
    assert sandbox.stats()["refused"] == {}


def _sends(url, state, count, done):
    with Bitrix24(url, plan=(10, 20.0), state=state) as portal:
        done.put([r.error is None for r in portal.notify_many(Message(n, "x") for n in range(1, count + 1))])


def test_two_processes_share_one_bucket_through_a_file(sandbox, tmp_path):
    sandbox.buckets.plan = (10, 20.0)
    context = multiprocessing.get_context("spawn")
    done = context.Queue()
    pair = [context.Process(target=_sends, args=(sandbox.url, tmp_path / "limits", 500, done)) for _ in range(2)]
    for process in pair:
        process.start()
    assert all(done.get(timeout=30) for _ in pair)
    for process in pair:
        process.join()
        process.close()
    done.close()
    done.join_thread()
    assert sandbox.stats()["refused"] == {}
    assert sandbox.stats()["executed"] == 1000


def test_refusal_all_the_same_corrects_the_reckoning_and_is_repeated(sandbox, connect):
    sandbox.fail(Fault("query_limit", times=2), Fault("operation_time", method="profile"))
    portal = connect(sandbox.url, clock=FAST)
    assert portal.call("profile").result["ID"] == "1"
    assert portal.limits().bucket.level > 0


def test_method_over_its_time_waits_for_the_portal(sandbox, connect):
    sandbox.fail(Fault("operation_time", times=3, method="im.notify.personal.add"))
    portal = connect(sandbox.url, clock=Clock(speed=300))
    assert [r.error for r in portal.notify_many(Message(n, "x") for n in range(1, 11))] == [None] * 10


def test_operating_time_is_kept_within_the_portals_limit():
    # At this speed an answer may take 0.8 s of this machine's time before its reservation (120 s) is given up.
    clock = Clock(speed=150)
    portal = Portal(clock=clock.now, operating_limit=200.0, charge=1.0, plan="off", rules="docs")
    with (
        Server(app(portal)) as server,
        Bitrix24(portal.webhook_url(server.url), operating_limit=200.0, clock=clock) as b24,
    ):
        assert all(r.error is None for r in b24.notify_many(Message(n, "x") for n in range(1, 301)))
    assert portal.stats()["refused"] == {}


def test_calls_and_batches_of_any_kind(sandbox, connect):
    portal = connect(sandbox.url)
    calls = {f"c{n}": Call("user.get", {"ID": 1}) for n in range(60)} | {"bad": Call("no.such.method")}
    answers = portal.batch(calls)
    assert list(answers) == list(calls)
    assert sum(isinstance(answer, Answer) for answer in answers.values()) == 60
    assert answers["bad"].verdict is Verdict.DEAD
    stopped = portal.batch({"bad": Call("no.such.method")} | calls, halt=True)
    assert {getattr(answer, "verdict", None) for answer in list(stopped.values())[1:]} == {Verdict.AGAIN}
    chained = {"who": Call("user.get", {"ID": 7}), "ref": Call("user.get", {"ID": "$result[who][0][ID]"})}
    assert portal.batch(chained)["ref"].result[0]["ID"] == "7"


def test_call_is_repeated_only_where_that_is_safe(server, connect):
    replies = [error("QUERY_LIMIT_EXCEEDED", status=503), Reply(drop=True), result("done")]
    server.answer = lambda _: replies.pop(0)
    portal = connect(server.webhook, clock=FAST)
    assert portal.call("user.get", repeatable=True).result == "done"
    replies[:] = [error("QUERY_LIMIT_EXCEEDED", status=503), Reply(drop=True)]
    with pytest.raises(Bitrix24Error) as caught:
        portal.call("user.add")
    assert caught.value.verdict is Verdict.UNKNOWN
    replies[:] = [Reply(drop=True)]
    lost = portal.batch({"a": Call("user.add"), "b": Call("user.add")})
    assert {answer.verdict for answer in lost.values()} == {Verdict.UNKNOWN}
    replies[:] = [error("QUERY_LIMIT_EXCEEDED", status=503)]
    impatient = connect(server.webhook, retry_for=0)
    with pytest.raises(Bitrix24Error):
        impatient.call("user.get")


def test_future_cancelled_before_it_goes_is_not_sent(server, connect):
    gate = threading.Event()
    server.answer = lambda r: Reply({"result": 1}, hold=gate) if r.method != "batch" else batch(r, lambda *_: 1)
    portal = connect(server.webhook, in_flight=1)
    first = portal.submit(1, "x")
    until(lambda: server.requests)
    second, third = portal.submit(2, "x"), portal.submit(3, "x")
    assert second.cancel()
    gate.set()
    assert (first.result(5), third.result(5)) == (1, 1)
    assert [r.json["USER_ID"] for r in server.requests] == [1, 3]


def test_close_sends_what_waits_and_no_longer_than_given(server):
    gate = threading.Event()
    server.answer = lambda _: Reply({"result": 1}, hold=gate)
    portal = Bitrix24(server.webhook, in_flight=1)
    first = portal.submit(1, "x")
    until(lambda: server.requests)
    second = portal.submit(2, "x")
    portal.close(timeout=0.05)
    with pytest.raises(Bitrix24Error, match="closed") as caught:
        second.result(5)
    assert caught.value.verdict is Verdict.AGAIN
    gate.set()
    assert first.result(5) == 1
    with pytest.raises(Bitrix24Error, match="closed"):
        portal.notify(3, "x")


def test_what_may_have_been_executed_is_never_told_to_be_unsent(server):
    server.answer = lambda _: Reply(drop=True)
    portal = Bitrix24(server.webhook)
    lost = portal.submit(1, "x")
    until(lambda: portal.limits().bucket.level >= 1 and server.requests)
    portal.close(timeout=0.1)
    with pytest.raises(Bitrix24Error) as caught:
        lost.result(5)
    assert caught.value.verdict is Verdict.UNKNOWN


def test_failure_that_is_none_of_ours_reaches_every_waiter(server, connect):
    class Broken(MemoryTokens):
        def load(self):
            raise OSError("disk gone")

    auth = OAuth(server.origin, client_id="a", client_secret="s", refresh_token="r", store=Broken())
    portal = connect(auth=auth)
    with pytest.raises(OSError, match="disk gone"):
        portal.notify(1, "x")
    with pytest.raises(OSError, match="disk gone"):
        portal.submit(2, "x").result(5)


def test_file_too_large_is_refused_before_it_is_read(server, connect, tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(ValueError, match="100 MB"):
        connect(server.webhook).upload(path)
    with pytest.raises(ValueError, match="100 MB"):
        connect(server.webhook).upload(bytes(LARGEST + 1), "large")
    assert server.requests == []


def test_lists_that_php_shows_as_maps_are_read(server, connect):
    server.answer = lambda _: result({"0": {"id": 7, "name": "A", "departments": {"0": 1}}, "1": {}})
    assert connect(server.webhook).users_by_id([7])[7].departments == (1,)


def test_objects_name_their_portal_and_no_secret(server, connect):
    assert repr(connect(server.webhook)) == "Bitrix24(Webhook('127.0.0.1', user 1, <secret>))"
