"""A file's page may hold any name: its address is made fit for a FILE block."""

from __future__ import annotations

import pytest

from slack_bitrix24.bitrix24 import blocks
from slack_bitrix24.bitrix24.check import check
from slack_bitrix24.bitrix24.urls import encoded


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://p/disk/file/a.txt", "https://p/disk/file/a.txt"),
        ("https://p/disk/file/build log.txt", "https://p/disk/file/build%20log.txt"),
        ("https://p/disk/file/отчёт.txt", "https://p/disk/file/%D0%BE%D1%82%D1%87%D1%91%D1%82.txt"),
        ("https://p/disk/file/a%20b.txt", "https://p/disk/file/a%20b.txt"),
        ("https://p/disk/file/100% sure.txt", "https://p/disk/file/100%25%20sure.txt"),
        ("https://p/a\tb\x01[c]<d>\"e'|f", "https://p/a%09b%01%5Bc%5D%3Cd%3E%22e'%7Cf"),
        ("https://портал.рф/д?id=1&x=y#z", "https://портал.рф/%D0%B4?id=1&x=y#z"),
        ("http://[::1]:8080/a b", "http://[::1]:8080/a%20b"),
        ("/disk/a b", "/disk/a%20b"),
        ("", ""),
    ],
)
def test_what_no_address_may_hold_is_encoded_once(url, expected):
    assert encoded(url) == expected
    assert encoded(expected) == expected


@pytest.mark.parametrize("name", ["build log.txt", "отчёт за день.csv", "a\tb [1] 100%.txt", "🎉"])
def test_an_uploaded_file_can_be_linked_whatever_its_name(sandbox, connect, name):
    portal = connect(sandbox.url)
    done = portal.upload(b"x", name, rights_for=[10])
    assert done.url.isascii()
    assert check([blocks.file(done.name, done.url, size=done.size)])
    portal.notify(10, "The report", attach=[blocks.file(done.name, done.url)])
    (one,) = sandbox.notifications(10)
    assert one["attach"]["BLOCKS"][0]["FILE"][0]["LINK"] == done.url
