"""Programs of the command line in processes of their own, forked from one that has imported everything already.

Starting Python and importing takes two seconds of a processor, a fork some milliseconds: a test may kill and start a
bridge dozens of times. What runs is the same `main`, with arguments, environment, standard output and signals its own.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

POLL = 0.005


class Forks:
    """The process that forks them; it answers one line of JSON with one. It ends, and they with it, when we do."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lock = threading.Lock()

    def ask(self, **question: Any) -> Any:
        """Return its answer."""
        with self._lock:
            self._server.stdin.write(json.dumps(question) + "\n")
            self._server.stdin.flush()
            return json.loads(self._server.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._server.stdin.close()
        self._server.wait(10)
        self._server.stdout.close()


@cache
def forks() -> Forks:
    """Return the one of this test process."""
    made = Forks()
    atexit.register(made.close)
    return made


class Forked:
    """One of them, as far as it is a `subprocess.Popen`."""

    def __init__(self, arguments: Sequence[str], *, environ: Mapping[str, str], log: Path) -> None:
        log.touch()
        question = {"start": list(arguments), "environ": dict(environ), "log": str(log)}
        self.pid: int = forks().ask(**question)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return its exit status, minus the signal's number where one ended it; None while it runs."""
        if self.returncode is None:
            self.returncode = forks().ask(poll=self.pid)
        return self.returncode

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for its end; raise TimeoutExpired as Popen does."""
        end = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("slack-bitrix24", timeout)
            time.sleep(POLL)
        return status

    def send_signal(self, number: int) -> None:
        """Send a signal, to nobody where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _serve() -> None:
    """Fork for each line of standard input, and say what became of them."""
    import faulthandler  # noqa: PLC0415 - what is imported here is so before the fork

    import alembic.command  # noqa: F401, PLC0415
    import psycopg  # noqa: F401, PLC0415
    import pydantic.v1.dataclasses  # noqa: F401, PLC0415
    import uvicorn.lifespan.off  # noqa: PLC0415
    import uvicorn.loops.asyncio  # noqa: F401, PLC0415

    import slack_bitrix24.cli.commands  # noqa: PLC0415
    import slack_bitrix24.cli.run  # noqa: PLC0415

    living: set[int] = set()
    for line in sys.stdin:
        question = json.loads(line)
        if "poll" in question:
            answer = _status(question["poll"])
            living -= {question["poll"]} if answer is not None else set()
        elif answer := os.fork():
            living.add(answer)
        else:
            _become(question)
            faulthandler.enable()
            _ended(slack_bitrix24.cli.main)
        print(json.dumps(answer), flush=True)
    for pid in living:
        if _status(pid) is None:
            os.kill(pid, signal.SIGKILL)


def _ended(main: Callable[[], None]) -> NoReturn:
    """Run it and end as Python does, but for taking the modules apart, which is half a second of a processor."""
    status: object = 0
    try:
        main()
    except SystemExit as ended:
        status = ended.code
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else int(status is not None))


def _status(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _become(question: Mapping[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(question["environ"])
    time.tzset()
    sys.argv = ["slack-bitrix24", *question["start"]]
    log = os.open(question["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for number in (1, 2):
        os.dup2(log, number)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)


if __name__ == "__main__":
    _serve()
