"""Notifications as calls, and the order in which they go out."""

from __future__ import annotations

from collections import deque
from urllib.parse import parse_qsl

import pytest

from slack_bitrix24.bitrix24.calls import deletion, notification, own_tag, wire_tag, without_codes
from slack_bitrix24.bitrix24.notify import Item, Message, again, attach_of, choose, item_of, without
from slack_bitrix24.bitrix24.rest import Call, command
from slack_bitrix24.errors import AttachError, Bitrix24Error, Verdict


def _item(tag="", **more):
    return Item(Call("m"), since=0.0, tag=tag, **more)


def test_call_carries_what_was_given_and_nothing_empty():
    attach = {"BLOCKS": [{"MESSAGE": "m"}]}
    call = notification(5, "[b]x[/b]", tag="t|U5", sub_tag="t", attach=attach, kind="system")
    assert call == Call(
        "im.notify.system.add",
        {"USER_ID": 5, "MESSAGE": "[b]x[/b]", "MESSAGE_OUT": "x", "TAG": "t|U5", "SUB_TAG": "t", "ATTACH": attach},
        literal=True,
    )
    assert notification(5, "x", message_out="y").params == {"USER_ID": 5, "MESSAGE": "x", "MESSAGE_OUT": "y"}


@pytest.mark.parametrize(
    ("given", "params"),
    [({"id": 5}, {"ID": 5}), ({"tag": "t"}, {"TAG": "t"}), ({"sub_tag": "t"}, {"SUB_TAG": "t"})],
)
def test_deletion_is_by_exactly_one(given, params):
    assert deletion(**given).params == params


@pytest.mark.parametrize("given", [{}, {"id": 5, "tag": "t"}, {"tag": "a", "sub_tag": "b"}])
def test_deletion_by_none_or_two_is_no_call(given):
    with pytest.raises(ValueError, match="exactly one"):
        deletion(**given)


def test_tags_name_their_recipient_once():
    assert wire_tag("t", 5) == wire_tag("t|U5", 5) == "t|U5"
    assert own_tag(5) != own_tag(5)
    assert own_tag(5).endswith("|U5")


@pytest.mark.parametrize(
    ("message", "plain"),
    [
        ("no codes, a [note] apart", "no codes, a [note] apart"),
        ("[b]Disk[/B] full[br]on [i]db[/i]", "Disk full\non db"),
        (
            "[url=https://a/b]Open[/url] [url=https://a]https://a[/url] [url]https://c[/url]",
            "Open (https://a/b) https://a https://c",
        ),
        ("[user=5]Ann[/user] [color=#fff]x[/color]", "Ann x"),
    ],
)
def test_plain_text_of_a_message(message, plain):
    assert without_codes(message) == plain


@pytest.mark.parametrize(
    "text",
    [
        "$result[n0]", "$results[0]", "$errors[0]", "$ERROR[x]", "$time['x']", "$totals[3]", "$Next[a][b]",
        "$timeout[0]", "see $time[n0][start] now", "pay $result[a][b]", "$resultless.x[0]",
    ],
)  # fmt: skip
def test_text_of_a_person_is_no_reference_to_another_commands_result_wherever_it_stands(text):
    """Bitrix24 server source, main 26.150, 2026-03: five words, any case, further letters, then brackets."""
    guarded = text.replace("$", "$\u2060")
    attach = {"BLOCKS": [{"GRID": [{"DISPLAY": "ROW", "NAME": text, "VALUE": text}]}, {"MESSAGE": text}]}
    call = notification(1, text, message_out=text, attach=attach)
    assert call.params["MESSAGE"] == text  # a single call has no references
    values = [value for _, value in parse_qsl(command(call).partition("?")[2])]
    assert values.count(guarded) == 5


@pytest.mark.parametrize("text", ["$result", "$5 [x]", "$user[0]", "cost $ [time]", "$time x[0]", "$$", "a[0] $error"])
def test_other_dollars_stay(text):
    values = [value for _, value in parse_qsl(command(notification(1, text, message_out="m")).partition("?")[2])]
    assert text in values


@pytest.mark.parametrize("tag", ["$results[0]", "$time[x]"])
def test_a_tag_is_the_same_in_a_batch_and_outside_of_one(tag):
    call = notification(1, "x", tag=tag, sub_tag=tag)
    assert dict(parse_qsl(command(call).partition("?")[2]))["TAG"] == call.params["TAG"] == call.params["SUB_TAG"]
    assert deletion(tag=tag).params["TAG"] == call.params["TAG"]


def test_what_a_batch_can_not_carry_goes_by_itself():
    cells = [{"DISPLAY": "LINE", "NAME": f"k{n}", "VALUE": "v"} for n in range(350)]
    wide = item_of(Message(5, "x", attach=[{"GRID": cells}]), now=0, attach_limit=60_000)
    narrow = item_of(Message(5, "x", attach=[{"GRID": cells[:200]}]), now=0, attach_limit=60_000)
    assert (wide.together, narrow.together) == (1, 50)
    assert choose([wide, narrow], busy=set(), now=0)[0] == [wide]
    assert choose([narrow, wide], busy=set(), now=0)[0] == [narrow]


def test_message_without_a_tag_gets_one_of_its_own_unless_it_may_go_once_only():
    item = item_of(Message(5, "x"), now=0, attach_limit=60_000)
    assert item.repeatable
    assert item.tag.startswith("auto-")
    assert item.call.params["TAG"] == item.tag
    assert "SUB_TAG" not in item.call.params
    once = item_of(Message(5, "x"), now=0, attach_limit=60_000, at_most_once=True)
    assert (once.tag, once.repeatable, "TAG" in once.call.params) == ("", False, False)


def test_tag_given_becomes_tag_and_sub_tag():
    for tag in ("t", "t|U5"):
        params = item_of(Message(5, "x", tag), now=0, attach_limit=60_000).call.params
        assert (params["TAG"], params["SUB_TAG"]) == ("t|U5", "t")


@pytest.mark.parametrize(
    "attach", [[{"MESSAGE": "x"}], ({"MESSAGE": "x"},), {"BLOCKS": [{"MESSAGE": "x"}]}, '[{"MESSAGE":"x"}]']
)
def test_attach_in_every_form_is_checked_and_sent_as_an_object(attach):
    assert attach_of(attach, limit=60_000) == {"BLOCKS": [{"MESSAGE": "x"}]}


def test_attach_that_bitrix24_would_refuse_is_not_sent():
    assert attach_of((), limit=60_000) is None
    with pytest.raises(AttachError):
        attach_of([{"NOTHING": 1}], limit=60_000)
    with pytest.raises(AttachError):
        attach_of([{"MESSAGE": object()}], limit=60_000)
    with pytest.raises(AttachError):
        attach_of([{"MESSAGE": "x" * 200}], limit=100)


def test_fifty_go_together():
    queue = [_item() for _ in range(120)]
    assert choose(queue, busy=set(), now=0) == (queue[:50], float("inf"))


def test_never_two_with_one_tag_and_never_a_newer_first():
    first, second, other = _item("a"), _item("a"), _item("b")
    assert choose([first, second, other], busy=set(), now=0)[0] == [first, other]
    assert choose([first, second, other], busy={"a"}, now=0)[0] == [other]
    first.not_before = 5.0
    assert choose([first, second, other], busy=set(), now=0) == ([other], 5.0)
    assert choose([first, second], busy=set(), now=0) == ([], 5.0)


def test_those_that_failed_together_go_by_themselves():
    small, whole = [_item(together=2) for _ in range(3)], [_item() for _ in range(3)]
    assert choose([small[0], whole[0], *small[1:], *whole[1:]], busy=set(), now=0)[0] == small[:2]
    assert choose([whole[0], *small], busy=set(), now=0)[0] == whole[:1]


def test_chosen_leave_the_queue_and_the_others_keep_their_order():
    items = [_item() for _ in range(6)]
    assert list(without(deque(items), [items[1], items[3]])) == [items[0], items[2], items[4], items[5]]


def _error(verdict, *, status=0, code="", retry_after=0.0):
    return Bitrix24Error("x", code=code, status=status, verdict=verdict, retry_after=retry_after)


def _again(item, error, now=100.0):
    return again(item, error, company=50, now=now, jitter=0.5)


@pytest.mark.parametrize("verdict", [Verdict.DEAD, Verdict.PORTAL])
def test_refused_for_good_does_not_go_again(verdict):
    assert not _again(_item(give_up_at=1000), _error(verdict))


def test_refused_unexecuted_goes_again_whatever_it_is():
    item = _item(give_up_at=1000, repeatable=False)
    assert _again(item, _error(Verdict.AGAIN, retry_after=7.0, status=503))
    assert (item.not_before, item.together) == (107.0, 50)
    assert _again(item, _error(Verdict.AGAIN, code="operation_time_limit", retry_after=60))
    assert item.not_before == 100.0


def test_unknown_goes_again_only_under_a_tag_and_no_longer_than_given():
    assert not _again(_item(give_up_at=1000, repeatable=False), _error(Verdict.UNKNOWN))
    assert not _again(_item(give_up_at=99), _error(Verdict.UNKNOWN))
    assert _again(_item(give_up_at=1000), _error(Verdict.UNKNOWN))


def test_pauses_double_up_to_thirty_seconds():
    item, pauses = _item(give_up_at=1000), []
    for _ in range(7):
        _again(item, _error(Verdict.UNKNOWN))
        pauses.append(item.not_before - 100)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]


def test_lost_answer_is_repeated_whole_once_and_then_halved():
    item, together = _item(give_up_at=1000), []
    for _ in range(8):
        again(item, _error(Verdict.UNKNOWN), company=item.together, now=0, jitter=0.5)
        together.append(item.together)
    assert together == [50, 25, 12, 6, 3, 1, 1, 1]


def test_copy_of_an_error_says_the_same_in_other_words():
    error = Bitrix24Error("d", code="C", status=503, verdict=Verdict.AGAIN, retry_after=1.0, alone=True)
    copy = error.but()
    assert copy is not error
    assert (str(copy), vars(copy)) == (str(error), vars(error))
    other = error.but("e", verdict=Verdict.UNKNOWN)
    assert (str(other), other.verdict) == ("C: e", Verdict.UNKNOWN)
    assert vars(other) == {**vars(error), "description": "e", "verdict": Verdict.UNKNOWN}
