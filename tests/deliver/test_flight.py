"""What a request means for what it carried, for its portal and for the limits; pure parts."""

from dataclasses import replace

import pytest

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.bitrix24.limits import Limits
from slack_bitrix24.bitrix24.rest import Answer
from slack_bitrix24.deliver import calls, flight
from slack_bitrix24.deliver.flight import Landed
from slack_bitrix24.deliver.health import Sign
from slack_bitrix24.deliver.share import delivering, share
from slack_bitrix24.model import Dead, Delivered, Notification, Recipient, Retry, State, Stored
from slack_bitrix24.store import Node

PERSONAL = "im.notify.personal.add"
TIME = {"duration": 0.5, "finish": 100.0, "operating": 3.0, "operating_reset_at": 700.0}
LOST = codes.unreadable(502)
SCOPE = codes.refusal(403, "insufficient_scope")
NO_USER = codes.refusal(400, "USER_ID_EMPTY")
FULL = codes.refusal(503, "QUERY_LIMIT_EXCEEDED")
BUSY = codes.refusal(429, "OPERATION_TIME_LIMIT")
NO_BATCH = codes.refusal(405, "ERROR_BATCH_METHOD_NOT_ALLOWED")


def stored(id_=1, *, kind="personal", attempts=1, tag="t|U10", **more):
    notification = Notification(f"k{id_}", Recipient("main", 10), "hello", tag, kind=kind, **more)
    return Stored(id_, notification, State.SENDING, attempts, 0.0, 0.0)


def landed(*results, whole=None):
    return Landed(dict(enumerate(results, 1)), whole)


def claimed(count, **how):
    return [stored(id_, **how) for id_ in range(1, count + 1)]


def all_lost(count, error):
    return landed(*[error] * count, whole=error)


@pytest.mark.parametrize("kind", [kind for kind in calls.METHODS if kind != "bot"])  # a bot makes its own
def test_each_kind_has_its_method(kind):
    call = calls.call(stored(kind=kind, sub_tag="t", message_out="plain", attach='[{"MESSAGE": "x"}]'))
    assert call.method == calls.METHODS[kind]
    if kind == "delete":
        assert call.params == {"TAG": "t|U10"}
    else:
        assert call.params == {
            "USER_ID": 10, "MESSAGE": "hello", "MESSAGE_OUT": "plain", "TAG": "t|U10", "SUB_TAG": "t",
            "ATTACH": {"BLOCKS": [{"MESSAGE": "x"}]},
        }  # fmt: skip


def test_a_key_in_a_batch_is_never_a_bare_number():
    assert calls.key(5) == "n5"


@pytest.mark.parametrize(
    ("what", "count", "attempts", "sign"),
    [
        (landed(Answer(1), Answer(2)), 2, 1, Sign.ANSWERED),
        (landed(Answer(1), SCOPE), 2, 1, Sign.ANSWERED),
        (landed(SCOPE, SCOPE), 2, 1, Sign.REFUSED),
        (landed(SCOPE, NO_USER), 2, 1, Sign.REFUSED),
        (landed(NO_USER), 1, 1, Sign.ANSWERED),
        (landed(BUSY, BUSY), 2, 1, Sign.ANSWERED),
        (all_lost(2, SCOPE), 2, 1, Sign.REFUSED),
        (all_lost(2, FULL), 2, 1, Sign.LIMITED),
        (all_lost(1, BUSY), 1, 1, Sign.LIMITED),
        (all_lost(2, LOST), 2, 9, Sign.LOST),
        (all_lost(1, LOST), 1, 3, Sign.LOST),
        (all_lost(1, LOST), 1, 4, Sign.NOTHING),
        (all_lost(2, NO_BATCH), 2, 1, Sign.NOTHING),
    ],
)
def test_what_a_request_tells_about_its_portal(what, count, attempts, sign):
    found, error = flight.sign(what, claimed(count, attempts=attempts))
    assert found is sign
    assert (error is None) == (sign is Sign.ANSWERED)


def outcomes(what, count, *, down=False, **how):
    return list(flight.outcomes(what, claimed(count, **how), down=down, now=50.0).values())


def test_each_notification_has_its_own_outcome():
    assert outcomes(landed(Answer(7), NO_USER), 2) == [
        Delivered(7), Dead("USER_ID_EMPTY: Bitrix24 gave no reason", "USER_ID_EMPTY")
    ]  # fmt: skip


def test_where_others_got_through_a_refusal_of_the_portal_is_one_of_the_notification():
    _, again = outcomes(landed(Answer(7), SCOPE), 2)
    assert (again.at, again.counts) == (51.0, True)


@pytest.mark.parametrize("error", [NO_BATCH, LOST])
def test_a_batch_that_fails_goes_out_in_halves_soon(error):
    assert [(type(one), one.at, one.ambiguous) for one in outcomes(all_lost(2, error), 2, attempts=8)] == [
        (Retry, 51.0, True)
    ] * 2


def test_one_alone_that_fails_waits_longer_each_time():
    assert [outcome.at for outcome in outcomes(all_lost(1, LOST), 1, attempts=8)] == [178.0]


@pytest.mark.parametrize("error", [LOST, SCOPE])
def test_while_the_portal_is_down_nothing_ages(error):
    kept = outcomes(all_lost(2, error), 2, down=True, attempts=10**6)
    assert [(one.at, one.counts) for one in kept] == [(50.0, False)] * 2


def test_a_request_that_was_not_sent_costs_no_attempt():
    late = flight.unsent(claimed(2))
    assert [outcome.counts for outcome in flight.outcomes(late, claimed(2), down=False, now=0.0).values()] == [
        False
    ] * 2


def limits(**how):
    return Limits.of(now=0.0, **how)


def test_a_lone_notification_needs_no_room_for_fifty():
    nearly = limits(operating_limit=10.0)
    assert flight.ready(nearly, 0.0) == (0.0, 8)
    assert flight.ready(nearly.take(0.0, {PERSONAL: 7}), 0.0) == (0.0, 1)


def test_with_no_room_at_all_it_waits():
    full = limits(operating_limit=10.0).take(0.0, {"im.notify.system.add": 8})
    ready, most = flight.ready(full, 0.0)
    assert (ready, most) == (120.0, 1)
    bucket = limits()
    for _ in range(48):
        bucket = bucket.take(0.0)
    assert flight.ready(bucket, 0.0) == (0.5, 50)


def test_only_a_dead_notification_that_nobody_waits_for_is_warned_of(caplog):
    asked = replace(stored(1, source="command"), receipt_id=9)
    relayed, scheduled = stored(2, source="relay:alerts"), stored(3, source="schedule:stand-up")
    outcomes = {1: Dead("no", "E"), 2: Dead("no access for hello", "ACCESS_DENIED"), 3: Dead("given up")}
    flight.count("main", outcomes, [asked, relayed, scheduled], now=1.0)
    assert caplog.messages == [
        "portal main: notification 2 (relay:alerts) is dead: ACCESS_DENIED",
        "portal main: notification 3 (schedule:stand-up) is dead: given up",
    ]


ALERT = "relay:alerts:C0ALERTS:1.2"
WAYS = {
    "a relayed message": ("relay:alerts", ALERT, Delivered(77), "Bitrix24 77"),
    "one that was deleted": ("relay:alerts", ALERT, Delivered(0), "taken back"),
    "a command": ("command", "Anna's own tag", Delivered(78), "Bitrix24 78"),
    "a webhook": ("webhook:shop", "Anna's own tag", Delivered(79), "Bitrix24 79"),
    "one that was refused": ("schedule:daily", "", Dead("no access for Anna", "ACCESS_DENIED"), "dead: ACCESS_DENIED"),
    "one that was given up": ("cli", "", Dead("Anna is away"), "dead: given up"),
}


@pytest.mark.parametrize(("source", "sub_tag", "outcome", "ends"), WAYS.values(), ids=WAYS)
def test_each_final_outcome_is_one_line_with_its_way_and_nobodys_words(caplog, source, sub_tag, outcome, ends):
    caplog.set_level("INFO", "slack_bitrix24")
    one, begins = stored(5), ALERT if sub_tag == ALERT else source
    notification = replace(one.notification, source=source, sub_tag=sub_tag, message="Anna's secret")
    one = replace(one, notification=notification, attempts=2, created_at=10.0)
    flight.count("main", {5: outcome}, [one], now=12.5)
    said = [record.getMessage() for record in caplog.records if record.levelname == "INFO"]
    assert said == [f"portal main: {begins} -> notification 5 -> {ends} (attempts: 2, 2.5 s)"]


def test_what_goes_again_is_no_outcome_yet(caplog):
    caplog.set_level("INFO", "slack_bitrix24")
    flight.count("main", {5: Retry(9.0, "busy")}, [stored(5)], now=1.0)
    assert caplog.messages == []


def test_what_was_reckoned_for_a_claim_gives_way_to_what_was_claimed():
    taken = limits().take(0.0, {flight.USUAL: 50})
    corrected = flight.corrected(taken, [stored(1), stored(2, kind="delete")], reckoned=50, now=0.0)
    assert corrected.bucket.level == 1.0
    assert corrected.operating.seconds(0.0) == pytest.approx({PERSONAL: 1.2, "im.notify.delete": 1.2})
    nothing = flight.corrected(taken, [], reckoned=50, now=0.0)
    assert set(nothing.operating.seconds(0.0).values()) == {0.0}


def test_limits_learn_from_answers():
    taken = limits().take(0.0, {PERSONAL: 2})
    learned = flight.learn(taken, landed(Answer(1, TIME), NO_USER), claimed(2), now=100.0)
    assert learned.operating.seconds(100.0) == pytest.approx({PERSONAL: 3.0})


def test_limits_learn_from_refusals():
    blocked = flight.learn(limits(), landed(Answer(1, TIME), BUSY), claimed(2), now=100.0)
    assert flight.ready(blocked, 100.0)[0] > 109.0
    full = flight.learn(limits(), all_lost(2, FULL), claimed(2), now=100.0)
    assert flight.ready(full, 100.0) == (100.5, 50)


@pytest.mark.parametrize(
    ("portals", "nodes", "each"), [(1, 1, 1), (1, 2, 1), (50, 2, 25), (3, 2, 2), (0, 1, 0), (5, 0, 5)]
)
def test_portals_spread_evenly(portals, nodes, each):
    assert share(portals, nodes) == each


def test_only_living_nodes_that_deliver_share():
    nodes = [Node("a", ("deliver", "web"), 0.0), Node("b", ("web",), 0.0), Node("c", ("deliver",), 0.0)]
    assert delivering(nodes, gone=lambda name: name == "c") == 1
