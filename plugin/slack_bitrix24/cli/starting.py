"""What every command has: the options that all share, and how a command is run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from slack_bitrix24.cli.ending import USAGE, ended

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="PATH", help="The configuration [default: slack-bitrix24.toml here]."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def family(description: str) -> typer.Typer:
    """Return a command with sub-commands; `--config` may stand before these too."""
    return typer.Typer(help=description, callback=_between, invoke_without_command=True)


def _between(context: typer.Context, *, config: Config = None) -> None:
    if config is not None:
        context.find_root().obj = config
    help_alone(context)


def help_alone(context: typer.Context) -> None:
    """Where no sub-command was given, show which there are; that is wrong usage, as with `git`."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(USAGE)


def run_with(context: typer.Context, config: Path | None, command: Callable[..., int], **options: Any) -> None:
    """Run a command with the configuration's path, wherever it stood, and exit with the command's status."""
    path = config or context.find_root().obj
    raise typer.Exit(ended(lambda: command(path=path, environ=os.environ, **options)))
