"""The command `send` and its options."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from slack_bitrix24.cli.ending import ended
from slack_bitrix24.cli.starting import Config, Json, run_with


class PriorityName(StrEnum):
    """What `--priority` takes."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


Text = Annotated[str, typer.Option(metavar="TEXT", help=r"What to say; \n is a line break; - reads standard input.")]
To = Annotated[list[str] | None, typer.Option(metavar="ADDRESS", help="Whom, through the mapping file and the outbox.")]
Url = Annotated[
    str,
    typer.Option(
        metavar="URL",
        envvar="BITRIX24_WEBHOOK_URL",
        help="A webhook, or with --token a portal: no configuration is needed.",
    ),
]
User = Annotated[list[str] | None, typer.Option(metavar="ID", help="A Bitrix24 user, with --url.")]
Tag = Annotated[str, typer.Option(metavar="TAG", help="A later notification with the same tag replaces this one.")]
Pictures = Annotated[list[str] | None, typer.Option("--picture", metavar="NAME=URL", help="Show a picture.")]
Files = Annotated[
    list[str] | None,
    typer.Option("--file", metavar="NAME=URL|PATH", help="Show a file; one of this machine is uploaded, with --to."),
]
Blocks = Annotated[str, typer.Option(metavar="JSON|FILE|URL", help="Blocks of an ATTACH.")]
Token = Annotated[
    str, typer.Option(metavar="TOKEN", envvar="BITRIX24_TOKEN", help="An OAuth access token, with --url.")
]
Wait = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", help="How long to wait for the outcome, 30 if not given; with --url for Bitrix24's answers."
    ),
]
Priority = Annotated[
    PriorityName, typer.Option(help="Which share of the portal's requests, with --to: each eight times the next.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the call and send nothing.")]
Output = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the answer there.")]


def send(  # noqa: PLR0913 – typer takes the options of `send` so
    context: typer.Context,
    *,
    text: Text,
    to: To = None,
    url: Url = "",
    user: User = None,
    tag: Tag = "",
    picture: Pictures = None,
    file: Files = None,
    blocks: Blocks = "",
    token: Token = "",
    wait: Wait = None,
    priority: Priority = PriorityName.NORMAL,
    dry_run: DryRun = False,
    output: Output = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Notify people: with --to through the outbox, with --url and --user by one call."""
    from slack_bitrix24.cli import options  # noqa: PLC0415

    wanted = options.Wanted(
        text=text, tag=tag, pictures=tuple(picture or ()), files=tuple(file or ()), blocks=blocks,
        dry_run=dry_run, output=output, as_json=as_json, priority=priority.value,
    )  # fmt: skip
    typed = [f"--{name}" for name in ("url", "token", "user") if _is_typed(context, name)]
    if to and typed:
        raise typer.Exit(ended(lambda: options.either(typed)))
    if dry_run and wait is not None:
        raise typer.Exit(ended(lambda: options.refused("--wait", "with --dry-run nothing is sent")))
    if to:
        from slack_bitrix24.cli.send import people as send_to  # noqa: PLC0415

        run_with(context, config, send_to.send, wanted=wanted, to=tuple(to), wait=30.0 if wait is None else wait)
    from slack_bitrix24.cli.send import url as send_url  # noqa: PLC0415

    if config or context.find_root().obj:
        raise typer.Exit(ended(lambda: options.refused("--config", "with --url no configuration is read")))
    if _is_typed(context, "priority"):
        raise typer.Exit(ended(lambda: options.refused("--priority", "with --url there is no queue")))
    raise typer.Exit(ended(lambda: send_url.send(wanted, url=url, users=tuple(user or ()), token=token, wait=wait)))


def _is_typed(context: typer.Context, name: str) -> bool:
    """Tell whether an option stood on the command line rather than in the environment."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"
