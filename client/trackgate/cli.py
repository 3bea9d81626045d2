"""The command `trackgate`: its subcommands are loaded when they are used."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path

import click

from trackgate import extras
from trackgate.env_file import load_into
from trackgate.errors import TrackgateError

_OWN = {
    "artifacts": "trackgate.commands.artifacts",
    "experiments": "trackgate.commands.experiments",
    "models": "trackgate.commands.models",
    "run": "trackgate.commands.run",
    "runs": "trackgate.commands.runs",
    "spool": "trackgate.commands.spool",
    "sweep": "trackgate.commands.sweep",
    "whoami": "trackgate.commands.whoami",
}


class LazyGroup(click.Group):
    """Own subcommands, and those of installed extras.

    Errors of the protocol end the command with one line and the exit code 1.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        offered = extras.commands()
        ready = [name for name in offered if not extras.missing(offered[name])]
        return sorted({*_OWN, *ready})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found: object
        if cmd_name in _OWN:
            found = getattr(import_module(_OWN[cmd_name]), cmd_name)
        else:
            found = _from_extra(cmd_name)
        return found if isinstance(found, click.Command) else None

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TrackgateError as error:
            raise click.ClickException(" ".join(error.message.split())) from error


def _from_extra(name: str) -> object:
    point = extras.commands().get(name)
    if point is None:
        return None
    complaint = extras.complaint(point, f"'trackgate {name}'")
    if complaint:
        raise click.ClickException(complaint)
    return point.load()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="trackgate", prog_name="trackgate")
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read variables from a file of NAME=VALUE lines; those already set stay.",
)
def main(env_file: Path | None) -> None:
    """Track experiments, and run the server that keeps them."""
    if env_file is not None:
        load_into(os.environ, env_file.read_text(encoding="utf-8"))
