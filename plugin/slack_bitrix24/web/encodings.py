"""A body as it was before its `Content-Encoding`. No I/O."""

from __future__ import annotations

import zlib

from slack_bitrix24.web.request import RefusedError

_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""zlib's `wbits`; what senders call deflate comes with zlib's head and without (RFC 9110, 8.4.1.2)."""


def plain(body: bytes, encoding: str, *, most: int) -> bytes:
    """Return the body. RefusedError 413 where it is longer than that, 415 for an encoding that is not known."""
    names = [name for name in (one.strip().lower() for one in encoding.split(",")) if name not in ("", "identity")]
    if len(names) > 1 or any(name not in _WINDOWS for name in names):
        raise RefusedError(415, "unsupported_media_type", "encodings: gzip, deflate", Accept_Encoding="gzip, deflate")
    for name in names:
        body = _inflated(body, _WINDOWS[name], most=most)
    return body


def _inflated(body: bytes, windows: tuple[int, ...], *, most: int) -> bytes:
    for window in windows:
        inflating = zlib.decompressobj(window)
        try:
            found = inflating.decompress(body, most + 1)
        except zlib.error:
            continue
        if len(found) > most:  # no more than that was unpacked, whatever else there is
            raise RefusedError(413, "too_large", f"at most {most:,} bytes")
        if inflating.eof:
            return found
    raise RefusedError(400, "invalid_payload", "the body is not encoded as its Content-Encoding says")
