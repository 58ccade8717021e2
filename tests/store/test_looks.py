"""The nightly look: one of all nodes has a night, and only what is new is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor


def test_one_of_many_has_a_night(store):
    with ThreadPoolExecutor(4) as pool:
        nights = ["2026-11-29"] * 8
        took = list(pool.map(lambda night: store.write(lambda tx: tx.looks.begin(night)), nights))
    assert sorted(took) == [False] * 7 + [True]
    assert store.write(lambda tx: tx.looks.begin("2026-11-28")) is False
    assert store.write(lambda tx: tx.looks.begin("2026-11-30")) is True


def test_only_what_is_new_is_told(store):
    store.write(lambda tx: tx.looks.begin("2026-11-29"))
    for found, new in (
        (["a", "b"], ["a", "b"]),
        (["b", "a"], []),
        (["a", "c", "b"], ["c"]),
        ([], []),
        (["c"], ["c"]),
        (["\x00é"], ["é"]),
        (["\x00é"], []),
    ):
        told = store.write(lambda tx, found=found: tx.looks.news(found))
        assert [text[-1:] for text in told] == new
