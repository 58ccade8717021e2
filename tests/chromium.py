"""A real browser for the tests of pages, where the machine has one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start it; the test is skipped where it is not there or does not start."""
    if not Path(PROGRAM).exists():
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=PROGRAM, args=SWITCHES)
        except Error as error:
            pytest.skip(f"Chromium does not start: {error}")
        yield found
        found.close()
