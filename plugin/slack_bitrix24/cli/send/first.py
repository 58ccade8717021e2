"""`check --notify`: a first notification, through the outbox like any other, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import closing

from slack_bitrix24.app.portals import rules, sign_in
from slack_bitrix24.bitrix24 import Bitrix24
from slack_bitrix24.cli.checks.online import Finding
from slack_bitrix24.cli.opening import Opened, database
from slack_bitrix24.cli.send.delivering import outcome
from slack_bitrix24.cli.send.outcome import reason
from slack_bitrix24.cli.send.whom import Whom, whom
from slack_bitrix24.config import Settings
from slack_bitrix24.document import Document
from slack_bitrix24.errors import SlackBitrix24Error
from slack_bitrix24.mapping import MappingFile
from slack_bitrix24.model import State
from slack_bitrix24.slack.messages import mrkdwn
from slack_bitrix24.store import Store, new_owner
from slack_bitrix24.submit.compose import Draft, notifications
from slack_bitrix24.submit.people import People
from slack_bitrix24.submit.permissions import members
from slack_bitrix24.submit.submitter import Submitter

WHAT = "notification"
TEXT = "slack-bitrix24: this bridge reaches you. Sent by `check --notify`."
WAIT = 20.0
"""Seconds until it is said that there is no outcome yet."""


def first_notification(
    settings: Settings, mapping: MappingFile | None, environ: Mapping[str, str], *, address: str
) -> Finding:
    """Notify the address and wait for the outcome.

    `me` is the first administrator whom the mapping file knows, else the user whom the default portal is signed in as.
    """
    found = Opened(settings, mapping)
    try:
        with closing(database(settings)) as store:
            resolved = whom(found, [_me(found, store, environ) if address == "me" else address])
            if resolved.faults:
                return Finding(WHAT, "failed", "; ".join(map(str, resolved.faults)))
            return _sent(found, resolved, store=store, environ=environ)
    except (SlackBitrix24Error, ValueError) as error:
        return Finding(WHAT, "failed", str(error))


def _me(found: Opened, store: Store, environ: Mapping[str, str]) -> str:
    directory = found.directory
    for slack_id in members(found.settings.permissions.admin, directory=directory, people=People()):
        if directory.recipient(slack_id) is not None:
            return slack_id
    portal = found.settings.portals[found.settings.default_portal]
    auth = sign_in(portal, store=store, owner=new_owner(), environ=environ)
    with Bitrix24(auth=auth, plan=portal.plan, retry_for=1.0) as client:
        return f"bitrix24:{portal.name}/{client.check().user_id}"


def _sent(found: Opened, resolved: Whom, *, store: Store, environ: Mapping[str, str]) -> Finding:
    draft = Draft(document=Document(mrkdwn.parse(TEXT)), reference=f"cli:{uuid.uuid4().hex}", source="cli")
    allowed = rules(found.settings)
    made = notifications(draft, resolved.recipients, rules=allowed, directory=found.directory, people=resolved.people)
    submitter = Submitter(store, lambda: found.directory, lambda: resolved.people, allowed)
    ids = [accepted.id for accepted in submitter.keep(made)]
    told = outcome(found, store, environ, ids=ids, wait=WAIT)
    said = [(one.state, resolved.recipients.get(one.notification.recipient, ""), one) for one in told.stored]
    text = "; ".join(
        f"{who}: delivered ({one.bitrix24_id})" if state is State.DELIVERED else f"{who}: {reason(one, told)}"
        for state, who, one in said
    )
    states = {state for state, _, _ in said}
    lost = states & {State.DEAD, State.CANCELLED} or not states
    return Finding(WHAT, "failed" if lost else "ok" if states == {State.DELIVERED} else "warning", text)
