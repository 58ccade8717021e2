"""The command line. What a command needs is imported when it runs, so that `--help` answers at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence


def main() -> None:
    """Run the command line and exit with its status: 0 done, 1 refused or failed, 2 wrong usage, 3 not finished."""
    if _is_run(sys.argv[1:]):
        # Until the bridge listens itself: nothing has been accepted yet that would have to be finished.
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    try:
        from slack_bitrix24.cli.commands import program  # noqa: PLC0415 – typer is loaded here, and nothing else

        status = program(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`): nobody is left to tell, and Python must not try at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def _is_run(arguments: Sequence[str]) -> bool:
    """Tell whether the command is `run`, before anything reads the options."""
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] == "--config" else rest[1:]
    return rest[:1] == ["run"]
