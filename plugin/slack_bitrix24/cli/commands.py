"""The commands and their options; each imports what it needs when it runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from slack_bitrix24.cli.ending import ended

application = typer.Typer(
    name="slack-bitrix24",
    help="Slack commands, alerts and schedules, delivered as Bitrix24 personal notifications.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
mapping = typer.Typer(help="The mapping file: Slack users and Bitrix24 users.", no_args_is_help=True)
application.add_typer(mapping, name="mapping")

Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="PATH", help="The configuration [default: slack-bitrix24.toml here]."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def _version(wanted: bool) -> None:  # noqa: FBT001 – typer's form of a callback
    if wanted:
        typer.echo(f"slack-bitrix24 {version('slack-bitrix24')}")
        raise typer.Exit


@application.callback()
def start(
    context: typer.Context,
    config: Config = None,
    show: Annotated[  # noqa: FBT002 – a flag of the command line
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Remember the configuration's path: the option may stand before or after the sub-command."""
    del show
    context.obj = config


def run_with(context: typer.Context, config: Path | None, command: Callable[..., int], **options: Any) -> None:
    """Run a command with the configuration's path, wherever it stood, and exit with the command's status."""
    path = config or context.find_root().obj
    raise typer.Exit(ended(lambda: command(path=path, environ=os.environ, **options)))


@application.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is.", envvar="PORT")] = 8024,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,  # noqa: FBT002
) -> None:
    """Run the bridge against a Slack and a Bitrix24 sandbox on this machine, and show both on a page."""
    from slack_bitrix24.cli import demo as command  # noqa: PLC0415

    raise typer.Exit(ended(lambda: command.demo(port=port, browser=not no_browser)))


@application.command()
def run(
    context: typer.Context,
    roles: Annotated[
        str, typer.Option(help="What this process does, of slack,schedule,deliver,web.", metavar="LIST")
    ] = "slack,schedule,deliver,web",
    config: Config = None,
) -> None:
    """Run the bridge until it is told to stop (SIGTERM, Ctrl-C)."""
    from slack_bitrix24.cli import run as command  # noqa: PLC0415

    run_with(context, config, command.run, roles=roles)


@application.command()
def check(context: typer.Context, config: Config = None, as_json: Json = False) -> None:  # noqa: FBT002
    """Check the configuration, the mapping file, Slack's tokens and scopes, and access to Bitrix24."""
    from slack_bitrix24.cli import check as command  # noqa: PLC0415

    run_with(context, config, command.check, as_json=as_json)


@application.command()
def send(  # noqa: PLR0913, PLR0917 – typer takes the options of `send` so
    context: typer.Context,
    text: Annotated[str, typer.Option(help=r"What to say; \n is a line break; - reads standard input.")],
    to: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="Whom, through the mapping file and the outbox.")
    ] = None,
    url: Annotated[
        str, typer.Option(envvar="BITRIX24_WEBHOOK_URL", help="A webhook, or with --token a portal: no configuration.")
    ] = "",
    user: Annotated[list[str] | None, typer.Option(metavar="ID", help="Bitrix24 user, with --url.")] = None,
    tag: Annotated[str, typer.Option(help="A later notification with the same tag replaces this one.")] = "",
    picture: Annotated[list[str] | None, typer.Option(metavar="NAME=URL", help="Show a picture.")] = None,
    file: Annotated[list[str] | None, typer.Option(metavar="NAME=URL|PATH", help="Show a file.")] = None,
    blocks: Annotated[str, typer.Option(metavar="JSON|FILE|URL", help="Blocks of an ATTACH.")] = "",
    token: Annotated[str, typer.Option(envvar="BITRIX24_TOKEN", help="An OAuth access token, with --url.")] = "",
    wait: Annotated[float, typer.Option(help="Seconds to wait for the outcome, with --to.")] = 30.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the call and send nothing.")] = False,  # noqa: FBT002
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the answer there.")] = None,
    config: Config = None,
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Notify people: with --to through the outbox, with --url and --user by one call."""
    from slack_bitrix24.cli import options  # noqa: PLC0415

    wanted = options.Wanted(
        text=text, tag=tag, pictures=tuple(picture or ()), files=tuple(file or ()), blocks=blocks,
        dry_run=dry_run, output=output, as_json=as_json,
    )  # fmt: skip
    if to:
        from slack_bitrix24.cli import send_to  # noqa: PLC0415

        run_with(context, config, send_to.send, wanted=wanted, to=tuple(to), wait=wait)
    from slack_bitrix24.cli import send_url  # noqa: PLC0415

    raise typer.Exit(ended(lambda: send_url.send(wanted, url=url, users=tuple(user or ()), token=token)))


@mapping.command("check")
def mapping_check(context: typer.Context, config: Config = None, as_json: Json = False) -> None:  # noqa: FBT002
    """Say what is wrong with the mapping file: every fault with its line and column."""
    from slack_bitrix24.cli import mapping as command  # noqa: PLC0415

    run_with(context, config, command.check, as_json=as_json)
