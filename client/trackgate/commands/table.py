"""Rows in columns, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click


def show(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below their headers, each column as wide as its longest cell."""
    lines = [headers, *rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(headers))]
    for line in [headers, ["-" * width for width in widths], *rows]:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def local_time(milliseconds: int | None) -> str:
    """A time since the Unix epoch, in this machine's zone."""
    if milliseconds is None:
        return ""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S %Z")
