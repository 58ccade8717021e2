"""A time that was missed is told to whoever waits for it, or sent late; nothing of a one-off goes without a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from slack_bitrix24 import when
from slack_bitrix24.model import Recipient
from slack_bitrix24.store import Schedule
from slack_bitrix24.submit.due import due, said
from slack_bitrix24.submit.resolve import Resolution

AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
HOUR = 3600.0
FOUND = Resolution({Recipient("main", 10): "Anna"})


def one(rule, *, kind="reminder", catch_up="latest", within=12 * HOUR):
    return Schedule(
        key=f"{kind}:1", title="water plants", text="water plants", addresses=("me",), rule=when.dump(rule), zone="UTC",
        kind=kind, owner="U024BE7LH", next_at=AT.timestamp(), catch_up=catch_up, catch_up_within=within, id=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("late", "sent", "missed"),
    [
        (0, True, False),
        (1, True, False),
        (11.9, True, False),
        (12.1, False, True),
        (15, False, True),
        (72, False, True),
    ],
)
@pytest.mark.parametrize("kind", ["reminder", "schedule"])
def test_a_one_off_is_sent_late_or_its_owner_hears_of_it(kind, late, sent, missed):
    decided = due(one(when.Once(AT), kind=kind), FOUND, now=AT.timestamp() + late * HOUR)
    assert (bool(decided.times), bool(decided.missed), bool(decided.error)) == (sent, missed, missed)
    assert (decided.next_at, decided.held_until) == (None, 0.0)
    if missed:
        for lang, words in (("en", "That is too late to send it now"), ("ru", "Отправлять уже поздно")):
            assert words in said(one(when.Once(AT), kind=kind), decided, lang=lang)


def test_what_is_not_to_be_caught_up_is_not_told():
    decided = due(one(when.Once(AT), catch_up="skip"), FOUND, now=AT.timestamp() + 72 * HOUR)
    assert (decided.times, decided.missed, decided.error) == ((), 0.0, "")


def test_a_refusal_goes_before():
    decided = due(one(when.Once(AT)), FOUND, now=AT.timestamp() + 72 * HOUR, refusal="may_not_notify")
    assert (decided.missed, decided.error) == (0.0, "may not notify")


def test_a_snoozed_one_that_is_too_old_is_told_as_well():
    snoozed = replace(one(when.Once(AT)), next_at=None, snoozed_until=AT.timestamp())
    assert due(snoozed, FOUND, now=AT.timestamp() + HOUR).times == (AT.timestamp(),)
    assert due(snoozed, FOUND, now=AT.timestamp() + 13 * HOUR).missed == 13 * HOUR


def test_a_series_goes_on_without_a_word():
    series = one(when.cron("0 9 * * *", "UTC"), within=HOUR)
    decided = due(series, FOUND, now=AT.timestamp() + 3 * HOUR)
    assert (decided.times, decided.missed, decided.error) == ((), 0.0, "")
    assert decided.next_at == AT.timestamp() + 24 * HOUR
