"""Where an application is installed: a window of ten minutes with a one-time path, opened by `portal connect`.

Anyone can post an ONAPPINSTALL. Nothing is taken outside of such a window, nothing that was not proved
(`OAuth.install`), and tokens that work are never replaced.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping

from slack_bitrix24.bitrix24.client import Client
from slack_bitrix24.bitrix24.oauth import OAuth
from slack_bitrix24.bitrix24.rest import Call
from slack_bitrix24.errors import Bitrix24Error, StoreError, Verdict
from slack_bitrix24.store import Store, Transaction

log = logging.getLogger(__name__)

WINDOW = 600.0
"""Seconds for which an installation is waited for."""
PROFILE = Call("profile")


def new_path() -> str:
    """Return a one-time path: 32 letters and digits that nobody guesses."""
    return secrets.token_hex(16)


def digest(path: str) -> str:
    """Return what is kept of a path: whoever reads the database can't use it."""
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()


def expect(store: Store, portal: str, path: str) -> None:
    """Open the window at this path; one opened before is closed by it."""
    store.write(lambda tx: tx.portals.expect(portal, digest(path), until=tx.now + WINDOW))


def works(client: Client) -> bool:
    """Tell whether what is kept signs in. Raise `Bitrix24Error` where the portal can't be asked just now."""
    try:
        if isinstance(client.auth, OAuth) and not client.auth.is_connected:
            return False
        client.call(PROFILE)
    except Bitrix24Error as error:
        if error.verdict is Verdict.PORTAL:
            return False
        raise
    return True


def install(client: Client, form: Mapping[str, str], *, portal: str, path: str, store: Store) -> int:
    """Take an installation posted to this path; return the HTTP status: 200, 403, or 503 for "not now"."""
    if not isinstance(client.auth, OAuth):
        return 403
    try:
        if not store.read(lambda tx: tx.portals.expects(portal, digest(path))):
            log.warning("portal %s: an installation was not taken: none is waited for at that address", portal)
            return 403
        if works(client):
            log.warning("portal %s: an installation was not taken: the portal is connected, and it works", portal)
            return 403
        client.auth.install(form, client.get)
        store.write(lambda tx: _done(tx, portal))
    except Bitrix24Error as error:
        log.warning("portal %s: an installation was not taken: %s", portal, error)
        return 503 if error.verdict in (Verdict.AGAIN, Verdict.UNKNOWN) else 403
    except StoreError as error:
        log.warning("portal %s: an installation could not be kept: %s", portal, error)
        return 503
    log.info("portal %s: the application is installed", portal)
    return 200


def _done(tx: Transaction, portal: str) -> None:
    tx.portals.installed(portal)
    tx.lanes.resume(portal)
