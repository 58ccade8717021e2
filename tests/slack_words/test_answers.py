"""The answers that a person gets in Slack, in both languages."""

from __future__ import annotations

import pytest

from slack_bitrix24.model import Notification, Recipient, State, Stored
from slack_bitrix24.slack.replies import answers
from slack_bitrix24.slack.replies.reasons import Reader, Stopped

ANNA, BOB = Recipient("main", 10), Recipient("main", 12)
NAMES = {str(ANNA): "Anna", str(BOB): "<@U0G9QF9C6>"}


def stored(recipient, state, *, error="", took=0.4, number=1, message="Hello  <you>") -> Stored:
    note = Notification("k", recipient, message, "t")
    done = 100.0 + took if state is not State.PENDING else None
    return Stored(number, note, state, 1, created_at=100.0, due_at=100.0, finished_at=done, error=error)


def outcome(*found, notes=(), lang="en") -> str:
    return answers.outcome(found, NAMES, notes, reader=Reader(lang), command="/b24")


@pytest.mark.parametrize(
    ("found", "english", "russian"),
    [
        ([(ANNA, State.DELIVERED)], "Delivered to Anna in 0.4 s", "Доставлено: Anna — за 0,4 с"),
        (
            [(ANNA, State.DELIVERED), (BOB, State.DELIVERED)],
            "Delivered to Anna and <@U0G9QF9C6> in 0.4 s",
            "Доставлено: Anna и <@U0G9QF9C6> — за 0,4 с",
        ),
        ([(ANNA, State.SUPERSEDED)], "Replaced by a newer version: Anna", "Заменено новой версией: Anna"),
        ([(ANNA, State.CANCELLED)], "Cancelled: Anna", "Отменено: Anna"),
    ],
)
def test_an_outcome_is_told_in_the_readers_language(found, english, russian):
    rows = [stored(recipient, state) for recipient, state in found]
    assert outcome(*rows) == english
    assert outcome(*rows, lang="ru") == russian


def test_what_failed_stands_beside_what_did_not_and_notes_stay():
    rows = (
        stored(BOB, State.DEAD, error="ACCESS_DENIED: <no>"),
        stored(ANNA, State.DELIVERED),
    )
    assert outcome(*rows, notes=("Carol is not in the mapping file",)).splitlines() == [
        "Delivered to Anna in 0.4 s",
        "Not delivered to <@U0G9QF9C6>: Bitrix24 refused it: ACCESS_DENIED: &lt;no&gt;",
        "Carol is not in the mapping file",
    ]


@pytest.mark.parametrize(
    ("state", "error", "why"),
    [
        (State.PENDING, "", "not sent yet"),
        (State.SENDING, "busy", "Bitrix24 did not take it; it is tried again by itself"),
    ],
)
def test_what_is_still_on_its_way_says_why_and_where_to_look(state, error, why):
    said = outcome(stored(ANNA, state, error=error))
    assert said == f"Still on its way to Anna: {why}. `/b24 status` shows what becomes of it"


def test_what_waits_for_a_stopped_portal_says_why_it_is_stopped():
    rows = [stored(ANNA, State.PENDING, error="old"), stored(Recipient("acme", 1), State.SENDING)]
    said = answers.outcome(
        rows, NAMES, (), reader=Reader("en"), command="/b24", stops={"main": Stopped("INVALID", "no")}
    )
    assert said.splitlines() == [
        (
            "Still on its way to Anna: Bitrix24 does not let the bridge in; your administrator has been told. "
            "It is kept and goes out by itself. `/b24 status` shows what becomes of it"
        ),
        "Still on its way to bitrix24:acme/1: Bitrix24 has not answered yet. `/b24 status` shows what becomes of it",
    ]


def test_a_stopped_portal_is_one_line_with_its_reason():
    admin = Reader("en", admin=True)
    line = answers.stopped("main", Stopped("A", "A <b>.\n" + "x" * 1000), admin)
    assert line.startswith(
        "Bitrix24 portal “main” takes nothing now: Bitrix24 does not let the bridge in (A &lt;b&gt;. xxx"
    )
    assert len(line) < 450
    assert "\n" not in line
    said = answers.stopped("main", Stopped("A", "A.."), Reader("ru"))
    assert "ничего не принимает: Битрикс24 не пускает мост. " in said


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (0.0, "0.01 s", "0,01 с"),
        (0.04, "0.04 s", "0,04 с"),
        (9.94, "9.9 s", "9,9 с"),
        (9.95, "10 s", "10 с"),
        (89, "89 s", "89 с"),
        (90, "2 min", "2 мин"),
        (5300, "88 min", "88 мин"),
        (7200, "2 h", "2 ч"),
    ],
)
def test_a_duration_is_one_figure(seconds, english, russian):
    assert answers.duration(seconds, lang="en") == english
    assert answers.duration(seconds, lang="ru") == russian


def test_of_many_names_the_first_ten_are_told():
    names = [f"n{number}" for number in range(12)]
    assert answers.listed(names, lang="en").endswith("n9, 2 more")
    assert answers.joined(names, lang="en").endswith("n9 and 2 more")
    assert answers.joined(names[:3], lang="ru") == "n0, n1 и n2"
    assert answers.joined(names[:1], lang="en") == "n0"


@pytest.mark.parametrize(
    ("address", "reason", "choices", "said"),
    [
        ("U0DAVE004", "unmapped", (), "<@U0DAVE004> is not in the mapping file: ask an administrator to add "),
        ("Dave <D> (U0DAVE004)", "unmapped", (), "Dave &lt;D&gt; (U0DAVE004) is not in the mapping file: "),
        ("@nobody", "nobody", (), "Nobody is called @nobody"),
        ("@chris", "several", ("A (@a)", "B (@b)", "C"), "@chris may be A (@a), B (@b) or C: say which"),
        ("C0HERE001", "unread", (), "Slack does not tell who is in C0HERE001: "),
    ],
)
def test_an_address_that_gave_nobody_is_named_with_what_to_do(address, reason, choices, said):
    assert answers.unknown(address, reason, choices, lang="en").startswith(said)


def test_the_line_for_the_mapping_file_can_be_copied():
    for lang in ("en", "ru"):
        assert "`U0DAVE004:`" in answers.unknown("Dave (U0DAVE004)", "unmapped", lang=lang)


def test_the_first_answer_names_recipients_and_then_notes():
    assert answers.queued(["Anna", "A & B"], ("a note",), lang="en") == "Queued for Anna, A &amp; B\na note"
    assert answers.queued([], ("a note",), lang="en") == "Nobody was notified.\na note"


def test_a_status_line_shows_number_recipient_state_and_first_words():
    assert answers.status_line(stored(ANNA, State.DELIVERED, error="old"), NAMES, reader=Reader("en")) == (
        "`1` Anna: delivered · Hello &lt;you&gt;"
    )
    line = answers.status_line(stored(Recipient("acme", 1), State.DEAD, error="<why>"), NAMES, reader=Reader("ru"))
    assert line == "`1` bitrix24:acme/1: не доставлено — Битрикс24 отказал: &lt;why&gt; · Hello &lt;you&gt;"


@pytest.mark.parametrize("reason", ["nobody", "no_group"])
def test_who_may_have_been_meant_is_asked(reason):
    assert answers.unknown("@ana", reason, ("@anna", "@hanna"), lang="en").endswith(
        " is called @ana. Did you mean @anna or @hanna?"
    )
    assert answers.unknown("@ana", reason, ("@anna",), lang="ru").endswith("@ana. Может быть, @anna?")
    assert answers.unknown("@ana", reason, lang="en").endswith(" is called @ana")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Deploy of [b]api[/b] is [url=https://example.com]done[/url]", "Deploy of api is done"),
        ("[code]x = 1[/code][br]two", "x = 1 two"),
        ("[user=12]Bob[/user] said [\u2060b]no[\u2060/b]", "Bob said [b]no[/b]"),
        ("[FIRING:1] a[0]", "[FIRING:1] a[0]"),
        ("[i][s][u]x[/u][/s][/i] [color=#ff0000]red[/color]", "x red"),
        ("word " * 30, "word word word word word word word word word word word word…"),
    ],
)
def test_a_message_in_a_list_is_what_a_reader_sees_of_it(message, words):
    assert answers.first_words(message) == words


def test_what_went_to_many_is_one_line_of_the_status():
    last = stored(BOB, State.DEAD, number=300)
    states = {State.DELIVERED: 198, State.DEAD: 2}
    assert answers.status_many(101, last, states, lang="en") == (
        "`101–300` 200 recipients – delivered: 198, not delivered: 2 · Hello &lt;you&gt;"
    )
    assert "получателей: 200 — доставлено: 198, не доставлено: 2" in answers.status_many(101, last, states, lang="ru")
