"""Read a body by its sender; one that its reader chokes on is shown as it came, never lost."""

from __future__ import annotations

import logging

from slack_bitrix24.document import Block, Code, Document
from slack_bitrix24.slack.messages import lenient
from slack_bitrix24.web.hooks import Hook
from slack_bitrix24.web.request import RefusedError, Request
from slack_bitrix24.web.senders import bodies, leaves
from slack_bitrix24.web.senders.sender import Incoming, Sender

log = logging.getLogger(__name__)

SHOWN = 10_000
"""Characters of a body that nothing can read."""


def read(sender: Sender, request: Request, hook: Hook) -> Incoming:
    """Return what the body says. Raises RefusedError where it is no such thing."""
    try:
        return sender.read(request, hook)
    except RefusedError:
        raise
    except Exception:
        # A fault of this program, not of the sender, who can do nothing about it: an alert is worth more than its form.
        log.exception("a body for webhook %s could not be read as %s", hook.name, sender.name)
        return Incoming(document=Document(_as_it_came(request)))


def _as_it_came(request: Request) -> tuple[Block, ...]:
    text = lenient.clean(bodies.said(request))
    try:
        shown = leaves.blocks(bodies.parse(text))
    except bodies.NoJSONError:
        shown = ()
    return shown or (Code(text[:SHOWN]),)
