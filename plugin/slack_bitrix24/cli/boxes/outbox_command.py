"""The command `outbox` and its options."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from slack_bitrix24.cli.starting import Config, Json, family, run_with

outbox = family("The outbox: what is owed to whom, and what became of it.")


class StateName(StrEnum):
    """The states of `model.State`; a test compares the two. Spelled here so that `--help` loads nothing more."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


State = Annotated[StateName | None, typer.Option(help="Only those in this state.")]
Portal = Annotated[str, typer.Option(metavar="NAME", help="Only those of this portal.")]
Ids = Annotated[list[int], typer.Argument(metavar="ID…", help="As `outbox list` shows them.")]
Age = Annotated[str, typer.Option(metavar="AGE", help="Such as 90m, 12h, 30d or 2w.")]


@outbox.command("list")
def outbox_list(  # noqa: PLR0913 – typer takes options so
    context: typer.Context,
    *,
    state: State = None,
    portal: Portal = "",
    person: Annotated[str, typer.Option(metavar="ADDRESS", help="Only those for this person (or group).")] = "",
    older_than: Age = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest ones.")] = 50,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """List notifications, the newest last."""
    from slack_bitrix24.cli.boxes import outbox as command  # noqa: PLC0415

    chosen = command.Chosen(
        state=state.value if state else "", portal=portal, person=person, older_than=older_than, limit=limit
    )
    run_with(context, config, command.listed, chosen=chosen, as_json=as_json)


@outbox.command("show")
def outbox_show(
    context: typer.Context,
    *,
    number: Annotated[int, typer.Argument(metavar="ID", help="As `outbox list` shows it.")],
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show all of one notification."""
    from slack_bitrix24.cli.boxes import outbox as command  # noqa: PLC0415

    run_with(context, config, command.shown, number=number, as_json=as_json)


@outbox.command("retry")
def outbox_retry(
    context: typer.Context,
    *,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="ID…", help="Dead ones.")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="All dead ones.")] = False,
    portal: Portal = "",
    config: Config = None,
) -> None:
    """Send dead notifications again."""
    from slack_bitrix24.cli.boxes import outbox_changes as command  # noqa: PLC0415

    run_with(context, config, command.retry, numbers=tuple(numbers or ()), dead=dead, portal=portal)


@outbox.command("cancel")
def outbox_cancel(context: typer.Context, *, numbers: Ids, config: Config = None) -> None:
    """Take back notifications that did not go out yet."""
    from slack_bitrix24.cli.boxes import outbox_changes as command  # noqa: PLC0415

    run_with(context, config, command.cancel, numbers=tuple(numbers))


@outbox.command("resume")
def outbox_resume(
    context: typer.Context,
    *,
    portal: Annotated[str, typer.Argument(metavar="[PORTAL]", help="Which; else all that are stopped.")] = "",
    config: Config = None,
) -> None:
    """Let a stopped portal be tried now, not only when its pause is over."""
    from slack_bitrix24.cli.boxes import outbox_changes as command  # noqa: PLC0415

    run_with(context, config, command.resume, portal=portal)


@outbox.command("purge")
def outbox_purge(
    context: typer.Context,
    *,
    older_than: Annotated[str, typer.Option(metavar="AGE", help="Finished for longer than this, such as 30d.")],
    config: Config = None,
) -> None:
    """Delete what was delivered, superseded or cancelled, or is dead, for that long."""
    from slack_bitrix24.cli.boxes import outbox_changes as command  # noqa: PLC0415

    run_with(context, config, command.purge, older_than=older_than)
