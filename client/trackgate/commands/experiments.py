"""`trackgate experiments …`, with the flags of `mlflow experiments …`."""

from __future__ import annotations

import json

import click

from trackgate.commands import table
from trackgate.commands.runs_csv import write_runs
from trackgate.fluent import experiments as fluent
from trackgate.fluent import searching, session

_ID = click.option("--experiment-id", "-x", required=True, help="The experiment's id.")


@click.group()
def experiments() -> None:
    """Create, find, rename, delete and restore experiments."""


@experiments.command()
@click.option("--experiment-name", "-n", required=True, help="Its name.")
@click.option("--artifact-location", "-l", help="Where its artifacts go.")
def create(experiment_name: str, artifact_location: str | None) -> None:
    """Create an experiment."""
    made = fluent.create_experiment(experiment_name, artifact_location)
    click.echo(f"Created experiment '{experiment_name}' with id {made}")


@experiments.command()
@click.option(
    "--view",
    "-v",
    default="active_only",
    show_default=True,
    help="active_only, deleted_only or all.",
)
@click.option("--max-results", type=click.IntRange(min=0), help="At most so many.")
def search(view: str, max_results: int | None) -> None:
    """List experiments."""
    found = fluent.search_experiments(view, max_results)
    rows = [[one.experiment_id, one.name, one.artifact_location] for one in found]
    table.show(["Experiment Id", "Name", "Artifact Location"], rows)


@experiments.command()
@click.option("--experiment-id", "-x", help="The experiment's id.")
@click.option("--experiment-name", "-n", help="Or its name.")
@click.option(
    "--output",
    type=click.Choice(["json", "table"]),
    default="table",
    show_default=True,
)
def get(experiment_id: str | None, experiment_name: str | None, output: str) -> None:
    """Show one experiment."""
    if (experiment_id is None) == (experiment_name is None):
        raise click.UsageError("Give either --experiment-id or --experiment-name.")
    if experiment_id is not None:
        found = fluent.get_experiment(experiment_id)
    else:
        by_name = fluent.get_experiment_by_name(experiment_name or "")
        if by_name is None:
            raise click.ClickException(f"No experiment is named {experiment_name!r}.")
        found = by_name
    if output == "json":
        click.echo(json.dumps(vars(found), indent=2))
        return
    for name, value in vars(found).items():
        click.echo(f"{name:18} {value}")


@experiments.command()
@_ID
def delete(experiment_id: str) -> None:
    """Hide an experiment and its runs; it can be restored."""
    fluent.delete_experiment(experiment_id)
    click.echo(f"Experiment with id {experiment_id} has been deleted.")


@experiments.command()
@_ID
def restore(experiment_id: str) -> None:
    """Bring back a deleted experiment."""
    fluent.restore_experiment(experiment_id)
    click.echo(f"Experiment with id {experiment_id} has been restored.")


@experiments.command()
@_ID
@click.option("--new-name", required=True, help="Its name from now on.")
def rename(experiment_id: str, new_name: str) -> None:
    """Rename an experiment."""
    session.client().rename_experiment(experiment_id, new_name)
    click.echo(f"Experiment with id {experiment_id} has been renamed to '{new_name}'.")


@experiments.command("csv")
@_ID
@click.option("--filename", "-o", help="File to write; else the terminal.")
def as_csv(experiment_id: str, filename: str | None) -> None:
    """Write the runs of an experiment as CSV."""
    runs = searching.search_runs([experiment_id], output_format="list")
    with click.open_file(filename or "-", "w", encoding="utf-8") as file:
        write_runs(runs, file)
    if filename:
        click.echo(f"Wrote the runs of experiment {experiment_id} to {filename}.")
