"""How a command ends: its status, and one line for each fault; never a traceback for what was raised on purpose."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from slack_bitrix24.errors import ConfigurationError, FaultsError, SlackBitrix24Error

TRACEBACK = "SLACK_BITRIX24_TRACEBACK"
DONE, FAILED, USAGE, UNFINISHED = 0, 1, 2, 3


class UsageFaultError(Exception):
    """The options don't go together; the text says how they would."""


def fail(text: str) -> None:
    """Print one line on standard error."""
    print(f"slack-bitrix24: {text}" if not text.startswith("slack-bitrix24") else text, file=sys.stderr)  # noqa: T201


def ended(command: Callable[[], int]) -> int:
    """Run a command and return its status."""
    try:
        return command()
    except UsageFaultError as error:
        fail(str(error))
        return USAGE
    except FaultsError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)  # noqa: T201
        return USAGE if isinstance(error, ConfigurationError) else FAILED
    except SlackBitrix24Error as error:
        fail(str(error).splitlines()[0])
        return FAILED
    except BrokenPipeError:
        return DONE
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        where = traceback.extract_tb(error.__traceback__)[-1]
        fail(f"unexpected {type(error).__name__} in {where.name} ({Path(where.filename).name}:{where.lineno}), a fault")
        fail(f"of this program; with {TRACEBACK}=1 in the environment it shows where from")
        return FAILED
