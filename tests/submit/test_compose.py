"""A draft and its recipients become notifications, each rendered for its portal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slack_bitrix24.document import (
    Card,
    Code,
    Divider,
    Document,
    Field,
    Fields,
    File,
    Heading,
    Items,
    Mention,
    Paragraph,
    Quote,
    Table,
    Text,
)
from slack_bitrix24.mapping import read_mapping
from slack_bitrix24.model import Recipient
from slack_bitrix24.submit.compose import Draft, PortalRules, deletions, digest, notifications
from slack_bitrix24.submit.mentions import name_mentions
from slack_bitrix24.submit.people import Group, People, Person

ANNA = "U024BE7LH"
DIRECTORY = read_mapping(f"users:\n  {ANNA}: 10\n", name="mapping.yaml", portals=("main", "acme"))
PEOPLE = People({ANNA: Person(ANNA, "anna", "Anna Petrova")}, {"S0614TZR7": Group("S0614TZR7", "devs")})
HELLO = Draft(Document((Paragraph((Text("hello "), Mention("user", ANNA))),)), "command:1", "command", author=ANNA)


def made(draft=HELLO, *recipients, **rules):
    whom = recipients or (Recipient("main", 10), Recipient("acme", 12))
    return notifications(draft, whom, rules=rules, directory=DIRECTORY, people=PEOPLE)


def test_each_recipient_has_a_notification_with_its_own_key_and_tag():
    one, two = made()
    assert one.key != two.key
    assert one.tag == f"{one.sub_tag}|U10"
    assert two.tag == f"{two.sub_tag}|U12"
    assert one.sub_tag == two.sub_tag == digest("command:1")
    assert (one.source, one.author, one.kind) == ("command", ANNA, "personal")


@pytest.mark.parametrize("priority", ["high", "normal", "low"])
def test_a_draft_s_priority_is_its_notifications_and_its_deletions(priority):
    draft = replace(HELLO, priority=priority)
    assert {one.priority for one in (*made(draft), *deletions(draft, [Recipient("main", 10)]))} == {priority}


@pytest.mark.parametrize("kind", ["personal", "system", "bot", None])
@pytest.mark.parametrize("portal", ["personal", "system", "bot"])
def test_a_draft_s_kind_goes_before_its_portal_s(kind, portal):
    [one] = made(replace(HELLO, kind=kind), Recipient("main", 10), main=PortalRules(kind=portal))
    assert one.kind == (kind or portal)


def test_the_same_reference_gives_the_same_key_whatever_the_text():
    again = Draft(Document((Paragraph((Text("another"),)),)), "command:1", "command")
    assert [one.key for one in made()] == [one.key for one in made(again)]


def test_a_mention_is_a_user_at_its_own_portal_and_a_name_elsewhere():
    here, there = made()
    assert here.message == "hello [user=10]Anna Petrova[/user]"
    assert "Anna Petrova" in there.message
    assert "user=" not in there.message


def test_the_text_is_the_same_for_all_of_a_portal():
    one, two = made(HELLO, Recipient("main", 10), Recipient("main", 12))
    assert one.message == two.message


def test_a_portal_may_have_notifications_without_an_author():
    assert [one.kind for one in made(HELLO, acme=PortalRules("system"))] == ["personal", "system"]


def test_a_deletion_goes_under_the_tag_of_what_it_takes_back():
    draft = Draft(Document(), "relay:a:deleted", "relay:a", tag="relay:a:C1:1.2")
    (one,) = deletions(draft, [Recipient("main", 10)])
    assert (one.kind, one.tag, one.sub_tag, one.message) == ("delete", "relay:a:C1:1.2|U10", "relay:a:C1:1.2", "")


@pytest.mark.parametrize(
    "wrap",
    [
        Paragraph,
        Heading,
        lambda line: Quote((Paragraph(line),)),
        lambda line: Card((Paragraph(line),)),
        lambda line: Items(((Paragraph(line),),)),
        lambda line: Table(((line,),)),
        lambda line: Fields((Field(line, ()), Field((), line))),
    ],
)
def test_mentions_are_named_wherever_they_stand(wrap):
    document = Document((wrap((Mention("user", ANNA),)),))
    named = name_mentions(document, portal="main", directory=DIRECTORY, people=PEOPLE)
    assert "name='Anna Petrova'" in repr(named)
    assert "bitrix24_id=10" in repr(named)


@pytest.mark.parametrize(
    ("mention", "expected"),
    [
        (Mention("group", "S0614TZR7"), Mention("group", "S0614TZR7", name="devs")),
        (Mention("group", "S0614TZR7", name="@given"), Mention("group", "S0614TZR7", name="@given")),
        (Mention("group", "S0OTHER01"), Mention("group", "S0OTHER01")),
        (Mention("channel", "C1", name="general"), Mention("channel", "C1", name="general")),
        (Mention("user", "U0NOBODY1", name="said"), Mention("user", "U0NOBODY1", name="said")),
    ],
)
def test_what_is_not_known_stays_as_it_was(mention, expected):
    document = Document((Paragraph((mention, Text("x"))), Divider(), Code("x")))
    named = name_mentions(document, portal="main", directory=DIRECTORY, people=PEOPLE)
    assert named == Document((Paragraph((expected, Text("x"))), Divider(), Code("x")))


@pytest.mark.parametrize("kind", ["personal", "system", "bot"])
@pytest.mark.parametrize("said", [HELLO.document, Document()])
def test_files_are_linked_or_left_to_the_bot(kind, said):
    draft = replace(HELLO, document=said, files=(File("a.pdf", "https://e.com/a.pdf"), File("b", "https://e.com/b")))
    [one] = made(draft, Recipient("main", 10), main=PortalRules(kind=kind))
    assert ("https://e.com/a.pdf" in one.attach) == (kind != "bot")
    assert [each.url for each in one.files] == (["https://e.com/a.pdf", "https://e.com/b"] if kind == "bot" else [])
    assert one.message
    if kind == "bot" and not said.blocks:
        assert one.message == "a.pdf, b"
