"""Reasons: words for people, codes for administrators, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.deliver.doubt import SOON
from slack_bitrix24.deliver.health import AWAY
from slack_bitrix24.model import Notification, Recipient, State, Stored
from slack_bitrix24.slack.replies import answers, reasons
from slack_bitrix24.slack.replies.reasons import Reader, Stopped

USER, ADMIN, RUSSIAN = Reader("en"), Reader("en", admin=True), Reader("ru")
NOTE = Notification("k", Recipient("main", 10), "m", "t")


def kept(state, *, code="", error=""):
    return Stored(1, NOTE, state, 1, created_at=100.0, due_at=100.0, code=code, error=error)


@pytest.mark.parametrize(
    ("code", "english", "russian"),
    [
        ("INVALID_CREDENTIALS", "Bitrix24 does not let the bridge in", "Битрикс24 не пускает мост"),
        ("insufficient_scope", "Bitrix24 does not let the bridge in", "Битрикс24 не пускает мост"),
        ("expired_token", "Bitrix24 does not let the bridge in", "Битрикс24 не пускает мост"),
        ("OVERLOAD_LIMIT", "Bitrix24 has blocked the bridge for overload", "Битрикс24 заблокировал мост за перегрузку"),
        ("payment_required", "the Bitrix24 plan has run out", "тариф Битрикс24 закончился"),
        (AWAY, "Bitrix24 does not answer", "Битрикс24 не отвечает"),
    ],
)
def test_a_stop_is_told_in_words_and_to_administrators_with_what_bitrix24_said(code, english, russian):
    stopped = Stopped(code, f"{code}: as it came")
    assert reasons.stop(stopped, USER) == english
    assert reasons.stop(stopped, RUSSIAN) == russian
    assert reasons.stop(stopped, ADMIN) == f"{english} ({code}: as it came)"


@pytest.mark.parametrize(
    ("code", "reader", "said"),
    [
        (
            "INVALID_CREDENTIALS",
            USER,
            "Bitrix24 does not let the bridge in; your administrator has been told. It is kept and goes out by itself",
        ),
        ("INVALID_CREDENTIALS", replace(USER, told=False), "Bitrix24 does not let the bridge in. It is kept and goes"),
        ("INVALID_CREDENTIALS", ADMIN, "Bitrix24 does not let the bridge in (INVALID_CREDENTIALS: no). It is kept"),
        (AWAY, USER, "Bitrix24 does not answer. It is kept and goes out by itself"),
        ("INVALID_CREDENTIALS", RUSSIAN, "Битрикс24 не пускает мост; администратор уже знает. Всё сохранено"),
    ],
)
def test_what_waits_for_a_stopped_portal_is_said_to_be_kept(code, reader, said):
    why = reasons.of(kept(State.PENDING), Stopped(code, f"{code}: no"), reader)
    assert why.startswith(said)


@pytest.mark.parametrize(
    ("code", "error", "user", "admin"),
    [
        ("QUERY_LIMIT_EXCEEDED", "QUERY_LIMIT_EXCEEDED: Too many requests", "Bitrix24 asks to go slower", "Too many"),
        ("OPERATION_TIME_LIMIT", "OPERATION_TIME_LIMIT: blocked", "Bitrix24 asks to go slower", "blocked"),
        ("", "the answer (HTTP 502) is not Bitrix24's JSON", "Bitrix24 did not take it", "HTTP 502"),
        (
            "INTERNAL_SERVER_ERROR",
            "INTERNAL_SERVER_ERROR: Internal",
            "Bitrix24 did not take it",
            "INTERNAL_SERVER_ERROR",
        ),
        ("UPDATE_SOON", SOON, "an update of this message went out a moment ago", SOON),
    ],
)
def test_what_is_tried_again_is_told_in_words(code, error, user, admin):
    one = kept(State.PENDING, code=code, error=error)
    assert reasons.of(one, None, USER).startswith(user)
    assert code not in reasons.of(one, None, USER) or not code
    assert reasons.of(one, None, ADMIN).startswith(user)
    assert admin in reasons.of(one, None, ADMIN)
    assert "Bitrix24" not in reasons.of(one, None, RUSSIAN)


@pytest.mark.parametrize(
    ("code", "error", "user", "admin"),
    [
        ("ACCESS_DENIED", "ACCESS_DENIED: No access.", "Bitrix24 refused it: No access", "ACCESS_DENIED: No access"),
        (
            "ERROR_X",
            "given up after 24 hours: ERROR_X: why",
            "Bitrix24 refused it: given up after 24 hours: why",
            "ERROR_X",
        ),
        ("USER_DISMISSED", "Bob (12) is dismissed (result: false)", "Bob (12) is dismissed", "(USER_DISMISSED)"),
        ("USER_UNKNOWN", "Bitrix24 has no user 9 (result: false)", "Bitrix24 has no user 9", "(USER_UNKNOWN)"),
        ("MAY_HAVE_ARRIVED", "", "Bitrix24's answer got lost: it may have arrived", "(MAY_HAVE_ARRIVED)"),
        ("", "", "not sent yet", "not sent yet"),
        ("", "a\n" + "long " * 200, "Bitrix24 refused it: a long", "a long"),
    ],
)
def test_what_was_refused_is_told_with_bitrix24s_sentence(code, error, user, admin):
    one = kept(State.DEAD, code=code, error=error)
    assert reasons.of(one, None, USER).startswith(user)
    assert "result: false" not in reasons.of(one, None, USER)
    assert admin in reasons.of(one, None, ADMIN)
    assert len(reasons.of(one, None, ADMIN)) < 400


@pytest.mark.parametrize("code", sorted(codes.OWN))
def test_a_code_of_our_own_is_words_to_a_user(code):
    one = kept(State.DEAD, code=code, error="in words (result: false)")
    for reader in (USER, RUSSIAN):
        said = reasons.of(one, None, reader)
        assert said
        assert code not in said
        assert "result" not in said


def test_two_hundred_are_told_in_a_few_lines():
    def one(number, state, error=""):
        note = replace(NOTE, recipient=Recipient("main", number))
        return Stored(
            number, note, state, 1, created_at=1.0, due_at=1.0, finished_at=2.0, code="X" * bool(error), error=error
        )

    found = [one(number, State.DELIVERED) for number in range(1, 201)]
    names = {str(each.notification.recipient): f"n{each.id}" for each in found}
    said = answers.outcome(found, names, (), reader=USER, command="/b24")
    assert said.endswith("n10 and 190 more in 1.0 s")
    assert "\n" not in said
    found = [one(number, State.DEAD, f"X: reason {number}") for number in range(1, 201)]
    lines = answers.outcome(found, names, (), reader=USER, command="/b24").splitlines()
    assert len(lines) == 11
    assert lines[-1] == "and 190 more; `/b24 status` shows what became of each"
