"""`database upgrade`: bring the tables up to date."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from slack_bitrix24.cli.ending import DONE
from slack_bitrix24.cli.opening import database, settings_of
from slack_bitrix24.store import upgrade
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
