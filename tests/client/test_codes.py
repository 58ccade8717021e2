"""What each refusal means: by code without regard to case, then by status."""

from __future__ import annotations

import pytest

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.errors import Bitrix24Error, Verdict

DEAD, AGAIN, UNKNOWN, PORTAL = Verdict.DEAD, Verdict.AGAIN, Verdict.UNKNOWN, Verdict.PORTAL


@pytest.mark.parametrize(
    ("status", "code", "description", "verdict"),
    [
        (503, "QUERY_LIMIT_EXCEEDED", "Too many requests", AGAIN),
        (429, "query_limit_exceeded", "", AGAIN),
        (429, "OPERATION_TIME_LIMIT", "", AGAIN),
        (503, "OVERLOAD_LIMIT", "", PORTAL),
        (500, "INTERNAL_SERVER_ERROR", "", UNKNOWN),
        (500, "ERROR_UNEXPECTED_ANSWER", "", UNKNOWN),
        (405, "ERROR_BATCH_METHOD_NOT_ALLOWED", "", DEAD),
        (400, "ERROR_BATCH_LENGTH_EXCEEDED", "", DEAD),
        (401, "NO_AUTH_FOUND", "", PORTAL),
        (400, "INVALID_REQUEST", "Https required.", PORTAL),
        (403, "ACCESS_DENIED", "REST API is available only on commercial plans", PORTAL),
        (403, "ACCESS_DENIED", "Available only on extended plans", PORTAL),
        (403, "ACCESS_DENIED", "Access denied! Client ID not specified", DEAD),
        (401, "INVALID_CREDENTIALS", "", PORTAL),
        (403, "INVALID_CREDENTIALS", "", PORTAL),
        (403, "insufficient_scope", "", PORTAL),
        (403, "invalid_scope", "", PORTAL),
        (401, "expired_token", "", PORTAL),
        (403, "user_access_error", "", PORTAL),
        (500, "PORTAL_DELETED", "", PORTAL),
        (410, "PORTAL_DELETED", "", PORTAL),
        (404, "ERROR_METHOD_NOT_FOUND", "Method not found!", DEAD),
        (400, "ERROR_METHOD_NOT_FOUND", "Method not found!", DEAD),
        (403, "WRONG_AUTH_TYPE", "", PORTAL),
        (400, "USER_ID_EMPTY", "User ID can't be empty", DEAD),
        (400, "MESSAGE_EMPTY", "", DEAD),
        (400, "ATTACH_ERROR", "", DEAD),
        (400, "ATTACH_OVERSIZE", "", DEAD),
        (400, "", "Socialnetwork group not found", DEAD),
        (200, "ERROR_CORE", "came with 200", DEAD),
        (401, "SOMETHING_NEW", "", PORTAL),
        (429, "SOMETHING_NEW", "", AGAIN),
        (408, "", "", UNKNOWN),
        (502, "SOMETHING_NEW", "", UNKNOWN),
    ],
)
def test_code_comes_first_then_status(status, code, description, verdict):
    error = codes.refusal(status, code, description)
    assert (error.verdict, error.code, error.status) == (verdict, code, status)
    assert (error.retry_after > 0) == (verdict is AGAIN)


def test_what_a_person_can_do_stands_in_the_text_once():
    assert "revoked" in str(codes.refusal(401, "invalid_credentials", "Invalid request credentials"))
    told = codes.refusal(401, "INVALID_CREDENTIALS", "the webhook was revoked, blocked, or its secret was changed")
    assert str(told).count("revoked") == 1
    assert str(codes.refusal(400, "", "")) == "Bitrix24 gave no reason"


@pytest.mark.parametrize(
    ("status", "verdict"), [(200, UNKNOWN), (403, UNKNOWN), (404, UNKNOWN), (500, UNKNOWN), (401, PORTAL), (429, AGAIN)]
)
def test_page_in_place_of_json_says_nothing_about_the_call(status, verdict):
    assert codes.unreadable(status).verdict is verdict


def test_commands_without_an_answer_of_their_own():
    assert codes.not_created().verdict is DEAD
    assert codes.not_run().verdict is AGAIN
    assert codes.unanswered().verdict is UNKNOWN


@pytest.mark.parametrize(
    ("status", "code", "description", "verdict"),
    [
        (401, "insufficient_scope", "", PORTAL),
        (401, "INVALID_REQUEST", "Https required.", PORTAL),
        (401, "OVERLOAD_LIMIT", "", PORTAL),
        (401, "ACCESS_DENIED", "REST is available only by subscription.", PORTAL),
        (403, "ACCESS_DENIED", "REST is available ONLY BY SUBSCRIPTION", PORTAL),
        (401, "ACCESS_DENIED", "available only on commercial plans.", PORTAL),
        (401, "CONNECTION_ERROR", "Error connecting to authorization server", AGAIN),
        (401, "connection_error", "", AGAIN),
        (400, "CONNECTION_ERROR", "in a batch", AGAIN),
        (403, "WRONG_LICENSE", "", PORTAL),
        (403, "PORTAL_DELETED", "", PORTAL),
        (200, "WRONG_ENCODING", "", UNKNOWN),
    ],
)
def test_what_the_servers_own_statuses_mean(status, code, description, verdict):
    """Bitrix24 server source, main 26.150 (2026-03)."""
    assert codes.refusal(status, code, description).verdict is verdict


@pytest.mark.parametrize(
    ("error", "doubt"),
    [
        (codes.unreadable(500), True),
        (codes.unreadable(200), True),
        (codes.unanswered(), True),
        (codes.refusal(502, "", "Bad gateway"), True),
        (codes.refusal(200, "WRONG_ENCODING"), True),
        (codes.refusal(500, "INTERNAL_SERVER_ERROR"), False),
        (codes.refusal(503, "QUERY_LIMIT_EXCEEDED"), False),
        (codes.refusal(401, "CONNECTION_ERROR"), False),
        (codes.unreadable(401), False),
        (codes.unreadable(429), False),
        (codes.not_created(), False),
        (Bitrix24Error("the portal can't be reached", verdict=AGAIN), False),
        (Bitrix24Error("no answer came in time", verdict=UNKNOWN), True),
    ],
)
def test_only_what_was_lost_after_it_went_out_is_in_doubt(error, doubt):
    assert error.in_doubt is doubt


TIME = {"start": 1_790_000_000, "finish": 1_790_000_001.4}


@pytest.mark.parametrize(
    ("result", "time", "code"),
    [
        (1_790_000_000, TIME, codes.SWITCHED_OFF),
        (1_790_000_001, TIME, codes.SWITCHED_OFF),
        ("1790000001", TIME, codes.SWITCHED_OFF),
        (1_790_000_006, TIME, codes.SWITCHED_OFF),
        (1_789_999_995, TIME, codes.SWITCHED_OFF),
        (1_790_000_001, {"finish": 1_790_000_001.4}, codes.SWITCHED_OFF),
        (1_790_000_060, TIME, ""),
        (1_789_999_900, TIME, ""),
        (1_790_000_001, {}, ""),
        (1_790_000_001, {"start": "soon"}, ""),
        (3, {"start": 1.0, "finish": 3.0}, ""),
        (517, TIME, ""),
        (False, TIME, codes.NOT_CREATED),
        (0, TIME, codes.NOT_CREATED),
        (None, {}, codes.NOT_CREATED),
    ],
)
def test_a_result_that_is_the_time_is_no_id(result, time, code):
    """Bitrix24 server source, main 26.150 (2026-03): who switched notifications off gets nothing."""
    error = codes.uncreated(result, time)
    assert (error.code if error else "") == code
    assert error is None or error.verdict is DEAD
