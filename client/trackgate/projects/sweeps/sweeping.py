"""Runs a project at many points: `trackgate.projects.sweep`."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from trackgate.errors import InvalidParameterValue
from trackgate.fluent import session
from trackgate.projects import backends, mlproject, sources
from trackgate.projects.beginning import Order
from trackgate.projects.jobs import EnvironmentManager, Options
from trackgate.projects.options import BackendConfig, options_of
from trackgate.projects.sweeps import plans, turns
from trackgate.projects.sweeps.definition import Definition, Goal, SearchName
from trackgate.projects.sweeps.wishes import Wish, needs
from trackgate.projects.sweeps.working import SweepResult, work


def sweep(
    uri: str | os.PathLike[str] | None = None,
    entry_point: str | None = None,
    version: str | None = None,
    parameters: Mapping[str, object] | None = None,
    *,
    search: SearchName | None = None,
    metric: str | None = None,
    goal: Goal | None = None,
    trials: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    resume: str | None = None,
    retry_failed: bool = False,
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    backend: str | None = None,
    backend_config: BackendConfig | None = None,
    docker_args: Mapping[str, str | bool] | None = None,
    docker_auth: Mapping[str, str] | None = None,
    storage_dir: str | os.PathLike[str] | None = None,
    env_manager: EnvironmentManager | None = None,
    build_image: bool | None = None,
) -> SweepResult:
    """Run an entry point of a project at many points, as children of one run.

    parameters    values of each: a text as `grammar` reads it, such as "1..8" or
                  "gini,entropy"; a list of values; or one value for all
    search        grid (every point; the default), random or tpe
    metric        whose last value of each child counts
    goal          maximize or minimize
    trials        how many points random and tpe run; 20 where it is missing
    seed          the same one draws the same points; 0 where it is missing
    jobs          how many children run at a time; what they print is shown where it
                  is one, and kept with their runs in any case
    resume        the id of a sweep's run, to go on with what it has not finished; the
                  sweep knows all of the above but `jobs`
    retry_failed  then also run again what has failed

    What else it takes is that of `trackgate.projects.run`. A resumed sweep knows the
    backend and the environment manager too, unless others are given.

    Everything is checked before a run is made. Raises ExecutionException where no child
    gave a value, and TurnTaken where another process works on the sweep. When it is
    interrupted, children that run are stopped and KILLED, and so is the sweep.
    """
    if jobs < 1:
        raise InvalidParameterValue("At least one child runs at a time.")
    wish = Wish(
        version=version,
        entry_point=entry_point,
        parameters=parameters,
        search=search,
        metric=metric,
        goal=goal,
        trials=trials,
        seed=seed,
        experiment_name=experiment_name,
        experiment_id=experiment_id,
        run_name=run_name,
    )
    options = options_of(
        env_manager=env_manager,
        docker_args=docker_args,
        storage_dir=storage_dir,
        build_image=build_image,
        docker_auth=docker_auth,
        backend_config=backend_config,
    )
    # What several print at a time would be mixed.
    options = replace(options, is_shown=jobs == 1)
    where = None if uri is None else os.fspath(uri)
    if resume is None:
        return _begin(where, wish, options, backend or "local", jobs)
    if wish.said():
        raise InvalidParameterValue(
            f"The sweep {resume} knows its own {', '.join(wish.said())}; leave it out."
        )
    return _resume(where, resume, options, backend, jobs, retry_failed=retry_failed)


def _begin(
    uri: str | None, wish: Wish, options: Options, backend: str, jobs: int
) -> SweepResult:
    if uri is None:
        raise InvalidParameterValue("A sweep needs a project.")
    if wish.experiment_name and wish.experiment_id:
        raise InvalidParameterValue("Give either an experiment's name or its id.")
    client = session.client()
    with _ordered(uri, wish.version, options, backend) as order:
        plan = plans.begin(client, order, wish)
        with turns.take(client, plan.parent) as turn:
            return work(plan, turn, jobs)


def _resume(
    uri: str | None,
    run_id: str,
    options: Options,
    backend: str | None,
    jobs: int,
    *,
    retry_failed: bool,
) -> SweepResult:
    client = session.client()
    parent, definition = plans.find(client, run_id)
    chosen = backend or definition.backend
    if chosen == definition.backend:
        _check_needs(definition, options)
    again = replace(options, env_manager=options.env_manager or definition.env_manager)
    with (
        turns.take(client, parent) as turn,
        _ordered(uri or definition.uri, definition.version, again, chosen) as order,
    ):
        plan = plans.take_up(client, parent, definition, order)
        return work(plan, turn, jobs, retry_failed=retry_failed)


def _check_needs(definition: Definition, options: Options) -> None:
    """What may be secret is not kept, and has to be given again."""
    missing = set(definition.needs) - set(needs(options))
    if missing:
        raise InvalidParameterValue(
            f"The sweep was begun with {', '.join(sorted(missing))}, which is not kept"
            " because it may be secret; give it again."
        )


@contextmanager
def _ordered(
    uri: str, version: str | None, options: Options, backend: str
) -> Generator[Order]:
    """The project's files, until the sweep ends, and where its programs run."""
    chosen = backends.load(backend)
    source = sources.fetch(uri, version)
    try:
        yield Order(
            source=source,
            project=mlproject.read(source.folder),
            options=options,
            backend_name=backend,
            backend=chosen,
        )
    finally:
        source.discard()
