"""`outbox retry | cancel | resume | purge`: what a person may do about notifications."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.opening import database, duration, portal_named, settings_of
from slack_bitrix24.model import State
from slack_bitrix24.store import Store, Transaction
from slack_bitrix24.store.retention import give_pages_back

SHORTEST_KEPT = 2 * 86_400.0
"""Slack repeats an event for up to 26 hours; what is purged is no longer known as done, and would go out again."""

PORTION = 200
"""Rows of one transaction: a bridge that runs beside it waits for some ten milliseconds."""

Change = Callable[[Transaction, Sequence[int], int], list[int]]


def retry(*, path: Path | None, environ: Mapping[str, str], numbers: Sequence[int], dead: bool, portal: str) -> int:
    """Make dead ones pending again; return 1 when one that was named is not dead."""
    if bool(numbers) == dead:
        raise UsageFaultError("outbox retry: give ids, or --dead for all that are dead")
    settings = settings_of(path, environ)
    only = portal_named(settings, portal)
    if only and numbers:
        raise UsageFaultError("outbox retry: --portal goes with --dead")
    with closing(database(settings)) as store:
        # The ids are read first: what dies again while this runs is not tried forever.
        wanted = list(_dead(store, only)) if dead else numbers
        return _changed(store, wanted, _retried, done="pending again", only="dead ones are retried")


def cancel(*, path: Path | None, environ: Mapping[str, str], numbers: Sequence[int]) -> int:
    """Take back those that are pending; return 1 when one is not."""
    with closing(database(settings_of(path, environ))) as store:
        return _changed(store, numbers, _cancelled, done="cancelled", only="pending ones can be cancelled")


def resume(*, path: Path | None, environ: Mapping[str, str], portal: str) -> int:
    """Ask the lanes that are stopped to try at once."""
    settings = settings_of(path, environ)
    names = [portal_named(settings, portal)] if portal else list(settings.portals)
    with closing(database(settings)) as store:
        resumed = [name for name in names if store.write(lambda tx, name=name: tx.lanes.resume(name))]  # type: ignore[misc]
    for name in resumed:
        print(f"portal {name}: is tried now, where run is running")  # noqa: T201 – what a command prints
    if not resumed:
        print(f"portal {portal} is not stopped" if portal else "no portal is stopped")  # noqa: T201 – the same
    return DONE


def purge(*, path: Path | None, environ: Mapping[str, str], older_than: str) -> int:
    """Delete what has been finished for that long."""
    age = duration(older_than, "--older-than")
    if age < SHORTEST_KEPT:
        raise UsageFaultError("--older-than: at least 2d (Slack repeats events for a day; they must be known as done)")
    with closing(database(settings_of(path, environ))) as store:
        before, total = store.now() - age, 0
        while True:
            gone = store.write(lambda tx: tx.outbox.purge(before, limit=PORTION))
            total += gone
            if gone < PORTION:
                break
        if total:
            store.write(give_pages_back)
    print(f"purged: {total}")  # noqa: T201 – what a command prints
    return DONE


def _dead(store: Store, portal: str) -> Iterator[int]:
    last = 0

    def read(tx: Transaction) -> list[int]:
        found = tx.outbox.find(limit=PORTION, after_id=last, state=State.DEAD, portal=portal or None)
        return [one.id for one in found]

    while ids := store.read(read):
        yield from ids
        last = ids[-1]


def _retried(tx: Transaction, ids: Sequence[int], before: int) -> list[int]:
    return tx.outbox.retry(ids, before=before)


def _cancelled(tx: Transaction, ids: Sequence[int], _before: int) -> list[int]:
    return tx.outbox.cancel(ids)


def _changed(store: Store, numbers: Sequence[int], change: Change, *, done: str, only: str) -> int:
    """Change them, say how many, and name those that were in another state."""
    ids = [number for number in dict.fromkeys(numbers) if 0 < number < 2**63]
    changed: set[int] = set()
    for begin in range(0, len(ids), PORTION):
        part = ids[begin : begin + PORTION]
        changed |= set(store.write(lambda tx, part=part, begin=begin: change(tx, part, begin)))  # type: ignore[misc]
    print(f"{done}: {len(changed)}")  # noqa: T201 – what a command prints
    left = [number for number in dict.fromkeys(numbers) if number not in changed]
    for number in left:
        now = store.read(lambda tx, number=number: tx.outbox.get(number)) if number in ids else None  # type: ignore[misc]
        fail(f"{number}: {f'is {now.state.value}; only {only}' if now else 'there is no such notification'}")
    return FAILED if left else DONE
