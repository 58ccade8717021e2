"""`database upgrade | copy | backup | check`: the tables brought up to date, moved, saved and looked at."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from slack_bitrix24.cli import tables
from slack_bitrix24.cli.ending import DONE, FAILED, UsageFaultError, fail
from slack_bitrix24.cli.opening import database, settings_of
from slack_bitrix24.store import examination, transfer, upgrade
from slack_bitrix24.store.migrations import REVISIONS


def upgraded(*, path: Path | None, environ: Mapping[str, str]) -> int:
    """Upgrade, and say from which version of the tables to which."""
    settings = settings_of(path, environ)
    before = upgrade(settings.database.reveal())
    with closing(database(settings)) as store:
        where = store.where
    now = REVISIONS[-1]
    told = f"is up to date ({now})" if before == now else f"upgraded from {before or 'nothing'} to {now}"
    print(f"{where}: {told}")  # noqa: T201 – what a command prints
    return DONE


def copied(*, path: Path | None, environ: Mapping[str, str], source: str, as_json: bool) -> int:
    """Copy everything from another database into the configuration's."""
    if "://" not in source:
        raise UsageFaultError('--from: expected "sqlite:///file.db" or "postgresql://user@host/name"')
    target = settings_of(path, environ).database.reveal()
    with _bar() as progress:
        counts = transfer.copy(source, target, progress=progress)
    _show(counts, as_json=as_json)
    return DONE


def backed_up(*, path: Path | None, environ: Mapping[str, str], file: Path, as_json: bool) -> int:
    """Write everything into one file; the bridge may run meanwhile."""
    with _bar() as progress:
        counts = transfer.backup(settings_of(path, environ).database.reveal(), file, progress=progress)
    _show(counts, as_json=as_json)
    return DONE


def checked(*, path: Path | None, environ: Mapping[str, str], as_json: bool) -> int:
    """Look for damage; the bridge may run meanwhile."""
    report = examination.examine(settings_of(path, environ).database.reveal())
    if as_json:
        tables.as_json({"database": report.where, "faults": list(report.faults), "rows": report.rows})
    else:
        tables.show(("table", "rows"), [(name, f"{rows:,}") for name, rows in report.rows.items()], empty="no tables")
        print(f"{report.where}: {'ok' if not report.faults else 'damaged'}")  # noqa: T201 – what a command prints
    for fault in report.faults:
        fail(fault)
    return FAILED if report.faults else DONE


def _show(counts: Sequence[transfer.Count], *, as_json: bool) -> None:
    if as_json:
        tables.as_json([{"table": each.table, "from": each.source, "to": each.target} for each in counts])
    else:
        tables.show(
            ("table", "from", "to"),
            [(each.table, f"{each.source:,}", f"{each.target:,}") for each in counts],
            empty="no tables",
        )


@contextmanager
def _bar() -> Iterator[transfer.Progress]:
    """Show how far it is where somebody watches; say nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415 – only a terminal pays for it
    from rich.progress import Progress, TaskID  # noqa: PLC0415

    with Progress(console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def told(table: str, done: int, total: int) -> None:
            task = tasks.get(table)
            if task is None:
                task = tasks[table] = bars.add_task(table, total=total)
            bars.update(task, completed=done, total=max(total, done))

        yield told
