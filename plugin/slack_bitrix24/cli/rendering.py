"""`render`: what a payload becomes, as a reader sees it in Bitrix24, without sending anything."""

from __future__ import annotations

import html
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_bitrix24.app.portals import rules
from slack_bitrix24.cli import tables
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.send import fetching
from slack_bitrix24.config import find, load
from slack_bitrix24.render.attach import Composed, compose
from slack_bitrix24.sandbox.portal.seen.card import card_words
from slack_bitrix24.sandbox.portal.seen.drawn import drawn
from slack_bitrix24.sandbox.portal.seen.mail import mail
from slack_bitrix24.sandbox.portal.seen.push import push
from slack_bitrix24.submit.compose import PortalRules
from slack_bitrix24.submit.times import local_times
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders import SENDERS, bodies
from slack_bitrix24.web.senders.sender import Incoming

LARGEST = 25_000_000
"""Bytes that are read of a body, as many as the door over HTTP takes at the most."""
ALIASES = {"grafana": "alertmanager", "mattermost": "slack", "rocketchat": "slack"}
FORMS = sorted({*SENDERS, *ALIASES})


@dataclass(frozen=True, slots=True)
class Look:
    """What was asked for."""

    source: str
    form: str = ""
    portal: str = ""
    as_html: bool = False
    as_json: bool = False


def rendered(*, path: Path | None, environ: Mapping[str, str], look: Look) -> int:
    """Print MESSAGE and ATTACH, and what a reader sees in the centre, in the push and in the mail."""
    if look.form and look.form not in FORMS:
        raise UsageFaultError(f"--as: expected one of {', '.join(FORMS)}, got {look.form!r}")
    body = _body(look.source)
    form = ALIASES.get(look.form, look.form) or guess(body)
    try:
        incoming = SENDERS[form].read(_request(form, body), Hook("render", addresses=("*",)))
    except RefusedError as refused:
        fail(f"as {form}: {refused.text}")
        return FAILED
    made = _rules(look, path, environ)
    document = local_times(incoming.document, made.zone)
    shown = views(form, incoming, compose(document, link=incoming.link, limit=made.attach_limit))
    if look.as_json:
        tables.as_json(shown)
    elif look.as_html:
        print(page(shown))  # noqa: T201 – what a command prints
    else:
        _print(shown)
    for kind in incoming.unsupported:
        fail(f"warning: {kind} can't be shown; its words are")
    return DONE


def _rules(look: Look, path: Path | None, environ: Mapping[str, str]) -> PortalRules:
    """Return how notifications of a portal of the configuration are made, where one was named."""
    if not look.portal:
        return PortalRules()
    known = rules(load(find(path, environ, Path.cwd()), environ))
    if look.portal not in known:
        raise UsageFaultError(f"no portal is called {look.portal}; there is {', '.join(known)}")
    return known[look.portal]


def _body(source: str) -> bytes:
    if source.startswith(("http://", "https://")):
        return fetching.fetch(source, what="render").encode()
    if source == "-":
        return sys.stdin.buffer.read(LARGEST)
    try:
        with Path(source).open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        raise UsageFaultError(f"{source}: can't be read: {error.strerror}") from None


def guess(body: bytes) -> str:
    """Return the form that a body has; a text that is no JSON is a message of Slack's."""
    try:
        found = bodies.parse(bodies.text(body))
    except bodies.NoJSONError:
        return "slack"
    if isinstance(found, list):
        return "alertmanager" if any(isinstance(one, dict) and "labels" in one for one in found) else "json"
    if not isinstance(found, dict):
        return "json"
    keys = set(found)
    if keys & {"alerts", "groupKey", "ruleName", "evalMatches"}:
        return "alertmanager"
    if keys & {"text", "blocks", "attachments"}:
        return "slack"
    if "topic" in keys:
        return "ntfy"
    if "body" in keys and keys & {"title", "type", "tag", "format"}:
        return "apprise"
    return "gotify" if "message" in keys and keys <= {"message", "title", "priority", "extras"} else "json"


def _request(form: str, body: bytes) -> Request:
    try:
        bodies.parse(bodies.text(body))
    except bodies.NoJSONError:
        # A form as it was posted is told by its first field; anything else is a text.
        kind = "application/x-www-form-urlencoded" if body.lstrip().startswith(b"payload=") else ""
        if form == "slack" and not kind:
            body = json.dumps({"text": bodies.text(body)}).encode()
    else:
        kind = "application/json"
    return Request(sender=form, headers={"content-type": kind} if kind else {}, body=body)


def views(form: str, incoming: Incoming, made: Composed) -> dict[str, Any]:
    """Return everything that there is to show."""
    attach = json.loads(made.attach) if made.attach else None
    copy = mail(made.message, made.message_out, attach=attach)
    return {
        "as": form,
        "key": incoming.key,
        "state": incoming.state,
        "wanted": list(incoming.wanted),
        "message": made.message,
        "message_out": made.message_out,
        "attach": attach,
        "drawn": drawn(made.message),
        "card": card_words(attach),
        "push": push(made.message),
        "mail": {"subject": copy.subject, "text": copy.text} if copy else None,
        "unsupported": list(incoming.unsupported),
    }


_PARTS = (("In the centre", "drawn"), ("Card", "card"), ("Push", "push"))


def _parts(shown: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [(title, str(shown[key])) for title, key in _PARTS if shown[key]]
    copy = shown["mail"]
    found += [("Mail", f"{copy['subject']}\n\n{copy['text']}")] if copy else []
    found.append(("MESSAGE", str(shown["message"])))
    attach = shown["attach"]
    return [*found, ("ATTACH", json.dumps(attach, ensure_ascii=False, indent=1))] if attach else found


def _print(shown: Mapping[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415 – a tenth of a second that only this command pays
    from rich.panel import Panel  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    for title, text in _parts(shown):
        clean = "".join(char if char.isprintable() or char == "\n" else " " for char in text)
        console.print(Panel(Text(clean), title=title, title_align="left"))


_HEAD = """<!doctype html><meta charset="utf-8"><title>slack-bitrix24 render</title><style>
body { font: 15px sans-serif; max-width: 50em; margin: 2em auto }
pre { white-space: pre-wrap; background: #f4f6f8; padding: 1em }
</style>"""


def page(shown: Mapping[str, Any]) -> str:
    """Return the same as one page of HTML, without a script."""
    parts = "\n".join(
        f"<section><h2>{html.escape(title)}</h2><pre>{html.escape(text)}</pre></section>"
        for title, text in _parts(shown)
    )
    return f"{_HEAD}\n{parts}"
