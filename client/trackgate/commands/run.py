"""`trackgate run …`, with the flags of `mlflow run …`."""

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
from trackgate.projects import running
from trackgate.projects.jobs import EnvironmentManager


@click.command()
@click.argument("uri")
@click.option(
    "--entry-point", "-e", default="main", show_default=True, metavar="NAME",
    help="Entry point of the MLproject file, or a script (.py, .sh, .R); main is all"
    " steps where the file has some.",
)  # fmt: skip
@click.option(
    "--param-list", "-P", multiple=True, metavar="NAME=VALUE",
    help="A parameter; may be given again. Those that the entry point does not know"
    " are passed on as --NAME VALUE.",
)  # fmt: skip
@click.option(
    "--experiment-name", help="The experiment of the run; made if it does not exist."
)
@click.option("--experiment-id", help="Or its id.")
@click.option(
    "--backend", "-b", default="local", show_default=True,
    help="Where the program runs.",
)  # fmt: skip
@click.option("--run-id", help="Record it in this run instead of a new one.")
@click.option("--run-name", help="The run's name.")
@click.option(
    "--rerun-steps", is_flag=True,
    help="Run all steps, also those that have not changed since an earlier run.",
)  # fmt: skip
@how_it_runs
def run(
    uri: str,
    entry_point: str,
    version: str | None,
    param_list: tuple[str, ...],
    docker_args: tuple[str, ...],
    experiment_name: str | None,
    experiment_id: str | None,
    backend: str,
    backend_config: str | None,
    env_manager: EnvironmentManager | None,
    storage_dir: str | None,
    run_id: str | None,
    run_name: str | None,
    build_image: bool | None,
    rerun_steps: bool,
) -> None:
    """Run the project at URI, and record it.

    URI is a folder, a .zip (also on the web) or a Git repository (a path, file://,
    ssh://, https:// or USER@HOST:PATH); #FOLDER behind it names one within it.
    """
    with told():
        try:
            running.run(
                uri,
                entry_point,
                version,
                parameters(param_list),
                flags(docker_args),
                experiment_name,
                experiment_id,
                backend,
                settings(backend_config),
                storage_dir,
                run_id=run_id,
                run_name=run_name,
                env_manager=env_manager,
                build_image=build_image,
                reuse_steps=not rerun_steps,
            )
        except ImportError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.get_current_context().exit(INTERRUPTED)
