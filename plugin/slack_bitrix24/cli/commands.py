"""The commands and their options; each imports what it needs when it runs."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException
from typer.main import get_command

from slack_bitrix24.cli import lists
from slack_bitrix24.cli.boxes import inbox_command as inbox_commands
from slack_bitrix24.cli.boxes import outbox_command as outbox_commands
from slack_bitrix24.cli.ending import DONE, FAILED, ended, fail
from slack_bitrix24.cli.portal import command as portal_commands
from slack_bitrix24.cli.send import command as send_command
from slack_bitrix24.cli.starting import Config, Json, help_alone, run_with

PROGRAM = "slack-bitrix24"
HELP = ("-h", "--help")

application = typer.Typer(
    name=PROGRAM,
    help="Slack commands, alerts and schedules, delivered as Bitrix24 personal notifications.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": list(HELP)},
)


def program(arguments: Sequence[str]) -> int:
    """Run the command line with these arguments and return the exit status; wrong usage is told in one line."""
    # Without it, Python would print warnings of libraries as they are. `run` sets up a log of its own.
    logging.getLogger().addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if _explained(arguments):
        return DONE
    try:
        return application(args=list(arguments), prog_name=PROGRAM, standalone_mode=False) or 0
    except TyperException as error:
        context = getattr(error, "ctx", None)
        where = context.command_path if context is not None else PROGRAM
        said = error.format_message().rstrip(".").replace("Value error, ", "")
        fail(f"{said} (see {where} --help)")
        return error.exit_code
    except typer.Abort:
        return FAILED


def _explained(arguments: Sequence[str]) -> bool:
    """Print the help of a command where nothing else is asked for; False where there is more to it.

    typer would read the options before the sub-command first, and load pydantic for it: a quarter of a second.
    """
    *words, last = arguments or [""]
    if last not in HELP:
        return False
    command: Any = get_command(application)
    context = typer.Context(command, info_name=PROGRAM, **command.context_settings)
    for word in words:
        command = getattr(command, "commands", {}).get(word)
        if command is None:
            return False
        context = typer.Context(command, info_name=word, parent=context)
    typer.echo(context.get_help())
    return True


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
    port: Annotated[int, typer.Option(help="Where the page is.", envvar="PORT", min=0, max=65535)] = 8024,
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
        str, typer.Option(help="What this process does, of slack,schedule,deliver,web,bot.", metavar="LIST")
    ] = "slack,schedule,deliver,web,bot",
    config: Config = None,
) -> None:
    """Run the bridge until it is told to stop (SIGTERM, Ctrl-C)."""
    from slack_bitrix24.cli import run as command  # noqa: PLC0415

    run_with(context, config, command.run, roles=roles)


@application.command()
def check(
    context: typer.Context,
    *,
    probe: Annotated[bool, typer.Option("--probe", help="Ask each portal anew whether it keeps tags.")] = False,
    notify: Annotated[
        str, typer.Option("--notify", metavar="ADDRESS", help="Send a first notification; `me` is you.")
    ] = "",
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Check the configuration, the mapping file, Slack's tokens and scopes, and access to Bitrix24."""
    from slack_bitrix24.cli.checks import check as command  # noqa: PLC0415

    run_with(context, config, command.check, as_json=as_json, probe=probe, notify=notify)


@application.command()
def init(
    context: typer.Context,
    *,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML file with the answers; nothing is asked then.")
    ] = None,
    config: Config = None,
) -> None:
    """Set up: Slack's tokens, Bitrix24's sign-in, channels and people, each tried at once."""
    from slack_bitrix24.cli.init import command  # noqa: PLC0415

    run_with(context, config, command.init, source=answers)


@application.command()
def render(
    context: typer.Context,
    *,
    source: Annotated[str, typer.Argument(metavar="FILE|-|URL", help="A payload: JSON, a form, or a text.")],
    form: Annotated[str, typer.Option("--as", metavar="FORM", help="slack, alertmanager, grafana, … [guessed].")] = "",
    portal: Annotated[str, typer.Option(metavar="NAME", help="By the limits of this portal.")] = "",
    as_html: Annotated[bool, typer.Option("--html", help="Print a page.")] = False,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Show what a payload becomes in Bitrix24: in the centre, as push, as mail. Nothing is sent."""
    from slack_bitrix24.cli import rendering as command  # noqa: PLC0415

    look = command.Look(source, form=form, portal=portal, as_html=as_html, as_json=as_json)
    run_with(context, config, command.rendered, look=look)


@application.command()
def password(
    *,
    source: Annotated[str, typer.Argument(metavar="[-]", help="-: read it from standard input.")] = "",
) -> None:
    """Print the hash of a password for the page for operators, asked for without showing it."""
    from slack_bitrix24.cli import password as command  # noqa: PLC0415

    raise typer.Exit(ended(lambda: command.printed(source=source)))


@application.command()
def manifest() -> None:
    """Print the manifest from which Slack makes the app."""
    from slack_bitrix24.cli import manifest as command  # noqa: PLC0415

    raise typer.Exit(ended(command.printed))


application.command()(send_command.send)
application.add_typer(lists.mapping, name="mapping")
application.add_typer(outbox_commands.outbox, name="outbox")
application.add_typer(inbox_commands.inbox, name="inbox")
application.add_typer(lists.schedule, name="schedule")
application.add_typer(portal_commands.portal, name="portal")
application.add_typer(lists.database, name="database")
