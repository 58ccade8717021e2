"""`portal connect`: through the making of a local application, its consent or its installation, to the probe.

https://apidocs.bitrix24.com/settings/oauth/index.html
"""

from __future__ import annotations

import queue
import secrets
import sys
import threading
import time
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from slack_bitrix24.app import installing
from slack_bitrix24.app.portals import sign_in
from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.oauth import OAuth
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.opening import database, portal_named, settings_of
from slack_bitrix24.cli.portal.loopback import Loopback
from slack_bitrix24.cli.portal.portals import probed
from slack_bitrix24.config import Portal, Settings
from slack_bitrix24.errors import Bitrix24Error
from slack_bitrix24.store import Store, new_owner

LOOK = 0.5
"""Seconds between looks whether Bitrix24 has installed the application at the running bridge."""
SCOPES = "im, user_basic, disk"
"""What the application needs; disk for files, user_basic for e-mail addresses."""
BARE_CODE = 8
"""Characters: what is shorter is no code."""


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0 takes a free one; `again`: also where the portal works."""

    port: int
    browser: bool
    again: bool


def connect(*, path: Path | None, environ: Mapping[str, str], name: str, options: Options) -> int:
    """Lead through the connection; return 0 once the portal is connected and probed."""
    settings = settings_of(path, environ)
    portal = settings.portals[portal_named(settings, name)]
    if portal.webhook_url is not None:
        _say(*_from_webhook(portal))
        return FAILED
    with closing(database(settings)) as store:
        auth = sign_in(portal, store=store, owner=new_owner(), environ=environ)
        if not isinstance(auth, OAuth):
            raise UsageFaultError(f"portals.{name} is no application")
        with Client(auth) as client:
            if not options.again and installing.works(client):
                _say(f"{name} is connected and works; --again connects it anew.")
            elif not _connected(settings, portal, client, store=store, options=options):
                fail(f"{name} was not connected within ten minutes")
                return FAILED
        store.write(lambda tx: tx.lanes.resume(name))
        _say(f"{name} is connected.", probed(portal, store=store, environ=environ))
    return DONE


def _connected(settings: Settings, portal: Portal, client: Client, *, store: Store, options: Options) -> bool:
    auth = client.auth
    if not isinstance(auth, OAuth):
        return False
    came: queue.SimpleQueue[str] = queue.SimpleQueue()
    state, path = secrets.token_urlsafe(16), installing.new_path()
    began = store.now()
    with ExitStack() as stack:
        here = _listener(stack, options.port, came)
        installing.expect(store, portal.name, path)
        stack.callback(_close, store, portal.name, path)
        page = auth.start_url(state)
        _say(*_steps(settings, portal, here=here, path=path, page=page))
        if options.browser:
            webbrowser.open(page)
        threading.Thread(target=_typed, args=(came,), name="typed", daemon=True).start()
        end = time.monotonic() + installing.WINDOW
        while time.monotonic() < end:
            with suppress(queue.Empty):
                if _authorized(auth, client, came.get(timeout=LOOK), state=state):
                    return True
            if store.read(lambda tx: tx.portals.installed_at(portal.name)) > began:
                return True
    return False


def _listener(stack: ExitStack, port: int, came: queue.SimpleQueue[str]) -> str:
    try:
        return stack.enter_context(Loopback(port, came.put)).url
    except OSError:
        return ""


def _close(store: Store, name: str, path: str) -> None:
    store.write(lambda tx: tx.portals.close(name, installing.digest(path)))


def _typed(came: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        if line.strip():
            came.put(line.strip())


def _authorized(auth: OAuth, client: Client, text: str, *, state: str) -> bool:
    """Exchange the code of an address or a bare code; say why where that does not do."""
    code, reason = code_of(text, state)
    if not code:
        fail(reason)
        return False
    try:
        auth.authorize(code, client.get)
    except Bitrix24Error as error:
        fail(f"{error}. A code is good for 30 seconds, once: open the page again")
        return False
    return True


def code_of(text: str, state: str) -> tuple[str, str]:
    """Return the code of what the browser came back with, or why there is none. Does no I/O."""
    try:
        given = parse_qs(urlsplit(text).query)
    except ValueError:
        given = {}
    if "?" not in text:
        bare = text.strip()
        good = len(bare) >= BARE_CODE and bare.replace("-", "").replace("_", "").isalnum()
        return (bare, "") if good else ("", "that is neither an address nor a code")
    if given.get("error"):
        return "", f"Bitrix24 says: {' '.join(given.get('error_description', given['error']))}"
    code = given.get("code", [""])[0]
    if not code:
        return "", "there is no code in that address"
    if given.get("state", [""])[0] != state:
        return "", "that address belongs to another attempt: open the page that is named here"
    return code, ""


def _from_webhook(portal: Portal) -> list[str]:
    return [
        f"portals.{portal.name} signs in by a webhook. To connect it as an application:",
        "1. In Bitrix24: Developer resources, Other, Local application. Server, script only (no user interface).",
        f"   Scopes: {SCOPES}. Handler path: http://127.0.0.1:8025/",
        "2. In the configuration, in place of webhook_url:",
        '       domain = "acme.bitrix24.ru"                      # the portal\'s address',
        '       client_id = { env = "ACME_CLIENT_ID" }           # the application\'s id (client_id)',
        '       client_secret = { env = "ACME_CLIENT_SECRET" }   # its key (client_secret)',
        f"3. slack-bitrix24 portal connect {portal.name}",
    ]


def _steps(settings: Settings, portal: Portal, *, here: str, path: str, page: str) -> list[str]:
    lines = [
        f"Connecting {portal.name} ({portal.domain}).",
        "1. The local application (Developer resources, Other): server, script only, with",
        f"   scopes:       {SCOPES}",
        f"   handler path: {here or 'https://localhost/'}",
    ]
    if settings.web is not None:
        base = settings.web.public_url or "https://<where Bitrix24 reaches the bridge>"
        lines += [
            "   or, while the bridge runs, as initial installation path, then Reinstall (ten minutes, once):",
            f"                 {base}/bitrix24/install/{portal.name}/{path}",
        ]
    return [
        *lines,
        "2. Open this page as the user who shall be shown as the sender, and agree:",
        f"   {page}",
        "3. The browser comes back by itself. Where it shows an error, paste its address here within 30 seconds:",
    ]


def _say(*lines: str) -> None:
    print("\n".join(lines), flush=True)  # noqa: T201 – what the command prints
