"""The command `portal` and its options."""

from __future__ import annotations

from typing import Annotated

import typer

from slack_bitrix24.cli.starting import Config, Json, family, run_with

portal = family("The Bitrix24 portals: sign-in, what they keep, how they are.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The portal's name in the configuration.")]


@portal.command("list")
def portal_list(context: typer.Context, *, config: Config = None, as_json: Json = False) -> None:
    """List the portals: sign-in, user, scopes, tags, limits, state."""
    from slack_bitrix24.cli.portal import portals as command  # noqa: PLC0415

    run_with(context, config, command.listed, as_json=as_json)


@portal.command("probe")
def portal_probe(context: typer.Context, name: Name, *, config: Config = None) -> None:
    """Find out whether the portal keeps tags, by a notification to its own user that goes again."""
    from slack_bitrix24.cli.portal import portals as command  # noqa: PLC0415

    run_with(context, config, command.probe, name=name)


@portal.command("bot")
def portal_bot(context: typer.Context, name: Name, *, config: Config = None) -> None:
    """Register the bridge's own bot at the portal, or show the one that is there."""
    from slack_bitrix24.cli.portal import portals as command  # noqa: PLC0415

    run_with(context, config, command.bot, name=name)


@portal.command("connect")
def portal_connect(
    context: typer.Context,
    name: Name,
    *,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Where on this machine the browser comes back.")] = 8025,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the page's address, do not open it.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also where the portal is connected and works.")] = False,
    config: Config = None,
) -> None:
    """Connect the portal as an OAuth application, step by step."""
    from slack_bitrix24.cli.portal import connect as command  # noqa: PLC0415

    options = command.Options(port=port, browser=not no_browser, again=again)
    run_with(context, config, command.connect, name=name, options=options)
