"""The door to Bolt: one global middleware takes everything that Slack sends and answers it.

Bolt's own listeners are not used: five threads, `ack()` polled every 10 ms, and only the first match runs. What a
request needs before it is acknowledged is a write to the store, which the middleware does itself.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient

from slack_bitrix24.errors import StoreError

log = logging.getLogger(__name__)

Take = Callable[[Mapping[str, Any]], dict[str, Any] | None]
"""Takes a payload; returns the body of the acknowledgement (None: empty). What it raises is not acknowledged."""

PAYLOAD = "slack"


def wrapped(payload: Mapping[str, Any]) -> BoltRequest:
    """Return a payload as Bolt's request, in its context: Bolt itself reads a body, and raises over shapes."""
    return BoltRequest(mode="socket_mode", body={}, headers={}, context={PAYLOAD: payload})


def build(client: WebClient, *, take: Take, identity: Mapping[str, str], signing_secret: str = "") -> App:
    """Return the Bolt app. `identity` is what auth.test said: no request to Slack is made on the way to an answer."""
    known = AuthorizeResult(
        enterprise_id=identity.get("enterprise_id"),
        team_id=identity.get("team_id"),
        bot_user_id=identity.get("user_id"),
        bot_id=identity.get("bot_id"),
        bot_token=client.token,
    )
    quiet = logging.getLogger("slack_bitrix24.bolt")
    quiet.setLevel(logging.ERROR)  # Bolt warns of `authorize` beside a token, which is what we want
    app = App(
        name="slack-bitrix24",  # without one Bolt asks the stack, which opens the source of each imported module
        client=client,
        authorize=lambda: known,
        signing_secret=signing_secret or None,
        request_verification_enabled=bool(signing_secret),
        token_verification_enabled=False,
        ignoring_self_events_enabled=False,  # a relay decides for itself which bots are ours
        logger=quiet,
    )

    @app.middleware
    def everything(context: BoltContext) -> BoltResponse:
        try:
            answer = take(context[PAYLOAD])
        except StoreError as error:
            log.warning("a request of Slack's was not taken: %s", error)  # not acknowledged: Slack sends an event again
            return BoltResponse(status=503, body="")
        except Exception:
            # Whatever it is, Slack must hear that it was not taken: Bolt would answer with a page of its own.
            log.exception("a request of Slack's was not taken")
            return BoltResponse(status=503, body="")
        if answer is None:
            return BoltResponse(status=200, body="")
        return BoltResponse(status=200, body=json.dumps(answer), headers={"content-type": "application/json"})

    return app
