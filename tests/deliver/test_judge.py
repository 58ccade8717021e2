"""What one answer means for one notification: every code of the error sheet, every status, every attempt."""

import itertools

import pytest

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.deliver.judge import MOST_ATTEMPTS, judge, keep, part, pause
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.model import Dead, Delivered, Notification, Recipient, Retry, State, Stored

NOW = 1_000.0


def stored(*, attempts=1, kind="personal"):
    return Stored(
        1, Notification("k", Recipient("main", 10), "m", "t|U10", kind=kind), State.SENDING, attempts, 900.0, 900.0
    )


DEAD, AGAIN, PORTAL, UNKNOWN = "dead", "again, uncounted", "again, counted", "again, counted, ambiguous"
SHEET = [
    (500, "INTERNAL_SERVER_ERROR", UNKNOWN),
    (500, "ERROR_UNEXPECTED_ANSWER", UNKNOWN),
    (503, "QUERY_LIMIT_EXCEEDED", AGAIN),
    (429, "QUERY_LIMIT_EXCEEDED", AGAIN),
    (429, "OPERATION_TIME_LIMIT", AGAIN),
    (503, "OVERLOAD_LIMIT", PORTAL),
    (405, "ERROR_BATCH_METHOD_NOT_ALLOWED", DEAD),
    (400, "ERROR_BATCH_LENGTH_EXCEEDED", DEAD),
    (401, "NO_AUTH_FOUND", PORTAL),
    (400, "INVALID_REQUEST", PORTAL),
    (401, "INVALID_CREDENTIALS", PORTAL),
    (403, "INVALID_CREDENTIALS", PORTAL),
    (404, "ERROR_MANIFEST_IS_NOT_AVAILABLE", DEAD),
    (403, "insufficient_scope", PORTAL),
    (401, "insufficient_scope", PORTAL),
    (401, "expired_token", PORTAL),
    (401, "invalid_token", PORTAL),
    (403, "user_access_error", PORTAL),
    (500, "PORTAL_DELETED", PORTAL),
    (410, "PORTAL_DELETED", PORTAL),
    (404, "ERROR_METHOD_NOT_FOUND", DEAD),
    (400, "ERROR_METHOD_NOT_FOUND", DEAD),
    (401, "METHOD_CONFIRM_WAITING", PORTAL),
    (403, "METHOD_CONFIRM_DENIED", DEAD),
    (401, "authorization_error", PORTAL),
    (401, "APPLICATION_NOT_FOUND", PORTAL),
    (401, "ERROR_OAUTH", PORTAL),
    (401, "PAYMENT_REQUIRED", PORTAL),
    (401, "NOT_INSTALLED", PORTAL),
    (400, "INVALID_ARG_VALUE", DEAD),
    (403, "ACCESS_ERROR", DEAD),
    (403, "ALLOWED_ONLY_INTRANET_USER", DEAD),
    (400, "USER_ID_EMPTY", DEAD),
    (400, "MESSAGE_EMPTY", DEAD),
    (400, "ATTACH_ERROR", DEAD),
    (400, "ATTACH_OVERSIZE", DEAD),
    (403, "ACCESS_DENIED", DEAD),
    (400, "", DEAD),
    (401, "", PORTAL),
    (408, "", UNKNOWN),
    (429, "", AGAIN),
    (500, "", UNKNOWN),
    (502, "", UNKNOWN),
    (503, "", UNKNOWN),
]


def described(outcome):
    if isinstance(outcome, Dead):
        return DEAD
    assert isinstance(outcome, Retry)
    return "again, " + ("counted" if outcome.counts else "uncounted") + (", ambiguous" if outcome.ambiguous else "")


@pytest.mark.parametrize(("status", "code", "meant"), SHEET)
def test_every_code_of_the_sheet(status, code, meant):
    outcome = judge(codes.refusal(status, code, "words"), stored(), now=NOW)
    assert described(outcome) == meant
    assert outcome.code == code
    assert "words" in outcome.error


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_a_code_is_read_in_any_case(spelling):
    assert described(judge(codes.refusal(503, spelling("QUERY_LIMIT_EXCEEDED")), stored(), now=NOW)) == AGAIN


def test_a_page_in_place_of_json_never_costs_a_notification():
    for status in range(600):
        assert described(judge(codes.unreadable(status), stored(), now=NOW)) != DEAD


@pytest.mark.parametrize("result", [12, "12", 1])
def test_an_id_is_a_delivery(result):
    assert judge(result, stored(), now=NOW) == Delivered(int(result))


@pytest.mark.parametrize("result", [False, True, None, 0, "0", "", [], {}, -3, 1.5, "id 5", "²"])
def test_anything_else_is_no_delivery(result):
    """Promise 4: `result: false` too is kept as dead with its reason."""
    outcome = judge(result, stored(), now=NOW)
    assert isinstance(outcome, Dead)
    assert f"result: {str(result).lower()}" in outcome.error


@pytest.mark.parametrize("result", [True, False])
def test_a_deletion_is_done_whether_or_not_there_was_something(result):
    assert judge(result, stored(kind="delete"), now=NOW) == Delivered(0)


def test_the_pauses_between_attempts():
    assert [pause(attempt) for attempt in (1, 2, 3, 4, 9, 10, 11, 12, 100, 10**6)] == [
        1, 2, 4, 8, 256, 512, 900, 900, 900, 900
    ]  # fmt: skip
    assert MOST_ATTEMPTS == 106
    moments = list(itertools.accumulate(pause(attempt) for attempt in range(1, MOST_ATTEMPTS)))
    assert moments[-2] < 86_400 <= moments[-1]


@pytest.mark.parametrize(
    ("attempts", "jitter", "wait"), [(1, 0, 1), (1, 1, 1.2), (5, -1, 12.8), (104, 1, 1080), (0, 0, 1)]
)
def test_a_repeat_waits_longer_each_time(attempts, jitter, wait):
    outcome = judge(codes.unreadable(502), stored(attempts=attempts), now=NOW, jitter=jitter)
    assert outcome.at == pytest.approx(NOW + wait)


def test_the_portals_own_time_to_wait_is_kept():
    assert judge(codes.refusal(429, "OPERATION_TIME_LIMIT"), stored(), now=NOW).at == NOW + 60


@pytest.mark.parametrize("error", [codes.unreadable(502), codes.refusal(401, "NO_AUTH_FOUND")])
def test_after_24_hours_of_attempts_it_is_given_up(error):
    outcome = judge(error, stored(attempts=MOST_ATTEMPTS), now=NOW)
    assert isinstance(outcome, Dead)
    assert outcome.error.startswith("given up after 24 hours: ")


def test_limits_and_an_address_that_cannot_be_reached_never_age_a_notification():
    unreachable = Bitrix24Error("the portal can't be reached", verdict=Verdict.AGAIN, retry_after=1.0)
    assert described(judge(unreachable, stored(attempts=10**6), now=NOW)) == AGAIN


@pytest.mark.parametrize(
    ("error", "ambiguous"), [(codes.unreadable(502), True), (codes.refusal(503, "OVERLOAD_LIMIT"), False)]
)
def test_what_a_stopped_portal_leaves_undone_is_due_at_once_and_not_aged(error, ambiguous):
    assert keep(error, now=NOW) == Retry(NOW, str(error), error.code, ambiguous=ambiguous, counts=False)


def test_a_batch_refused_for_good_goes_out_in_parts():
    error = codes.refusal(405, "ERROR_BATCH_METHOD_NOT_ALLOWED")
    assert part(error, now=NOW) == Retry(NOW + 1, str(error), error.code, ambiguous=True)
