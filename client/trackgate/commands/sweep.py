"""`trackgate sweep …`: a project run at many points."""

from __future__ import annotations

import click

from trackgate.commands.project_options import (
    INTERRUPTED,
    flags,
    how_it_runs,
    parameters,
    settings,
    told,
)
from trackgate.projects.jobs import EnvironmentManager
from trackgate.projects.sweeps import sweeping
from trackgate.projects.sweeps.definition import Goal, SearchName
from trackgate.projects.sweeps.working import SweepResult


@click.command()
@click.argument("uri", required=False)
@click.option(
    "--entry-point", "-e", metavar="NAME",
    help="Entry point of the MLproject file, or a script; main if missing.",
)  # fmt: skip
@click.option(
    "--param-list", "-P", multiple=True, metavar="NAME=VALUES",
    help="A parameter's values: 1..8, 0.1..0.5..0.1 (the third number is the"
    " distance), log:0.001..0.1, gini,entropy, a list in JSON, or one value for all.",
)  # fmt: skip
@click.option(
    "--search", type=click.Choice(["grid", "random", "tpe"]),
    help="Every point; points at random; or points that earlier ones suggest."
    "  [default: grid]",
)  # fmt: skip
@click.option("--metric", help="The metric whose last value of each run counts.")
@click.option(
    "--goal", type=click.Choice(["maximize", "minimize"]), help="What to do with it."
)
@click.option(
    "--trials", type=click.IntRange(1),
    help="How many points random and tpe run.  [default: 20]",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0),
    help="The same one draws the same points.  [default: 0]",
)  # fmt: skip
@click.option(
    "--jobs", "-j", type=click.IntRange(1), default=1, show_default=True,
    help="How many run at a time.",
)  # fmt: skip
@click.option(
    "--resume", metavar="RUN_ID",
    help="Go on with a sweep that was interrupted. It knows all but -j; URI is only"
    " needed where it has a password.",
)  # fmt: skip
@click.option(
    "--retry-failed", is_flag=True, help="Then also run again what has failed."
)
@click.option(
    "--experiment-name", help="The experiment of the runs; made if it does not exist."
)
@click.option("--experiment-id", help="Or its id.")
@click.option("--run-name", help="The name of the sweep's own run.")
@click.option("--backend", "-b", help="Where the programs run.  [default: local]")
@how_it_runs
def sweep(
    uri: str | None,
    entry_point: str | None,
    version: str | None,
    param_list: tuple[str, ...],
    search: SearchName | None,
    metric: str | None,
    goal: Goal | None,
    trials: int | None,
    seed: int | None,
    jobs: int,
    resume: str | None,
    retry_failed: bool,
    experiment_name: str | None,
    experiment_id: str | None,
    run_name: str | None,
    backend: str | None,
    backend_config: str | None,
    docker_args: tuple[str, ...],
    env_manager: EnvironmentManager | None,
    storage_dir: str | None,
    build_image: bool | None,
) -> None:
    """Run the project at URI at many points, and say which is the best.

    Each point has a run of its own, and all of them are in one. What was interrupted
    or killed is taken up again with --resume: nothing that has ended is run twice.
    """
    with told():
        try:
            found = sweeping.sweep(
                uri,
                entry_point,
                version,
                parameters(param_list) or None,
                search=search,
                metric=metric,
                goal=goal,
                trials=trials,
                seed=seed,
                jobs=jobs,
                resume=resume,
                retry_failed=retry_failed,
                experiment_name=experiment_name,
                experiment_id=experiment_id,
                run_name=run_name,
                backend=backend,
                backend_config=settings(backend_config),
                docker_args=flags(docker_args),
                storage_dir=storage_dir,
                env_manager=env_manager,
                build_image=build_image,
            )
        except ImportError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.get_current_context().exit(INTERRUPTED)
    _show(found)


def _show(found: SweepResult) -> None:
    click.echo(f"Sweep {found.run_id}")
    click.echo(f"Runs: {found.with_value} with a value, {found.without_value} without")
    click.echo(f"Best: {found.best_run_id} with {found.best_value:g}")
    for name, value in found.best_parameters.items():
        click.echo(f"  {name}={value}")
    click.echo(f"Compare: {found.comparison}")
