"""How the portal reads what it is sent."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from urllib.parse import quote, quote_plus, unquote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.sandbox.portal import decode, php_array


def nested(name, depth):
    return {name: nested(name, depth - 1)} if depth else "1"


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
        ("f[x]=1&f=scalar", {"f": "scalar"}),
        ("[X]=1", {}),
        ("[a=1&=2& =3", {}),
        ("a.b=1&c d=2&.e=3", {"a_b": "1", "c_d": "2", "_e": "3"}),
        ("a.b[c.d]=1", {"a_b": {"c.d": "1"}}),
        ("a[=1&b[[=2&c]=3", {"a_": "1", "b__": "2", "c]": "3"}),
        ("a[b]c[d]=1&e[f][=2", {"a": {"b": "1"}, "e": {"f": "2"}}),
        ("a[[b]=1&c[]]=2", {"a": {"[b": "1"}, "c": ["2"]}),
        ("a[5]=x&a[]=y", {"a": {"5": "x", "6": "y"}}),
        ("a[05]=x&a[]=y&a[z]=1&a[]=2", {"a": {"05": "x", "0": "y", "z": "1", "1": "2"}}),
        ("a[ ]=1&a[ b]=2", {"a": {"0": "1", " b": "2"}}),
        ("a[][b]=1&a[][c]=2", {"a": [{"b": "1"}, {"c": "2"}]}),
        ("a%00b=1&c[d%00e]=2", {"a": "1", "c_d": "2"}),
        ("a" + "[b]" * 64 + "=1&c" + "[d]" * 65 + "=1", {"a": nested("b", 64)}),
        ("a=%zz&b=100%", {"a": "%zz", "b": "100%"}),
        ("a=\\n%0A", {"a": "\\n\n"}),
        ("a=%ff", {"a": "\N{REPLACEMENT CHARACTER}"}),
        ("a=ж", {"a": "ж"}),
    ],
)
def test_a_query_reads_as_php_reads_it(text, params):
    assert decode.query(text) == params


TOKENS = ("a", "b", "[", "]", "[", "]", "[]", "[5]", "[0]", "[x]", ".", "%20", "+", "=", "=", "&", "&", "%00", "[05]")


def test_php_reads_the_same():
    if not shutil.which("php"):
        pytest.skip("no php on this machine: Debian has it as php-cli")
    chance = random.Random(5)  # noqa: S311  the same texts in each run
    texts = ["".join(chance.choice(TOKENS) for _ in range(chance.randint(1, 14))) for _ in range(3000)]
    texts += ["&".join(f"a[{number}]=1" for number in range(1500)), "&".join(f"a{n}.x=1" for n in range(1001))]
    program = (
        "$o=[];foreach(json_decode(stream_get_contents(STDIN)) as $t){@parse_str($t,$r);$o[]=$r;}echo json_encode($o);"
    )
    run = subprocess.run(["php", "-r", program], input=json.dumps(texts), capture_output=True, text=True, check=True)
    for text, read in zip(texts, json.loads(run.stdout), strict=True):
        assert (decode.query(text) or []) == read, text


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
        ("application/json; charset=utf-8", b'{"a": 1}', {"a": 1}, False),
        ("Application/JSON", b'{"a": 1}', {}, True),
        ("application/json", b'{"a": "\xff"}', {}, True),
        ("application/x-www-form-urlencoded", b"&".join(b"a[]=1" for _ in range(1500)), {"a": ["1"] * 1000}, True),
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
    assert decode.command("m?a=1#b=2&c=3") == ("m", {"a": "1"})
    assert decode.command("m?a.b=1&c d=2") == ("m", {"a_b": "1", "c_d": "2"})
    assert len(decode.command("m?" + "&".join(f"a[{number}]=1" for number in range(1500)))[1]["a"]) == 1000


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
    assert php_array.listed({"k": value}) == {"k": value}
    assert json.dumps(php_array.listed({"0": "a", "1": {"0": "b"}})) == '["a", ["b"]]'
