"""What is said comes out as it went in, and what was stored stays readable."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_bitrix24.store.queue.packing import DEFLATED, PLAIN, WORDS, pack, unpack

TEXTS = [
    ("", "", ""),
    ("a", "", ""),
    ("", "", "{}"),
    ("[B]Firing[/B]: disk of host-17", "Firing: disk of host-17", '{"ID":1,"BLOCKS":[{"MESSAGE":"disk of host-17"}]}'),
    ("текст 🔥\n\t\x01", "ё", '{"a":"\\u0000"}'),
    ("x" * 20_000, "y" * 200_000, "z" * 60_000),
]


@pytest.mark.parametrize("said", TEXTS)
def test_it_comes_out_as_it_went_in(said):
    assert unpack(pack(*said)) == said


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.tuples(TEXT, TEXT, TEXT))
def test_whatever_is_said_comes_out(said):
    assert unpack(pack(*said)) == said


@given(st.tuples(TEXT, TEXT, TEXT))
def test_it_is_never_longer_than_it_was(said):
    assert len(pack(*said)) <= len("\0".join(said).encode()) + 1


def test_what_stands_there_three_times_is_kept_once():
    text = "the primary database of the billing service in Frankfurt has lost its replica, writes are slow since 14:05"
    packed = pack(f"[B]{text}[/B]", text, f'{{"ID":1,"BLOCKS":[{{"MESSAGE":"[B]{text}[/B]"}}]}}')
    assert len(packed) < 1.2 * len(text)


@pytest.mark.parametrize(
    ("packed", "said"),
    [
        (b"\x00a\x00b\x00c", ("a", "b", "c")),
        (b"\x00\x00\x00", ("", "", "")),
        (
            bytes.fromhex("010322b7cca2ccbc74900a2b8594cce26c85b4d29c1c1d049301a20049920100"),
            ("[B]Firing[/B]: disk full, disk full", "Firing: disk full", ""),
        ),
    ],
)
def test_what_was_stored_is_read(packed, said):
    assert packed[:1] in (PLAIN, DEFLATED)
    assert unpack(packed) == said


def test_the_words_are_those_that_everything_stored_was_packed_with():
    assert hashlib.sha256(WORDS).hexdigest()[:16] == "6751d51822194c13"
