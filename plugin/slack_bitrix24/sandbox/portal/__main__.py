"""Start the portal alone: `python -m slack_bitrix24.sandbox.portal`."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from slack_bitrix24.sandbox.portal import people
from slack_bitrix24.sandbox.portal.access import SCOPES
from slack_bitrix24.sandbox.portal.bucket import PLANS
from slack_bitrix24.sandbox.portal.routes import application
from slack_bitrix24.sandbox.portal.rules import RULES
from slack_bitrix24.sandbox.portal.state import WEBHOOK, Portal
from slack_bitrix24.sandbox.server import LOOPBACK, Server

PORT = 8025


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM; 0, or 2 when it can't be started as asked."""
    asked = _parser().parse_args(arguments)
    try:
        portal = _portal(asked)
        server = Server(application(portal), asked.port, tls=asked.tls, host=asked.host)
        server.start()
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        sys.stdout.write(facts(portal, server))
        sys.stdout.flush()
        while not stopped.wait(0.5):
            pass  # a signal just before an endless wait would be noted and never handled
    finally:
        server.stop()
    return 0


def facts(portal: Portal, server: Server) -> str:
    """Return what one needs to know to call the portal."""
    lines = {
        "webhook": portal.webhook_url(server.url),
        "rules": portal.rules,
        "scopes": ", ".join(portal.scopes),
        "client_id": portal.oauth.client_id,
        "client_secret": portal.oauth.client_secret,
        "redirect_uri": portal.oauth.redirect_uri or "none: start with --redirect-uri URL",
        "authorize": f"{server.url}/oauth/authorize/?client_id={portal.oauth.client_id}&state=any",
        "tokens": f"{server.url}/oauth/token/",
        "control": f"{server.url}/sandbox/",
    }
    if server.tls:
        lines["ca_file"] = server.ca_file
    told = "".join(f"  {name:<14}{value}\n" for name, value in lines.items())
    return f"A Bitrix24 sandbox, not Bitrix24: {server.url}\n{told}Ctrl-C ends it; nothing is kept.\n"


def _portal(asked: argparse.Namespace) -> Portal:
    users = people.read(Path(asked.users)) if asked.users else people.USERS
    owner, _, secret = asked.webhook.partition("/")
    if not owner.isdigit() or not (secret.isascii() and secret.isalnum()):
        raise ValueError(f"--webhook {asked.webhook}: expected USER_ID/SECRET, the secret of letters and digits")
    portal = Portal(
        plan=asked.plan,
        operating_limit=asked.operating_limit,
        operating_window=asked.operating_window,
        attach_limit=asked.attach_limit,
        work=asked.work,
        charge=asked.charge,
        unknown_users=asked.unknown_users,
        https_required=asked.https_required,
        rules=asked.rules,
        revision=asked.revision,
        webhook=(int(owner), secret),
        scopes=tuple(asked.scopes.split(",")),
        people=(*users, *people.crowd(asked.crowd)),
        seed=asked.seed,
    )
    portal.oauth.redirect_uri = asked.redirect_uri
    return portal


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m slack_bitrix24.sandbox.portal",
        description="A Bitrix24 portal in memory, for trying scripts against it. It listens on loopback only.",
    )
    add = parser.add_argument
    add("--port", type=int, default=PORT, help=f"default {PORT}; 0 takes a free one")
    add("--host", choices=LOOPBACK, default="127.0.0.1")
    add("--tls", action="store_true", help="serve https with a certificate made now; trust the printed ca_file")
    add("--users", metavar="FILE", help='JSON list of {"id": 10, "name": …, "last_name": …, "email": …, …}')
    add("--crowd", type=int, default=0, metavar="N", help="N further employees, from id 1001 on")
    add("--plan", default="standard", help=f"{', '.join(PLANS)} or CAPACITY,RATE of the request bucket")
    add("--rules", choices=RULES, default=Portal.rules, help="Bitrix24's server as it is, or as documented")
    add("--operating-limit", type=float, metavar="SECONDS", help="of a method's work; 0: no limit; else by the rules")
    add("--operating-window", type=float, default=600.0, metavar="SECONDS", help="in which it is counted")
    add("--webhook", default=f"{WEBHOOK[0]}/{WEBHOOK[1]}", metavar="ID/SECRET", help="owner and secret")
    add("--random-secret", dest="webhook", action="store_const", const=f"1/{secrets.token_hex(8)}", help="a new one")
    add("--scopes", default=",".join(SCOPES), help="of webhook and application")
    add("--redirect-uri", default="", metavar="URL", help="where OAuth sends the browser with its code")
    add("--attach-limit", type=int, default=60_000, metavar="CHARACTERS", help="30000 on older portals")
    add("--unknown-users", choices=("accept", "false"), default="accept", help="what notifying nobody is answered")
    add("--revision", type=int, default=Portal.revision, help="of REST; below 33 there is no imbot.v2")
    add("--https-required", action="store_true", help="refuse plain http, as Bitrix24 does")
    add("--work", type=float, default=0.0, metavar="SECONDS", help="that each command really takes")
    add("--charge", type=float, default=0.0, metavar="SECONDS", help="counted for each command on top of that")
    add("--seed", type=int, default=0, help="of faults that happen by chance")
    return parser


if __name__ == "__main__":
    sys.exit(main())
