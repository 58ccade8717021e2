"""Whom a body names by e-mail or by a bare name: through Slack and the mapping file, else through a real client."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slack_bitrix24.app.emails import Emails
from slack_bitrix24.app.ways import hooks
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.mapping import read_mapping
from slack_bitrix24.model import Recipient
from slack_bitrix24.sandbox.portal import Fault, Portal, app
from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.store import POST, Letter
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.people import People, Person
from slack_bitrix24.submit.submitter import Submitter
from slack_bitrix24.web.naming import addresses, is_email
from slack_bitrix24.web.posting import PATIENT, NotYetError, Posting
from slack_bitrix24.web.request import Request, to_json
from slack_bitrix24.web.senders import SENDERS
from ways import MAPPING, OTHER, TOKEN, WEBHOOKS

OWNERS = "/json/owners/t0kenOfOwners0123456789"
PEOPLE = People({
    "U0CAROL03": Person("U0CAROL03", "carol", "Carol Chen", email="c.chen@slack.example"),
    "U0DAVE004": Person("U0DAVE004", "dave", "Dave Dole", email="boris@example.com"),
    "U0G9QF9C6": Person("U0G9QF9C6", "bob", "Bob Smirnov", email="gone@slack.example", active=False),
})  # fmt: skip


@pytest.fixture
def portal():
    made = Portal(webhook=(1, "abcdefgh12345678"))
    with Server(app(made)) as server:
        made.address = made.webhook_url(server.url)
        yield made


@pytest.fixture
def emails(portal):
    """Return a function that makes what finds them."""
    client = Bitrix24(portal.address, retry_for=0)
    directory = read_mapping(MAPPING, name="mapping.yaml", portals=["main"])

    def make(people=PEOPLE, now=lambda: 0.0):
        return Emails(["main"], client=lambda _: client, directory=lambda: directory, people=lambda: people, now=now)

    yield make
    client.close()


@pytest.fixture
def ways(serve, emails):
    return serve(by_email=emails().find)


@pytest.mark.parametrize(
    ("owner", "users"),
    [
        ("anna@example.com", [10]),
        ("Anna@Example.COM", [10]),
        ("c.chen@slack.example", [14]),
        ("C.Chen@slack.example", [14]),
        ("boris@example.com", [7]),
        ("mailto:anna@example.com", [10]),
        ("<anna@example.com>", [10]),
        ("anna@example.com, c.chen@slack.example; bitrix24:12 carol", [10, 14, 12]),
        (["bob@example.com", "carol"], [12, 14]),
        ("team", [14]),
        ("TEAM", [14]),
        ("nobody@example.com, bob@example.com", [12]),
        ("nobody@example.com", [10, 12]),
        ("dmitry@example.com", [10, 12]),
        ("gone@slack.example", [10, 12]),
        ("anna@", [10, 12]),
        ("@example.com", [10, 12]),
        (None, [10, 12]),
    ],
)
def test_the_owner_is_found(ways, owner, users):
    assert ways.post(OWNERS, json={"labels": {"owner": owner}, "text": "disk full"}).status_code == 200
    assert ways.users() == users


def test_the_body_is_asked_first_and_then_each_alert(ways):
    alert = {"status": "firing", "labels": {"alertname": "Down", "owner": "bob@example.com"}, "fingerprint": "1"}
    body = {"groupKey": "g", "status": "firing", "alerts": [alert], "labels": {"owner": "anna@example.com"}}
    ways.post("/alertmanager/owners/t0kenOfOwners0123456789", json=body)
    assert ways.users() == [10, 12]


@pytest.mark.parametrize(
    ("path", "tag", "users"),
    [
        (f"/notify/{OTHER}", "anna@example.com", [10]),
        (f"/notify/{OTHER}", "carol, boris@example.com", [14, 7]),
        (f"/notify/{OTHER}", "nobody@example.com", [14]),
        (f"/notify/{OTHER}", "all", [14]),
        (f"/notify/{TOKEN}", "anna@example.com", [10]),
        (f"/notify/{TOKEN}", "c.chen@slack.example", [14]),
        (f"/notify/{TOKEN}", "boris@example.com", [10, 12]),
    ],
)
def test_a_tag_of_apprise_may_be_an_email_of_somebody_who_is_allowed(ways, path, tag, users):
    ways.post(path, json={"body": "disk full", "tag": tag})
    assert ways.users() == users


def test_a_portal_is_asked_once_an_hour(portal, emails):
    clock = [0.0]
    found = emails(now=lambda: clock[0])
    for _ in range(3):
        assert found.find("anna@example.com") == Recipient("main", 10)
        assert found.find("nobody@example.com") is None
    assert portal.counts["requests"] == 2
    clock[0] = 3601.0
    assert found.find("ANNA@example.com") == Recipient("main", 10)
    assert portal.counts["requests"] == 3


def test_a_portal_that_gives_no_answer_is_asked_again_later(portal, emails):
    clock = [0.0]
    found = emails(now=lambda: clock[0])
    portal.fail(Fault("drop", times=1))
    for _ in range(3):
        with pytest.raises(NotYetError):
            found.find("anna@example.com")
    clock[0] = 31.0
    assert found.find("anna@example.com") == Recipient("main", 10)


def test_an_alert_waits_for_the_portal_and_is_not_lost(serve, portal, emails):
    clock = [0.0]

    def now():
        clock[0] += 31.0
        return clock[0]

    ways = serve(by_email=emails(now=now).find)
    portal.fail(Fault("drop", times=1))
    ways.post(OWNERS, json={"labels": {"owner": "anna@example.com"}})
    assert ways.users() == [10]
    assert ways.store.read(lambda tx: tx.inbox.posts())[0].letter.attempts > 1


@pytest.mark.parametrize("attempts", [PATIENT, PATIENT + 1, 12])
def test_its_patience_ends_and_the_others_hear_of_it(serve, attempts):
    def silent(_):
        raise NotYetError("no answer")

    store = serve().store
    directory = read_mapping(MAPPING, name="mapping.yaml", portals=["main"])
    submitter = Submitter(store, lambda: directory, People, {"main": PortalRules()})
    known = hooks(WEBHOOKS)
    posting = Posting(store, submitter, SENDERS, known, read_members=print, keep_file=print, by_email=silent)
    request = Request("json", hook="owners", body=b'{"labels": {"owner": "anna@example.com carol"}}')
    letter = Letter(1, "k", POST, to_json(request), order_key="", attempts=attempts, received_at=0.0)
    assert [one.recipient.user_id for one in posting.owed(letter).notifications] == [14]
    with pytest.raises(NotYetError):
        posting.owed(replace(letter, attempts=PATIENT - 1))


def test_nobody_is_final_only_once_slacks_people_are_read(emails):
    with pytest.raises(NotYetError):
        emails(People(reading=True)).find("nobody@example.com")
    assert emails(People(reading=True)).find("anna@example.com") == Recipient("main", 10)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" ,;| ", ()),
        ("carol", ("@carol",)),
        ("@carol", ("@carol",)),
        ("U0CAROL03", ("U0CAROL03",)),
        ("UNIX", ("@UNIX",)),
        ("bitrix24:main/10", ("bitrix24:main/10",)),
        ("<@U0CAROL03>", ("<@U0CAROL03>",)),
        ("on-call.team_1", ("@on-call.team_1",)),
        ("дежурные", ("@дежурные",)),
        ("a@b.example,a@b.example", ("a@b.example",)),
        ("(a@b.example)", ("a@b.example",)),
        ("#alerts", ("#alerts",)),
    ],
)
def test_words_are_addresses(text, found):
    assert addresses(text) == found


@pytest.mark.parametrize("text", ["a@b", "@b.example", "a b@c.example", "a@b@c.example", "", "bitrix24:10"])
def test_what_is_no_email(text):
    assert not is_email(text)
