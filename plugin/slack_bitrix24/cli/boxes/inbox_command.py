"""The command `inbox` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from slack_bitrix24.cli.starting import Config, Json, family, run_with

inbox = family("The inbox: what senders posted over HTTP, and what became of it.")

Ids = Annotated[list[int] | None, typer.Argument(metavar="ID…", help="As `inbox list` shows them.")]
Since = Annotated[str, typer.Option(metavar="WHEN", help="An age (2h, 1d) or a moment (2026-11-29T14:00).")]


@inbox.command("list")
def inbox_list(
    context: typer.Context,
    *,
    since: Since = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest ones.")] = 50,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """List the requests, the newest last."""
    from slack_bitrix24.cli.boxes import inbox as command  # noqa: PLC0415

    run_with(context, config, command.listed, since=since, limit=limit, as_json=as_json)


@inbox.command("show")
def inbox_show(
    context: typer.Context,
    *,
    number: Annotated[int, typer.Argument(metavar="ID", help="As `inbox list` shows it.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show a request as it came, and what became of it."""
    from slack_bitrix24.cli.boxes import inbox as command  # noqa: PLC0415

    run_with(context, config, command.shown, number=number, as_json=as_json)


@inbox.command("replay")
def inbox_replay(
    context: typer.Context,
    *,
    numbers: Ids = None,
    since: Since = "",
    again: Annotated[
        bool, typer.Option("--again", help="Also what was delivered at a portal that keeps no tags: seen twice there.")
    ] = False,
    config: Config = None,
) -> None:
    """Read requests again and deliver them; what was delivered is replaced where the portal keeps tags."""
    from slack_bitrix24.cli.boxes import inbox as command  # noqa: PLC0415

    run_with(context, config, command.replayed, numbers=numbers or [], since=since, again=again)
