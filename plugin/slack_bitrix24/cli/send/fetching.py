"""Fetch a small document that an option names by its address."""

from __future__ import annotations

import requests

from slack_bitrix24.cli.ending import UsageFaultError

LARGEST = 1_000_000
"""Bytes of an answer that are read."""
TIMEOUT = 10
"""Seconds without a byte."""


def fetch(url: str, *, what: str = "--blocks") -> str:
    """Return the text at an address, 1 MB at most; `what` names the option in errors."""
    try:
        with requests.get(url, timeout=TIMEOUT, stream=True, headers={"Accept": "application/json"}) as answer:
            body = answer.raw.read(LARGEST + 1, decode_content=True)
            status = answer.status_code
    except requests.RequestException as error:
        raise UsageFaultError(f"{what}: the address can't be read ({type(error).__name__})") from None
    if status != 200 or len(body) > LARGEST:
        raise UsageFaultError(f"{what}: the address answered {status}, {len(body)} bytes")
    return str(body.decode("utf-8", "replace"))
