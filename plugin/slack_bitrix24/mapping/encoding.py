"""The bytes of a mapping file → its text. No I/O."""

from __future__ import annotations

import codecs

from slack_bitrix24.errors import MappingError

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How .xlsx and .ods (zip) and the old .xls begin, whatever the file is called."""

# What Excel calls "Unicode Text", and Notepad "Unicode", is UTF-16. The longer mark first: it begins as the shorter.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def text_of(content: bytes, name: str) -> str:
    """Return the text: UTF-8, or what a byte order mark says. Raises `MappingError` where it is none."""
    if content.startswith(_WORKBOOKS) or name.lower().endswith((".xlsx", ".xls", ".ods")):
        raise MappingError([f"{name}: an Excel workbook: save it as CSV UTF-8"])
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "utf-8-sig")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise MappingError([_fault(content, error, name)]) from None
    if "\0" in text:
        line, column = _place(text.encode(), text.encode().index(0))
        raise MappingError(
            [f"{name}:{line}:{column}: a zero byte: is it UTF-16 without its mark? save the file as UTF-8"]
        )
    return text


def _fault(content: bytes, error: UnicodeDecodeError, name: str) -> str:
    if not error.encoding.startswith("utf-8"):
        return f"{name}:1:1: begins as {error.encoding.upper()} and goes on as something else; save the file as UTF-8"
    line, column = _place(content, error.start)
    return f"{name}:{line}:{column}: not UTF-8 (byte 0x{content[error.start]:02x}); save the file as UTF-8"


def _place(content: bytes, position: int) -> tuple[int, int]:
    before = content[:position]
    return before.count(b"\n") + 1, position - before.rfind(b"\n")
