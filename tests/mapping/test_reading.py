"""The mapping file's text: what it gives, and every fault in its words with line and column."""

# ruff: noqa: E501 - a fault in one line reads as a table

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slack_bitrix24.address import Direct, SlackGroup, SlackUser
from slack_bitrix24.errors import MappingError
from slack_bitrix24.mapping import Directory, read_mapping
from slack_bitrix24.model import Recipient

PORTALS = ["main", "acme"]
ANNA, BOB = "U024BE7LH", "U0G9QF9C6"

# The example of the contract with users.
EXAMPLE = """\
users:
  U024BE7LH: 10                # Anna Petrova
  U0G9QF9C6: acme/12           # user 12 of portal "acme"
groups:
  oncall: [U024BE7LH, bitrix24:7]
  team: ["@oncall", U0G9QF9C6]     # quoted: a bare @ is not YAML
  S0614TZR7: [U024BE7LH]       # in place of the Slack group's own members
"""


def read(text: str, name: str = "mapping.yaml") -> Directory:
    return read_mapping(text, name=name, portals=PORTALS)


def faults_of(text: str, name: str = "mapping.yaml") -> list[str]:
    with pytest.raises(MappingError) as caught:
        read(text, name)
    assert str(caught.value).splitlines() == caught.value.faults, "one line for each fault"
    assert all(fault.startswith(f"{name}:") for fault in caught.value.faults)
    return [fault.removeprefix(f"{name}:") for fault in caught.value.faults]


class TestDirectory:
    def test_users(self):
        directory = read(EXAMPLE)
        assert directory.recipient(ANNA) == Recipient("main", 10)
        assert directory.recipient(BOB) == Recipient("acme", 12)
        assert directory.recipient("U0000000") is None

    def test_slack_ids_in_the_order_of_the_file(self):
        directory = read(f"users: {{{BOB}: 10, {ANNA}: 10}}")
        assert directory.slack_ids(Recipient("main", 10)) == (BOB, ANNA)
        assert directory.slack_ids(Recipient("main", 11)) == ()

    def test_members_of_nested_groups(self):
        directory = read(EXAMPLE)
        anna, seven = SlackUser(ANNA), Direct(Recipient("main", 7))
        assert directory.members("oncall") == (anna, seven)
        assert directory.members("team") == (anna, seven, SlackUser(BOB))
        assert directory.members("S0614TZR7") == (anna,)
        assert directory.members("none") is None

    def test_a_group_is_found_whatever_its_case(self):
        assert read("groups: {Дежурные: [bitrix24:1]}").members("дежурные") == (Direct(Recipient("main", 1)),)

    def test_nobody_stands_twice_and_the_order_stays(self):
        text = 'groups: {a: [bitrix24:1, "@b", bitrix24:2], b: [bitrix24:2, bitrix24:1, "@c"], c: [bitrix24:3]}'
        members = read(text).members("a")
        assert [str(member) for member in members or ()] == ["bitrix24:main/1", "bitrix24:main/2", "bitrix24:main/3"]

    def test_a_slack_group_is_replaced_only_where_the_file_has_a_list(self):
        directory = read("groups: {a: [S0614TZR7, S0000000], S0614TZR7: [bitrix24:7]}")
        assert directory.members("a") == (Direct(Recipient("main", 7)), SlackGroup("S0000000"))

    def test_a_group_may_be_empty(self):
        assert read("groups: {a: []}").members("a") == ()

    def test_who_is_in_a_group_and_not_mapped(self):
        text = f"users: {{{ANNA}: 1}}\ngroups: {{a: [{ANNA}, {BOB}, bitrix24:3], b: [{BOB}]}}"
        assert read(text).unmapped() == (BOB,)

    def test_an_empty_one_knows_nobody(self):
        assert Directory().recipient(ANNA) is None
        assert Directory().members("team") is None

    def test_a_chain_of_a_thousand_groups(self):
        chain = "\n".join(f'  g{i}: ["@g{i + 1}"]' for i in range(1000))
        assert read(f"groups:\n{chain}\n  g1000: [bitrix24:1]").members("g0") == (Direct(Recipient("main", 1)),)


class TestYaml:
    @pytest.mark.parametrize(
        ("text", "user"),
        [
            (f"users:\n  {ANNA}: '10'", ("main", 10)),
            (f"users:\n  {ANNA}: bitrix24:acme/10", ("acme", 10)),
            (f"users:\n  {ANNA}: bitrix24:10", ("main", 10)),
            (f"\ufeffusers:\r\n  {ANNA}: 10\r\n", ("main", 10)),
            (f"x: &anna 10\nusers:\n  {ANNA}: *anna".replace("x: &anna 10\n", f"users:\n  {BOB}: &anna 10\n", 1).replace("users:\n  U024", "  U024"), ("main", 10)),
            ("groups: {}\nusers: {W024BE7LH: 10, U024BE7LH: 10}", ("main", 10)),
        ],
    )  # fmt: skip
    def test_what_is_taken(self, text, user):
        assert read(text).recipient(ANNA) == Recipient(*user)

    def test_sections_may_be_empty(self):
        assert read("users:\ngroups: ~") == Directory()

    @pytest.mark.parametrize(
        ("text", "faults"),
        [
            # the example of the contract
            (EXAMPLE.replace("acme/12", "acm/12 "), ['3:14: U0G9QF9C6: no portal is called "acm" (did you mean "acme"?)']),
            # sections
            ("", ["1:1: the file is empty: expected users: and groups:"]),
            ("# nobody yet\n", ["1:1: the file is empty: expected users: and groups:"]),
            ("user: {}", ['1:1: unknown section "user" (did you mean "users"?)']),
            ("users: {}\nother: {}", ['2:1: unknown section "other"']),
            ("users: {}\nusers: {}", ["2:1: users: given twice (first in line 1)"]),
            ("[]: {}", ["1:1: unknown section a list"]),
            ("- users", ["1:1: the file: expected entries (name: value), got a list; leave out the dashes"]),
            ("users", ['1:1: the file: expected entries (name: value), got "users"']),
            ("users: [U024BE7LH]", ["1:8: users: expected entries (name: value), got a list"]),
            ("groups: 5", ['1:9: groups: expected entries (name: value), got "5"']),
            # users without their section, said once
            ("U024BE7LH: 10\nU0G9QF9C6: 12\nU0CAROL03: 14", ["1:1: U024BE7LH: a user outside of any section: put users: above, and indent what follows"]),
            ("W024BE7LH: acme/10\nU0G9QF9C6: x", ["1:1: W024BE7LH: a user outside of any section: put users: above, and indent what follows"]),
            ("groups: {}\nU0G9QF9C6: 12\nU0CAROL03: 14", ["2:1: U0G9QF9C6: a user outside of any section: put users: above, and indent what follows"]),
            ("user: {}\nU0G9QF9C6: 12\nU0CAROL03: 14", ['1:1: unknown section "user" (did you mean "users"?)', "2:1: U0G9QF9C6: a user outside of any section: put users: above, and indent what follows"]),
            ("users:\nU0G9QF9C6: 12\nU0CAROL03: 14", ["2:1: U0G9QF9C6: a user outside of any section: put users: above, and indent what follows"]),
            # users
            (f"users:\n  {ANNA}: 1\n  {ANNA}: 2", ["3:3: U024BE7LH: given twice (first in line 2)"]),
            ("users:\n  anna: 1", ["2:3: anna: not the id of a Slack user (U… or W…, from their profile)"]),
            ("users:\n  ~: 1", ["2:3: nothing: not the id of a Slack user (U… or W…, from their profile)"]),
            ("users:\n  S0614TZR7: 1", ["2:3: S0614TZR7: not the id of a Slack user (U… or W…, from their profile)"]),
            *[
                (f"users:\n  {ANNA}: {value}", [f"2:14: {ANNA}: expected a Bitrix24 user id from 1, or portal/id, got {got}"])
                for value, got in [
                    ("0", '"0"'), ("-1", '"-1"'), ("010", '"010"'), ("1_000", '"1_000"'), ("1.5", '"1.5"'), ("no", '"no"'), ("~", "nothing"),
                    ("[10]", "a list"), ("{a: 1}", "a table"), ("acme/0", '"acme/0"'), ("a b/1", '"a b/1"'), ("x" * 50, f'"{"x" * 40}…"'), ("1" * 30, f'"{"1" * 30}"'),
                ]
            ],
            (f"users:\n  {ANNA}:", [f"2:13: {ANNA}: expected a Bitrix24 user id from 1, or portal/id, got nothing"]),
            # groups
            ("groups:\n  a: U024BE7LH", ['2:6: a: expected a list of addresses, got "U024BE7LH"']),
            ("groups:\n  a:", ["2:5: a: expected a list of addresses, got nothing"]),
            ("groups:\n  '@a': []", ["2:3: @a: a group's name stands here without @"]),
            ("groups:\n  here: []", ["2:3: here: not a name for a group: it means somebody already"]),
            ("groups:\n  U024BE7LH: []", ["2:3: U024BE7LH: not a name for a group: it means somebody already"]),
            ("groups:\n  on call: []", ["2:3: on call: not a name for a group: one word without @ < > , | : /"]),
            ("groups:\n  ~: []", ["2:3: nothing: not a name for a group: one word without @ < > , | : /"]),
            ("groups:\n  ops: []\n  Ops: []", ["3:3: Ops: is ops of line 2 again (case does not count)"]),
            ("groups:\n  a: [anna]", ['2:7: a: expected a Slack user (U…), a group (S…, @name) or bitrix24:ID, got "anna"']),
            ("groups:\n  a: [me]", ['2:7: a: expected a Slack user (U…), a group (S…, @name) or bitrix24:ID, got "me"']),
            ("groups:\n  a: [[]]", ["2:7: a: expected a Slack user (U…), a group (S…, @name) or bitrix24:ID, got a list"]),
            ("groups:\n  a: [bitrix24:0]", ['2:7: a: expected a Slack user (U…), a group (S…, @name) or bitrix24:ID, got "bitrix24:0"']),
            ("groups:\n  a: [bitrix24:acm/1]", ['2:7: a: no portal is called "acm" (did you mean "acme"?)']),
            ("groups:\n  team: []\n  b: ['@taem']", ['3:7: b: no group is called "taem" (did you mean "team"?)']),
            ("groups:\n  a: ['@a']", ["2:3: a: contains itself (a → a)"]),
            ("groups:\n  a: ['@b']\n  b: ['@C']\n  c: ['@a']", ["2:3: a: contains itself (a → b → c → a)"]),
            ("groups:\n  S0614TZR7: ['@b']\n  b: [S0614TZR7]", ["2:3: S0614TZR7: contains itself (S0614TZR7 → b → S0614TZR7)"]),
            (
                "groups:\n  c: ['@d']\n  d: ['@c']\n  a: ['@a']",
                ["2:3: c: contains itself (c → d → c)", "4:3: a: contains itself (a → a)"],
            ),
            # what is no YAML
            ("users:\n\tU024BE7LH: 1", ["2:1: not YAML: a tab can't indent, use spaces"]),
            ("groups:\n  a: [@b]", ['2:7: not YAML: a bare @ can\'t stand here, write "@name" in quotes']),
            ("users: [", ["2:1: not YAML: did not find expected node content while parsing a flow node"]),
            ("users: *x", ["1:8: not YAML: found undefined alias"]),
            ("users: a: b", ["1:9: not YAML: a second colon, or an indentation unlike the line above"]),
            ("users: {}\n---\nusers: {}", ["2:1: not YAML: but found another document expected a single document in the stream"]),
            ("users:\n  ж\x01: 1", ["2:4: not YAML: a character that may not stand here (U+0001)"]),
            ("[" * 100_000, ["1:21: nested too deep: expected users: and groups:"]),
            ("- " * 100_000, ["1:41: nested too deep: expected users: and groups:"]),
            # all at once, in their order
            (
                f"users:\n  anna: 0\n  {BOB}: no/1\ngroups:\n  a: ['@b']\nteam: []",
                [
                    "2:3: anna: not the id of a Slack user (U… or W…, from their profile)",
                    '2:9: anna: expected a Bitrix24 user id from 1, or portal/id, got "0"',
                    '3:14: U0G9QF9C6: no portal is called "no"',
                    '5:7: a: no group is called "b"',
                    '6:1: unknown section "team"',
                ],
            ),
        ],
    )  # fmt: skip
    def test_each_fault_has_its_words_and_place(self, text, faults):
        assert faults_of(text) == faults

    def test_ten_thousand_users_are_read_in_half_a_second(self):
        """The figure that decided for PyYAML's nodes; the bound leaves room for a busy machine."""
        text = "users:\n" + "".join(f"  U{i:08X}: {i + 1}\n" for i in range(10_000))
        best = min(_seconds(text) for _ in range(3))
        assert best < 0.5


def _seconds(text: str) -> float:
    start = time.process_time()
    assert len(read(text).users) == 10_000
    return time.process_time() - start


class TestSheet:
    @pytest.mark.parametrize(
        "text",
        [
            "slack_id,bitrix24_id\nU024BE7LH,10\nU0G9QF9C6,acme/12\n",
            "\ufeffslack_id;bitrix24_id;name\r\nU024BE7LH;10;Анна\r\n\r\n;;\r\nU0G9QF9C6;acme/12;Bob\r\n",
            'Name,Slack_ID, bitrix24_id\n"Petrova, Anna",U024BE7LH,10\nBob, U0G9QF9C6 , acme/12\n',
            "bitrix24_id\tslack_id\n10\tU024BE7LH\nacme/12\tU0G9QF9C6",
            'slack_id,bitrix24_id,note\nU024BE7LH,10,"two\nlines"\nU0G9QF9C6,acme/12,\n',
            # carriage returns: Excel for Mac's rows, one inside a cell (quoted or not), files of several hands
            "slack_id,bitrix24_id\rU024BE7LH,10\rU0G9QF9C6,acme/12\r",
            "slack_id,bitrix24_id\rU024BE7LH,10\rU0G9QF9C6,acme/12",
            'slack_id,bitrix24_id,name\nU024BE7LH,10,"Anna\rPetrova"\nU0G9QF9C6,acme/12,Bob\n',
            "slack_id,bitrix24_id,name\nU024BE7LH,10,Anna\rPetrova\nU0G9QF9C6,acme/12,Bob\n",
            "slack_id,bitrix24_id,name\r\nU024BE7LH,10,Anna\r Petrova\r\nU0G9QF9C6,acme/12,\rBob\r\n",
            'name;slack_id;bitrix24_id\r"Petrova\rAnna";U024BE7LH;10\rBob;U0G9QF9C6;acme/12\r',
            "slack_id,bitrix24_id\rU024BE7LH,10\rU0G9QF9C6,acme/12\n",
            "slack_id,bitrix24_id\nU024BE7LH,10\r\rU0G9QF9C6,acme/12\n",
            "slack_id,bitrix24_id\r\r\nU024BE7LH,10\r\r\nU0G9QF9C6,acme/12\r\r\n",
            # headings: as people write them, and with more commas in them than separators
            "Slack ID,Bitrix24 ID\nU024BE7LH,10\nU0G9QF9C6,acme/12\n",
            "SLACK-ID;Bitrix24-Id\nU024BE7LH;10\nU0G9QF9C6;acme/12\n",
            "slackid\tbitrix24id\nU024BE7LH\t10\nU0G9QF9C6\tacme/12\n",
            "slack_id;bitrix24_id;name, first, last, and title\nU024BE7LH;10;x\nU0G9QF9C6;acme/12;y\n",
            'slack_id;bitrix24_id;"a, b, c, d"\nU024BE7LH;10;x\nU0G9QF9C6;acme/12;y\n',
            "note, with, commas\tslack_id\tbitrix24_id\nx\tU024BE7LH\t10\ny\tU0G9QF9C6\tacme/12\n",
            "slack_id,bitrix24_id,a;b;c;d;e\nU024BE7LH,10,x\nU0G9QF9C6,acme/12,y\n",
            # bars, and Excel's line that names the separator
            "slack_id|bitrix24_id\nU024BE7LH|10\nU0G9QF9C6|acme/12\n",
            "sep=;\nslack_id;bitrix24_id\nU024BE7LH;10\nU0G9QF9C6;acme/12\n",
            "sep=,\r\nslack_id,bitrix24_id\r\nU024BE7LH,10\r\nU0G9QF9C6,acme/12\r\n",
            'sep=\t\n"a;b"\tslack_id\tbitrix24_id\nx\tU024BE7LH\t10\ny\tU0G9QF9C6\tacme/12\n',
            '\ufeff"SEP=;"\rslack_id;bitrix24_id\rU024BE7LH;10\rU0G9QF9C6;acme/12\r',
            "bitrix24_id;Name, Surname;Slack_ID\n10;x;U024BE7LH\nacme/12;y;U0G9QF9C6\n",
        ],
    )
    def test_what_spreadsheets_save(self, text):
        directory = read(text, "people.CSV")
        assert directory.users == {ANNA: Recipient("main", 10), BOB: Recipient("acme", 12)}

    @pytest.mark.parametrize(
        ("text", "faults"),
        [
            ("", ["1:1: the file is empty: expected the header slack_id,bitrix24_id"]),
            ("\n\n", ["1:1: the file is empty: expected the header slack_id,bitrix24_id"]),
            ("slack_ids,bitrix24_id\n", ['1:1: the header has no column slack_id (is it "slack_ids"?)']),
            ("slack_id,bitrix24_id\rU024BE7LH,0\rU0G9QF9C6,x\r", ['2:11: U024BE7LH: expected a Bitrix24 user id from 1, or portal/id, got "0"', '3:11: U0G9QF9C6: expected a Bitrix24 user id from 1, or portal/id, got "x"']),
            ("a,b\n", ["1:1: the header has no column bitrix24_id; it has a, b", "1:1: the header has no column slack_id; it has a, b"]),
            ("slack_id,bitrix24_id\nU024BE7LH,1\nU024BE7LH,2", ["3:1: U024BE7LH: given twice (first in line 2)"]),
            ("slack_id,bitrix24_id\nU024BE7LH,0", ['2:11: U024BE7LH: expected a Bitrix24 user id from 1, or portal/id, got "0"']),
            ("slack_id,bitrix24_id\nU024BE7LH, ,x", ["2:11: U024BE7LH: expected a Bitrix24 user id from 1, or portal/id, got nothing"]),
            ("slack_id,bitrix24_id\nU024BE7LH", ["2:10: U024BE7LH: expected a Bitrix24 user id from 1, or portal/id, got nothing"]),
            ("name,slack_id,bitrix24_id\nx,anna,1", ["2:3: anna: not the id of a Slack user (U… or W…, from their profile)"]),
            ("slack_id,bitrix24_id\n,1", ["2:1: nothing: not the id of a Slack user (U… or W…, from their profile)"]),
            ('slack_id,bitrix24_id\n"U024BE7LH,1', ["2:1: not CSV: a quotation mark opens a cell here and none closes it"]),
            ("slack_id,bitrix24_id\nU024BE7LH,acm/1", ['2:11: U024BE7LH: no portal is called "acm" (did you mean "acme"?)']),
        ],
    )  # fmt: skip
    def test_each_fault_has_its_words_and_place(self, text, faults):
        assert faults_of(text, "people.csv") == faults


WHAT = "not the id of a Slack user (U… or W…, from their profile)"
HEADER = "slack_id,bitrix24_id\n"


class TestTheSlipsOfThoseWhoWriteIt:
    """What people do to such files by mistake: each is said as they would say it, where it stands."""

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            # no blank after a colon, wherever the parser gives up
            ("users:\n  U024BE7LH: 10\n  U0G9QF9C6:12\n", "3:13: not YAML: a blank is missing after the colon"),
            ("users:\n  U024BE7LH:10\n  U0G9QF9C6: 12\n", "2:13: not YAML: a blank is missing after the colon"),
            ("users:\n  'U024BE7LH':10\n  U0G9QF9C6:12\n", "2:15: not YAML: a blank is missing after the colon"),
            ("users:\n  U024BE7LH:10\n", '2:3: users: expected entries (name: value), got "U024BE7LH:10"; is a blank missing after the colon?'),
            ("users:{U024BE7LH: 10}\ngroups: {}", '1:1: unknown section "users:{U024BE7LH"'),
            # indentation
            ("users:\n  U024BE7LH: 10\n   U0G9QF9C6: 12\n", "3:13: not YAML: a second colon, or an indentation unlike the line above"),
            ("users:\n    U024BE7LH: 10\n  U0G9QF9C6: 12\n", "3:3: not YAML: an indentation unlike the lines above, or a text behind a closed quotation"),
            ("users:\n\u00a0\u00a0U0G9QF9C6: 12\n  U024BE7LH: 10\n", "2:1: not YAML: a no-break space can't indent, use spaces"),
            ("users:\n  U024BE7LH: 10\n\tU0G9QF9C6: 12\n", "3:1: not YAML: a tab can't indent, use spaces"),
            # what is open
            ("users:\n  U024BE7LH: '10\n  U0G9QF9C6: 12\n", "2:14: not YAML: a quotation mark that stands here is not closed"),
            ("groups:\n  a: [U024BE7LH,\n  b: []\n", "2:6: not YAML: a list that begins here with [ is not closed with ]"),
            ("users: {U024BE7LH: 10\ngroups: {}\n", "1:8: not YAML: a table that begins here with { is not closed with }"),
            # marks
            ("groups:\n  a: [%b]\n", "2:7: not YAML: a bare % can't stand here, put the text in quotes"),
            ("groups:\n  a: `b`\n", "2:6: not YAML: a bare ` can't stand here, put the text in quotes"),
            ("<<<<<<< HEAD\nusers: {}\n=======\nusers: {}\n>>>>>>> x\n", "1:1: not YAML: a merge conflict is left in it"),
            # another notation
            ("[users]\nU024BE7LH = 10\n", "1:1: not YAML: [section] is TOML; write users: and indent what follows"),
            (HEADER + "U024BE7LH,10\n", '1:1: the file: expected entries (name: value), got "slack_id,bitrix24_id U024BE7LH,10"; a sheet\'s file name ends with .csv'),
            ("users:\n  - U024BE7LH: 10\n", "2:3: users: expected entries (name: value), got a list; leave out the dashes"),
            # ids in their wrapping
            *[
                (f"users:\n  '{written}': 10", f'2:3: {written}: {WHAT} (did you mean "U024BE7LH"?)')
                for written in ("<@U024BE7LH>", "<@U024BE7LH|anna>", "u024be7lh", "@U024BE7LH", "https://acme.slack.com/team/U024BE7LH", "“U024BE7LH”", "U024BE7LH.")
            ],
            ("users:\n  anna@example.com: 10", f"2:3: anna@example.com: {WHAT}; `slack-bitrix24 mapping sync` finds ids by e-mail"),
            *[(f"users:\n  {word}: 10", f"2:3: {word}: {WHAT}") for word in ("anna", "Undefined", "Windowspc", "U024", "B024BE7LH")],
            # what nobody sees
            ("users:\n  \u200bU024BE7LH: 10", rf'2:3: \u200bU024BE7LH: {WHAT} (did you mean "U024BE7LH"?)'),
            (f"users:\n  {ANNA}: 1\u00a0000", rf'2:14: {ANNA}: expected a Bitrix24 user id from 1, or portal/id, got "1\xa0000"'),
            ("groups: {Here: []}", "1:10: Here: not a name for a group: it means somebody already"),
        ],
    )  # fmt: skip
    def test_in_yaml(self, text, fault):
        assert faults_of(text) == [fault]

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            # the header
            ("U024BE7LH,10\nU0G9QF9C6,12\n", "1:1: the first row is a person: put the header slack_id,bitrix24_id above"),
            ("10;U024BE7LH\n", "1:1: the first row is a person: put the header slack_id,bitrix24_id above"),
            ("slack_id,bitrix24_id,Slack ID\nU024BE7LH,10,x\n", "1:1: the header has the column slack_id twice"),
            ("x,bitrix24_id,slack_id,bitrix24_id\n", "1:3: the header has the column bitrix24_id twice"),
            ("slack_id bitrix24_id\nU024BE7LH 10\n", "1:1: columns are separated by commas, semicolons, tabs or bars"),
            ("slack_id:bitrix24_id\n", "1:1: columns are separated by commas, semicolons, tabs or bars"),
            ("users:\n  U024BE7LH: 10\n", "1:1: this looks like YAML: let the file's name end with .yaml"),
            ("groups: {}\n", "1:1: this looks like YAML: let the file's name end with .yaml"),
            # quotation marks: where the cell begins, not where the file ends
            (HEADER + 'U024BE7LH,"10\nU0G9QF9C6,12\n', "2:1: not CSV: a quotation mark opens a cell here and none closes it"),
            (HEADER + 'U0G9QF9C6,12\n\n"U024BE7LH,10\n' + "x\n" * 9, "4:1: not CSV: a quotation mark opens a cell here and none closes it"),
            (HEADER + 'U024BE7LH,"10" x\n', '2:1: not CSV: a quotation mark within quotation marks is written twice ("")'),
            (HEADER + "U024BE7LH," + "x" * 200_000, "2:1: not CSV: a cell of more than 131,072 characters: does a quotation mark stand open?"),
            # ids in their wrapping, what nobody sees, and what would steer a terminal
            (HEADER + "<@U024BE7LH>,10\n", f'2:1: <@U024BE7LH>: {WHAT} (did you mean "U024BE7LH"?)'),
            (HEADER + "'U024BE7LH',10\n", f"2:1: 'U024BE7LH': {WHAT} (did you mean \"U024BE7LH\"?)"),
            (HEADER + "\u202aU024BE7LH,10\n", rf'2:1: \u202aU024BE7LH: {WHAT} (did you mean "U024BE7LH"?)'),
            (HEADER + "\x1b[31mred,10\n", rf"2:1: \x1b[31mred: {WHAT}"),
        ],
    )  # fmt: skip
    def test_in_a_sheet(self, text, fault):
        assert faults_of(text, "people.csv") == [fault]


HOSTS = {"main.bitrix24.ru": "main", "acme.bitrix24.com:8443": "acme", "портал.рф": "main"}
NOT_A_PAGE = "expected the address of a profile page, as https://acme.bitrix24.ru/company/personal/user/10/"


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ("https://main.bitrix24.ru/company/personal/user/10/", ("main", 10)),
        ("https://main.bitrix24.ru/company/personal/user/10", ("main", 10)),
        ("https://MAIN.Bitrix24.ru:443/company/personal/user/10/calendar/?IFRAME=Y#top", ("main", 10)),
        ("http://main.bitrix24.ru/company/personal/user/10/", ("main", 10)),
        ("https://acme.bitrix24.com:8443/extranet/contacts/personal/user/12/", ("acme", 12)),
        ("https://портал.рф/company/personal/user/10/", ("main", 10)),
        # as browsers show it
        ("main.bitrix24.ru/company/personal/user/10/", ("main", 10)),
        ("acme.bitrix24.com:8443/company/personal/user/12", ("acme", 12)),
        ("портал.рф/extranet/contacts/personal/user/10/?IFRAME=Y", ("main", 10)),
    ],
)
@pytest.mark.parametrize("name", ["m.yaml", "m.csv"])
def test_a_profiles_address_stands_for_the_id_in_it(address, user, name):
    text = f'users:\n  {ANNA}: "{address}"' if name == "m.yaml" else f"slack_id,bitrix24_id\n{ANNA},{address}\n"
    assert read_mapping(text, name=name, portals=PORTALS, hosts=HOSTS).recipient(ANNA) == Recipient(*user)


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        (
            "https://other.bitrix24.ru/company/personal/user/10/",
            "no portal of the configuration is at other.bitrix24.ru",
        ),
        (
            "https://acme.bitrix24.com/company/personal/user/10/",
            "no portal of the configuration is at acme.bitrix24.com",
        ),
        (
            "https://main.bitrix24.ru.evil.example/company/personal/user/10/",
            "no portal of the configuration is at main.bitrix24.ru.evil.example",
        ),
        (
            "https://x@main.bitrix24.ru/company/personal/user/10/",
            "no portal of the configuration is at x@main.bitrix24.ru",
        ),
        ("https://main.bitrix24.ru/company/personal/user/0/", NOT_A_PAGE),
        ("https://main.bitrix24.ru/company/personal/user/", NOT_A_PAGE),
        ("https://main.bitrix24.ru/crm/contact/10/", NOT_A_PAGE),
        ("https://[/company/personal/user/10/", NOT_A_PAGE),
    ],
)
def test_another_address_is_a_fault(address, fault):
    with pytest.raises(MappingError) as caught:
        read_mapping(f"users:\n  {ANNA}: '{address}'", name="m.yaml", portals=PORTALS, hosts=HOSTS)
    assert caught.value.faults == [f"m.yaml:2:14: {ANNA}: {fault}"]


@given(
    text=st.text() | st.text(alphabet="users:grop {}[]\n-@'\"U024BE7LH1&*,\t"),
    name=st.sampled_from(["m.yaml", "m.csv"]),
)
@example(text="users: !!python/object:os.system {}", name="m.yaml")
@example(text="? {}\n: 1", name="m.yaml")
@example(text="users: &a {U024BE7LH: *a}", name="m.yaml")
@example(text="groups: &a {b: &b [*b]}", name="m.yaml")
@example(text="<<: {users: {}}", name="m.yaml")
def test_any_text_is_a_directory_or_faults(text, name):
    """Nothing but `MappingError` comes out, and each fault is one line with a place."""
    faults = []
    try:
        read_mapping(text, name=name, portals=PORTALS)
    except MappingError as error:
        faults = error.faults
    for fault in faults:
        file, line, column, _ = fault.split(":", 3)
        assert file == name
        assert int(line) > 0
        assert int(column) > 0
        assert len(fault.splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("U024BE7LH: 10  # Anna Petrova", "Anna Petrova"),
        ("U024BE7LH: 10\t#Anna", "Anna"),
        ('"U024BE7LH": "main/10"   ## Jean-Luc O\'Neill Jr.', "Jean-Luc O'Neill Jr."),
        ("U024BE7LH: 10 # Анна Петрова", "Анна Петрова"),
        ("U024BE7LH: 10 # 山田太郎", ""),  # without capitals nothing tells a name from a note
        ('U024BE7LH: 10 # user 12 of portal "acme"', ""),
        ("U024BE7LH: 10 # on leave", ""),
        ("U024BE7LH: 10 # On leave until 5 May", ""),
        ("U024BE7LH: 10 # One Two Three Four Five Six", ""),
        ("U024BE7LH: 10 #", ""),
        ("U024BE7LH: 10", ""),
        ("# Anna Petrova\n  U024BE7LH: 10", ""),
    ],
)
def test_a_name_beside_a_user_is_kept(line, name):
    directory = read(f"users:\n  U0G9QF9C6: 1\n  {line}\n")
    assert directory.name(directory.users[ANNA]) == name
    assert directory.name(directory.users[BOB]) == ""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
def test_a_name_belongs_to_its_own_line(end):
    directory = read(end.join(["users:", "  U0G9QF9C6: 12 # Bob", "  U024BE7LH: 10 # Anna", ""]))
    assert directory.names == {ANNA: "Anna", BOB: "Bob"}


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        ("slack_id,bitrix24_id,name\nU024BE7LH,10,Anna Petrova\n", "Anna Petrova"),
        ("Name;Slack ID;Bitrix24 ID\nAnna;U024BE7LH;10\n", "Anna"),
        ('slack_id,bitrix24_id,name\nU024BE7LH,10,"Anna\nPetrova"\n', "Anna Petrova"),
        ("slack_id,bitrix24_id,name\nU024BE7LH,10," + "A" * 60 + "\n", "A" * 39 + "…"),
        ("slack_id,bitrix24_id,name\nU024BE7LH,10,\n", ""),
        ("slack_id,bitrix24_id,name\nU024BE7LH,10\n", ""),
        ("slack_id,bitrix24_id\nU024BE7LH,10\n", ""),
    ],
)
def test_a_sheet_has_a_column_for_names(sheet, name):
    directory = read(sheet, name="mapping.csv")
    assert directory.name(directory.users[ANNA]) == name
