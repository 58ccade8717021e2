"""What Slack's client raises, in words of one line."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from slack_bitrix24.cli.words import cut
from slack_bitrix24.errors import SlackBitrix24Error


class SlackError(SlackBitrix24Error):
    """Slack refused or could not be reached; `code` is Slack's own, empty where no answer came."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.code = code


@contextmanager
def asking(client: WebClient) -> Iterator[None]:
    """Ask Slack within it: whatever its client raises becomes a SlackError."""
    try:
        yield
    except SlackApiError as error:
        code = _code(error.response)
        raise SlackError(f"Slack refuses: {code}", code=code) from None
    except SlackClientError as error:
        raise SlackError(f"Slack can't be asked: {type(error).__name__}") from None
    except (OSError, HTTPException) as error:
        where = urlsplit(client.base_url).netloc
        raise SlackError(f"Slack can't be reached: {where}: {_cause(error)}") from None


def _cause(error: BaseException) -> str:
    """Return why, in the system's own words."""
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, socket.gaierror):
        return "no such host"
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError) and reason.errno and reason.strerror:
        return reason.strerror
    return cut(str(reason) or type(reason).__name__, 100)


def _code(response: Any) -> str:
    """Return Slack's code, or the status: an answer that is no JSON comes as a plain dict."""
    needed = response.get("needed")
    status = getattr(response, "status_code", None) or response.get("status")
    code = cut(str(response.get("error") or f"its answer is no JSON (status {status})"), 100)
    return f"{code}, the scope {needed} is missing" if needed else code
