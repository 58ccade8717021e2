"""The demo: one page, a Slack workspace and a Bitrix24 portal, in one ASGI application."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from slack_bitrix24.sandbox import portal as bitrix24
from slack_bitrix24.sandbox import workspace as slack
from slack_bitrix24.sandbox.headers import Headers
from slack_bitrix24.sandbox.passing import Time
from slack_bitrix24.sandbox.posting import Bridge, Posting, routes

PAGE = Path(__file__).parent / "page"
MAPPING = """\
# Slack user → Bitrix24 user. Change it while the demo runs: it is read again.
users:
  U024BE7LH: 10    # Anna Petrova
  U0G9QF9C6: 12    # Bob Smirnov
  U0CAROL03: 14    # Carol Chen
groups:
  oncall: [U024BE7LH, U0G9QF9C6]
"""


@dataclass
class Demo:
    """The application, the two sandboxes in it, and what a bridge needs to connect to them.

    Where `build` was given port 0, set `port` once the server has one.
    """

    app: Starlette
    portal: bitrix24.Portal
    workspace: slack.Workspace
    posting: Posting
    time: Time
    mapping_text: str = MAPPING

    @property
    def port(self) -> int:
        """The port of 127.0.0.1 that everything is at."""
        return int(self.url.rpartition(":")[2])

    @port.setter
    def port(self, port: int) -> None:
        self.workspace.base_url = f"http://127.0.0.1:{port}/slack/"

    def attach(self, bridge: Bridge) -> None:
        """Let the page post to this bridge, and kill it."""
        self.posting.bridge = bridge

    @property
    def url(self) -> str:
        """The page's address, without a slash at the end."""
        return self.workspace.base_url.removesuffix("/slack/")

    @property
    def slack_api_url(self) -> str:
        """The base of the Slack Web API."""
        return self.workspace.api_url

    @property
    def bot_token(self) -> str:
        """The Slack bot token."""
        return self.workspace.bot_token

    @property
    def app_token(self) -> str:
        """The Slack app-level token, for Socket Mode."""
        return self.workspace.app_token

    @property
    def webhook_url(self) -> str:
        """The Bitrix24 webhook."""
        return self.portal.webhook_url(self.url)

    @property
    def client_id(self) -> str:
        """The id of the application that is installed at the Bitrix24 portal."""
        return self.portal.oauth.client_id

    @property
    def client_secret(self) -> str:
        """The application's key."""
        return self.portal.oauth.client_secret

    def refresh_token(self) -> str:
        """Authorize the application once more; return its first refresh token."""
        with self.portal.lock:
            return str(self.portal.oauth.issue(1, base=self.url, now=self.portal.clock())["refresh_token"])

    @property
    def picture_url(self) -> str:
        """A picture that a schedule can show."""
        return f"{self.url}/static/board.png"

    @property
    def file_url(self) -> str:
        """A document that a schedule can link to."""
        return f"{self.url}/static/agenda.docx"


def build(port: int) -> Demo:
    """Return the demo for a server on this port of 127.0.0.1; nothing runs yet."""
    passing = Time()
    portal, workspace = bitrix24.Portal(clock=passing.now), slack.Workspace(now=passing.now)
    posting = Posting(portal, passing)
    app = Starlette(
        routes=[
            Route("/", page),
            Route("/slack/archives/{channel}/{message}", permalink),
            Mount("/static", app=StaticFiles(directory=PAGE / "static")),
            Mount("/demo", routes=routes(posting)),
            Mount("/slack", app=slack.app(workspace)),
            # at the root, where a real portal has its REST: /rest/…, /oauth/… and the portal's own /sandbox/…
            Mount("", app=bitrix24.app(portal)),
        ],
        middleware=[Middleware(Headers)],
    )
    demo = Demo(app, portal, workspace, posting, passing)
    demo.port = port
    return demo


async def page(_request: Request) -> Response:
    """Serve the page."""
    return FileResponse(PAGE / "index.html")


async def permalink(request: Request) -> Response:
    """Show the message that a link back to Slack names."""
    found = request.path_params
    return RedirectResponse(f"/#{found['channel']}/{found['message']}")
