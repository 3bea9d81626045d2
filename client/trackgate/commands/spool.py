"""`trackgate spool …`: what could not be sent while the server was away."""

from __future__ import annotations

import click

from trackgate.fluent import session


@click.group()
def spool() -> None:
    """Send what was kept while the server was away."""


@spool.command("list")
def list_kept() -> None:
    """Show how many calls wait for the server, and where."""
    kept = session.client().spool
    click.echo(f"{len(kept.waiting())} calls wait in {kept.folder}")


@spool.command()
def send() -> None:
    """Make the calls that wait, the oldest first."""
    client = session.client()
    sent = client.spool.send(client.connection)
    click.echo(f"{sent} calls sent")
