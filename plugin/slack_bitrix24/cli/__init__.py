"""The command line. What a command needs is imported when it runs, so that `--help` answers at once."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its status: 0 done, 1 refused or failed, 2 wrong usage, 3 not finished."""
    from slack_bitrix24.cli.commands import application  # noqa: PLC0415 – typer is loaded here, and nothing else

    sys.exit(application(standalone_mode=True))
