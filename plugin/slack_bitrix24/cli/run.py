"""`run`: the bridge until it is told to stop."""

from __future__ import annotations

import gc
import logging
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from slack_bitrix24.app import descriptors, logs
from slack_bitrix24.app.bridge import ROLES, Bridge
from slack_bitrix24.app.systemd import Systemd
from slack_bitrix24.cli.checks.looking import Looking
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.opening import Opened, database, opened
from slack_bitrix24.config import secrets_of
from slack_bitrix24.errors import ConfigurationError, MappingError
from slack_bitrix24.store import Store

log = logging.getLogger("slack_bitrix24")

LONGEST_END = 9.5
"""Seconds after which it ends whatever is still in hand."""
LOOK = 0.5
"""Seconds between looks at whether a signal came."""
SWITCH = 0.001
"""Seconds after which a thread gives way to another."""
NEEDED = ("slack", "socket-", "inbox")
"""Threads without which it would stay up and do nothing."""


def run(*, path: Path | None, environ: Mapping[str, str], roles: str) -> int:
    """Run the bridge; return the exit status."""
    chosen = _roles(roles)
    found = _opened(path, environ)
    said = found.settings.log
    logs.set_up(secrets=secrets_of(found.settings), level=said.level, form=said.format)
    descriptors.raise_limit()
    store = database(found.settings, prompt=True)
    try:
        status = _run(found, store, roles=chosen, environ=environ)
    finally:
        store.close()
    _leave(status)
    return status


def _opened(path: Path | None, environ: Mapping[str, str]) -> Opened:
    """Read what the configuration names; raise ConfigurationError where it leads nowhere, with every fault."""
    try:
        found = opened(path, environ)
    except MappingError as error:
        raise ConfigurationError(error.faults) from None
    url = found.settings.database.reveal()
    folder = Path(url.removeprefix("sqlite:///").partition("?")[0]).parent
    if url.startswith("sqlite:///") and not folder.is_dir():
        place = f"{found.settings.path.name}: database" if found.settings.path else "environment: DATABASE_URL"
        raise ConfigurationError([f"{place}: there is no folder {folder}"])
    return found


def _leave(status: int) -> None:
    """End at once where a request has not come back: Python would wait for its thread, for up to a minute."""
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread() and thread.is_alive()]
    if any(not thread.daemon for thread in others):
        _leave_now(status)


def _leave_now(status: int) -> None:
    """End without waiting for anything: all that was acknowledged is in the database."""
    logging.shutdown()
    sys.stderr.flush()
    os._exit(status)


def _roles(text: str) -> set[str]:
    chosen = {role.strip() for role in text.split(",") if role.strip()}
    if not chosen or chosen - set(ROLES):
        wrong = ", ".join(sorted(chosen - set(ROLES))) or "nothing"
        raise UsageFaultError(f"--roles: expected some of {', '.join(ROLES)}, got {wrong}")
    return chosen


def _run(found: Opened, store: Store, *, roles: set[str], environ: Mapping[str, str]) -> int:
    # Not an Event: a signal that comes while the main thread is inside its lock would wait for itself.
    ends: queue.SimpleQueue[str] = queue.SimpleQueue()
    refused: list[str] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.put(""))
    answer_soon()
    bridge = Bridge(found.settings, store=store, mapping=found.mapping, roles=roles, environ=environ, refuse=ends.put)
    signal.signal(signal.SIGHUP, lambda *_: bridge.reloading.ask())
    before, threading.excepthook = threading.excepthook, partial(_thread_ended, ends.put, bridge.ended)
    looking = Looking(bridge, store, environ)
    systemd = Systemd(environ, missing=bridge.missing)
    bridge.reloading.told = systemd.reloading
    try:
        bridge.start()
        systemd.ready()
        looking.start()
        log.info("running: %s", ", ".join(role for role in ROLES if role in roles))
        if reason := _awaited(ends):
            refused.append(reason)
    except OSError as error:
        web = found.settings.web
        where = f"{web.host}:{web.port}" if web else "the network"
        refused.append(f"HTTP: {where} can't be listened on: {os.strerror(error.errno) if error.errno else error}")
    finally:
        log.info("stopping")
        looking.stop()
        systemd.stopping()
        last = threading.Timer(LONGEST_END, _leave_now, [FAILED if refused else DONE])
        last.daemon = True
        last.start()
        bridge.stop()
        threading.excepthook = before
    for reason in refused:
        fail(reason)
    return FAILED if refused else DONE


def answer_soon() -> None:
    """Set the interpreter so that no thread waits long for its turn: once, when everything is imported."""
    # By default a thread that waited for the network gets its turn after 5 ms: longer than a whole answer takes.
    sys.setswitchinterval(SWITCH)
    # What is there by now stays to the end. Looked through by each full collection, its 150,000 objects would stop all
    # threads for a tenth of a second.
    gc.collect()
    gc.freeze()


def _awaited(ends: queue.SimpleQueue[str]) -> str:
    """Wait for the end and return its reason.

    With a time-out: a signal that comes between the interpreter's last look and the wait itself is noted and wakes
    nobody, and its handler would never run.
    """
    while True:
        with suppress(queue.Empty):
            return ends.get(timeout=LOOK)


def _thread_ended(
    refuse: Callable[[str], None], note: Callable[[str, str], None], how: threading.ExceptHookArgs
) -> None:
    """Tell of a thread that an error ended, without the error's text: it may hold a secret."""
    name = how.thread.name if how.thread else "a thread"
    where = traceback.extract_tb(how.exc_traceback)[-1:]
    place = "".join(f" in {at.name} ({Path(at.filename).name}:{at.lineno})" for at in where)
    text = f"{name} ended: unexpected {how.exc_type.__name__}{place}, a fault of this program"
    if name.startswith(NEEDED):
        refuse(text)
    else:
        log.error("%s", text)
        note(name, f"ended by an error ({how.exc_type.__name__})")
