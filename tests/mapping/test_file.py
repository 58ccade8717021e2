"""The mapping file on disk: followed as it changes, and the last good content kept."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slack_bitrix24.errors import MappingError
from slack_bitrix24.mapping import MappingFile
from slack_bitrix24.model import Recipient

ANNA = "U024BE7LH"
HEADER = "slack_id,bitrix24_id"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "mapping.yaml"
    file.write_text(f"users:\n  {ANNA}: 10\n")
    return file


@pytest.fixture
def mapping(path: Path) -> MappingFile:
    return MappingFile(path, ["main"])


def test_an_unchanged_file_is_not_read_again(mapping):
    assert mapping.refresh() is None
    assert mapping.directory.recipient(ANNA) == Recipient("main", 10)


def test_a_changed_file_is_read_again(mapping, path):
    path.write_text(f"users:\n  {ANNA}: 11\n  W024BE7LH: 12\n")
    assert mapping.refresh() == "mapping.yaml: reread: users: 2, groups: 0"
    assert mapping.directory.recipient(ANNA) == Recipient("main", 11)
    assert mapping.refresh() is None


def test_a_change_of_the_same_length_is_seen_by_its_time(mapping, path):
    path.write_text(f"users:\n  {ANNA}: 11\n")
    os.utime(path, ns=(1, 1))
    assert mapping.refresh()
    assert mapping.directory.recipient(ANNA) == Recipient("main", 11)


def test_a_swapped_link_is_seen(tmp_path, path):
    """A mounted secret or config map changes by its link, within one tick of the clock."""
    other = tmp_path / "other.yaml"
    other.write_text(f"users:\n  {ANNA}: 11\n")
    for file in (path, other):
        os.utime(file, ns=(5, 5))
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    mapping = MappingFile(link, ["main"])
    link.unlink()
    link.symlink_to(other)
    assert mapping.refresh()
    assert mapping.directory.recipient(ANNA) == Recipient("main", 11)


def test_a_broken_file_keeps_the_last_good_content_and_says_so_once(mapping, path):
    """Promise of the interface page: a broken file keeps the last good one."""
    path.write_text("users:\n  anna: 0\n")
    assert mapping.refresh() == (
        "mapping.yaml:2:3: anna: not the id of a Slack user (U… or W…, from their profile) (and 1 more); "
        "the last good version stays in use"
    )
    assert mapping.refresh() is None
    assert len(mapping.faults) == 2
    assert mapping.directory.recipient(ANNA) == Recipient("main", 10)

    path.write_text(f"users:\n  {ANNA}: 12\n")
    assert mapping.refresh()
    assert mapping.faults == []
    assert mapping.directory.recipient(ANNA) == Recipient("main", 12)


def test_a_vanished_file_keeps_the_last_good_content(mapping, path):
    path.unlink()
    assert mapping.refresh() == (
        f"{path}: can't be read: No such file or directory; the last good version stays in use"
    )
    assert mapping.refresh() is None
    assert mapping.directory.recipient(ANNA) == Recipient("main", 10)


def test_the_first_reading_raises(tmp_path):
    with pytest.raises(MappingError) as caught:
        MappingFile(tmp_path / "none.yaml", ["main"])
    assert caught.value.faults == [f"{tmp_path}/none.yaml: can't be read: No such file or directory"]


def test_bytes_that_are_no_utf_8_are_a_fault_with_their_place(tmp_path):
    """Excel's "CSV" is in the machine's own code page."""
    path = tmp_path / "people.csv"
    path.write_bytes("slack_id;bitrix24_id;name\nU024BE7LH;10;Анна\n".encode("cp1251"))
    with pytest.raises(MappingError) as caught:
        MappingFile(path, ["main"])
    assert caught.value.faults == ["people.csv:2:14: not UTF-8 (byte 0xc0); save the file as UTF-8"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (HEADER.encode("utf-16-le"), "1:2: a zero byte: is it UTF-16 without its mark?"),
        (HEADER.encode("utf-16-be"), "1:1: a zero byte: is it UTF-16 without its mark?"),
        (HEADER.encode("utf-32-le"), "1:2: a zero byte: is it UTF-16 without its mark?"),
        (HEADER.encode() + b"\n\0", "2:1: a zero byte: is it UTF-16 without its mark?"),
        (b"\xff\xfe" + b"abc", "1:1: begins as UTF-16-LE and goes on as something else;"),
        (HEADER.encode() + "Анна".encode("koi8-r"), "1:21: not UTF-8 (byte 0xe1);"),
    ],
)
def test_an_encoding_that_cannot_be_told_is_named(tmp_path, content, fault):
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(MappingError) as caught:
        MappingFile(path, ["main"])
    assert caught.value.faults == [f"people.csv:{fault} save the file as UTF-8"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.xlsx", b"PK\x03\x04" + b"\x00" * 50),
        ("people.csv", b"PK\x03\x04" + b"\x00" * 50),  # only called so
        ("mapping.yaml", b"PK\x03\x04"),
        ("people.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("people.ods", b"PK\x03\x04"),
        ("people.XLSX", b""),
        ("people.xlsx", b"slack_id,bitrix24_id\n"),
    ],
)
def test_a_workbook_is_said_to_be_one(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MappingError) as caught:
        MappingFile(tmp_path / name, ["main"])
    assert caught.value.faults == [f"{name}: an Excel workbook: save it as CSV UTF-8"]


@pytest.mark.parametrize("content", [b"\r", b"\xff\xfe", b"", b"\x00" * 9, b'"\r', b"a\rb\r", b"PK\x03\x04"])
def test_whatever_becomes_of_the_file_the_last_good_content_stays(mapping, path, content):
    path.write_bytes(content)
    assert "the last good version stays in use" in str(mapping.refresh())
    assert mapping.directory.recipient(ANNA) == Recipient("main", 10)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", f"slack_id;bitrix24_id\n{ANNA};10\n"),
        ("people.csv", f"slack_id\tbitrix24_id\tname\r\n{ANNA}\t10\tАнна\r\n"),
        ("mapping.yaml", f"users:\n  {ANNA}: 10  # Анна\n"),
    ],
)
def test_a_byte_order_mark_says_how_it_is_written(tmp_path, name, text, encoding):
    """Excel's "Unicode Text" and Notepad's "Unicode" are UTF-16."""
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    assert MappingFile(path, ["main"]).directory.recipient(ANNA) == Recipient("main", 10)
