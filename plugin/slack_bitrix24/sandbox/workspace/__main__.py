"""Run a workspace alone: `python -m slack_bitrix24.sandbox.workspace --port 8025`."""

from __future__ import annotations

import argparse
import signal
import sys

from slack_bitrix24.sandbox.server import Server
from slack_bitrix24.sandbox.workspace import Workspace, app


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description="A Slack workspace on this machine (sandbox).")
    parser.add_argument("--port", type=int, default=8025, help="0 takes a free one")
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    workspace = Workspace()
    with Server(app(workspace), parser.parse_args().port) as server:
        workspace.base_url = f"{server.url}/"
        for name, value in (
            ("SLACK_API_URL", workspace.api_url),
            ("SLACK_BOT_TOKEN", workspace.bot_token),
            ("SLACK_APP_TOKEN", workspace.app_token),
            ("SLACK_SIGNING_SECRET", workspace.signing_secret),
        ):
            sys.stdout.write(f"{name}={value}\n")
        sys.stdout.flush()
        signal.sigwait(signals)
    workspace.close()


if __name__ == "__main__":
    main()
