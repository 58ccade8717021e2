"""The demo's time: the machine's, and what somebody let pass on top of it, for both sandboxes and for the bridge.

`python -m slack_bitrix24.sandbox.passing FILE run …` runs the bridge in a time that somebody shares in FILE. Its clock
is replaced for the whole process before anything of the bridge is loaded, so that the bridge itself needs no way to be
told a time that is not so.
"""

from __future__ import annotations

import mmap
import runpy
import struct
import sys
import time
from pathlib import Path

LONGEST = 7 * 86_400.0
"""Seconds that may pass at once: tokens and what the bridge keeps outlive them."""
_SECONDS = struct.Struct("d")


class Time:
    """Seconds since 1970 as the demo has them. It never goes back."""

    def __init__(self) -> None:
        self._kept: bytearray | mmap.mmap = bytearray(_SECONDS.size)

    @property
    def passed(self) -> float:
        """The seconds that were let pass."""
        return float(_SECONDS.unpack(self._kept[: _SECONDS.size])[0])

    def now(self) -> float:
        """Return the time."""
        return time.time() + self.passed

    def let_pass(self, seconds: float) -> None:
        """Let this many seconds pass at once."""
        self._kept[: _SECONDS.size] = _SECONDS.pack(self.passed + seconds)

    def share(self, file: Path) -> None:
        """Keep it in this file from now on, for another process to follow."""
        # Mapped by both processes: nothing has to be told, and a look at the clock reads no file.
        file.write_bytes(bytes(self._kept[: _SECONDS.size]))
        with file.open("r+b") as opened:
            self._kept = mmap.mmap(opened.fileno(), _SECONDS.size)


def checked(seconds: object) -> float:
    """Return how many seconds may pass; ValueError, TypeError unless it is a number above 0 and up to `LONGEST`."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST:
        raise ValueError(f"expected seconds up to {LONGEST:.0f}")
    return float(seconds)


def follow(file: Path) -> None:
    """Let the time of this process be the one that is shared in this file."""
    with file.open("rb") as opened:
        shared = mmap.mmap(opened.fileno(), _SECONDS.size, access=mmap.ACCESS_READ)
    machine = time.time

    def now() -> float:
        return machine() + float(_SECONDS.unpack(shared)[0])

    time.time = now


if __name__ == "__main__":
    follow(Path(sys.argv.pop(1)))
    runpy.run_module("slack_bitrix24", run_name="__main__", alter_sys=True)
