"""`trackgate runs …`, with the flags of `mlflow runs …`."""

from __future__ import annotations

import json

import click

from trackgate.commands import table
from trackgate.entities import view_type
from trackgate.fluent import experiments, searching
from trackgate.fluent import runs as fluent

_ID = click.option("--run-id", required=True, help="The run's id.")


@click.group()
def runs() -> None:
    """Create, find, describe, delete and restore runs."""


@runs.command("list")
@click.option(
    "--experiment-id",
    "-x",
    envvar="MLFLOW_EXPERIMENT_ID",
    required=True,
    help="The experiment whose runs to list.",
)
@click.option(
    "--view",
    "-v",
    default="active_only",
    show_default=True,
    help="active_only, deleted_only or all.",
)
def list_runs(experiment_id: str, view: str) -> None:
    """List the runs of an experiment, the newest first."""
    found = searching.search_runs(
        [experiment_id], run_view_type=view_type(view), output_format="list"
    )
    rows = [
        [
            table.local_time(run.info.start_time),
            run.info.run_name,
            run.info.status,
            run.info.run_id,
        ]
        for run in found
    ]
    table.show(["Date", "Name", "Status", "ID"], rows)


@runs.command()
@_ID
def describe(run_id: str) -> None:
    """Print all there is to know about a run, as JSON."""
    run = fluent.get_run(run_id)
    click.echo(json.dumps(run.to_dictionary(), indent=4))


@runs.command()
@_ID
def delete(run_id: str) -> None:
    """Hide a run; it can be restored."""
    fluent.delete_run(run_id)
    click.echo(f"Run with ID {run_id} has been deleted.")


@runs.command()
@_ID
def restore(run_id: str) -> None:
    """Bring back a deleted run."""
    fluent.restore_run(run_id)
    click.echo(f"Run with id {run_id} has been restored.")


@runs.command()
@click.option(
    "--experiment-id",
    "-x",
    envvar="MLFLOW_EXPERIMENT_ID",
    help="The experiment of the run.",
)
@click.option(
    "--experiment-name",
    "-n",
    envvar="MLFLOW_EXPERIMENT_NAME",
    help="Or its name; made if it does not exist.",
)
@click.option("--run-name", help="The run's name.")
@click.option("--description", help="What the run is.")
@click.option("--tags", "-t", multiple=True, help="KEY=VALUE; may be given again.")
@click.option(
    "--status",
    type=click.Choice(["FINISHED", "FAILED", "KILLED"], case_sensitive=False),
    default="FINISHED",
    show_default=True,
    help="How it ended.",
)
@click.option("--parent-run-id", help="The run that it belongs to.")
def create(
    experiment_id: str | None,
    experiment_name: str | None,
    run_name: str | None,
    description: str | None,
    tags: tuple[str, ...],
    status: str,
    parent_run_id: str | None,
) -> None:
    """Create a run that has ended already."""
    if (experiment_id is None) == (experiment_name is None):
        raise click.UsageError("Give either --experiment-id or --experiment-name.")
    if experiment_name is not None:
        experiment_id = experiments.set_experiment(experiment_name).experiment_id
    run = fluent.start_run(
        experiment_id=experiment_id,
        run_name=run_name,
        parent_run_id=parent_run_id,
        tags=_tags(tags),
        description=description,
    )
    fluent.end_run(status.upper())
    shown = {
        "run_id": run.info.run_id,
        "experiment_id": run.info.experiment_id,
        "status": status.upper(),
        "run_name": run.info.run_name,
    }
    click.echo(json.dumps(shown, indent=2))


def _tags(given: tuple[str, ...]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not equals:
            raise click.UsageError(f"The tag {one!r} is not KEY=VALUE.")
        if key in tags:
            raise click.UsageError(f"The tag {key!r} is given twice.")
        tags[key] = value
    return tags
