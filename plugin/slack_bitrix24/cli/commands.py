"""The commands and their options; each imports what it needs when it runs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from slack_bitrix24.cli import lists, outbox_commands
from slack_bitrix24.cli.ending import FAILED, ended, fail
from slack_bitrix24.cli.starting import Config, Json, help_alone, run_with

PROGRAM = "slack-bitrix24"

application = typer.Typer(
    name=PROGRAM,
    help="Slack commands, alerts and schedules, delivered as Bitrix24 personal notifications.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def program(arguments: Sequence[str]) -> int:
    """Run the command line with these arguments and return the exit status; wrong usage is told in one line."""
    # Without it, Python would print warnings of libraries as they are. `run` sets up a log of its own.
    logging.getLogger().addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        return application(args=list(arguments), prog_name=PROGRAM, standalone_mode=False) or 0
    except TyperException as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context is not None else PROGRAM
        fail(f"{error.format_message().rstrip('.')} (see {where} --help)")
        return error.exit_code
    except typer.Abort:
        return FAILED


def _version(wanted: bool) -> None:  # noqa: FBT001 – typer's form of a callback
    if wanted:
        typer.echo(f"{PROGRAM} {version(PROGRAM)}")
        raise typer.Exit


@application.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    *,
    config: Config = None,
    show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Remember the configuration's path: the option may stand before or after the sub-command."""
    del show
    context.obj = config
    help_alone(context)


@application.command()
def demo(
    *,
    port: Annotated[int, typer.Option(help="Where the page is.", envvar="PORT")] = 8024,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
) -> None:
    """Run the bridge against a Slack and a Bitrix24 sandbox on this machine, and show both on a page."""
    from slack_bitrix24.cli import demo as command  # noqa: PLC0415

    raise typer.Exit(ended(lambda: command.demo(port=port, browser=not no_browser)))


@application.command()
def run(
    context: typer.Context,
    *,
    roles: Annotated[
        str, typer.Option(help="What this process does, of slack,schedule,deliver,web.", metavar="LIST")
    ] = "slack,schedule,deliver,web",
    config: Config = None,
) -> None:
    """Run the bridge until it is told to stop (SIGTERM, Ctrl-C)."""
    from slack_bitrix24.cli import run as command  # noqa: PLC0415

    run_with(context, config, command.run, roles=roles)


@application.command()
def check(context: typer.Context, *, config: Config = None, as_json: Json = False) -> None:
    """Check the configuration, the mapping file, Slack's tokens and scopes, and access to Bitrix24."""
    from slack_bitrix24.cli import check as command  # noqa: PLC0415

    run_with(context, config, command.check, as_json=as_json)


@application.command()
def send(  # noqa: PLR0913 – typer takes the options of `send` so
    context: typer.Context,
    *,
    text: Annotated[str, typer.Option(help=r"What to say; \n is a line break; - reads standard input.")],
    to: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="Whom, through the mapping file and the outbox.")
    ] = None,
    url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            envvar="BITRIX24_WEBHOOK_URL",
            help="A webhook, or with --token a portal: no configuration is needed.",
        ),
    ] = "",
    user: Annotated[list[str] | None, typer.Option(metavar="ID", help="A Bitrix24 user, with --url.")] = None,
    tag: Annotated[
        str, typer.Option(metavar="TAG", help="A later notification with the same tag replaces this one.")
    ] = "",
    picture: Annotated[list[str] | None, typer.Option(metavar="NAME=URL", help="Show a picture.")] = None,
    file: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=URL|PATH", help="Show a file; one of this machine is uploaded, with --to."),
    ] = None,
    blocks: Annotated[str, typer.Option(metavar="JSON|FILE|URL", help="Blocks of an ATTACH.")] = "",
    token: Annotated[
        str, typer.Option(metavar="TOKEN", envvar="BITRIX24_TOKEN", help="An OAuth access token, with --url.")
    ] = "",
    wait: Annotated[float, typer.Option(metavar="SECONDS", help="How long to wait for the outcome, with --to.")] = 30.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the call and send nothing.")] = False,
    output: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the answer there.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Notify people: with --to through the outbox, with --url and --user by one call."""
    from slack_bitrix24.cli import options  # noqa: PLC0415

    wanted = options.Wanted(
        text=text, tag=tag, pictures=tuple(picture or ()), files=tuple(file or ()), blocks=blocks,
        dry_run=dry_run, output=output, as_json=as_json,
    )  # fmt: skip
    users = tuple(user or ())
    typed = [f"--{name}" for name in ("url", "token") if _typed(context, name)] + (["--user"] if users else [])
    if to and typed:
        raise typer.Exit(ended(lambda: options.either(typed)))
    if to:
        from slack_bitrix24.cli import send_to  # noqa: PLC0415

        run_with(context, config, send_to.send, wanted=wanted, to=tuple(to), wait=wait)
    from slack_bitrix24.cli import send_url  # noqa: PLC0415

    raise typer.Exit(ended(lambda: send_url.send(wanted, url=url, users=users, token=token)))


def _typed(context: typer.Context, name: str) -> bool:
    """Tell whether an option stood on the command line rather than in the environment."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


application.add_typer(lists.mapping, name="mapping")
application.add_typer(outbox_commands.outbox, name="outbox")
application.add_typer(lists.schedule, name="schedule")
application.add_typer(lists.database, name="database")
