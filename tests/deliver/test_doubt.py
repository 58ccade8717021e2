"""What goes out to a portal that keeps no tags, and what is said of the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slack_bitrix24.bitrix24 import codes
from slack_bitrix24.bitrix24.rest import Answer
from slack_bitrix24.deliver.doubt import Claim, Known, Rules, left, lost, plan
from slack_bitrix24.errors import Bitrix24Error, Verdict
from slack_bitrix24.model import Dead, Delivered, Notification, Recipient, Retry, State, Stored

NOW = 10_000.0


def stored(id_=2, message="text", *, kind="personal", attach="", finished_at=None, **more):
    note = Notification(f"k{id_}", Recipient("main", 10), message, "t|U10", sub_tag="t", attach=attach, kind=kind)
    return Stored(id_, note, State.SENDING, 1, 900.0, 900.0, finished_at=finished_at, **more)


def earlier(message="before", *, ago=600.0, **more):
    return replace(stored(1, message, finished_at=NOW - ago, bitrix24_id=41, **more), state=State.DELIVERED)


def planned(one, *, doubt=None, before=None, rules=None):
    known = Known({} if doubt is None else {one.id: doubt}, {one.id: before} if before else {})
    claim = Claim((one,), known)
    return claim, plan(claim, rules or Rules(), now=NOW)


def test_what_is_new_goes_as_it_is_and_asks_nothing():
    claim, made = planned(stored())
    assert (claim.asks(), list(made.going), made.settled) == (False, [stored()], {})


@pytest.mark.parametrize(
    ("message", "marked"),
    [
        ("Disk is full", "Update:\nDisk is full"),
        ("Диск заполнен", "Обновление:\nДиск заполнен"),
        ("db-3: диск", "Обновление:\ndb-3: диск"),
        (">>quoted", "Update:\n>>quoted"),
        ("", "Update:\n"),
        ("ёж", "Обновление:\nёж"),
    ],
)
def test_an_edit_goes_out_once_more_marked_as_an_update(message, marked):
    claim, made = planned(stored(message=message), before=earlier())
    assert claim.asks()
    assert [one.notification.message for one in made.going] == [marked]
    assert claim.rows[0].notification.message == message


def test_the_mail_copy_is_marked_too():
    one = stored()
    one = replace(one, notification=replace(one.notification, message_out="mail"))
    assert planned(one, before=earlier())[1].going[0].notification.message_out == "Update:\nmail"


@pytest.mark.parametrize(
    ("ago", "every", "waits"), [(0, 60, 60), (59, 60, 1), (60, 60, 0), (61, 60, 0), (5, 0, 0), (100, 300, 200)]
)
def test_updates_come_no_more_often_than_asked(ago, every, waits):
    _, made = planned(stored(), before=earlier(ago=ago), rules=Rules(edits_every=every))
    if waits:
        assert made.settled[2] == Retry(NOW + waits, made.settled[2].error, code="UPDATE_SOON", counts=False)
    else:
        assert len(made.going) == 1


@pytest.mark.parametrize(
    ("message", "attach", "same"),
    [("before", "", True), ("before.", "", False), ("before", "[1]", False), ("Before", "", False), ("", "", False)],
)
def test_an_edit_that_nobody_would_see_goes_nowhere(message, attach, same):
    _, made = planned(stored(message=message, attach=attach), before=earlier())
    assert made.settled == ({2: Delivered(41)} if same else {})


def test_a_deletion_is_told_as_it_is_and_never_called():
    _, made = planned(stored(kind="delete"), before=earlier())
    assert (made.going, made.settled[2].code) == ([], "CANT_BE_TAKEN_BACK")
    assert isinstance(made.settled[2], Dead)
    claim, made = planned(stored(kind="delete"))
    assert (claim.asks(), made.settled) == (True, {2: Delivered(0)})  # nobody had it


@pytest.mark.parametrize(
    ("in_doubt", "asked", "goes"),
    [("repeat", False, True), ("repeat", True, True), ("leave", False, False), ("leave", True, True)],
)
def test_what_may_have_arrived_goes_again_or_is_left(in_doubt, asked, goes):
    claim, made = planned(stored(), doubt=asked, rules=Rules(in_doubt=in_doubt))
    assert claim.asks()
    assert bool(made.going) is goes
    assert goes or made.settled[2].code == "MAY_HAVE_ARRIVED"


def test_an_update_in_doubt_is_repeated_at_once_and_still_an_update():
    _, made = planned(stored(message="x"), doubt=False, before=earlier(ago=1.0))
    assert [one.notification.message for one in made.going] == ["Update:\nx"]


UNANSWERED = Bitrix24Error("no answer came in time", verdict=Verdict.UNKNOWN)


def test_only_a_lost_answer_is_in_doubt():
    results = {
        1: Answer(5),
        2: UNANSWERED,
        3: codes.unreadable(502),
        4: codes.refusal(500, "INTERNAL_SERVER_ERROR"),
        5: Bitrix24Error("the portal can't be reached", verdict=Verdict.AGAIN),
        6: codes.refusal(503, "QUERY_LIMIT_EXCEEDED"),
        7: codes.unanswered(),
        8: codes.refusal(401, "OVERLOAD_LIMIT"),
    }
    assert lost(results) == {2, 3, 7}


def test_what_is_left_is_dead_with_the_reason():
    again = Retry(1.0, "x")
    found = left({1: again, 2: again, 3: Delivered(5)}, {1, 3})
    assert (found[1].code, found[2], found[3]) == ("MAY_HAVE_ARRIVED", again, Delivered(5))
    assert "may have arrived" in found[1].error
