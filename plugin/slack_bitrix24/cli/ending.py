"""How a command ends: its status, and one line for each fault; never a traceback for what was raised on purpose."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from slack_bitrix24.errors import ConfigurationError, FaultsError, SlackBitrix24Error

TRACEBACK = "SLACK_BITRIX24_TRACEBACK"
DONE, FAILED, USAGE, UNFINISHED, INTERRUPTED = 0, 1, 2, 3, 130


class UsageFaultError(Exception):
    """The options don't go together; the text says how they would."""


def one_line(text: str) -> str:
    """Return a text from anywhere as one line that can't direct a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def fail(text: str) -> None:
    """Print one line on standard error."""
    print(f"slack-bitrix24: {one_line(text)}", file=sys.stderr)  # noqa: T201 – what a command prints


def ended(command: Callable[[], int]) -> int:
    """Run a command and return its status."""
    try:
        return command()
    except UsageFaultError as error:
        fail(str(error))
        return USAGE
    except FaultsError as error:
        for fault in error.faults:
            print(one_line(fault), file=sys.stderr)  # noqa: T201 – a fault begins with its file and place
        return USAGE if isinstance(error, ConfigurationError) else FAILED
    except SlackBitrix24Error as error:
        fail(str(error))
        return FAILED
    except KeyboardInterrupt:
        fail("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        # A traceback shows the values of no variable, and yet its last line may be a library's with a secret in it.
        if os.environ.get(TRACEBACK):
            raise
        return _unexpected(error)


def _unexpected(error: Exception) -> int:
    # The text may hold a secret, a file's name does not.
    if isinstance(error, OSError) and error.filename and error.strerror:
        fail(f"{error.filename}: {error.strerror}")
        return FAILED
    where = traceback.extract_tb(error.__traceback__)[-1]
    fail(
        f"unexpected {type(error).__name__} in {where.name} ({Path(where.filename).name}:{where.lineno}), a fault of "
        f"this program; {TRACEBACK}=1 in the environment shows the whole of it"
    )
    return FAILED
