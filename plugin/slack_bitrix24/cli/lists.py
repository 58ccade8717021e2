"""The commands `mapping`, `schedule` and `database` and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from slack_bitrix24.cli.starting import Config, Json, family, run_with

mapping = family("The mapping file: which Slack user is which Bitrix24 user.")
schedule = family("Schedules and reminders.")
database = family("The database.")


@mapping.command("check")
def mapping_check(
    context: typer.Context,
    *,
    online: Annotated[bool, typer.Option("--online", help="Ask the portals about everybody too.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Say what is wrong with the mapping file: every fault with its line and column."""
    from slack_bitrix24.cli.people import mapping as command  # noqa: PLC0415

    run_with(context, config, command.check, as_json=as_json, ask=online)


@mapping.command("show")
def mapping_show(context: typer.Context, *, config: Config = None, as_json: Json = False) -> None:
    """Show who is who, and the groups."""
    from slack_bitrix24.cli.people import mapping as command  # noqa: PLC0415

    run_with(context, config, command.show, as_json=as_json)


@mapping.command("sync")
def mapping_sync(
    context: typer.Context,
    *,
    portal: Annotated[str, typer.Option(metavar="NAME", help="Whose users; the first portal if not given.")] = "",
    write: Annotated[bool, typer.Option("--write", help="Add the new ones to the mapping file.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Match Slack and Bitrix24 users by e-mail, and show who is new."""
    from slack_bitrix24.cli.people import syncing as command  # noqa: PLC0415

    run_with(context, config, command.sync, portal=portal, write=write, as_json=as_json)


@schedule.command("list")
def schedule_list(context: typer.Context, *, config: Config = None, as_json: Json = False) -> None:
    """List the configuration's schedules and people's reminders, the next first."""
    from slack_bitrix24.cli import schedules as command  # noqa: PLC0415

    run_with(context, config, command.listed, as_json=as_json)


@schedule.command("next")
def schedule_next(
    context: typer.Context,
    *,
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=1000, help="How many times.")] = 5,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show the next times at which something goes out."""
    from slack_bitrix24.cli import schedules as command  # noqa: PLC0415

    run_with(context, config, command.upcoming, number=number, as_json=as_json)


@database.command("upgrade")
def database_upgrade(context: typer.Context, *, config: Config = None) -> None:
    """Bring the tables up to date; `run` does so by itself."""
    from slack_bitrix24.cli import database as command  # noqa: PLC0415

    run_with(context, config, command.upgraded)


@database.command("copy")
def database_copy(
    context: typer.Context,
    *,
    source: Annotated[
        str,
        typer.Option("--from", metavar="URL", envvar="SLACK_BITRIX24_FROM", help="The database that is left behind."),
    ],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Copy everything from another database into the configuration's, which is empty; interrupted, it goes on."""
    from slack_bitrix24.cli import database as command  # noqa: PLC0415

    run_with(context, config, command.copied, source=source, as_json=as_json)


@database.command("backup")
def database_backup(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A SQLite file, whatever the database is.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Write everything into one file, also while the bridge runs."""
    from slack_bitrix24.cli import database as command  # noqa: PLC0415

    run_with(context, config, command.backed_up, file=file, as_json=as_json)


@database.command("check")
def database_check(context: typer.Context, *, config: Config = None, as_json: Json = False) -> None:
    """Look for damage, and count the rows."""
    from slack_bitrix24.cli import database as command  # noqa: PLC0415

    run_with(context, config, command.checked, as_json=as_json)
