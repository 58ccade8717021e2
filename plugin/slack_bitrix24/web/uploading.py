"""Where the bytes of an announced file go: an address that is its own ticket."""

from __future__ import annotations

import logging

from starlette.types import Receive, Scope, Send

from slack_bitrix24.errors import StoreError
from slack_bitrix24.web import body
from slack_bitrix24.web.request import Answer, RefusedError, Request
from slack_bitrix24.web.senders.bodies import NoJSONError
from slack_bitrix24.web.senders.sender import LARGEST_WITH_FILES
from slack_bitrix24.web.slack_api import SlackApi

log = logging.getLogger(__name__)

UPLOAD = "/upload/"


class Uploading:
    """An ASGI application for the paths under `/upload/`."""

    def __init__(self, slack: SlackApi) -> None:
        self.slack = slack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await body.send(send, await self._take(scope, receive))
        except body.GoneError:
            return
        except RefusedError as refused:
            await body.send(send, Answer(refused.status, refused.word))
        except NoJSONError:
            await body.send(send, Answer(400, "no multipart form"))
        except StoreError as error:
            log.warning("HTTP: a file can't be kept: %s", error)
            await body.send(send, Answer(503, "service_unavailable", headers={"Retry-After": "5"}))

    async def _take(self, scope: Scope, receive: Receive) -> Answer:
        if scope["method"] not in ("POST", "PUT"):
            return Answer(405, "method_not_allowed", headers={"Allow": "POST, PUT"})
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        whole = await body.read(scope, receive, most=LARGEST_WITH_FILES)
        ticket = scope["path"].removeprefix(UPLOAD).strip("/")
        return await self.slack.upload(ticket, Request("upload", headers=headers, body=whole))
