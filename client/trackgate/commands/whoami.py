"""`trackgate whoami`: which server, whose name, and what the server says."""

from __future__ import annotations

import click

from trackgate.fluent import session


@click.command()
def whoami() -> None:
    """Show which settings are used, and what the server answers.

    The password is not shown.
    """
    client = session.client()
    click.echo(f"server       {client.tracking_uri}")
    found = client.credentials
    click.echo(f"name         {found.username if found else '(none)'}")
    click.echo(f"taken from   {found.source if found else 'nowhere'}")
    caller = client.whoami()
    click.echo(f"known as     {caller.user or '(nobody in particular)'}")
    click.echo(f"role         {caller.role}")
    click.echo(f"version      {caller.server_version}")
    click.echo(f"protocol     MLflow {caller.protocol_version}")
