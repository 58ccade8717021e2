"""A Slack workspace on this machine: Web API, Socket Mode and response URLs as Slack's own clients expect them.

    workspace.py    what people do in it            core.py        its state
    methods/        the Web API                     sockets.py     Socket Mode        http_mode.py   signed requests
    delivery.py     acknowledged in time? again?    hooks.py       response URLs      views.py       modals, App Home
    web.py          the ASGI application            control.py     JSON for pages and tests

`Workspace()` is the state, `app(workspace)` the ASGI application; `python -m slack_bitrix24.sandbox.workspace` runs it
alone. It imports nothing of the bridge.
"""

from __future__ import annotations

from slack_bitrix24.sandbox.workspace.faults import Fault
from slack_bitrix24.sandbox.workspace.sockets import disturb
from slack_bitrix24.sandbox.workspace.web import app
from slack_bitrix24.sandbox.workspace.workspace import Workspace

__all__ = ["Fault", "Workspace", "app", "disturb"]
