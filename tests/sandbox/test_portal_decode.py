"""How the portal reads what it is sent."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus, unquote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.sandbox.portal import decode


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a", {"a": ""}),
        ("&a=1&&", {"a": "1"}),
        ("a=x+y%2Bz", {"a": "x y+z"}),
        ("FILTER[EMAIL]=a%40b.c", {"FILTER": {"EMAIL": "a@b.c"}}),
        ("FILTER%5BEMAIL%5D%5B%5D=a&FILTER%5BEMAIL%5D%5B%5D=b", {"FILTER": {"EMAIL": ["a", "b"]}}),
        ("f[0][X]=1&f[1][X]=2", {"f": [{"X": "1"}, {"X": "2"}]}),
        ("f[1]=b&f[0]=a", {"f": {"1": "b", "0": "a"}}),
        ("f[1]=only", {"f": {"1": "only"}}),
        ("f=scalar&f[x]=1", {"f": {"x": "1"}}),
        ("a=%zz&b=100%", {"a": "%zz", "b": "100%"}),
        ("a=\\n%0A", {"a": "\\n\n"}),
        ("a=%ff", {"a": "\N{REPLACEMENT CHARACTER}"}),
        ("a=ж", {"a": "ж"}),
    ],
)
def test_a_query_reads_as_php_reads_it(text, params):
    assert decode.query(text) == params


@given(st.text())
def test_the_fast_decoder_is_the_slow_one(text):
    for encoded in (text, quote_plus(text), quote(text)):
        if not any(0xD800 <= ord(letter) < 0xE000 for letter in encoded):
            assert decode.unquote(encoded) == unquote_plus(encoded)


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,8}", fullmatch=True), st.text(st.characters(codec="utf-8"))))
def test_whatever_is_encoded_comes_back(params):
    assert decode.query(urlencode(params)) == params


@given(st.text(alphabet="ab[]=&%5BD"), st.binary(max_size=60))
def test_nothing_makes_it_fail(text, raw):
    decode.query(text)
    decode.command(text)
    for kind in ("application/json", "multipart/form-data; boundary=x", "multipart/form-data", "", "text/xml"):
        decode.body(kind, raw)


@pytest.mark.parametrize(
    ("kind", "raw", "params", "warns"),
    [
        ("application/json", b'{"a": [1]}', {"a": [1]}, False),
        ("Application/JSON; charset=utf-8", b'{"a": 1}', {"a": 1}, False),
        ("application/json", b"{", {}, True),
        ("application/json", b"[1]", {}, True),
        ("application/json", b"", {}, False),
        ("application/x-www-form-urlencoded", b"a[]=1", {"a": ["1"]}, False),
        ("text/xml", b"<a/>", {}, True),
    ],
)
def test_a_body_reads_by_its_type(kind, raw, params, warns):
    found, warning = decode.body(kind, raw)
    assert found == params
    assert bool(warning) is warns


def test_a_form_with_a_file():
    raw = (
        b'--x\r\nContent-Disposition: form-data; name="f[a]"\r\n\r\n1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="n.bin"\r\n\r\n\x00\r\n\xff\r\n--x--\r\n'
    )
    assert decode.multipart('multipart/form-data; boundary="x"', raw) == {
        "f": {"a": "1"},
        "file": ["n.bin", b"\x00\r\n\xff"],
    }


def test_a_command_is_method_and_query():
    assert decode.command("User.Get?a=1%262") == ("user.get", {"a": "1&2"})
    assert decode.command("profile") == ("profile", {})


@pytest.mark.parametrize(
    ("value", "number"),
    [("12", 12), (" -3x", -3), ("x", 0), ("", 0), (None, 0), (True, 1), (4.9, 4), ([1], 0), (7, 7)],
)
def test_integers_are_php_s(value, number):
    assert decode.whole(value) == number


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        ([1, 2], [1, 2]),
        ({"a": 1}, [1]),
        ("[1,2]", [1, 2]),
        ('{"0": 5}', [5]),
        ("[", ["["]),
        ("7", ["7"]),
        (7, [7]),
        ("", []),
        (None, []),
    ],
)
def test_arrays_come_in_many_forms(value, elements):
    assert decode.items(value) == elements


def test_flags():
    assert all(map(decode.truth, (True, 1, "1", "true", "Y")))
    assert not any(map(decode.truth, (False, 0, "0", "N", "", None)))


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5))
def test_lists_stay_lists(value):
    assert decode.listed({"k": value}) == {"k": value}
    assert json.dumps(decode.listed({"0": "a", "1": {"0": "b"}})) == '["a", ["b"]]'
