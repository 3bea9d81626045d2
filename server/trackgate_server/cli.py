"""Commands of the server: `trackgate server`, `trackgate db`, `trackgate gc`."""

from __future__ import annotations

import time
from typing import Any

import click

from trackgate_server.db_commands import db
from trackgate_server.options import PLACES, chosen_settings, one_line_errors, options

__all__ = ["db", "gc", "server"]


@click.command()
@options()
def server(**given: Any) -> None:
    """Run the bare tracking server, without the proxy.

    It listens on loopback only, where everybody is taken for an admin, unless a
    socket (--socket) or a key (--proxy-key-file) protects it. `trackgate up` runs it
    together with the proxy.
    """
    from trackgate_server import serve  # noqa: PLC0415 - heavy

    settings = chosen_settings(given)
    try:
        serve.check_address(settings)
        if not settings.behind_proxy:
            click.echo(
                f"Bare server on http://{settings.host}:{settings.port}: loopback only,"
                " no passwords, everybody is admin.",
                err=True,
            )
        serve.run(settings)
    except (serve.UnsafeAddress, ValueError) as error:
        raise click.ClickException(str(error)) from error


@click.command()
@options(*PLACES, "s3_endpoint")
@click.option("--older-than", default="0d", help="Deleted so long ago: 30d, 12h, 90m.")
@click.option("--run-ids", default="", help="Only these deleted runs, by commas.")
@click.option("--experiment-ids", default="", help="Only these deleted experiments.")
@click.option("--logged-model-ids", default="", help="Only these deleted models.")
def gc(
    older_than: str,
    run_ids: str,
    experiment_ids: str,
    logged_model_ids: str,
    **given: Any,
) -> None:
    """Remove for good what was deleted: rows and artifacts."""
    from trackgate_wire.server import Purge  # noqa: PLC0415 - heavy

    from trackgate_server.blobs.opening import require_usable  # noqa: PLC0415
    from trackgate_server.http.app import start_services  # noqa: PLC0415
    from trackgate_server.operations.purging import purge  # noqa: PLC0415

    request = Purge(
        run_ids=_listed(run_ids),
        experiment_ids=_listed(experiment_ids),
        logged_model_ids=_listed(logged_model_ids),
        older_than_s=_seconds(older_than),
    )
    with one_line_errors():
        settings = chosen_settings(given)
        require_usable(settings)
        services = start_services(settings)
    try:
        now_ms = time.time_ns() // 1_000_000
        gone = purge(services, request, by="(command line)", now_ms=now_ms)
    finally:
        services.database.close()
    click.echo(
        f"Purged {len(gone.run_ids)} runs, {len(gone.logged_model_ids)} logged models"
        f" and {len(gone.experiment_ids)} experiments."
    )


def _listed(text: str) -> list[str]:
    return [item for item in text.split(",") if item]


def _seconds(text: str) -> int:
    """Seconds in such as `1d2h30m5s`; raises click.BadParameter."""
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    total, digits = 0, ""
    for letter in text:
        if letter.isdigit():
            digits += letter
        elif letter in units and digits:
            total, digits = total + int(digits) * units[letter], ""
        else:
            raise click.BadParameter(f"{text!r} is no duration such as 30d or 12h30m.")
    if digits:
        raise click.BadParameter(f"{text!r} lacks a unit: d, h, m or s.")
    return total
