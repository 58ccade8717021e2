"""Take the picture of the demo page for the README: `python scripts/picture.py docs/demo.png`.

Starts the demo (or uses the one at --url), types a command, lets the monitoring bot raise an alert, waits until all of
it arrived in Bitrix24, and saves 1440 x 900 pixels. Needs Chromium.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Page, expect, sync_playwright

SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT = 30_000  # milliseconds


@contextlib.contextmanager
def started_demo() -> Iterator[str]:
    """Start the demo on a free port; give its address back once it prints one, and end it afterwards."""
    command = [sys.executable, "-m", "slack_bitrix24", "demo", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield printed_url(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=20)


def printed_url(process: subprocess.Popen[str]) -> str:
    """Return the first address that the demo prints."""
    for line in process.stdout or ():
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    raise SystemExit("the demo ended without printing its address")


def say(page: Page, text: str) -> None:
    """Type a message or a command as the person who is chosen."""
    page.get_by_label("Message or slash command").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def play(page: Page) -> None:
    """Do what the picture shows, each step once the one before it has arrived."""
    expect(page.get_by_role("status")).to_have_text("Bridge: connected", timeout=WAIT)
    arrived = page.locator(".notification")
    say(page, "/b24 @anna @carol Deploy of *api* finished, see https://example.com/releases/2.4")
    expect(arrived.filter(has_text="Deploy")).to_have_count(2, timeout=WAIT)
    expect(page.locator(".message.private").last).to_contain_text("Delivered", timeout=WAIT)
    page.get_by_role("button", name="raise an alert").click()
    expect(arrived.filter(has_text="HighErrorRate").first).to_be_visible(timeout=WAIT)
    page.locator("img").evaluate_all("images => Promise.all(images.map(image => image.decode()))")


def take(url: str, out: str) -> None:
    """Save the picture of the page at `url`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        play(page)
        page.screenshot(path=out)
        browser.close()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Take the picture of the demo page.")
    parser.add_argument("out", help="the PNG file")
    parser.add_argument("--url", help="a demo that runs already")
    args = parser.parse_args()
    if args.url:
        take(args.url, args.out)
        return
    with started_demo() as url:
        take(url, args.out)


if __name__ == "__main__":
    main()
