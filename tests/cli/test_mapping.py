"""`mapping`: what is wrong with the file, what it says, and who may be added by e-mail."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.bitrix24.users import User
from slack_bitrix24.cli.people.lines import with_users
from slack_bitrix24.cli.people.matching import Match, match, people_of
from slack_bitrix24.errors import MappingError
from slack_bitrix24.mapping import Directory, read_mapping
from slack_bitrix24.model import Recipient
from slack_bitrix24.sandbox.workspace.core import SCOPES


def test_check_counts_or_names_every_fault(run, configured):
    assert run("mapping", "check").out.endswith("mapping.yaml: users: 1, groups: 1\n")
    assert json.loads(run("mapping", "check", "--json").out)["faults"] == []
    (configured / "mapping.yaml").write_text("users:\n  U024BE7LH: x\n  U0G9QF9C6: acm/2\n")
    ended = run("mapping", "check")
    assert (ended.status, ended.out) == (1, "")
    assert [line.split(": ")[0] for line in ended.lines] == ["mapping.yaml:2:14", "mapping.yaml:3:14"]
    assert json.loads(run("mapping", "check", "--json").out)["faults"] == ended.lines
    shown = run("outbox", "list")
    assert (shown.status, shown.lines) == (0, [f"slack-bitrix24: warning: {ended.lines[0]}; names are missing"])


def test_show_says_who_is_who(run, configured):
    assert run("mapping", "show").out.splitlines() == [
        "who        is                          name",
        "U024BE7LH  bitrix24:main/10            Anna",
        "@oncall    U024BE7LH, bitrix24:main/7  Anna",
    ]
    assert json.loads(run("mapping", "show", "--json").out) == {
        "users": [{"slack_id": "U024BE7LH", "portal": "main", "user_id": 10, "name": "Anna"}],
        "groups": {"oncall": ["U024BE7LH", "bitrix24:main/7"]},
    }


@pytest.mark.parametrize("words", ["check", "show"])
def test_without_a_file_it_is_said_where_it_belongs(words, run, configured):
    (configured / "mapping.yaml").unlink()
    ended = run("mapping", words)
    assert (ended.status, len(ended.lines)) == (1, 1)
    assert "mapping.yaml beside the configuration" in ended.err


def test_sync_shows_who_is_who_by_e_mail_and_writes_on_demand_only(run, configured, demo):
    file = configured / "mapping.yaml"
    before = file.read_text()
    shown = run("mapping", "sync")
    assert shown.status == 0
    assert [line.split()[:2] for line in shown.out.splitlines()[1:]] == [
        ["known", "U024BE7LH"], ["new", "U0G9QF9C6"], ["new", "U0CAROL03"],
    ]  # fmt: skip
    assert "2 new; --write adds them" in shown.err
    assert file.read_text() == before
    written = run("mapping", "sync", "--write", "--json")
    assert "2 added" in written.err
    assert {one["found"] for one in json.loads(written.out)} == {"known", "new"}
    assert file.read_text() == before.replace(
        "  # Anna\n", "  # Anna\n  U0G9QF9C6: 12  # Bob Smirnov\n  U0CAROL03: 14  # Carol Chen\n"
    )
    again = run("mapping", "sync", "--write")
    assert (again.status, again.err) == (0, "")


def test_sync_makes_the_file_and_says_what_differs(run, configured):
    file = configured / "mapping.yaml"
    file.unlink()
    assert run("mapping", "sync", "--write", "--portal", "acme").status == 0
    assert "  U024BE7LH: acme/10  # Anna Petrova\n" in file.read_text()
    file.write_text("users:\n  U024BE7LH: 7\n")
    ended = run("mapping", "sync")
    assert "U024BE7LH: the file says bitrix24:main/7, the e-mail 10; left as it is" in ended.err


def test_sync_says_what_it_lacks(run, configured, demo, monkeypatch):
    demo.workspace.scopes = SCOPES.replace(" users:read.email", "").split()
    ended = run("mapping", "sync")
    demo.workspace.scopes = SCOPES.split()
    assert (ended.status, len(ended.lines)) == (1, 1)
    assert "users:read.email" in ended.err
    demo.portal.revoke()
    ended = run("mapping", "sync")
    assert (ended.status, len(ended.lines)) == (1, 1)
    assert "INVALID_CREDENTIALS" in ended.err
    monkeypatch.setenv("TEST_BOT_TOKEN", "xoxb-wrong")
    assert "Slack refuses: invalid_auth" in run("mapping", "sync").err
    monkeypatch.setenv("BITRIX24_WEBHOOK_URL", demo.webhook_url)
    (configured / "slack-bitrix24.toml").unlink()
    assert run("mapping", "sync").status == 2


def test_people_are_matched_by_e_mail_whatever_its_case():
    users = [
        User(1, email="Anna@Example.com "), User(2, email="bob@example.com"), User(3, email="BOB@example.com"),
        User(4, email="gone@example.com", active=False), User(5), User(6, email="known@example.com"),
        User(7, email="bot@example.com", bot=True),
    ]  # fmt: skip
    mails = {
        "UNEW00": "anna@example.com", "USEVERAL0": "bob@example.com", "UGONE00": "gone@example.com", "UNONE00": "",
        "UKNOWN0": "known@example.com", "UDIFFERS": "known@example.com", "UOTHER0": "known@example.com", "ULEFT00": "",
        "UBOT000": "bot@example.com",
    }  # fmt: skip
    directory = Directory(
        {
            "UKNOWN0": Recipient("main", 6), "UDIFFERS": Recipient("main", 5), "UOTHER0": Recipient("acme", 9),
            "ULEFT00": Recipient("main", 8),
        }
    )  # fmt: skip
    found = match([(one, one, mail) for one, mail in mails.items()], users, directory=directory, portal="main")
    assert {one.slack_id: one.found for one in found} == {
        "UNEW00": "new", "USEVERAL0": "several", "UGONE00": "nobody", "UNONE00": "no e-mail", "UKNOWN0": "known",
        "UDIFFERS": "differs", "UOTHER0": "known", "ULEFT00": "known", "UBOT000": "nobody",
    }  # fmt: skip
    assert found[0] == Match("UNEW00", "UNEW00", "anna@example.com", "new", (1,))


def test_bots_and_those_who_left_are_no_people():
    members = [
        {"id": "USLACKBOT"}, {"id": "UBOT", "is_bot": True}, {"id": "UGONE", "deleted": True},
        {"id": "U1", "profile": {"real_name": "Anna", "email": "a@b"}},
        {"id": "U2", "name": "bob"}, {"id": "U3", "profile": None},
    ]  # fmt: skip
    assert people_of(members) == [("U1", "Anna", "a@b"), ("U2", "bob", ""), ("U3", "U3", "")]


NEW = [("U0NEWONE1", "21", "New One"), ("U0NEW2", "acme/22", "Другой")]
YAML = {
    "as documented": (
        "users:\n  U024BE7LH: 10    # Anna\n  U0G9QF9C6: acme/12\n\n# groups of ours\ngroups:\n  a: [U024BE7LH]\n",
        (
            "users:\n  U024BE7LH: 10    # Anna\n  U0G9QF9C6: acme/12\n  U0NEWONE1: 21    # New One\n"
            "  U0NEW2: acme/22  # Другой\n\n# groups of ours\ngroups:\n  a: [U024BE7LH]\n"
        ),
    ),
    "users last, no line break at the end, indented by four": (
        "groups:\n    a: [U024BE7LH]\nusers: # who\n\n    # Anna\n    U024BE7LH: 10",
        (
            "groups:\n    a: [U024BE7LH]\nusers: # who\n\n    # Anna\n    U024BE7LH: 10\n"
            "    U0NEWONE1: 21    # New One\n    U0NEW2: acme/22  # Другой\n"
        ),
    ),
    "no users yet": (
        "groups:\n  a: [bitrix24:1]\n",
        "groups:\n  a: [bitrix24:1]\nusers:\n  U0NEWONE1: 21    # New One\n  U0NEW2: acme/22  # Другой\n",
    ),
    "an empty map": (
        "users: {}  # nobody\ngroups:\n",
        "users: # nobody\n  U0NEWONE1: 21    # New One\n  U0NEW2: acme/22  # Другой\ngroups:\n",
    ),
    "nothing": ("", "users:\n  U0NEWONE1: 21    # New One\n  U0NEW2: acme/22  # Другой\n"),
    "line ends of Windows": (
        "users:\r\n  U024BE7LH: 10\r\n",
        "users:\r\n  U024BE7LH: 10\r\n  U0NEWONE1: 21    # New One\r\n  U0NEW2: acme/22  # Другой\r\n",
    ),
}


@pytest.mark.parametrize("case", YAML)
def test_lines_are_added_and_the_rest_stays_as_it_is(case):
    before, after = YAML[case]
    assert with_users(before, NEW, name="mapping.yaml") == after


@pytest.mark.parametrize(
    ("before", "added"),
    [
        ("slack_id,bitrix24_id,name\nU1,1,A\n", "U0NEWONE1,21,New One\nU0NEW2,acme/22,Другой\n"),
        ("team;Bitrix24_ID;slack_id\nx;1;U1", "\n;21;U0NEWONE1\n;acme/22;U0NEW2\n"),
        ("slack_id\tbitrix24_id\r\n", "U0NEWONE1\t21\r\nU0NEW2\tacme/22\r\n"),
    ],
)
def test_rows_are_added_to_a_sheet(before, added):
    assert with_users(before, NEW, name="people.CSV") == before + added


def test_users_in_one_line_are_left_to_a_person():
    with pytest.raises(MappingError, match=r"m.yaml:2:1: .* by hand"):
        with_users("# x\nusers: {U024BE7LH: 1}\n", NEW, name="m.yaml")


_ENTRIES = st.dictionaries(st.from_regex(r"U0[A-Z0-9]{6}", fullmatch=True), st.integers(1, 10**6), max_size=5)
_NAMES = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=20)


@given(_ENTRIES, _ENTRIES, _NAMES, st.sampled_from(["yaml", "csv"]))
def test_whatever_is_added_is_read_again(known, new, name, kind):
    """Also a name with quotes, separators or anything else that a person may be called."""
    lines = [
        (slack_id, str(number), " ".join(name.split())) for slack_id, number in new.items() if slack_id not in known
    ]
    head = {"yaml": "users:\n", "csv": "slack_id,bitrix24_id,name\n"}[kind] if known or kind == "csv" else ""
    form = {"yaml": "  {}: {}\n", "csv": "{},{},x\n"}[kind]
    text = head + "".join(form.format(*entry) for entry in known.items())
    if lines:
        users = read_mapping(with_users(text, lines, name=f"m.{kind}"), name=f"m.{kind}", portals=["main"]).users
        assert {slack_id: one.user_id for slack_id, one in users.items()} == {**new, **known}


@pytest.mark.parametrize("name", ["mapping.yaml", "people.yml", "people.csv", "людей.yaml", "who else.yaml"])
def test_sync_makes_the_file_that_the_configuration_names(run, configured, reconfigure, name):
    (configured / "mapping.yaml").unlink()
    reconfigure(f'[mapping]\nfile = "{name}"\n')
    ended = run("mapping", "sync", "--write")
    assert ended.status == 0
    assert "added" in ended.err
    assert "U024BE7LH" in (configured / name).read_text("utf-8")
    assert run("mapping", "check").status == 0
    assert "new" not in run("mapping", "sync").err
