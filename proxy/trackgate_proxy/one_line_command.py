"""A command whose wrong options end it with one line and the exit code 1."""

from __future__ import annotations

import os

import click

from trackgate_proxy.site.placement import CONTAINER_VARIABLE

_PREFIX = "TRACKGATE_"


class OneLineCommand(click.Command):
    """For set-ups without anybody at a keyboard: a log has no use for a synopsis."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise click.ClickException(_line(error)) from error


def _line(error: click.UsageError) -> str:
    text = error.format_message()
    if isinstance(error, click.BadParameter) and error.param is not None:
        variable = str(error.param.envvar)
        if os.environ.get(variable):
            # compose.yaml adds the prefix to what `.env` calls it.
            in_container = bool(os.environ.get(CONTAINER_VARIABLE))
            name = variable.removeprefix(_PREFIX) if in_container else variable
            text = f"{name}: {error.message}"
    return " ".join(text.split())
